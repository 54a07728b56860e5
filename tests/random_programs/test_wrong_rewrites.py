"""Wrong rewrites, one at a time, do not survive the random programs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from tdsl.ir.attributes import Axes, Axis, Slice
from tdsl.ir.node import Node, apply, constant_value, full
from tdsl.ir.program import Program as Typed
from tdsl.ir.rewrite import rewrite

from .compare import Meanings, meanings, misses
from .generator import Generator
from .program import Program
from .selection import KEPT


def is_op(node: Node, name: str) -> bool:
    return node.op.name == name


def either(node: Node, number: float) -> Node | None:
    """The other operand of a product or sum with a literal."""
    a, b = node.operands
    return b if constant_value(a) == number else a if constant_value(b) == number else None


def one_further(node: Node, cut: Slice) -> Node | None:
    """The slice that begins one element further on every axis, if it has any and lies inside."""
    axes = zip(node.operands[0].type.shape, cut.starts, cut.sizes, cut.steps, strict=True)
    if not cut.sizes or not all((w - s - z * abs(k) - 1).at_least(0) for w, s, z, k in axes):
        return None
    starts = tuple(start + 1 for start in cut.starts)
    return apply("slice", node.operands[0], starts=starts, steps=cut.steps, sizes=cut.sizes)


RULES: dict[str, Callable[[Node], Node | None]] = {
    "x · 0 → 0": lambda n: full(0, n.type) if is_op(n, "mul") and either(n, 0) is not None else None,
    "x + 0 → x": lambda n: either(n, 0) if is_op(n, "add") else None,
    "x - x → 0": lambda n: full(0, n.type) if is_op(n, "sub") and n.operands[0] is n.operands[1] else None,
    "x / x → 1": lambda n: full(1, n.type) if is_op(n, "div") and n.operands[0] is n.operands[1] else None,
    "0 - x → -x": lambda n: -n.operands[1] if is_op(n, "sub") and constant_value(n.operands[0]) == 0 else None,
    "x - y → y - x": lambda n: n.operands[1] - n.operands[0] if is_op(n, "sub") else None,
    "-x → x": lambda n: n.operands[0] if is_op(n, "neg") else None,
    "not (a < b) → a >= b": lambda n: (
        n.operands[0].operands[0] >= n.operands[0].operands[1]
        if is_op(n, "not") and is_op(n.operands[0], "lt")
        else None
    ),
    "switch(c, a, b) → switch(c, b, a)": lambda n: (
        apply("select", n.operands[0], n.operands[2], n.operands[1]) if is_op(n, "select") else None
    ),
    "switch(c, x, x) → x": lambda n: n.operands[1] if is_op(n, "select") and n.operands[1] is n.operands[2] else None,
    "if c then a else b → switch": lambda n: n.operands[1] if is_op(n, "if") else None,
    "sum(broadcast(x)) → x": lambda n: (
        n.operands[0].operands[0]
        if is_op(n, "sum") and is_op(n.operands[0], "broadcast") and n.operands[0].operands[0].type == n.type
        else None
    ),
    "sum(x) → max(x)": lambda n: apply("max", n.operands[0], axes=n.get(Axes).axes) if is_op(n, "sum") else None,
    "max(x) → sum(x)": lambda n: apply("sum", n.operands[0], axes=n.get(Axes).axes) if is_op(n, "max") else None,
    "maximum(a, b) → switch(a > b, a, b)": lambda n: (
        apply("select", n.operands[0] > n.operands[1], *n.operands) if is_op(n, "maximum") else None
    ),
    "a % b → a - b · trunc(a / b)": lambda n: (
        n.operands[0] - n.operands[1] * apply("trunc", n.operands[0] / n.operands[1])
        if is_op(n, "mod") and n.type.is_real
        else None
    ),
    "a // b → 0, faults lost": lambda n: full(0, n.type) if is_op(n, "floordiv") else None,
    "gather → its first": lambda n: (
        apply("gather", n.operands[0], n.operands[1] * 0, axis=n.get(Axis).axis) if is_op(n, "gather") else None
    ),
    "slice from one further": lambda n: one_further(n, n.get(Slice)) if is_op(n, "slice") else None,
    "stack reversed": lambda n: apply("stack", *n.operands[::-1]) if is_op(n, "stack") else None,
    "reshape in another order": lambda n: (
        apply("reshape", apply("transpose", n.operands[0], axes=tuple(range(n.operands[0].type.rank))[::-1]),
              shape=n.type.shape)
        if is_op(n, "reshape") and n.operands[0].type.rank > 1
        else None
    ),
    "(A B) → A": lambda n: n.operands[0] if is_op(n, "matmul") and n.operands[0].type == n.type else None,
    "abs(x) → x": lambda n: n.operands[0] if is_op(n, "abs") else None,
    "floor → trunc": lambda n: apply("trunc", n.operands[0]) if is_op(n, "floor") else None,
    "a <= b → a < b": lambda n: n.operands[0] < n.operands[1] if is_op(n, "le") else None,
    "1 - sigmoid(x) → sigmoid(x)": lambda n: (
        n.operands[1]
        if is_op(n, "sub") and constant_value(n.operands[0]) == 1 and is_op(n.operands[1], "sigmoid")
        else None
    ),
    "log(1 + x) → log1p(-x)": lambda n: (
        apply("log1p", -x)
        if is_op(n, "log") and is_op(n.operands[0], "add") and (x := either(n.operands[0], 1))
        else None
    ),
    "log(sigmoid(x)) → softplus(-x)": lambda n: (
        apply("softplus", -n.operands[0].operands[0])
        if is_op(n, "log") and is_op(n.operands[0], "sigmoid")
        else None
    ),
    "x ** y → x · y": lambda n: n.operands[0] * n.operands[1] if is_op(n, "pow") else None,
}  # fmt: skip


@cache
def program(number: int) -> tuple[Program, Meanings]:
    """The kept ones, then random ones."""
    found = Program(KEPT[number].read_text()) if number < len(KEPT) else Generator(number - len(KEPT)).file()
    return found, meanings(found)


@pytest.mark.parametrize("what", RULES)
def test_noticed(what: str) -> None:
    rule = RULES[what]

    def rewritten(node: Node) -> Node:
        found = rule(node)
        return node if found is None or found.type != node.type else found

    def faulty(program: Typed) -> Typed:
        return rewrite(program, rewritten)

    programs = map(program, range(len(KEPT) + 60))
    assert any(misses(one, (faulty,), known) for one, known in programs), f"1500 programs did not notice {what}"
