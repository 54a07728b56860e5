"""Sizes as formulas: equal exactly if they are the same, certain exactly if that is."""

from __future__ import annotations

import pytest

from tdsl.types import (
    F32,
    F64,
    I64,
    Dim,
    Type,
    element_count,
)

A, B, N = (Dim.symbol(name) for name in "ABN")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((A + B) * (A - B), A * A - B * B),
        (A + B - B, A),
        (N * 6, N * 2 * 3),
        ((N * 4 + 2) // 2, N * 2 + 1),
        ((N * 4 + 3) % 2, Dim.of(1)),
        (N // N, Dim.of(1)),
        (N * 0, Dim.of(0)),
        (-(A - B), B - A),
        ((N + 1) // 2 + (N + 1) // 2, ((N + 1) // 2) * 2),
        (Dim.of(-7) // 2, Dim.of(-4)),
        (Dim.of(-7) % 3, Dim.of(2)),
        (element_count([A, B, Dim.of(2)]), A * B * 2),
    ],
)
def test_equal(one: Dim, other: Dim) -> None:
    assert one == other


def test_different() -> None:
    assert A != B and N // 2 != (N + 1) // 2 and A % B != A // B


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (Dim.of(0), "0"),
        (N - 1, "N - 1"),
        (-N + 3, "-N + 3"),
        (A * B * 2 + A, "2 * A * B + A"),
        ((N - 1) // 2, "((N - 1) // 2)"),
        (((N - 1) // 2) * 3 + 1, "3 * ((N - 1) // 2) + 1"),
    ],
)
def test_text(size: Dim, text: str) -> None:
    assert str(size) == text


def test_certain() -> None:
    assert (N + 1).at_least(1) and (A * B).at_least(0) and ((N + 1) // 2).at_least(0) and (N % 3).at_least(0)
    assert not (N - 1).at_least(0) and not ((N - 5) // 2).at_least(0) and not N.at_least(1) and not (A // B).at_least(0)


def test_exact_quotients() -> None:
    assert (A * B * 6).exactly(B * 2) == A * 3
    assert (A * B + B).exactly(B) == A + 1
    assert (A + B).exactly(A + B) == Dim.of(1)
    assert (A * B + 1).exactly(B) is None and (A * 3).exactly(Dim.of(2)) is None and (A * A).exactly(A + B) is None


def test_values() -> None:
    size = (N * 3 + 1) // 2 + A % B
    assert size.evaluate({"N": 3, "A": 7, "B": 4}) == 8
    assert size.substitute({"N": Dim.of(3)}).evaluate({"A": 7, "B": 4}) == 8
    assert size.symbols() == {"N", "A", "B"}
    with pytest.raises(KeyError):
        size.evaluate({"N": 3})


@pytest.mark.parametrize("operator", ["//", "%"])
def test_division_by_zero(operator: str) -> None:
    with pytest.raises(ZeroDivisionError):
        _ = N // 0 if operator == "//" else N % 0


def test_types() -> None:
    matrix = Type(F32, (N, Dim.of(2)))
    assert (str(matrix), matrix.spell(F32), matrix.rank, matrix.is_real) == ("f32[N, 2]", "real[N, 2]", 2, True)
    assert matrix.with_dtype(I64).with_shape(()) == Type(I64)
    assert Type(F64).spell(F32) == "f64"
