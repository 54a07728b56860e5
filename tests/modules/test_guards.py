"""Guards: conditions on the values of calls, by name or on all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tdsl

PROGRAM = """dim N

model Layer(K) {
    shared gain: real[K] = 1
    fn of(x) = tanh(x * gain)
}
model first = Layer(3)
state calls: int = 0

entry bounded(x: real[N, 3]) -> y {
    let h = first.of(x)
    let y = exp(h)
}
entry doubled(start: real) -> last {
    let last = for t in 5 {
        state s = start
        let next = s * 2
        s <- next
    }
}
entry halved(x: real[N, 3], start: real) -> u {
    let u = for row in x {
        state outer = start
        let t = for x_t in row {
            state inner = outer
            inner <- inner + x_t
        }
        outer <- t / 2
    }
}
entry growing(x: real[3]) -> sum(x) {
    first.gain <- first.gain * x
    calls <- calls + 1
}
"""


STATES = "outer: value < 4", "inner: value > -9"


def compiled(*guards: str, **settings: Any) -> Any:
    return tdsl.compile(PROGRAM, name="guarded", guards=guards, **settings)


@pytest.fixture(scope="module")
def guarded() -> Any:
    return compiled("h: value > -0.7", "abs(value) < 40", "first.gain: value >= 1 and value < 9", *STATES).Model(seed=0)


def test_a_value_of_a_name_is_refused(guarded: Any) -> None:
    with pytest.raises(AssertionError) as raised:
        guarded.bounded(np.float32([[0, 0, 0], [0, -1, 0]]))
    assert (
        str(raised.value)
        == """guarded.bounded: h[1, 1] = -0.7615942 does not fulfil value > -0.7
guarded.tdsl:5:16: here tanh(-1.0) = -0.7615942 at [1, 1], in first
  |
5 |     fn of(x) = tanh(x * gain)
  |                ^^^^^^^^^^^^^^"""
    )


def test_any_value_is_refused_in_its_step(guarded: Any) -> None:
    assert guarded.doubled(1) == 32
    with pytest.raises(AssertionError) as raised:
        guarded.doubled(3)
    first, second, *_ = str(raised.value).split("\n")
    assert first == "guarded.doubled: s = 48.0 does not fulfil abs(value) < 40"
    assert second == "guarded.tdsl:17:20: here 24.0 * 2.0 = 48.0, in step 3"


@pytest.mark.parametrize(
    ("x", "start", "problem", "place"),
    [
        ([[1, 2, 3], [1, 2, 3]], 0, "outer = 4.5 does not fulfil value < 4", "28:18: here 9.0 / 2.0 = 4.5, in step 1"),
        ([[1, 2, 3]], 4, "outer = 4.0 does not fulfil value < 4", "21:29: here 4.0 is given"),
        (
            [[0, 0, 0], [-8, -2, 0]],
            0,
            "inner = -10.0 does not fulfil value > -9",
            "26:22: here -8.0 + -2.0 = -10.0, in step 1, in step 1 of the loop within",
        ),
    ],
)
def test_states_are_refused(guarded: Any, x: Any, start: float, problem: str, place: str) -> None:
    with pytest.raises(AssertionError) as raised:
        guarded.halved(x, start)
    first, second, *_ = str(raised.value).split("\n")
    assert first == f"guarded.halved: {problem}"
    assert second == f"guarded.tdsl:{place}"


def test_arguments_are_refused(guarded: Any) -> None:
    with pytest.raises(AssertionError) as raised:
        guarded.doubled(-50)
    assert str(raised.value) == "guarded.doubled: start = -50.0 does not fulfil abs(value) < 40 (guarded.tdsl:14)"


def test_a_refused_call_changes_nothing(guarded: Any) -> None:
    guarded.growing(np.float32([2, 2, 4]))
    guarded.growing(np.float32([2, 3, 2]))
    with pytest.raises(AssertionError, match=r"first\.gain_new\[1\] = 12\.0 does not fulfil value >= 1 and value < 9"):
        guarded.growing(np.float32([2, 2, 1]))
    assert guarded.calls == 2
    np.testing.assert_array_equal(guarded.first.gain, [4, 6, 8])


def test_a_guard_that_cannot_be_computed() -> None:
    model = compiled("y: value[7] > 0", "first.gain: value > real(6 // int(value[1] - 2))").Model(seed=0)
    assert model.bounded(np.ones((3, 3), np.float32)).shape == (3, 3)
    text = """guarded.bounded: y does not fulfil value[7] > 0, which needs N > 7 with N = 6
