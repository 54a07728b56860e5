"""`tdsl rewrites`: the forms that are computed otherwise, as a page and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import tdsl

Runs = Callable[..., tuple[int, str, str]]

PROGRAM = """input x: real[3]
shared w: real[3] = 0
let p = 1 / (1 + exp(-(w @ x)))
cost C = -log(p)
entry train(x) -> C { w <- w - grad(C, w) }
entry weighted(x) -> log(sum(w * exp(x)))
"""
PAGE = """model.tdsl:3:9: logistic function
  |
3 | let p = 1 / (1 + exp(-(w @ x)))
  |         ^^^^^^^^^^^^^^^^^^^^^^^
  = is computed as: sigmoid(w @ x), also before its derivative is taken
  = because exp(x) overflows for a large x, where the quotient is an ordinary number

model.tdsl:4:11: logarithm of a probability
  |
4 | cost C = -log(p)
  |           ^^^^^^
  = is computed as: -softplus(-(w @ x)), also before its derivative is taken
  = because the probability is rounded to 0 or 1 where its logarithm is neither -inf nor 0

model.tdsl:6:22: warning[TD0235]: this logarithm is -inf where exp(x) underflows to 0
  |
6 | entry weighted(x) -> log(sum(w * exp(x)))
  |                              ^^^^^^^^^^ underflows to 0
  |                              no rewrite sees through this step
  = hint: log(a * b) is log(a) + log(b), and log(sum(a * exp(x))) is logsumexp(x + log(a))
"""


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_page(tdsl_runs: Runs) -> None:
    Path("model.tdsl").write_text(PROGRAM)
    assert tdsl_runs("rewrites", "model.tdsl") == (0, PAGE, "tdsl: 2 rewrites, 1 unstable form left in model.tdsl\n")


def test_instances_are_listed_together(tdsl_runs: Runs) -> None:
    lines = ["dim B", "input x: real[B, 4]", "input y: real[B]", "model Unit() {", "    shared w: real[4] = 0"]
    lines += ["    fn loss(x) = -mean(log(1 - sigmoid(x @ w)))", "}", "model units[i in 2] = Unit()"]
    lines += ["entry train[i in 2](x) { minimize units[i].loss(x) with sgd(0.1) }"]
    Path("model.tdsl").write_text("\n".join(["use std.optim: sgd", *lines]))
    code, out, err = tdsl_runs("rewrites", "model.tdsl")
    assert (code, err) == (0, "tdsl: 2 rewrites, 0 unstable forms left in model.tdsl\n")
    assert (
        out
        == """model.tdsl:7:24: logarithm of a probability
  |
7 |     fn loss(x) = -mean(log(1 - sigmoid(x @ w)))
  |                        ^^^^^^^^^^^^^^^^^^^^^^^
  = is computed as: -softplus(x @ units.0.w), also before its derivative is taken
  = is computed as: -softplus(x @ units.1.w), also before its derivative is taken
  = because the probability is rounded to 0 or 1 where its logarithm is neither -inf nor 0
"""
    )


def test_json(tdsl_runs: Runs) -> None:
    Path("model.tdsl").write_text(PROGRAM)
    code, out, _ = tdsl_runs("rewrites", "model.tdsl", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["rewrites"][0] == {
        "file": "model.tdsl", "line": 3, "column": 9, "end_line": 3, "end_column": 32, "name": "logistic function",
        "before": "1 / (1 + exp(-(w @ x)))", "after": "sigmoid(w @ x)", "differentiated": True,
        "why": "exp(x) overflows for a large x, where the quotient is an ordinary number",
    }  # fmt: skip
    assert [(one["code"], one["severity"]) for one in found["unstable"]] == [("TD0235", "warning")]


REFUSED = "model.tdsl:6:22: error[TD0235]: this logarithm is -inf where exp(x) underflows to 0\n"
OPTIMISED = [
    ("check",), ("rewrites",), ("info",), ("graph", "--stage", "optimised"), ("compile", "--target", "numpy"),
    *(("show", "--stage", stage) for stage in ("optimised", "after:widen", "after:commit", "scheduled", "numpy")),
]  # fmt: skip


@pytest.mark.parametrize("command", OPTIMISED)
def test_a_setting_refuses_what_is_left(tdsl_runs: Runs, monkeypatch: pytest.MonkeyPatch, command: tuple[str]) -> None:
    Path("model.tdsl").write_text(PROGRAM)
    code, out, err = tdsl_runs(*command, "model.tdsl", "--unstable", "refuse")
    assert code == 1 and REFUSED in out + err
    monkeypatch.setenv("TDSL_FLAGS", "unstable=refuse")
    assert tdsl_runs(*command, "model.tdsl")[0] == 1
    monkeypatch.delenv("TDSL_FLAGS")
    assert tdsl_runs(*command, "model.tdsl")[0] == 0
    Path(".tdslrc").write_text("unstable = 'refuse'\n")
    assert tdsl_runs(*command, "model.tdsl")[0] == 1
    monkeypatch.setattr(tdsl.config, "unstable", "allow")
    assert tdsl_runs(*command, "model.tdsl")[0] == 0
    monkeypatch.delattr(tdsl.config, "unstable")


def test_a_derivative_is_refused_for_its_own_forms(tdsl_runs: Runs) -> None:
    Path("model.tdsl").write_text("input x: real[3]\ncost C = log(sum(x * exp(x)))\nentry f(x) -> C\n")
    assert tdsl_runs("grad", "model.tdsl", "--wrt", "x")[0] == 0
    code, out, err = tdsl_runs("grad", "model.tdsl", "--wrt", "x", "--unstable", "refuse")
    assert (code, out) == (1, "") and "error[TD0235]: this derivative is inf * 0 where exp(x) underflows\n" in err


def test_values_to_look_at_are_refused_after_the_passes() -> None:
    assert tdsl.program(PROGRAM, unstable="refuse").entries
    with pytest.raises(tdsl.UserError, match="TD0235"):
        tdsl.program(PROGRAM, stage="optimised", unstable="refuse")
