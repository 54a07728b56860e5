"""Functions of nodes: the body of a loop, or of a call with a derivative of its own.

A function is closed: its nodes depend on its parameters only, and captured values are parameters.  Variables and
arguments of a program therefore occur outside of functions only.  Parameters are numbered, and nodes
interned, so that equal functions are equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import count

from tdsl.ir.attributes import Attributes, FunctionParameter
from tdsl.ir.faults import Faults
from tdsl.ir.node import OPS, Node, apply, dependents, topological
from tdsl.record import record
from tdsl.types import Type


@record(frozen=True)
class Function:
    """Results made of parameters; `parameters[i]` is the node `parameter` of number i."""

    parameters: tuple[Node, ...]
    results: tuple[Node, ...]

    @cached_property
    def may_fault(self) -> bool:
        """Whether computing it could end a call."""
        return any(node.may_fault for node in topological(self.results))

    @cached_property
    def _hash(self) -> int:
        return hash((self.parameters, self.results))

    def __hash__(self) -> int:
        return self._hash


@record(frozen=True)
class Applied(Attributes):
    """The functions of an op: `body`, and further ones in records that extend this."""

    body: Function

    @property
    def may_fault(self) -> bool:
        return self.body.may_fault

    @property
    def functions(self) -> list[Function]:
        return [value for value in self.given().values() if isinstance(value, Function)]

    def with_functions(self, new: Mapping[Function, Function]) -> Applied:
        """The same with some functions replaced."""
        return replace(self, **{name: new[value] for name, value in self.given().items() if value in new})


_owners = count(1)


def new_owner() -> int:
    """An owner of parameters that no other function has."""
    return next(_owners)


def owner(function: Function) -> int:
    """The owner of the parameters of a function."""
    return function.parameters[0].get(FunctionParameter).owner if function.parameters else 0


def fresh(type: Type) -> Node:
    """A parameter of a function that is being built, equal to no other node."""
    node = Node()
    node.op, node.operands, node.attributes, node.type = OPS["parameter"], (), FunctionParameter(-1, type), type
    return node


def own_functions(node: Node) -> list[Function]:
    """The functions that a node applies."""
    return node.attributes.functions if isinstance(node.attributes, Applied) else []


def functions(nodes: Iterable[Node]) -> list[Function]:
    """All functions that some nodes or other functions apply, each once and after those that it applies itself."""
    found: dict[Function, None] = {}
    applied = [node for node in nodes if isinstance(node.attributes, Applied)]
    stack = [function for node in applied for function in own_functions(node)][::-1]
    while stack:
        function = stack[-1]
        inner = [f for node in topological(function.results) for f in own_functions(node) if f not in found]
        stack += inner[::-1]
        if not inner:
            found[stack.pop()] = None
    return list(found)


def with_bodies(roots: Iterable[Node]) -> Iterator[Node]:
    """Every node once, operands first, and those of a function before the node that applies it."""
    order = topological(roots)
    if not any(isinstance(node.attributes, Applied) for node in order):
        yield from order
        return
    done: set[Node] = set()
    stack = order[::-1]
    while stack:
        node = stack[-1]
        bodies = [root for function in own_functions(node) for root in function.results]
        pending = topological(bodies, known=done) if bodies and node not in done else []
        stack += pending[::-1]
        if not pending and stack.pop() not in done:
            done.add(node)
            yield node


def rebuilt(node: Node, operands: tuple[Node, ...], new: Mapping[Function, Function]) -> Node:
    """The node of other operands and functions; itself if they are the same."""
    if new and isinstance(node.attributes, Applied):
        return apply(node.op.name, *operands, **node.attributes.with_functions(new).given())
    return node.with_operands(*operands)


def replacements(roots: Sequence[Node], new: Mapping[Node, Node]) -> dict[Node, Node]:
    """For each node of some roots the one that `substitute` puts in its place."""
    order = topological(roots, known=new)
    return {**new, **dict(zip(order, substitute(order, new), strict=True))}


def substitute(roots: Sequence[Node], new: Mapping[Node, Node]) -> list[Node]:
    """The roots with some nodes replaced by others."""
    known = dict(new)
    for node in topological(roots, known=new):
        known[node] = rebuilt(node, tuple(known[operand] for operand in node.operands), {})
    return [known[root] for root in roots]


def inlined(function: Function, arguments: Sequence[Node]) -> list[Node]:
    """The results for some arguments, as nodes outside of the function."""
    return substitute(function.results, dict(zip(function.parameters, arguments, strict=True)))


def of_parameters(parameters: Sequence[Node], results: Sequence[Node], owner: int = 0) -> Function:
    """The function of results that depend on some nodes only."""
    own = tuple(apply("parameter", index=index, type=node.type, owner=owner) for index, node in enumerate(parameters))
    return Function(own, tuple(substitute(results, dict(zip(parameters, own, strict=True)))))


def closed(
    parameters: Sequence[Node],
    results: Sequence[Node],
    computed: Iterable[Node] = (),
    views: bool = True,
    owner: int = 0,
) -> tuple[Function, list[Node]]:
    """The function of some parameters, and the captured nodes as further arguments: the largest subexpressions that no
    parameter reaches are computed outside, once, unless they could fault and are not among those that are `computed`
    there anyway.  Constants and sizes stay inside, and `views`, unless there may be derivatives by them."""
    order = topological(results)
    inside = dependents(order, parameters)
    faults = Faults(computed)
    outside = {node for node in order if not (node in inside or _is_free(node, views) or faults.below(node))}
    used = topological(results, known=outside)
    captured = list(
        dict.fromkeys(node for node in (*(o for node in used for o in node.operands), *results) if node in outside)
    )
    return of_parameters([*parameters, *captured], results, owner), captured


def _is_free(node: Node, views: bool) -> bool:
    """Whether a node costs no more inside of a function than a captured value: constants, sizes, views, and masks of
    pieces, by which other rules find the pieces."""
    if node.op.name == "place":
        (below,) = node.operands
        while below.op.family == "view":
            (below,) = below.operands
        return below.is_constant
    return node.is_constant or node.op.name in ("size", "iota") or (views and node.op.family == "view")
