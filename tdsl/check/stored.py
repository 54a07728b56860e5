"""Values kept between calls: their declarations and first values."""

from __future__ import annotations

from tdsl.check.annotations import written_type
from tdsl.check.checker import Checker, Initialising
from tdsl.check.draws import refuse_taken
from tdsl.check.expressions import evaluate, run
from tdsl.check.items import declare, refuse_member, refuse_python
from tdsl.check.values import CompileTime, Scope
from tdsl.ir.attributes import Named
from tdsl.ir.node import Node, apply, topological
from tdsl.ir.program import Variable
from tdsl.source import Label, Span, fail
from tdsl.syntax import nodes as syntax
from tdsl.types import Dim, Type


def declare_stored(checker: Checker, item: syntax.Stored, scope: Scope, prefix: str = "") -> None:
    """`shared` and `state` of a file, or of an instance whose names have a prefix."""
    name = f"{prefix}{item.name.name}"

    def work() -> Node:
        refuse_python(item.name)
        refuse_member(item.name, of_model=True)
        if not prefix:
            refuse_taken(checker, item.name)
        type = None if item.type is None else run(checker, written_type(checker, item.type, scope))
        for size, written in zip(type.shape, item.type.sizes, strict=True) if type and item.type else ():
            if size.constant is None:
                what = f"the shape of a {item.kind} is fixed when it is compiled, and {size} is bound by calls"
                example = f": const {size} = 10" if str(size).isidentifier() else ""
                raise fail("TD0215", what, written.span, hint=f"make it a const{example}")
        if item.kind == "shared" and type is not None and not type.is_real:
            what = f"a shared is trained, so it is real, not {checker.types.spell(type)}"
            raise fail("TD0220", what, item.span, hint="write state")
        known = {} if prefix else checker.initial
        return store(checker, item, name, item.kind, initial_value(checker, item, type, name, scope, known))

    declare(checker, item.name, scope, work)


def initial_value(
    checker: Checker, item: syntax.Stored, type: Type | None, name: str, scope: Scope, known: dict[str, Node]
) -> Node:
    """The first value as a node over the seed; other variables in it represent their own first values."""
    inside = Scope(scope)
    inside.values.update(known)
    before, checker.initialising = checker.initialising, Initialising(name, type)
    try:
        written = item.initial
        value = CompileTime(Dim.of(0)) if written is None else evaluate(checker, written, inside)
        operand = checker.operand(value, item.span if written is None else written.span)
    finally:
        checker.initialising = before
    if type is None:
        return _known_before(checker, checker.types.node(operand.value), operand.span)
    node = checker.types.fitted(operand, type, item.name.span, "=")
    if node is None:
        what = f"the first value of {checker.types.spell(type)} cannot be {checker.types.describe(operand.value)}"
        raise fail("TD0220", what, operand.span, Label(item.name.span, "declared here"))
    return _known_before(checker, node, operand.span)


def _known_before(checker: Checker, node: Node, span: Span) -> Node:
    """A first value with the first values of other variables in it; it must not depend on call arguments."""
    new: dict[Node, Node] = {}
    for part in topological([node]):
        name = part.op.name
        waits = f"'{part.get(Named).name}' is given" if name == "argument" and part is not checker.seed else ""
        sizes = [*part.type.shape, *(value for value in part.attributes.given().values() if isinstance(value, Dim))]
        unknown = sorted({symbol for size in sizes for symbol in size.symbols()})
        waits = waits or (f"{unknown[0]} is bound" if unknown else "")
        if waits:
            hint = "a first value is made of numbers, consts, random values and earlier shared and state values"
            raise fail("TD0220", f"there is a first value before any call, and {waits} by calls", span, hint=hint)
        if name == "variable":
            new[part] = checker.initial[part.get(Named).name]
        else:
            operands = tuple(new[operand] for operand in part.operands)
            new[part] = part.with_operands(*operands)
            if part in checker.everywhere.spans:
                checker.note(new[part], checker.everywhere.spans[part])
    return new[node]


def store(checker: Checker, item: syntax.Stored, name: str, kind: str, initial: Node) -> Node:
    """A variable with its first value."""
    kept = checker.variables.get(name)
    before = kept.span if kept else checker.instances.get(name)
    if before is not None or kept is not None:
        labels = [Label(before, "first declared here")] if before else []
        raise fail("TD0208", f"'{name}' is kept by another file already", item.name.span, *labels)
    node = checker.note(apply("variable", name=name, type=initial.type), item.span, name)
    checker.variables[name] = Variable(name, node, kind, item.doc, item.span)
    checker.initial[name] = initial
    return node
