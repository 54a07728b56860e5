"""The C++ text: equal kernels are one, and long programs are cut into functions of bounded length."""

from __future__ import annotations

import re

import pytest

from tdsl.emit.frames import filled
from tdsl.ir.node import Node, apply, broadcast
from tdsl.source import CompilerBug
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
