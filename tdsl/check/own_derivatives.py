"""`derivative f(x) for y, g = …`: a call of such a function computes what the function says, and its derivative what
that says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tdsl.check.checker import Checker, needing
from tdsl.check.free_names import free_names
from tdsl.check.shapes import Operand
from tdsl.check.values import (
    Builtin,
    CompileTime,
    FunctionValue,
    Scope,
    TupleValue,
    Value,
    leaves,
    same_tuples,
    with_leaves,
)
from tdsl.ir.attributes import Named
from tdsl.ir.function import fresh, of_parameters
from tdsl.ir.node import Node, apply, full, topological
from tdsl.ops.functions import items
from tdsl.source import Label, Span, UserError, fail
from tdsl.spelling import suggestion
from tdsl.syntax import nodes as syntax
from tdsl.types import ZERO, Type

OUTSIDE = ("argument", "variable", "parameter")
NONE = CompileTime(ZERO)


def own_derivatives(checker: Checker, listed: Iterable[syntax.Syntax]) -> dict[str, syntax.Derivative]:
    """The derivatives that some items or members declare, by their functions; errors are kept for the report."""
    listed = list(listed)
    functions = {item.name.name: item for item in listed if isinstance(item, syntax.Fn)}
    found: dict[str, syntax.Derivative] = {}
    for item in listed:
        if isinstance(item, syntax.Derivative) and item.name.name in functions:
            function, before = functions[item.name.name], found.get(item.name.name)
            if checker.collect(lambda item=item, function=function, before=before: _agree(item, function, before)):  # type: ignore[misc]
                found[item.name.name] = item
    return found


def _agree(item: syntax.Derivative, function: syntax.Fn, before: syntax.Derivative | None) -> None:
    """Refuses a second derivative, and one whose parameters are not those of the function."""
    name = item.name
    if before is not None:
        raise fail("TD0208", f"'{name.name}' has two derivatives", name.span, Label(before.name.span, "first here"))
    wanted = [parameter.name.name for parameter in function.parameters]
    right = f"derivative {name.name}({', '.join(wanted)}) for {item.output.name}, {item.gradient.name}"
    for parameter in item.parameters:
        if parameter.type is not None or parameter.default is not None:
            what = f"the types and defaults of '{name.name}' stand at the function"
            raise fail("TD0232", what, parameter.span, Label(function.name.span, "declared here"), hint=right)
    if [parameter.name.name for parameter in item.parameters] != wanted:
        what = f"the parameters of a derivative are those of its function, {', '.join(wanted) or 'none'}"
        span = item.parameters[0].span.to(item.parameters[-1].span) if item.parameters else name.span
        raise fail("TD0232", what, span, Label(function.name.span, "declared here"), hint=right)
    seen = Scope()
    for declared in (*(parameter.name for parameter in item.parameters), item.output, item.gradient):
        seen.declare(declared, NONE)


def refuse_stranger(item: syntax.Derivative, listed: Iterable[syntax.Syntax], scope: Scope) -> None:
    """Refuses a derivative whose function the file does not declare."""
    functions = [other.name.name for other in listed if isinstance(other, syntax.Fn)]
    name, value = item.name.name, scope.find(item.name.name)
    if name in functions:
        return
    own = f"fn own_{name}(x) = {name}(x) can have a derivative of its own"
    match value:
        case None:
            hint = suggestion(name, functions, f"fn {name}(…) = … declares it")
            raise fail("TD0232", f"there is no function '{name}' in this file", item.name.span, hint=hint)
        case Builtin():
            raise fail("TD0232", f"'{name}' is a function of the language", item.name.span, hint=own)
        case FunctionValue():
            labels = [Label(value.item.name.span, "declared here")] if not value.item.span.source.is_library else []
            what = f"'{name}' is a function of another file, and its derivative would stand there"
            raise fail("TD0232", what, item.name.span, *labels, hint=own)
    declared = scope.declared(name)
    labels = [Label(declared, "declared here")] if declared else []
    raise fail("TD0232", f"'{name}' is not a function", item.name.span, *labels)


class OwnDerivative:
    """One call of a function with a derivative of its own, whose value is known.

    `is_needed` says whether there is anything to differentiate; the body of the derivative is then evaluated in
    `scope`, and `result` gives the value of the call.
    """

    def __init__(
        self, checker: Checker, function: FunctionValue, derivative: syntax.Derivative, bound: Scope, value: Value
    ) -> None:
        self.checker, self.function, self.derivative = checker, function, derivative
        self.value = value
        self.parameters = [bound.values[parameter.name.name] for parameter in function.item.parameters]
        self.given = [leaf for parameter in self.parameters for leaf in leaves(parameter) if isinstance(leaf, Node)]
        for leaf in leaves(value):
            checker.operand(leaf, last_of(function.item.body).span)
        self.results = [leaf for leaf in leaves(value) if isinstance(leaf, Node)]
        self.is_needed = bool(self.results) and any(node.type.is_real for node in self.given)
        if self.is_needed:
            self._refuse_nothing()
            self._outside(function.item, self.results, self.given)
        self.formal = [fresh(node.type) for node in self.given]
        self.again = [fresh(node.type) for node in self.results]
        self.seeds = [fresh(node.type) if node.type.is_real else None for node in self.results]
        self.scope = self._scope(bound)

    def _refuse_nothing(self) -> None:
        if any(node.type.is_real for node in self.results):
            return
        name, got = self.function.item.name, self.checker.types.describe(self.results[0])
        what = f"'{name.name}' gives {got}, which has no derivative"
        raise fail("TD0232", what, self.derivative.name.span, Label(name.span, "declared here"))

    def _scope(self, bound: Scope) -> Scope:
        """The names of the derivative's body: parameters, dims, the value and the derivative by it."""
        scope = Scope(self.function.scope, dict(bound.values), dict(bound.spans))
        formal = iter(self.formal)
        for parameter, value in zip(self.derivative.parameters, self.parameters, strict=True):
            inside = [next(formal) if isinstance(leaf, Node) else leaf for leaf in leaves(value)]
            self._name(scope, parameter.name, with_leaves(value, inside))
        again, seeds = iter(self.again), iter(self.seeds)
        found = [next(again) if isinstance(leaf, Node) else leaf for leaf in leaves(self.value)]
        self._name(scope, self.derivative.output, with_leaves(self.value, found))
        by = [(next(seeds) if isinstance(leaf, Node) else None) or NONE for leaf in leaves(self.value)]
        self._name(scope, self.derivative.gradient, with_leaves(self.value, by))
        self.checker.scopes[self.derivative] = scope
        return scope

    def _name(self, scope: Scope, name: syntax.Name, value: Value) -> None:
        scope.values[name.name] = self.checker.values[name] = value
        scope.spans[name.name] = name.span
        if isinstance(value, Node):
            self.checker.note(value, name.span, name.name)

    def result(self, parts: Value, span: Span) -> Value:
        """The value of the call, its derivative made of the parts."""
        checker = self.checker
        made = self._parts(parts)
        known = [*self.formal, *self.again, *(seed for seed in self.seeds if seed)]
        others = self._outside(self.derivative, made, known)
        own = [fresh(node.type) for node in self.results]
        takes = [*own, *self.formal, *others]
        placed = [*takes, *self.again, *(seed for seed in self.seeds if seed)]
        zeros = [full(0, node.type) for node in own if node.type.is_real]
        derivative = of_parameters(placed, [*zeros, *made])
        needs = {needing(node): checker.needs(node) for node in topological(made)}
        checker.derived[derivative] = {form: needed for form, needed in needs.items() if needed}
        stopped = [apply("stop_grad", node) for node in self.results]
        call = apply(
            "call",
            *stopped,
            *self.given,
            *others,
            body=of_parameters(takes, own),
            derivative=derivative,
        )
        found = iter(items(checker.note(call, span)))
        return with_leaves(self.value, [next(found) if isinstance(leaf, Node) else leaf for leaf in leaves(self.value)])

    def _parts(self, parts: Value) -> list[Node]:
        """A node for each real that the function takes."""
        names = [parameter.name for parameter in self.function.item.parameters]
        reals = [any(isinstance(leaf, Node) and leaf.type.is_real for leaf in leaves(p)) for p in self.parameters]
        written = last_of(self.derivative.body)
        places = written.items if isinstance(written, syntax.Tuple) else ()
        several = list(parts.items) if isinstance(parts, TupleValue) else [parts]
        if len(names) > 1 and len(several) == len(names):
            pairs = [*zip(names, self.parameters, several, strict=True)]
        else:
            several = several if sum(reals) > 1 else [parts]
            if len(several) != sum(reals):
                raise self._count(len(several), sum(reals), written.span)
            pairs = [(n, p, part) for (n, p), part in zip(_chosen(names, self.parameters, reals), several, strict=True)]
        spans = [place.span for place in places] if len(places) == len(pairs) else [written.span] * len(pairs)
        return [
            node
            for (name, parameter, part), span in zip(pairs, spans, strict=True)
            for node in self._part(name, parameter, part, span)
        ]

    def _count(self, got: int, wanted: int, span: Span) -> UserError:
        item = self.function.item
        what = f"'{item.name.name}' takes {wanted} real{'s' * (wanted != 1)} here, and its derivative has "
        what += f"{got} part{'s' * (got != 1)}"
        hint = "a tuple has one part for each parameter, in order; 0 says that there is none"
        return fail("TD0232", what, span, Label(item.name.span, "declared here"), hint=hint)

    def _part(self, name: syntax.Name, parameter: Value, part: Value, span: Span) -> list[Node]:
        """The reals of one parameter, each with the derivative by it."""
        inside = leaves(parameter)
        if isinstance(part, CompileTime) and part.number == 0:
            part = with_leaves(parameter, [part] * len(inside))
        reals = [isinstance(leaf, Node) and leaf.type.is_real for leaf in inside]
        if not any(reals):
            return []
        if not same_tuples(part, parameter):
            got = "a tuple of other parts" if isinstance(part, TupleValue) else "one value"
            hint = f"it has one part for each of {name.name}, in the same tuple"
            raise fail("TD0232", f"{name.name} is a tuple, and its part is {got}", span, hint=hint)
        found: list[Node] = []
        for leaf, value in zip(inside, leaves(part), strict=True):
            if isinstance(leaf, Node) and leaf.type.is_real:
                found.append(self._fitting(name, leaf.type, self.checker.operand(value, span)))
        return found

    def _fitting(self, name: syntax.Name, type: Type, operand: Operand) -> Node:
        """A part in the type of what it is the derivative by; 0 is zero."""
        types = self.checker.types
        if isinstance(operand.value, CompileTime) and operand.value.number == 0:
            return full(0, type)
        node = types.widened(operand, type.dtype)
        if node is None or node.type.shape != type.shape:
            got, wanted = types.describe(operand.value), types.spell(type)
            what = f"{name.name} is {wanted}, and the derivative by it is {got}"
            rank = 0 if isinstance(operand.value, CompileTime) else operand.value.type.rank
            hint = "sum over the axes that the function stretches" if rank > type.rank else None
            if rank == type.rank and node is None:
                hint = f"{types.spell(Type(type.dtype))}(…) casts it"
            hint = hint if rank >= type.rank else f"zeros_like({name.name}) + … stretches it; 0 says that there is none"
            raise fail("TD0232", what, operand.span, Label(name.span, "declared here"), hint=hint)
        return node

    def _outside(self, item: syntax.Fn | syntax.Derivative, roots: Sequence[Node], known: Sequence[Node]) -> list[Node]:
        """The integers and bools that some nodes take from elsewhere than those known; raises `UserError` TD0232 for
        a real, by which there would be no derivative."""
        found = [node for node in topological(roots, known=known) if node.op.name in OUTSIDE and node not in known]
        for node in found:
            if node.type.is_real:
                raise self._reads(item, node)
        return found

    def _reads(self, item: syntax.Fn | syntax.Derivative, node: Node) -> UserError:
        function = self.function.item
        called = self.checker.everywhere.names.get(node)
        called = called or (node.get(Named).name if node.op.name != "parameter" else "a value from outside")
        span = item.name.span
        for name in free_names(item):
            value = self.function.scope.find(name.name)
            if isinstance(value, Node) and node in topological([value]):
                span, called = name.span, name.name
                break
        declared = self.function.scope.declared(called) or self.checker.everywhere.spans.get(node)
        labels = [Label(declared, "declared here")] if declared else []
        who = f"'{function.name.name}' has a derivative of its own"
        who = f"{who} and" if isinstance(item, syntax.Fn) else f"the derivative of '{function.name.name}'"
        listed = [parameter.span.text for parameter in function.parameters if parameter.default is None]
        hint = f"pass it as a parameter: fn {function.name.name}({', '.join([*listed, called])})"
        return fail("TD0232", f"{who} reads {called}", span, *labels, hint=hint)


def last_of(body: syntax.Expression | syntax.Block) -> syntax.Syntax:
    """The expression that a body returns."""
    return body.statements[-1] if isinstance(body, syntax.Block) and body.statements else body


def _chosen(
    names: Sequence[syntax.Name], parameters: Sequence[Value], reals: Sequence[bool]
) -> list[tuple[syntax.Name, Value]]:
    return [(name, value) for name, value, real in zip(names, parameters, reals, strict=True) if real]
