"""`tdsl info`: inputs, values and costs of a module, as a page and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Runs = Callable[..., tuple[int, str, str]]

PROGRAM = """## A layer.

dim B
input x: real[B, 2]
shared W: real[2, 4] = 1
entry grow(x, by: real = 0.5) -> sum(x) { W <- W + by }
entry test(x) -> tanh(x @ W)
"""
PAGE = """layer (real is f32, B = 1000)
    A layer.

values, bytes
    W: real[2, 4]               32
    in all                      32

grow(x: real[B, 2], by: real = 0.5) -> real
    updates W
    workspace, bytes      0
    results, bytes        0
    new values, bytes     32
    memory in all, bytes  32
    FLOP                  2 * B + 8 = 2,008
    functions             0
    bytes moved           8 * B + 72 = 8,072

test(x: real[B, 2]) -> real[B, 4]
    workspace, bytes      0
    results, bytes        16 * B = 16,000
    new values, bytes     0
    memory in all, bytes  16 * B = 16,000
    FLOP                  12 * B = 12,000
    functions             4 * B = 4,000
    bytes moved           24 * B + 32 = 24,032

initialise(seed: i64)
    updates W
    workspace, bytes      0
    results, bytes        0
    new values, bytes     32
    memory in all, bytes  32
    FLOP                  0
    functions             0
    bytes moved           32
"""


@pytest.fixture
def layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("layer.tdsl").write_text(PROGRAM)
    return "layer.tdsl"


def told(tdsl_runs: Runs, *arguments: str) -> str:
    code, out, err = tdsl_runs("info", *arguments)
    assert (code, err) == (0, "")
    return out


def test_the_page(tdsl_runs: Runs, layer: str) -> None:
    assert told(tdsl_runs, layer, "--dims", "B=1000") == PAGE
    assert "    results, bytes        16 * B\n" in told(tdsl_runs, layer)
    assert told(tdsl_runs, layer).startswith("layer (real is f32)\n")
    assert "    results, bytes        32 * B\n" in told(tdsl_runs, layer, "--float", "64")


def test_functions_without_values(tdsl_runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("square.tdsl").write_text("entry f(x: real) -> x ** 2\n")
    page = told(tdsl_runs, "square.tdsl")
    assert page.startswith("square (real is f32)\n\nf(x: real) -> real\n    workspace, bytes      0\n")
    assert "initialise" not in page and "values, bytes\n" not in page.replace("new values", "")


def test_json(tdsl_runs: Runs, layer: str) -> None:
    found = json.loads(told(tdsl_runs, layer, "--json"))
    assert (found["name"], found["doc"].strip(), found["real"], found["dims"]) == ("layer", "A layer.", "f32", ["B"])
    assert found["values"] == [{"name": "W", "kind": "shared", "type": "real[2, 4]", "bytes": 32}]
    grow, test, initialise = found["entries"]
    assert grow["arguments"] == [
        {"name": "x", "type": "real[B, 2]", "default": None},
        {"name": "by", "type": "real", "default": 0.5},
    ]
    assert (grow["updates"], test["results"], initialise["name"]) == (["W"], ["real[B, 4]"], "initialise")
    assert test["costs"]["flop"] == {"formula": "12 * B", "value": None}
    with_sizes = json.loads(told(tdsl_runs, layer, "--json", "--dims", "B=10"))
    assert with_sizes["entries"][1]["costs"]["flop"] == {"formula": "12 * B", "value": 120}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("H=3", "there is no dim 'H'; the dims are B"),
        ("B", "expected NAME=SIZE with a whole number, got 'B'"),
        ("B=-1", "expected NAME=SIZE with a whole number, got 'B=-1'"),
    ],
)
def test_sizes_that_are_none(tdsl_runs: Runs, layer: str, given: str, problem: str) -> None:
    code, out, err = tdsl_runs("info", layer, "--dims", given)
    assert (code, out) == (2, "") and problem in err


def test_states_that_loops_keep(tmp_path: Path, tdsl_runs: Runs) -> None:
    """Those of every step, or of every fifth and of the five steps that are done again, and the values of tanh in steps
    that have derivatives."""
    text = (
        "dim T, B\ninput x: real[T, B, 8]\nshared U: real[8, 8] = 1\n"
        "fn rnn(x) = for x_t in x {CHECKPOINT\n    state h: real[B, 8] = 0\n    h <- tanh(x_t + h @ U)\n}\n"
        "cost C = sum(rnn(x) ** 2)\nentry slope(x) -> grad(C, U)\nentry test(x) -> C\n"
    )
    for header, kept in (
        ("{", "kept by for, line 4, bytes  64 * B * T = 640"),
        ("checkpoint 5 {", few := "kept by for, line 4, bytes  32 * B * ((T + 4) // 5) + 320 * B = 384"),
        (", t in T checkpoint 5 {", few),
    ):
        path = tmp_path / "rnn.tdsl"
        counted = text.replace("tanh(x_t", "tanh(x_t * real(t)") if "t in T" in header else text
        path.write_text(counted.replace("{CHECKPOINT", header))
        page = told(tdsl_runs, str(path), "--dims", "T=10,B=1")
        slope, test = page.partition("slope(")[2].split("test(")
        assert kept in slope and "kept" not in test
