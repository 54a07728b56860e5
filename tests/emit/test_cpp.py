"""The C++ text: equal kernels are one, and long programs are cut into functions of bounded length."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tdsl.driver import generate
from tdsl.emit.frames import filled
from tdsl.ir.node import Node, apply, broadcast
from tdsl.settings import Settings
from tdsl.source import CompilerBug, Source
from tdsl.types import F32, Dim, Shape, Type
from tests.lower.cases import Case, M, N, argument, program
from tests.stages import stages


def dense(x: Node, number: int, size: Dim) -> tuple[Node, tuple[Node, Node]]:
    weights = argument(f"w{number}", F32, x.type.shape[1], size)
    bias = argument(f"b{number}", F32, size)
    shape: Shape = (N, size)
    return apply("sigmoid", x @ weights + broadcast(bias, Type(F32, shape), (1,))), (weights, bias)


def network(*sizes: int) -> Case:
    x = argument("x", F32, N, sizes[0])
    inputs: tuple[Node, ...] = (x,)
    for number, size in enumerate(sizes[1:]):
        x, given = dense(x, number, Dim.of(size))
        inputs += given
    return Case("network", (x,), inputs)


def text(case: Case) -> str:
    made = program([case])
    return stages(made).unit.text


def kernels(unit: str) -> list[str]:
    return re.findall(r"^TDSL_ROUTINE void (?!run|update)(\w+)\(", unit, flags=re.MULTILINE)


def test_equal_layers_of_any_sizes_share_a_kernel() -> None:
    unit = text(network(784, 500, 300, 200, 300))
    assert kernels(unit) == ["gemm_sigmoid"]
    assert len(re.findall(r"^ +gemm_sigmoid\(", unit, flags=re.MULTILINE)) == 4


def test_rows_of_a_stack_share_a_kernel() -> None:
    x, stack = argument("x", F32, N), argument("stack", F32, 3, N)
    rows = [
        apply("slice", stack, starts=(Dim.of(row), Dim.of(0)), steps=(1, 1), sizes=(Dim.of(1), N)) for row in range(3)
    ]
    products = tuple(x * apply("reshape", row, shape=(N,)) for row in rows)
    sums = tuple(apply("sum", product, axes=(0,)) for product in products)
    assert len(kernels(text(Case("rows", sums, (x, stack))))) == 1


def test_fills_share_a_kernel_whatever_their_number() -> None:
    made = generate(Source("filled.tdsl", FILLED), Settings(), Path.read_text)
    assert [name for name in kernels(made.unit.text) if "_copy" in name or "_fill" in name] == ["map_fill"]


FILLED = """\
shared a: real[50] = 0
shared b: real[50] = 1
shared c: real[50] = 0
shared d: real[50] = 1
entry f() -> (a + b, c + d)
"""


def test_the_step_of_the_inner_loop_stays_visible() -> None:
    a = argument("a", F32, N, 100)
    turned = apply("transpose", a, axes=(1, 0))
    case = Case("turned", (apply("tanh", turned), apply("tanh", a)), (a,))
    assert "p1[i0 + 100 * i1]" in text(case).replace("p0", "p1")


def test_neighbours_stay_visible() -> None:
    """Also where only a call knows how far they are from the first element: vectors take them both."""
    a = argument("a", F32, N, M)
    shown = apply("windows", a, sizes=(Dim.of(2), Dim.of(2)), strides=(2, 2), dilations=(1, 1))
    case = Case("pooled", (apply("max", shown, axes=(2, 3)),), (a,))
    assert re.search(r"2 \* i1 \+ (n\d)\].*2 \* i1 \+ \(\1 \+ 1\)\]", text(case), flags=re.DOTALL)


def test_functions_are_of_bounded_length() -> None:
    unit = text(network(*[64] * 1000))
    unit = re.sub(r"^ *//.*\n", "", unit, flags=re.MULTILINE)
    bodies = re.findall(r"^\w[^=\n]*\{\n((?:(?: .*)?\n)*)\}", unit, flags=re.MULTILINE)
    assert len(bodies) > 5 and max(body.count("\n") for body in bodies) < 1000


def small(inputs: int, outputs: int, entries: int = 1) -> str:
    x = argument("x", F32, N, inputs)
    w = argument("w", F32, Dim.of(inputs), Dim.of(outputs))
    made = program([Case(f"layer{number}", (apply("tanh", x @ w),), (x, w)) for number in range(entries)])
    return stages(made).unit.text


def written_out(unit: str) -> list[str]:
    return re.findall(r"if \(call->dims\[0\] == (\d+)\)", unit)


def test_few_elements_are_written_out_for_usual_sizes() -> None:
    assert written_out(small(2, 2)) == ["1", "4", "8"]
    assert written_out(small(2, 12)) == ["1", "4"]  # of at most 64 elements
    assert written_out(small(9, 8)) == []
    assert "TDSL_INLINE void map_tanh(" in small(2, 2) and "TDSL_INLINE" not in small(9, 8)


def test_not_all_of_many_entries_are_written_out() -> None:
    few, many = (len(written_out(small(2, 2, entries=entries))) for entries in (150, 300))
    assert few == many < 3 * 150


def test_a_frame_is_filled_exactly() -> None:
    with pytest.raises(CompilerBug, match=r"unit.cpp has holes \[.+\], got \['other'\]"):
        filled("cpp/unit.cpp", other="")