guarded.tdsl:12:13: in y = exp(h)
   |
12 |     let y = exp(h)
   |             ^^^^^^"""
    with pytest.raises(AssertionError) as raised:
        model.bounded(np.ones((2, 3), np.float32))
    assert str(raised.value) == text
    with pytest.raises(AssertionError) as raised:
        model.growing(np.float32([1, 2, 1]))
    first, place, *_ = str(raised.value).split("\n")
    fault = "in which an index is out of bounds, a divisor is zero or a matrix has no factors"
    assert first == f"guarded.growing: first.gain_new does not fulfil value > real(6 // int(value[1] - 2)), {fault}"
    assert place == "guarded.tdsl:32:19: in first.gain_new = first.gain * x"
    assert model.calls == 0


@pytest.mark.parametrize(
    ("guard", "message"),
    [
        (
            "value + 1",
            """guard:1:1: error[TD0416]: a guard is a condition on 'value', and this is real[N]
  |
1 | value + 1
  | ^^^^^^^^^
  = hint: compare it, as in value >= 0""",
        ),
        (
            "hh: value > 0",
            """guard:1:1: error[TD0416]: no value of the program is called 'hh'
  |
1 | hh: value > 0
  | ^^
  = hint: a name stands before the colon; without one all values count""",
        ),
        (
            "h: valu > 0",
            """guard:1:4: error[TD0416]: there is nothing called 'valu'
  |
1 | h: valu > 0
  |    ^^^^
  = hint: did you mean 'value'?""",
        ),
        (
            "h:",
            """guard:1:3: error[TD0416]: a guard is a condition on 'value', and this is none
  |
1 | h:
  |   ^
  = hint: compare it, as in value >= 0""",
        ),
        (
            "(value > 0, value < 2)",
            """guard:1:1: error[TD0416]: a guard is one condition on 'value', and this is a tuple
  |
1 | (value > 0, value < 2)
  | ^^^^^^^^^^^^^^^^^^^^^^
  = hint: join them by and""",
        ),
        (
            "h: value > 0 { assert false }",
            """guard:1:4: error[TD0416]: a guard is a condition on 'value', without a block
  |
1 | h: value > 0 { assert false }
  |    ^^^^^^^^^^^^^^^^^^^^^^^^^^
  = hint: compare it, as in value >= 0""",
        ),
        (
            "value > uniform(0, 1, ())",
            """guard:1:1: error[TD0416]: a guard is a condition on 'value' alone, and this one draws random values
  |
1 | value > uniform(0, 1, ())
  | ^^^^^^^^^^^^^^^^^^^^^^^^^""",
        ),
        (
            "value >",
            """guard:1:8: error[TD0416]: '>' cannot be the last thing on its line
  |
1 | value >
  |        ^
  = hint: expected an expression""",
        ),
    ],
)
def test_a_wrong_guard_is_an_error_in_its_text(guard: str, message: str) -> None:
    with pytest.raises(tdsl.UserError) as raised:
        compiled(guard)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"mode": "fast-run"}, "the mode fast-run has no guards"),
        ({"target": "numpy"}, "the target numpy has no guards"),
    ],
)
def test_guards_need_debug_mode(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(tdsl.UserError, match=message):
        compiled("value > 0", **settings)
