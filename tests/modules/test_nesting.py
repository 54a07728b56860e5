"""Results come back in the tuples that an entry writes them in, and go into such of `out=`; numbers at the edge."""

from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tdsl
from tdsl.driver import show
from tdsl.settings import Settings
from tdsl.source import Source

TEXT = """
dim N

shared w: real[2] = 1
shared b: real = 2
state least: int = -9223372036854775808

fn pair(x) = (x, 2 * x)

entry mixed(x: real[N]) -> (sum(x), (x, (2 * x, b)), grad(sum(w) * b, (w, b)))
entry pairs(x: real) -> (pair(x), pair(x + 1))
entry one(x: real) -> ((x, b),)
entry alone(x: real) -> (x,)
entry empty(x: real) -> (x, ())
entry arrays(x: real[N]) -> ((x, 2 * x), 3 * x)
entry step(x: real[N, 2], lr: real = 0.5) -> (mean(x @ w), (grad(mean(x @ w), w), b)) {
    w <- w - lr * grad(mean(x @ w), w)
}
entry edge(k: int = -9223372036854775808) -> (k, least, k + 9223372036854775807, k < -9223372036854775807)
entry scalars(x: real[1], y: real[1, 3]) -> (reshape(x, ()), sum(y, axis=()), broadcast(y, (2, 3)), iota((2, 2), -1))
"""


@cache
def compiled(target: str) -> ModuleType:
    return tdsl.compile(TEXT, name="nesting", target=target, float=64)


@pytest.fixture
def model(target: str) -> Any:
    return compiled(target).Model()


def test_nested_results(model: Any) -> None:
    total, (x, (twice, b)), (by_w, by_b) = model.mixed([1.0, 2.0, 3.0])
    assert (total, b, by_b) == (6.0, 2.0, 2.0)
    np.testing.assert_array_equal([x, twice], [[1, 2, 3], [2, 4, 6]])
    np.testing.assert_array_equal(by_w, [2, 2])
    assert model.pairs(1.0) == ((1.0, 2.0), (2.0, 4.0))
    assert model.one(1.0) == ((1.0, 2.0),)
    assert model.alone(1.0) == 1.0
    assert model.empty(1.0) == (1.0, ())


def test_out_is_nested_as_the_results_are(model: Any) -> None:
    x = np.arange(3.0)
    a, b, c = np.empty((3, 3))
    out = ((a, b), c)
    assert model.arrays(x, out=out) is out
    np.testing.assert_array_equal([a, b, c], [x, 2 * x, 3 * x])
    for wrong in ((a, b, c), (a, (b, c)), ((a, b),), ((a, b), c, c), ((a, b, c), c), a):
        with pytest.raises(ValueError, match=r"out= is nested as the results are: \(\(array, array\), array\)"):
            model.arrays(x, out=wrong)
    with pytest.raises(TypeError, match="out for '2' is a float, expected a NumPy array"):
        model.arrays(x, out=((a, b), 1.0))


def test_training_takes_the_first_number_of_nested_results(model: Any) -> None:
    history = model.fit(np.ones((4, 2)), entry="step", epochs=2, batch_size=4, shuffle=False)
    np.testing.assert_array_equal(history, [2.0, 1.0])


def test_edges(model: Any) -> None:
    assert model.edge() == (-(2**63), -(2**63), -1, True)
    scalar, same, wide, positions = model.scalars([5.0], [[1.0, 2.0, 3.0]])
    assert scalar == 5.0 and isinstance(scalar, float)
    np.testing.assert_array_equal(same, [[1, 2, 3]])
    np.testing.assert_array_equal(wide, [[1, 2, 3]] * 2)
    np.testing.assert_array_equal(positions, [[0, 1]] * 2)


def test_stub_and_listing_tell_nested_results() -> None:
    def shown(stage: str) -> str:
        return show(Source("nesting.tdsl", TEXT), Settings(), lambda path: path.read_text(encoding="utf-8"), stage)

    array = "_NDArray[_np.float32]"
    result = f"_tuple[_float, _tuple[{array}, _tuple[{array}, _float]], _tuple[{array}, _float]]"
    assert f") -> {result}:" in shown("stub")
    assert 'out: _tuple[_tuple[_Out, _Out], _Out] | _Literal["device"] | None = None,' in shown("stub")
    assert "mixed(x) -> real, (real[N], (real[N], real)), (real[2], real)" in shown("inputs")
