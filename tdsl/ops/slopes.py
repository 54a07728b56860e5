"""Derivatives of functions, made of the functions' results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tdsl.ir.node import Node
from tdsl.ops.elementwise import over


def of_products(order: Iterable[Node]) -> set[Node]:
    """The matrix products, and what is made of them element by element."""
    found: set[Node] = set()
    for node in order:
        passes = node.op.family in ("elementwise", "view") and not found.isdisjoint(node.operands)
        if passes or node.op.family == "contraction":
            found.add(node)
    return found


def by_results(order: Sequence[Node]) -> Callable[[Node], Node]:
    """sigmoid_slope(x) → y · (1 - y), tanh_slope(x) → 1 - y · y where y is sigmoid(x) or tanh(x) of a matrix product x
    and one of the nodes: a layer keeps y and not x, and the error is at most one ulp of 1.  hypot_slope(a, b) → a / y,
    but 0 at 0, where y is hypot(a, b) or hypot(b, a): the program has computed it, and the quotient is the same."""
    products = of_products(order)
    kept: dict[tuple[str, *tuple[Node, ...]], Node] = {}
    for node in order:
        if node.op.name == "hypot":
            kept[node.op.name, *node.operands] = kept[node.op.name, *node.operands[::-1]] = node
        elif node.op.name in ("sigmoid", "tanh") and products.issuperset(node.operands):
            kept[node.op.name, *node.operands] = node
    return lambda node: _by_result(node, kept)


def _by_result(node: Node, kept: dict[tuple[str, *tuple[Node, ...]], Node]) -> Node:
    function = node.op.name.removesuffix("_slope")
    if function == node.op.name or (function, *node.operands) not in kept:
        return node
    y = kept[function, *node.operands]
    match function:
        case "hypot":
            return over(node.operands[0], y)
        case "sigmoid":
            return y * (1 - y)
        case _:
            return 1 - y * y
