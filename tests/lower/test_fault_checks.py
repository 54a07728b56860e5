"""Nests that only look for faults stand where kernels may miss an element, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tdsl.driver import Stages
from tdsl.loops.language import Map, Module, walk
from tdsl.lower import lower
from tdsl.passes import optimise
from tdsl.schedule import schedule
from tdsl.settings import Settings
from tdsl.source import Source

HEAD = "dim N, M, K\n"
ALWAYS_SEEN = [
    "entry f(x: real[N], k: int) -> x[k]",
    "entry f(x: real[N, 3], k: int[K]) -> tanh(x[k])",
    "entry f(x: real[5, N], k: int[K]) -> x[:, k]",
    "entry f(x: real[N], k: int[K]) -> 2 * x[k][::-1] + 1",
    "entry f(x: real[N], k: int[6]) -> reshape(x[k], (2, 3))",
    "entry f(x: real[N], k: int[K, M]) -> x[k].T",
    "entry f(x: real[N], k: int[K]) -> place(x[k], K + 5, 3, 1)",
    "entry f(x: real[N], k: int[K]) -> x[k][1:] - x[k][:K - 1]",
    "entry f(x: real[N], k: int[K], y: real[M, K]) -> x[k] + y",
    "entry f(x: real[N], k: int[K]) -> grad(sum(x[k] ** 2), x)",
    "entry f(a: int[N], b: int[N, M]) -> a[:, new] // b",
    "entry f(a: int[N]) -> (a // 2 + a % 7)[1:]",
    "entry f(a: int[N], b: int[N], c: int[2 * N]) -> (place(a, 2 * N, 0, 1) + place(b, 2 * N, N, 1)) // c",
    "entry f(x: real[N], k: int[K], c: bool) -> if c then x[k] else 2 * x[k]",
]
MAYBE_UNSEEN = [
    ("entry f(x: real[N, M], k: int) -> x[k]", ("(1 // (M + 1))",)),
    ("entry f(x: real[N, M], k: int[K]) -> x[:, k]", ("(1 // (N + 1))", "K")),
    ("entry f(x: real[N, M], k: int[K]) -> grad(sum(x[k] ** 2), x)", ("(1 // (M + 1))", "K")),
    ("entry f(x: real[N], k: int[K]) -> x[k][::2]", ("K",)),
    ("entry f(a: int[N], b: int[N]) -> (a // b)[1:]", ("N",)),
]


def lowered(text: str) -> Module:
    return schedule(lower(optimise(Stages(Source("model.tdsl", HEAD + text), Settings(), Path.read_text).program)))


def nests(text: str) -> list[tuple[str, ...]]:
    """The axes of the maps that store nothing."""
    (routine,) = lowered(text).routines
    maps = [statement for statement in walk(routine.statements) if isinstance(statement, Map)]
    return [tuple(map(str, statement.axes)) for statement in maps if not statement.stores]


@pytest.mark.parametrize("text", ALWAYS_SEEN)
def test_no_element_is_checked_twice(text: str) -> None:
    assert nests(text) == []


@pytest.mark.parametrize(("text", "axes"), MAYBE_UNSEEN)
def test_faults_that_kernels_may_miss_have_a_nest(text: str, axes: tuple[str, ...]) -> None:
    assert nests(text) == [axes]


def test_a_routine_of_few_elements_stays_one() -> None:
    module = lowered("entry f(x: real[N, 4], k: int[3]) -> 2 * x[:, k]")
    assert module.routines[0].fixed_sizes == ({"N": 1}, {"N": 4}, {"N": 8})
