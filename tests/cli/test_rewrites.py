"""`tdsl rewrites`: the forms that are computed otherwise, as a page and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

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
  = because it is rounded to 0 or 1 where its logarithm is neither -inf nor 0

model.tdsl:6:22: warning[TD0235]: this logarithm is -inf where exp(x) underflows to 0
  |
6 | entry weighted(x) -> log(sum(w * exp(x)))
  |                              ^^^^^^^^^^ underflows to 0
  |                              no rewrite sees through this step
  = hint: log(a * b) is log(a) + log(b), and log(sum(a * exp(x))) is logsumexp(x + log(a))

"""


def test_page(tdsl_runs: Runs) -> None:
    Path("model.tdsl").write_text(PROGRAM)
    assert tdsl_runs("rewrites", "model.tdsl") == (0, PAGE, "tdsl: 2 rewrites, 1 unstable form left in model.tdsl\n")


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
    assert [one["code"] for one in found["unstable"]] == ["TD0235"]


def test_a_setting_refuses_what_is_left(tdsl_runs: Runs) -> None:
    Path("model.tdsl").write_text(PROGRAM)
    code, out, _ = tdsl_runs("check", "model.tdsl", "--unstable", "refuse")
    assert code == 1
    assert out.startswith("model.tdsl:6:22: error[TD0235]: this logarithm is -inf where exp(x) underflows to 0\n")
    assert tdsl_runs("check", "model.tdsl")[0] == 0
