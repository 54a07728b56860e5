"""std.mcmc on both targets: leapfrog steps beside NumPy, and moments of a density that steps alone would miss."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import tdsl

TEXT = """
use std.mcmc: hmc, leapfrog
dim M, S
const N = 3
input q: real[M, N]
input p: real[M, N]
state chains: real[400, N] = normal(0, 1)
fn potential(q) = sum(q ** 4 / 4 - q, axis=1)
fn correlated(q) = sum(q ** 2, axis=1) + q[:, 0] * q[:, 1] + q[:, 2]
entry path(q, p, eps: real, dim S) -> leapfrog(potential, q, p, eps, S)
entry draw(eps: real) -> (next, accepted) {
    let next, accepted = hmc(correlated, chains, eps, 3)
    chains <- next
}
"""


@cache
def module(target: str) -> Any:
    return tdsl.compile(TEXT, name="chains", float=64, target=target, opt=0)


@pytest.fixture(params=["cpp", "numpy"])
def model(request: pytest.FixtureRequest) -> Any:
    return module(request.param).Model(seed=1)


def force(q: np.ndarray) -> np.ndarray:
    return 1 - q**3


def test_leapfrog_beside_numpy(model: Any) -> None:
    random = np.random.default_rng(0)
    q, p = random.normal(size=(2, 5, 3))
    moved, end = model.path(q, p, 0.1, 7)
    at, momentum = q, p
    for _ in range(7):
        momentum = momentum + 0.05 * force(at)
        at = at + 0.1 * momentum
        momentum = momentum + 0.05 * force(at)
    np.testing.assert_allclose(moved, at, rtol=1e-12)
    np.testing.assert_allclose(end, momentum, rtol=1e-12)


def test_leapfrog_goes_back(model: Any) -> None:
    random = np.random.default_rng(0)
    q, p = random.normal(size=(2, 5, 3))
    moved, end = model.path(q, p, 0.1, 7)
    there, back = model.path(moved, -end, 0.1, 7)
    np.testing.assert_allclose(there, q, atol=1e-12)
    np.testing.assert_allclose(back, -p, atol=1e-12)


def test_moments_with_steps_so_long_that_acceptance_matters(model: Any) -> None:
    """Without it, steps of 0.8 would draw from variances that are a third larger."""
    for _ in range(20):
        model.draw(0.8)
    draws, accepted = zip(*(model.draw(0.8) for _ in range(300)), strict=True)
    assert accepted[0].dtype == bool
    assert 0.5 < np.mean(accepted) < 0.95
    flat = np.concatenate(draws)
    precision = np.array([[2.0, 1, 0], [1, 2, 0], [0, 0, 2]])
    np.testing.assert_allclose(flat.mean(axis=0), [0, 0, -0.5], atol=0.02)
    np.testing.assert_allclose(np.cov(flat.T), np.linalg.inv(precision), atol=0.03)


def test_a_rejected_chain_stays(model: Any) -> None:
    before = model.chains
    after, accepted = model.draw(0.8)
    assert 0 < accepted.sum() < 400
    np.testing.assert_array_equal(after[~accepted], before[~accepted])
    assert (after[accepted] != before[accepted]).all()
