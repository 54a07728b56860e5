"""Assertions of loops: the message names the step, nothing is changed, and nothing needs to read what they check."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import tdsl

TEXT = """
dim T, N
shared w: real[3] = 1
state count: int = 0
input x: real[T, 3]
fn grown(x) = for x_t in x {
    state y: real[3] = 1
    let y1 = y + w * x_t * y
    assert all(y1 < 10), "y stays below \\"ten\\""
    y <- y1
}
cost C = sum(grown(x) ** 2)
entry growing(x) -> (C, grad(C, w)) { count <- count + 1 }
entry slope(x) -> grad(C, w)
entry nested(z: real[T, N]) -> y {
    let y = for z_t in z {
        state y: real = 0
        let sum = for z_i in z_t {
            state s: real = 0
            assert z_i >=
                0
            s <- s + z_i
        }
        y <- y + sum
        until y > 1000
    }
}
entry chosen(z: real[T, N], on: bool) -> if on then steps else 0 {
    let steps = for z_t in z {
        state n = 0
        assert z_t > 0, "positive"
        n <- n + 1
    }
}
"""


@pytest.fixture(scope="module", params=["cpp", "numpy"])
def model(request: pytest.FixtureRequest) -> tdsl.Model:
    return tdsl.compile(TEXT, name="checked", target=request.param, float=64).Model()


def failure(call: Callable[[], object]) -> str:
    with pytest.raises(AssertionError) as raised:
        call()
    return str(raised.value)


def test_assertions_hold(model: tdsl.Model) -> None:
    x = np.full((4, 3), 0.5)
    before = model.count
    cost, slope = model.growing(x)
    assert model.count == before + 1
    np.testing.assert_allclose(cost, 3 * 1.5**8, rtol=1e-13)
    np.testing.assert_allclose(slope, np.full(3, 2 * 1.5**4 * 4 * 1.5**3 * 0.5), rtol=1e-13)
    np.testing.assert_allclose(model.slope(x), slope, rtol=1e-13)
    assert model.nested(np.ones((5, 2))) == 10
    assert model.nested(np.ones((0, 2))) == model.nested(np.ones((2, 0))) == 0
    assert model.chosen(np.ones((5, 2)), True) == 5


def test_a_failure_names_the_step_and_changes_nothing(model: tdsl.Model) -> None:
    x, before = np.full((9, 3), 0.5), model.count
    text = 'assertion failed at checked.tdsl:9:5: y stays below "ten", in step 5 of for x_t in x'
    assert failure(lambda: model.growing(x)) == f"checked.growing: {text}"
    assert failure(lambda: model.slope(x)) == f"checked.slope: {text}"
    assert model.count == before
    z = np.ones((5, 2))
    z[3, 1] = -1
    place = "z_i >= 0, in step 3 of for z_t in z, in step 1 of for z_i in z_t"
    assert failure(lambda: model.nested(z)) == f"checked.nested: assertion failed at checked.tdsl:20:13: {place}"
    z[0] = 600
    assert model.nested(z) == 1202  # the loop ends before that step
    where = "checked.chosen: assertion failed at checked.tdsl:31:9: positive, in step 3 of for z_t in z"
    assert failure(lambda: model.chosen(z, True)) == where
    assert model.chosen(z, False) == 0
