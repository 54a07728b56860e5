"""Wrong rewrites, one at a time, do not survive the random programs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tdsl.interp import evaluate
from tdsl.ir import Node, apply, constant_value, full, rewrite
from tdsl.types import F64

from .build import program
from .random_programs import Generator
from .test_random_programs import assert_same, outcome


def is_op(node: Node, name: str) -> bool:
    return node.op.name == name


def either(node: Node, number: float) -> Node | None:
    """The other operand of a product or sum with a literal."""
    a, b = node.operands
    return b if constant_value(a) == number else a if constant_value(b) == number else None


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
    "sum(x) → max(x)": lambda n: apply("max", n.operands[0], axes=n["axes"]) if is_op(n, "sum") else None,
    "max(x) → sum(x)": lambda n: apply("sum", n.operands[0], axes=n["axes"]) if is_op(n, "max") else None,
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
        apply("gather", n.operands[0], n.operands[1] * 0, axis=n["axis"]) if is_op(n, "gather") else None
    ),
    "slice from one further": lambda n: (
        apply("slice", n.operands[0], starts=tuple(s + 1 for s in n["starts"]), steps=n["steps"], sizes=n["sizes"])
        if is_op(n, "slice") and all((w - s - z * abs(k) - 1).at_least(0) for w, s, z, k in zip(
            n.operands[0].type.shape, n["starts"], n["sizes"], n["steps"], strict=True)) and n["sizes"]
        else None
    ),
    "stack reversed": lambda n: apply("stack", *n.operands[::-1]) if is_op(n, "stack") else None,
    "(A B) → A": lambda n: n.operands[0] if is_op(n, "matmul") and n.operands[0].type == n.type else None,
    "abs(x) → x": lambda n: n.operands[0] if is_op(n, "abs") else None,
    "floor → trunc": lambda n: apply("trunc", n.operands[0]) if is_op(n, "floor") else None,
    "a <= b → a < b": lambda n: n.operands[0] < n.operands[1] if is_op(n, "le") else None,
    "x ** y → x · y": lambda n: n.operands[0] * n.operands[1] if is_op(n, "pow") else None,
}  # fmt: skip


@pytest.mark.parametrize("what", RULES)
def test_noticed(what: str) -> None:
    rule = RULES[what]

    def step(node: Node) -> Node:
        found = rule(node)
        return node if found is None or found.type != node.type else found

    for seed in range(1500):
        generator = Generator(seed)
        for _ in range(14):
            generator.grow()
        roots = generator.pool[-5:]
        made = program(roots)
        changed = rewrite(made, step)
        if changed.entries[0].roots() == roots:
            continue
        values = generator.values()
        try:
            before = outcome(roots, values, generator.dims)
            assert_same(roots, before, outcome(changed.entries[0].roots(), values, generator.dims), what)
        except (AssertionError, ValueError):
            return
    pytest.fail(f"1500 programs did not notice {what}")


def test_the_check_accepts_what_is_right() -> None:
    generator = Generator(3)
    for _ in range(14):
        generator.grow()
    roots = generator.pool[-5:]
    assert roots[0].type.dtype == F64
    same = evaluate(roots, generator.values(), generator.dims, {})
    assert_same(roots, list(same), list(same), "itself")
