"""The exercises on debugging of Ian Goodfellow's for Theano: how the same is found with tdsl."""

from __future__ import annotations

import numpy as np
import pytest

import tdsl


def test_01_compute_test_value() -> None:
    """The first bad line: the compiler names it, with the shapes of both sides; no test value is needed."""
    program = """dim N
entry f(a: real[N]) -> h {
    let b = log(a)
    let c = sigmoid(b)
    let d = sqrt(c)
    let e = concatenate((d, c), axis=0)
    let f = b * c * d
    let g = e + f
    let h = g / c
}
"""
    with pytest.raises(tdsl.UserError) as raised:
        tdsl.compile(program, name="bad")
    assert (
        str(raised.value).strip()
        == """
bad.tdsl:8:13: error[TD0204]: + needs equal sizes, got real[2 * N] and real[N]
  |
8 |     let g = e + f
  |             ^   ^ real[N]: size N
  |             real[2 * N]: size 2 * N
  = hint: shapes align from the right; only a literal 1 (or new) stretches
""".strip()
    )


def test_02_detect_negative() -> None:
    """A guard on every value of a call, by the way it is compiled; the call that breaks it names the calculation."""
    program = """entry negative(x: real) -> z {
    let y = sigmoid(x)
    let z = -y
}
entry positive(x: real) -> sigmoid(x)
"""
    module = tdsl.compile(program, name="sign", guards="value >= 0")
    assert module.positive(0) == 0.5
    with pytest.raises(AssertionError) as raised:
        module.negative(0)
    lines = str(raised.value).split("\n")
    assert lines[:2] == ["sign.negative: z = -0.5 does not fulfil value >= 0", "sign.tdsl:3:13: here -0.5 = -0.5"]


def test_02_detect_negative_by_assertions() -> None:
    """An assertion on a value; the call that breaks it fails and changes nothing."""
    module = tdsl.compile(
        """
        entry negative(x: real) -> z {
            let y = sigmoid(x)
            let z = -y
            assert y >= 0, "y is negative"
            assert z >= 0, "z is negative"
        }
        entry positive(x: real) -> y {
            let y = sigmoid(x)
            assert y >= 0, "y is negative"
        }
        entry plain(x: real) -> sigmoid(x)
        """
    )
    with pytest.raises(AssertionError, match="z is negative"):
        module.negative(0)
    assert module.positive(0) == module.plain(0) == 0.5


def contains(op: str, expression: str) -> bool:
    """Whether a compiled entry computes an op."""
    program = f"use std.nn: log_sigmoid, softmax\ndim B, N\nentry f(x: real[B, N]) -> {expression}"
    return any(value.op == op for value in tdsl.program(program, stage="optimised").walk())


def test_03_detect_op() -> None:
    """`tdsl.program` has the ops that a call computes.  `softmax` is a function made of ops: only its exponentials and
    their sum are there.  A logarithm of a sigmoid is none any more."""
    assert not contains("exp", "x") and not contains("div", "x")
    assert contains("exp", "softmax(x)") and contains("sum", "softmax(x)") and contains("div", "softmax(x)")
    assert contains("sigmoid", "sigmoid(x)") and not contains("exp", "sigmoid(x)")
    assert contains("softplus", "log(sigmoid(x))") and not contains("sigmoid", "log(sigmoid(x))")


def test_04_nan() -> None:
    """exp(-1000) is 0, and 0 / 0 is nan.  Where the compiler sees the whole formula it computes the softmax that is
    meant; where it does not, the call refuses nan and says which division made it, and of what."""
    x = np.full((2, 2), -1000.0)
    module = tdsl.compile(
        """dim B, N
entry likely(x: real[B, N]) -> p {
    let p_tilde = exp(x)
    let p = p_tilde / sum(p_tilde, axis=1, keepdims=true)
}
entry normalised(p_tilde: real[B, N]) -> p_tilde / sum(p_tilde, axis=1, keepdims=true)
""",
        name="naive",
        nan="refuse",
    )
    assert np.allclose(module.likely(x), 0.5)
    with pytest.raises(FloatingPointError, match=r"naive\.tdsl:6:42: here 0\.0 / 0\.0 = nan at \[0, 0\]"):
        module.normalised(np.exp(x))
