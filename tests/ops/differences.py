"""Derivatives by central differences, along random directions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tdsl.ir.attributes import Named
from tdsl.ir.grad import cotangents
from tdsl.ir.interp import evaluate
from tdsl.ir.node import Node, apply, full, topological
from tdsl.types import element_count

STEP = 1e-3


def scalar(node: Node, weights: Node) -> Node:
    """A real scalar that weighs every element of a node; not by a sum where sums are tried, as two wrongs make a
    right."""
    if any(inner.op.name == "sum" for inner in topological([node])):
        flat = (element_count(node.type.shape),)
        return apply("reshape", node, shape=flat) @ apply("reshape", weights, shape=flat)
    return apply("sum", node * weights, axes=tuple(range(node.type.rank)))


def weights_of(node: Node, name: str) -> Node:
    return apply("argument", name=name, type=node.type)


def gradient(cost: Node, wrt: Sequence[Node]) -> list[Node]:
    """Zero where the table says that there is none."""
    found = cotangents(cost, wrt)
    return [found.get(node, full(0, node.type)) for node in wrt]


# The weights of f(k h) - f(-k h) in a central difference, by its order.
WEIGHTS = {4: (2 / 3, -1 / 12), 8: (4 / 5, -1 / 5, 4 / 105, -1 / 280)}


def directional_error(
    cost: Node, wrt: Sequence[Node], values: dict[str, np.ndarray], seed: int, order: int = 4, step: float = STEP
) -> float:
    """The distance of the derivative along a random direction from a difference quotient, relative to its terms."""
    rng = np.random.default_rng(seed)
    ways = [rng.normal(size=np.shape(values[node.get(Named).name])) for node in wrt]
    gradients = evaluate(gradient(cost, wrt), values, {}, {})
    terms = [np.ravel(one * way) for one, way in zip(gradients, ways, strict=True)]
    claimed = float(sum(term.sum() for term in terms))

    def along(distance: float) -> float:
        moved = dict(values)
        for node, way in zip(wrt, ways, strict=True):
            moved[node.get(Named).name] = values[node.get(Named).name] + distance * way
        return float(evaluate([cost], moved, {}, {})[0])

    far = [(weight, step * k) for k, weight in enumerate(WEIGHTS[order], 1)]
    measured = sum(weight * (along(distance) - along(-distance)) for weight, distance in far) / step
    scale = 1 + sum(float(np.abs(term).sum()) for term in terms) + abs(along(0))
    return abs(claimed - measured) / scale


def elementwise_error(node: Node, wrt: Sequence[Node], values: dict[str, np.ndarray]) -> float:
    """The same for an elementwise node: every element is a point of its own, every operand tried alone."""
    worst = 0.0
    for operand in wrt:
        (rule,) = evaluate(gradient(scalar(node, full(1, node.type)), [operand]), values, {}, {})

        def along(distance: float, name: str = operand.get(Named).name) -> np.ndarray:
            return np.asarray(evaluate([node], {**values, name: values[name] + distance}, {}, {})[0])

        step = STEP / 4
        measured = (8 * (along(step) - along(-step)) - (along(2 * step) - along(-2 * step))) / (12 * step)
        error = np.abs(rule - measured) / (1 + np.abs(measured))
        worst = max(worst, float(error.max(initial=0)) if np.isfinite(error).all() else np.inf)
    return worst


def leaves(node: Node) -> list[Node]:
    return [leaf for leaf in topological([node]) if leaf.op.name == "argument" and leaf.type.is_real]
