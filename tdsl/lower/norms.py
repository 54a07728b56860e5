"""norm(x) → sqrt(sum(x · x)) if no square leaves the range; else the largest element is factored out of the root."""

from __future__ import annotations

from tdsl.ir.attributes import Axes
from tdsl.ir.node import Node, apply, broadcast, full
from tdsl.ir.program import Program
from tdsl.ir.rewrite import rewrite

# Sums of squares between these bounds lose nothing to underflow, even in f32.
_LEAST, _MOST = 1e-24, 1e30


def without_norms(program: Program) -> Program:
    return rewrite(program, lambda node: _norm(node) if node.op.name == "norm" else node)


def _norm(node: Node) -> Node:
    (x,), axes = node.operands, node.get(Axes).axes
    squares = apply("sum", x * x, axes=axes)
    inside = apply("and", squares > _LEAST, squares < _MOST)
    everywhere = apply("all", inside, axes=tuple(range(inside.type.rank))) if inside.type.rank else inside
    return apply("if", everywhere, apply("sqrt", squares), _scaled(x, axes))


def _scaled(x: Node, axes: tuple[int, ...]) -> Node:
    largest = apply("max", apply("abs", x), axes=axes)
    divides = apply("and", largest > 0, apply("isfinite", largest))
    scale = apply("select", divides, largest, full(1, largest.type))
    parts = x / broadcast(scale, x.type, tuple(axis for axis in range(x.type.rank) if axis not in axes))
    return scale * apply("sqrt", apply("sum", parts * parts, axes=axes))
