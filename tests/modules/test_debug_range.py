"""Debug mode has no complaint about right code at the ends of the range of numbers: subnormal arguments, results that
cancel, sums and products that overflow or underflow in some order, slopes where functions saturate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tdsl

PROGRAM = """dim N, M

entry cancelling(x: real[N]) -> logaddexp(x, -1.7)
entry overflowing(x: real[N, M], y: real[M]) -> (x @ y, sum(x, axis=1), prod(x, axis=1), cumprod(x, 1))
entry subnormal(x: real[N]) -> (log(x), sqrt(x), sign(x), 1 / x, x == 0)
entry saturating(x: real[N, 2], W: real[2]) -> grad(sum(sigmoid(x @ W) + tanh(x @ W)), x)
entry special(x: real[N]) -> (gammaln(-x), erfcinv(1 / x), betaln(x, 0.5), gammainc_slope(x, 1 / x))
"""


@pytest.fixture(scope="module", params=[32, 64])
def module(request: pytest.FixtureRequest) -> Any:
    return tdsl.compile(PROGRAM, name=f"range{request.param}", mode="debug", nan="allow", float=request.param)


@pytest.fixture
def limits(module: Any) -> Any:
    return np.finfo(module.cancelling(np.zeros(1)).dtype)


def test_elements_that_cancel(module: Any, limits: Any) -> None:
    near = np.log(1 - np.exp(limits.dtype.type(-1.7)))
    assert abs(module.cancelling(near + near * limits.eps * np.arange(-200, 200))).max() < 1e-3


def test_sums_and_products_out_of_range(module: Any, limits: Any) -> None:
    random = np.random.default_rng(0)
    for power in (limits.maxexp // 2, limits.maxexp - 2):
        x = np.ldexp(random.normal(size=(20, 50)), random.integers(-power, power, (20, 50))).astype(limits.dtype)
        module.overflowing(x, np.ones(50))


def test_subnormal_arguments(module: Any, limits: Any) -> None:
    x = np.array([limits.smallest_subnormal, limits.tiny / 2, limits.tiny, 0, -limits.tiny / 2], limits.dtype)
    logarithms, roots, signs, _, zeros = module.subnormal(x)
    assert (logarithms[:2] == -np.inf).all() and (roots[:2] == 0).all() and (signs[:2] == 0).all() and zeros[:2].all()


def test_slopes_of_functions_that_saturate(module: Any) -> None:
    module.saturating(np.linspace(5, 60, 40).reshape(20, 2), [1, 1])


def test_special_functions_at_the_ends(module: Any, limits: Any) -> None:
    largest = limits.max
    poles, ends, beta, slopes = module.special(np.array([largest, 1 / limits.tiny, 1e6], limits.dtype))
    assert (poles == np.inf).all() and np.isfinite(ends[1:]).all() and not slopes.any()
    np.testing.assert_allclose(beta[0], 0.57236494 - 0.5 * np.log(float(largest)), rtol=1e-5)


def test_elements_that_are_small_beside_others() -> None:
    program = "shared U: real[128, 512] = orthogonal()\nentry product() -> U @ U.T"
    model = tdsl.compile(program, name="turned", mode="debug", float=64).Model(seed=3)
    np.testing.assert_allclose(model.product(), np.eye(128), atol=1e-13)
