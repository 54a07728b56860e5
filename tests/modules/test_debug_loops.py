"""Debug mode finds wrong rewrites within loops: each with its place and its step, in loops within loops, in loops that
end early and in derivatives, whether they come before or after the passes that make loops anew."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

import tdsl
from tdsl.ir.node import Node, apply
from tdsl.ir.program import Program
from tdsl.ir.rewrite import rewrite
from tdsl.passes import PASSES

# `count` is left out of the loop, so that the parameters of the body have other numbers; the two loops of `twin` become
# equal, each with another of the two states.
PROGRAM = """dim N, M

entry plain(x: real[N]) -> s {
    let count, s = for x_t in x {
        state count = 0
        state s = 1.0
        let d = abs(x_t) + 1
        count <- count + 1
        s <- s * d
    }
}
entry nested(x: real[N, M]) -> s {
    let s = for row in x {
        state s = 0.0
        let t = for x_t in row {
            state t = s
            t <- t + abs(x_t)
        }
        s <- t / 2
    }
}
entry ends(x: real[N]) -> (s, all) {
    let s, all = for x_t in x {
        state s = 1.0
        let next = s * (abs(x_t) + 1)
        s <- next
        yield next
        until s > 10
    }
}
entry slope(x: real[N]) -> grad(sum(s), x) {
    let s = for x_t in x {
        state s = 1.0
        s <- sin(s * x_t)
    }
}
fn sums(x, y) = for x_t in x, y_t in y {
    state s = 0.0
    state q = 0.0
    s <- s + x_t
    q <- q + y_t
}
entry twin(x: real[N], y: real[N]) -> s * q {
    let s, p = sums(x, y)
    let r, q = sums(y * 2, x + 1)
}
"""
X = np.float32([1, 2, -1, 3])


def _wrong(node: Node) -> Node:
    """abs(x) → x and cos(x) → sin(x)."""
    match node.op.name:
        case "abs":
            return node.operands[0]
        case "cos":
            return apply("sin", *node.operands)
    return node


def wrong(program: Program) -> Program:
    return rewrite(program, _wrong)


@pytest.fixture(scope="module", params=["before", "after"])
def rewritten(request: pytest.FixtureRequest) -> Any:
    """The module of a compiler with wrong rewrites before or after all passes."""
    with patch("tdsl.passes.PASSES", (wrong, *PASSES) if request.param == "before" else (*PASSES, wrong)):
        return tdsl.compile(PROGRAM, name="looped", mode="debug")


@pytest.mark.parametrize(
    ("entry", "x", "problem", "place"),
    [
        ("plain", X, "d = 0.0, the program as written 2.0", "7:17: in d = x_step + 1, in step 2"),
        (
            "nested",
            [[1, 2], [1, -2]],
            "next_state_2 = 0.5, the program as written 4.5",
            "17:18: in next_state_2 = state_2 + x_step_step, in step 1, in step 1 of the loop within",
        ),
        ("ends", X, "add = 0.0, the program as written 2.0", "25:24: in add = x_step + 1, in step 2"),
        ("slope", X, "sin = -0.5870512, the program as written -0.8095498", "32:13: in sin = sin(mul_2), in step 3"),
    ],
)
def test_a_wrong_rewrite_in_a_loop_is_found(rewritten: Any, entry: str, x: Any, problem: str, place: str) -> None:
    with pytest.raises(RuntimeError) as raised:
        getattr(rewritten, entry)(x)
    first, second, *_, last = str(raised.value).split("\n")
    assert first == f"looped.{entry}: the optimised program computes {problem}"
    assert second == f"looped.tdsl:{place}"
    assert last.startswith("this is a mistake of tdsl")


def test_right_loops_pass(rewritten: Any) -> None:
    np.testing.assert_allclose(rewritten.twin(X, X), 5 * 9)
    np.testing.assert_allclose(rewritten.plain(abs(X)), 48)
