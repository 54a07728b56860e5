"""sigmoid_slope(x) → y · (1 - y), tanh_slope(x) → 1 - y · y where y is sigmoid(x) or tanh(x) of what a matrix product
gave: a layer keeps y and not x, and y is off by no more than a unit in the last place of 1."""

from __future__ import annotations

from tdsl.ir import Node, Program, apply, rewrite, topological


def slopes(program: Program) -> Program:
    order = topological(program.roots())
    products: set[Node] = set()
    kept: set[tuple[str, Node]] = set()
    for node in order:
        passes = node.op.family in ("elementwise", "view") and not products.isdisjoint(node.operands)
        if passes or node.op.family == "contraction":
            products.add(node)
        if node.op.name in ("sigmoid", "tanh") and products.issuperset(node.operands):
            kept.add((node.op.name, node.operands[0]))
    return rewrite(program, lambda node: _rule(node, kept))


def _rule(node: Node, kept: set[tuple[str, Node]]) -> Node:
    function = node.op.name.removesuffix("_slope")
    if function == node.op.name or (function, node.operands[0]) not in kept:
        return node
    y = apply(function, node.operands[0])
    return y * (1 - y) if function == "sigmoid" else 1 - y * y
