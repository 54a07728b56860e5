"""The ops of functions: parameters, nodes with several results, and calls with a derivative of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tdsl.ir.attributes import FunctionParameter, Item
from tdsl.ir.function import Applied, Function, fresh, inlined, of_parameters
from tdsl.ir.node import IllTyped, Node, apply, full
from tdsl.ops.define import define
from tdsl.ops.sources import unbound
from tdsl.record import record
from tdsl.types import Tuple, Type


@record(frozen=True)
class Derived(Applied):
    """A function with a derivative of its own."""

    derivative: Function


Rule = Callable[..., Sequence[Node]]


def _parameter(types: list[Type], index: int, type: Type, owner: int) -> Type:
    return type


def _item(types: list[Type], index: int) -> Type:
    (several,) = types
    if not isinstance(several, Tuple) or not 0 <= index < len(several.items):
        raise IllTyped(f"{several} has no result {index}")
    return several.items[index]


def items(node: Node) -> list[Node]:
    """The results of a node that has several."""
    assert isinstance(node.type, Tuple)
    return [apply("item", node, index=index) for index in range(len(node.type.items))]


def call(operands: Sequence[Node], function: Rule, derivative: Rule) -> list[Node]:
    """The results of `function(*operands)`.  `derivative(*operands, *results, *cotangents)` gives the cotangents of the
    operands, given those of the results; of both only those that are real have any.  Neither captures anything."""
    values = [fresh(operand.type) for operand in operands]
    body = of_parameters(values, function(*values))
    results = [fresh(result.type) for result in body.results]
    seeds = [fresh(result.type) for result in body.results if result.type.is_real]
    parts = derivative(*values, *results, *seeds)
    own = of_parameters([*values, *results, *seeds], parts)
    return items(apply("call", *operands, body=body, derivative=own))


def _call(types: list[Type], body: Function, derivative: Function) -> Tuple:
    results = [result.type for result in body.results]
    if types != [parameter.type for parameter in body.parameters]:
        raise IllTyped(f"a function of {_listed(body.parameters)} takes no {', '.join(map(str, types))}")
    if any(isinstance(result, Tuple) for result in results):
        raise IllTyped("a function makes single values")
    wanted = [*types, *results, *(result for result in results if result.is_real)]
    if [parameter.type for parameter in derivative.parameters] != wanted:
        raise IllTyped(f"a derivative takes {', '.join(map(str, wanted))}, not {_listed(derivative.parameters)}")
    wanted = [type for type in types if type.is_real]
    if [result.type for result in derivative.results] != wanted:
        raise IllTyped(f"a derivative gives {', '.join(map(str, wanted))}, not {_listed(derivative.results)}")
    return Tuple(tuple(results))


def _listed(nodes: Sequence[Node]) -> str:
    return ", ".join(str(node.type) for node in nodes)


def _own(g: Sequence[Node | None], y: Node, *operands: Node) -> list[Node | None]:
    """The cotangents by the call's own derivative."""
    results = items(y)
    seeds = [part or full(0, result.type) for part, result in zip(g, results, strict=True) if result.type.is_real]
    parts = iter(inlined(y.get(Derived).derivative, [*operands, *results, *seeds]))
    return [next(parts) if operand.type.is_real else None for operand in operands]


parameter = define("parameter", "source", _parameter, unbound, FunctionParameter)
item = define("item", "item", _item, lambda x, index: x[index], Item)
call_ = define(
    "call",
    "function",
    _call,
    lambda *operands, body, derivative: body(*operands),
    Derived,
    cotangents=_own,
)
