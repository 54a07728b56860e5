"""`tdsl graph`: its options."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Runs = Callable[..., tuple[int, str, str]]

PROGRAM = """input x: real[3]
entry double(x) -> 2 * x
entry total(x) -> sum(x)
"""
MERMAID = """flowchart TD
    v0(["x: real[3]"])
    v1["2 * x"]
    v2["sum(x)"]
    v3[["double"]]
    v4[["total"]]
    v0 -->|"[3]"| v1
    v0 -->|"[3]"| v2
    v1 -->|"[3]"| v3
    v2 --> v4
"""
DOT = """digraph "model" {
    node [fontname="monospace"];
    edge [fontname="monospace"];
    v0 [label="x: real[3]", shape=ellipse];
    v1 [label="sum(x)", shape=box, style=rounded];
    v2 [label="total", shape=box, peripheries=2];
    v0 -> v1 [label="[3]"];
    v1 -> v2;
}
"""


def test_formats(tdsl_runs: Runs) -> None:
    Path("model.tdsl").write_text(PROGRAM)
    assert tdsl_runs("graph", "model.tdsl") == (0, MERMAID, "")
    assert tdsl_runs("graph", "model.tdsl", "--dot", "--entry", "total") == (0, DOT, "")
    code, out, _ = tdsl_runs("graph", "model.tdsl", "--svg", "--stage", "optimised")
    assert code == 0
    assert out.startswith('<svg xmlns="http://www.w3.org/2000/svg"')


def test_an_unknown_entry(tdsl_runs: Runs) -> None:
    Path("model.tdsl").write_text(PROGRAM)
    code, _, err = tdsl_runs("graph", "model.tdsl", "--entry", "twice")
    assert code == 2
    assert err == "tdsl: error[TD0404]: there is no entry 'twice'\n= hint: the entries are double, total\n"


def test_updates_are_left_out(tdsl_runs: Runs) -> None:
    text = "shared w: real = 1\ncost C = w ** 2\nentry train(lr: real) -> C { w <- w - lr * grad(C, w) }\n"
    Path("model.tdsl").write_text(text)
    assert "lr" in tdsl_runs("graph", "model.tdsl")[1]
    picture = """flowchart TD
    v0[("w: real")]
    v1{{"C<br/>w ** 2"}}
    v2[["train: C"]]
    v0 --> v1
    v1 --> v2
"""
    assert tdsl_runs("graph", "model.tdsl", "--no-updates") == (0, picture, "")


def test_pictures_that_mermaid_refuses(tdsl_runs: Runs) -> None:
    terms = " + ".join(f"sin(x * {number})" for number in range(2, 180))
    Path("model.tdsl").write_text(f"input x: real\nentry f(x) -> {terms}\n")
    code, out, err = tdsl_runs("graph", "model.tdsl")
    edges = sum(" --> " in line for line in out.splitlines())
    assert code == 0 and 500 < edges < 1000 and len(out) < 50_000
    assert err == (
        f"tdsl: the picture has {edges} edges and {len(out):,} characters; Mermaid draws 500 and 50,000 unless "
        "maxEdges and maxTextSize allow more: try --no-updates, --entry NAME or --svg\n"
    )
    assert tdsl_runs("graph", "-q", "model.tdsl")[2] == tdsl_runs("graph", "--svg", "model.tdsl")[2] == ""
