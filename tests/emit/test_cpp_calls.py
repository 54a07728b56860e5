"""The objects of the runtime that a program's kernels call."""

from __future__ import annotations

from pathlib import Path

import pytest

from tdsl.driver import generate
from tdsl.settings import Settings
from tdsl.source import Source

CASES = [
    ("entry f(x: real) -> x ** 2", ""),
    ("entry f(x: real[9]) -> tanh(x)", ""),
    ("dim N\nentry f(x: real[N, 3], w: real[3]) -> x @ w", "gemm-f32"),
    ("dim N\nentry f(x: f64[N, 3], w: f64[3]) -> x @ w", "gemm-f64"),
    ("dim N\nentry f(x: i64[N, 3], w: i64[3]) -> x @ w", "gemm-i64"),
    ("dim N\nentry f(x: real[N]) -> (mean(x), max(x))", "reductions-f32"),
    ("dim N\nentry f(x: f64[N]) -> sum(x)", "reductions-f64"),
    ("dim N\nentry f(x: i64[N]) -> sum(x)", ""),
    ("dim N\nentry f(x: real[N]) -> argmax(x)", ""),
    ("dim N\nentry f(x: real[N]) -> all(x > 0)", ""),
    ("shared w: real[99] = normal(0, 1)\nentry f() -> w", "draws"),
    ("shared w: real[99] = uniform(0, 1)\nentry f() -> w", ""),
    ("shared w: real[9, 9] = orthogonal()\nentry f() -> w", "draws random-f32"),
]


def calls(text: str, width: int = 32) -> set[str]:
    settings = Settings(float=width)
    return set(generate(Source("calls.tdsl", text), settings, Path.read_text).unit.calls)


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_routines_that_are_called(text: str, wanted: str) -> None:
    assert calls(text) == set(wanted.split())
    if "f64" not in text:
        assert calls(text, 64) == set(wanted.replace("f32", "f64").split())
