"""A known density and the posterior of a logistic regression by Hamiltonian Monte Carlo, written in NumPy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.trained import Trained

Function = Callable[[np.ndarray], np.ndarray]


def drawn(potential: Function, force: Function, width: int, leaps: int, random: np.random.Generator) -> np.ndarray:
    """500 steps of 100 chains after 200 that steer the length of the leapfrog steps."""
    q, eps, draws = random.normal(size=(100, width)), 0.1, []
    for step in range(700):
        p0 = random.normal(size=q.shape)
        q1, p = q, p0 + 0.5 * eps * force(q)
        for _ in range(leaps):
            q1 = q1 + eps * p
            p = p + eps * force(q1)
        p = p - 0.5 * eps * force(q1)
        gain = potential(q) - potential(q1) + 0.5 * np.sum(p0**2 - p**2, axis=1)
        accepted = np.log(random.uniform(size=100)) < gain
        q = np.where(accepted[:, None], q1, q)
        if step < 200:
            eps *= np.exp(0.2 * (accepted.mean() - 0.9))
        else:
            draws.append(q)
    return np.concatenate(draws)


def peer() -> float:
    from sklearn.datasets import load_breast_cancer

    random = np.random.default_rng(0)
    cancer = load_breast_cancer()
    order = random.permutation(len(cancer.data))
    columns = ["mean radius", "mean texture", "mean smoothness", "mean concavity"]
    x, t = cancer.data[order][:, [list(cancer.feature_names).index(name) for name in columns]], cancer.target[order]
    x = (x - x[:400].mean(axis=0)) / x[:400].std(axis=0)
    x = np.column_stack([x, np.ones(len(x))])
    seen, labels = x[:400], t[:400]

    def potential(q: np.ndarray) -> np.ndarray:
        z = q @ seen.T
        found: np.ndarray = 0.5 * np.sum(q**2, axis=1) + np.sum(np.logaddexp(0, z) - labels * z, axis=1)
        return found

    def force(q: np.ndarray) -> np.ndarray:
        found: np.ndarray = (labels - 1 / (1 + np.exp(-q @ seen.T))) @ seen - q
        return found

    scales = np.arange(1, 11)
    drawn(lambda q: 0.5 * np.sum(q**2 * scales, axis=1), lambda q: -q * scales, 10, 20, random)
    draws = drawn(potential, force, 5, 10, random)
    probability = np.mean(1 / (1 + np.exp(-draws @ x[400:].T)), axis=0)
    return float(np.log(np.where(t[400:] == 1, probability, 1 - probability)).sum())


ROW = Trained(
    sample="24_hmc",
    title="Hamiltonian Monte Carlo, logistic regression, breast cancer",
    measure="log-likelihood of 169 tests",
    figure=r"log-likelihood (-?[\d.]+)",
    peer_name="NumPy",
    peer=peer,
)
