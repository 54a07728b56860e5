"""`let C[i, k] = e` defines an array by its element.

The element is checked once, as a scalar; `tdsl.check.vectorised` makes the array of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from tdsl.check.arguments import match_arguments
from tdsl.check.checker import Checker
from tdsl.check.elements import (
    Definition,
    Element,
    ElementScope,
    Index,
    Position,
    Reduction,
    definition_around,
    unmarked,
)
from tdsl.check.indexing import Indexer, KnownPosition, New, Positions, Range, Rest
from tdsl.check.shapes import size_text
from tdsl.check.trampoline import Evaluate, Step
from tdsl.check.values import Builtin, CompileTime, Scope, Value
from tdsl.check.vectorised import Vectoriser, reduced
from tdsl.ir.node import Node
from tdsl.source import Label, Span, UserError, fail
from tdsl.syntax import nodes as syntax
from tdsl.types import Dim


def evaluate_elements(checker: Checker, written: syntax.Elements, scope: Scope) -> Step[Value]:
    """The array of all elements."""
    definition = Definition()
    inside = ElementScope(scope, definition=definition)
    for axis in written.axes:
        index = _declare(checker, axis.name, inside)
        definition.left.append(index)
        if axis.size is not None:
            value = yield Evaluate(axis.size, scope)
            index.size, index.place = _size(checker, value, axis), axis.size.span
    checker.definitions.append(definition)
    checker.conditions.append(written.place)
    try:
        element = _scalar(checker, (yield Evaluate(written.element, inside)), written.element, definition)
    finally:
        checker.definitions.pop()
        checker.conditions.pop()
    array = Vectoriser(checker, definition).array(element)
    for axis in written.axes:
        if axis.size is not None:
            checker.require_sizes(array, axis.size.span)
    return checker.note(array, written.span)


def _declare(checker: Checker, name: syntax.Name, inside: ElementScope) -> Index:
    """A new index, under a name that means nothing else."""
    if inside.find(name.name) is not None:
        declared = inside.declared(name.name)
        labels = [Label(declared, "declared here")] if declared else []
        what = f"'{name.name}' is in use, so it cannot be an index"
        raise fail("TD0208", what, name.span, *labels, hint="give the index a name of its own")
    index = checker.dependence.index(inside.definition, name.name, name.span)
    inside.declare(name, index.node)
    checker.values[name] = checker.note(index.node, name.span)
    return index


def _size(checker: Checker, value: Value, axis: syntax.IndexAxis) -> Dim:
    assert axis.size is not None
    span, name = axis.size.span, axis.name.name
    static = checker.operand(value, span).value
    if not (isinstance(static, CompileTime) and isinstance(static.value, Dim)):
        got = checker.types.describe(static)
        what = f"an index runs over a size, made of integers, consts and dims, this is {got}"
        hint = "a call gives a size as the parameter dim N, or by the shape of an argument: x: real[N]"
        if isinstance(static, Node) and static.type.rank:
            hint = f"{span.text}[{name}] runs over the array, and says the size itself"
        raise fail("TD0221", what, span, hint=hint)
    if static.value.constant is not None and static.value.constant < 0:
        raise fail("TD0221", f"a size cannot be {static.value}", span)
    return static.value


def _scalar(checker: Checker, value: Value, written: syntax.Expression, definition: Definition) -> Node:
    """The element as a node; an array is an error at the first part that is one."""
    node = checker.types.node(checker.operand(value, written.span).value)
    if not node.type.rank:
        return node
    part = _array_in(checker, written)
    rank = part[1].type.rank
    letters = [index.name for index in definition.left][:rank]
    example = f", as in {part[0].span.text}[{', '.join(letters)}]," if len(letters) == rank else ""
    example = example if isinstance(part[0], syntax.Name) else ""
    what = f"an element is one number, and this is {checker.types.spell(part[1].type)}"
    raise fail("TD0233", what, part[0].span, hint=f"index it{example} or take it out of the definition")


def _array_in(checker: Checker, written: syntax.Expression) -> tuple[syntax.Expression, Node]:
    """The first innermost part of an expression that is an array; those that are indexed do not count."""
    expression, node = written, checker.values[written]
    assert isinstance(node, Node)
    while True:
        for part in _parts(expression):
            value = checker.values.get(part)
            if isinstance(value, Node) and value.type.rank:
                expression, node = part, value
                break
        else:
            return expression, node


def _parts(expression: syntax.Expression) -> list[syntax.Expression]:
    """The expressions that an expression is directly made of, without one that is indexed."""
    if isinstance(expression, syntax.Index):
        return []
    found: list[syntax.Expression] = []
    for field in fields(expression):
        part = getattr(expression, field.name)
        for inner in part if isinstance(part, tuple) else (part,):
            inner = inner.value if isinstance(inner, syntax.Argument) else inner
            if isinstance(inner, syntax.Expression):
                found.append(inner)
    return found


def element(checker: Checker, array: Node, indexers: Sequence[Indexer], indexed: syntax.Index) -> Node | None:
    """The element of an array at indices; None where no index of the current definition has a part."""
    definition = checker.definitions[-1]

    def dependent(node: Node) -> bool:
        return definition in checker.dependence.of(node)

    if not any(isinstance(indexer, Positions) and dependent(indexer.node) for indexer in indexers):
        return None
    if dependent(array):
        what = "what is indexed here depends on an index itself"
        raise fail("TD0233", what, indexed.value.span, hint="define it by elements first, in a let of its own")
    positions = _positions(checker, array, indexers, indexed)
    values = tuple(position.value for position in positions)
    if (array, values) in definition.known:
        return definition.known[array, values]
    found = Element(array, positions, indexed.span)
    alone: list[Index] = []
    for position, size in zip(positions, array.type.shape, strict=True):
        index = definition.indices.get(unmarked(position.value)) if isinstance(position.value, Node) else None
        if index is not None:
            alone += [index] if index not in alone else []
            _agree(index, size, position.span, indexed)
    definition.sequences.append(tuple(alone))
    parts = [checker.dependence.of(value) for value in values if isinstance(value, Node)]
    node = checker.dependence.stand_in(definition, array.type.with_shape(()), frozenset().union(*parts))
    definition.elements[node], definition.known[array, values] = found, node
    return checker.note(node, indexed.span)


def _positions(
    checker: Checker, array: Node, indexers: Sequence[Indexer], indexed: syntax.Index
) -> tuple[Position, ...]:
    """One position for each axis, and nothing that makes or keeps an axis."""
    found: list[Position] = []
    partial = len(indexers) - sum(isinstance(indexer, Rest) for indexer in indexers) < array.type.rank
    for indexer in indexers:
        match indexer:
            case KnownPosition():
                found.append(Position(indexer.position, indexer.span))
            case Positions():
                if indexer.node.type.rank:
                    what = f"an index is one number, and this is {checker.types.spell(indexer.node.type)}"
                    raise fail("TD0233", what, indexer.span, hint="index it too")
                found.append(Position(indexer.node, indexer.span))
            case Range():
                what = "an element is one number, and a slice takes several"
                raise fail("TD0233", what, indexer.span, hint="sum[j](…) runs over an index")
            case New():
                raise fail("TD0233", "an element has no axes", indexer.span)
            case Rest():
                pass
    if partial:
        text, missing = indexed.span.text, array.type.rank - len(found)
        left = checker.types.spell(array.type.with_shape(array.type.shape[len(found) :]))
        more = f"one more index: {text[:-1]}, j]" if missing == 1 else f"{missing} more indices"
        hint = more if len(text) < 40 and text.endswith("]") else None
        what = f"an element is one number, and this is {left}"
        raise fail("TD0233", what, indexed.span, hint=hint)
    if len(found) > array.type.rank:
        count, rank = len(found), array.type.rank
        axes = f"{rank} ax{'is' if rank == 1 else 'es'}" if rank else "a scalar"
        what = f"{count} ind{'ex' if count == 1 else 'ices'} for {axes}"
        raise fail("TD0216", what, indexed.span, label=checker.types.spell(array.type))
    return tuple(found)


def _agree(index: Index, size: Dim, span: Span, indexed: syntax.Index) -> None:
    """An index has one size wherever it stands alone."""
    if index.size is None:
        index.size, index.place = size, span
    if index.size == size:
        return
    assert index.place is not None
    old, new = size_text(index.size), size_text(size)
    hint = None
    if isinstance(indexed.value, syntax.Name) and len(indexed.indices) == 1:
        hint = f"{indexed.value.name}[:{index.size}][{index.name}] takes the first {index.size} elements"
    raise fail(
        "TD0233",
        f"index {index.name} has two sizes, {old} and {new}",
        span,
        Label(index.place, f"size {old}"),
        hint=hint,
        label=f"size {new}",
    )


def reduce(checker: Checker, call: syntax.Call, over: syntax.Index, builtin: Builtin, scope: Scope) -> Step[Value]:
    """`sum[j](e)` and the like."""
    definition, name = definition_around(scope), builtin.name
    if definition is None:
        raise _outside(call, over, name)
    inside = ElementScope(scope, definition=definition)
    indices: list[Index] = []
    for part in over.indices:
        if not isinstance(part, syntax.Name):
            hint = f"let y[i] = {name}[j](A[i, j]) introduces j"
            raise fail("TD0233", f"{name}[…] introduces indices, which are names", part.span, hint=hint)
        indices.append(_declare(checker, part, inside))
    written = match_arguments(f"'{name}[…]'", ("x",), 1, call)["x"]
    body = _scalar(checker, (yield Evaluate(written, inside)), written, definition)
    # The reduction over no axes says of what type it is.
    alone = reduced(checker, builtin, body, (), written, call)
    found = checker.dependence.of(body) - set(indices)
    node = checker.dependence.stand_in(definition, alone.type, found)
    definition.reductions[node] = Reduction(builtin, tuple(indices), body, written, call)
    return checker.note(node, call.span)


def _outside(call: syntax.Call, over: syntax.Index, name: str) -> UserError:
    """The error for `sum[j](…)` outside of a definition by elements."""
    what = f"{name}[…] reduces over an index, and stands in the definition of an array by its element"
    return fail("TD0223", what, over.span, hint=f"let y[i] = {name}[j](A[i, j]), or {name}(A, axis=1) of an array")


def refuse_condition(checker: Checker, condition: Node, span: Span) -> None:
    """Refuses an `if` that would choose anew for each element: one side alone is computed by it."""
    if checker.definitions and checker.definitions[-1] in checker.dependence.of(condition):
        what = "if takes one true or false, and this depends on an index"
        raise fail("TD0222", what, span, hint="switch(condition, a, b) chooses element by element")
