"""Decisions of the schedule about single statements, and their grounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tdsl.driver import Stages
from tdsl.loops.language import Map, Reduce, RowGroup, Scatter, walk
from tdsl.settings import Settings
from tdsl.source import Source

HEAD = "dim N, M, K\ninput x: real[N, M]\ninput v: real[M]\ninput i: int[K]\ninput j: int[K, M]\n"
LONG = "exp(sin(exp(sin(exp(sin(v + 1) + 2) + 3) + 4) + 5) + 6) + exp(cos(exp(cos(exp(cos(v + 7) + 8) + 9))))"

ORDERS = {
    "elements side by side": ("entry f(x) -> exp(x)", ["rows"]),
    "rows of one are columns of the other": ("entry f(x) -> x.T + 1", ["tiles"]),
    "elements at known distances": ("entry f(x, v) -> exp(v[::3])", ["strided"]),
    "a large body": (f"entry f(v) -> {LONG}", ["large_body"]),
    "a single element": ("entry f(v) -> v[0] + 1", ["rows"]),
}
ALONG = {
    "rows": ("entry f(x) -> sum(x, axis=1)", ["reduced"]),
    "columns": ("entry f(x) -> sum(x, axis=0)", ["kept"]),
    "everything": ("entry f(x) -> sum(x)", ["reduced"]),
    "positions of columns": ("entry f(x) -> argmax(x, axis=0)", ["reduced"]),
}
CONFLICTS = {
    "rows at positions": ("entry f(x, i) -> grad(sum(exp(x[i])), x)", [((0,), "columns")]),
    "elements at positions": ("entry f(v, j) -> grad(sum(exp(v[j])), v)", [((0,), "elements")]),
    "a row at one position": ("entry f(x, i) -> grad(sum(exp(x[i[0]])), x)", [((), "any")]),
    "windows that overlap": ("entry f(x) -> grad(sum(exp(windows(x, 3))), x)", [((1,), "rows")]),
    "along the first axis only": ("entry f(x) -> grad(sum(exp(windows(x, (3, 2), (1, 2)))), x)", [((0,), "rows")]),
    "windows that are apart": ("entry f(x) -> grad(sum(exp(windows(x, (2, 2), (2, 3)))), x)", []),
}


def statements(text: str) -> list[object]:
    stages = Stages(Source("p.tdsl", HEAD + text), Settings(), Path.read_text)
    return list(walk(stages.scheduled.routines[0].statements))


@pytest.mark.parametrize("name", ORDERS)
def test_orders_of_maps(name: str) -> None:
    text, wanted = ORDERS[name]
    assert [line.order for line in statements(text) if isinstance(line, Map)] == wanted


@pytest.mark.parametrize("name", ALONG)
def test_vectors_of_reductions(name: str) -> None:
    text, wanted = ALONG[name]
    assert [line.along for line in statements(text) if isinstance(line, Reduce)] == wanted


@pytest.mark.parametrize("name", CONFLICTS)
def test_conflicts_of_scatters(name: str) -> None:
    text, wanted = CONFLICTS[name]
    assert [(line.conflicts, line.order) for line in statements(text) if isinstance(line, Scatter)] == wanted


def test_rows_that_run_together() -> None:
    lines = statements("entry f(x) -> exp(x - max(x, axis=1)[:, new])")
    (group,) = (line for line in lines if isinstance(line, RowGroup))
    assert [type(line) for line in group.statements] == [Reduce, Map]
    assert group.origins == group.statements[0].origins + group.statements[1].origins
