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
entry growing(x: real[3]) -> sum(x) {
    first.gain <- first.gain * x
    calls <- calls + 1
}
"""


def compiled(*guards: str, **settings: Any) -> Any:
    return tdsl.compile(PROGRAM, name="guarded", guards=guards, **settings)


@pytest.fixture(scope="module")
def guarded() -> Any:
    return compiled("h: value > -0.7", "abs(value) < 40", "first.gain: value >= 1 and value < 9").Model(seed=0)


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
    assert first == "guarded.doubled: next_state = 48.0 does not fulfil abs(value) < 40"
    assert second == "guarded.tdsl:17:20: here 24.0 * 2.0 = 48.0, in step 3"


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
  = hint: did you mean 'h'?""",
        ),
        (
            "h: valu > 0",
            """guard:1:4: error[TD0201]: there is nothing called 'valu'
  |
1 | h: valu > 0
  |    ^^^^
  = hint: did you mean 'value'?""",
        ),
        (
            "value >",
            """guard:1:8: error[TD0105]: '>' cannot be the last thing on its line
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
