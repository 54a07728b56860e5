"""Jacobians, Hessians, products with them and derivatives of one's own, on both targets: against complex steps and
exact formulas."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import numpy as np
import pytest

import tdsl
from tests.modules.jacobians import FUNCTIONS, NATIVE, SHORTER, TEXT, Array, jacobian, sigmoid

SIZES = (1, 2, 3, 4, 5, 9)


@cache
def owner(target: str, float: int) -> Any:
    text = SHORTER if target == "cpp" else TEXT
    return tdsl.compile(text, name="jacobians", target=target, float=float).Model(seed=3)


@pytest.fixture
def model(target: str) -> Any:
    return owner(target, 64)


def close(found: Any, wanted: Any, tolerance: float = 1e-11) -> None:
    if isinstance(found, tuple):
        assert isinstance(wanted, tuple) and len(found) == len(wanted)
        for one, other in zip(found, wanted, strict=True):
            close(one, other, tolerance)
        return
    assert np.shape(found) == np.shape(wanted)
    np.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance)


def drawn(seed: int, *shape: int) -> Array:
    return np.random.default_rng(seed).normal(size=shape) * 0.7


CASES = [("numpy", float, name) for float in (64, 32) for name in FUNCTIONS] + [("cpp", 64, name) for name in NATIVE]


@pytest.mark.parametrize(("target", "float", "name"), CASES)
def test_products_and_jacobians(name: str, target: str, float: int) -> None:
    function = FUNCTIONS[name]
    for size in SIZES:
        x, A, v, V = drawn(1, size), drawn(2, size, size), drawn(3, size), drawn(4, size, size)
        y = function(x, A)
        by_x, by_A = jacobian(partial(function, A=A), x), jacobian(partial(function, x), A)
        u = drawn(5, *np.shape(y))
        along = np.tensordot(by_x, v, 1)
        both = along + np.tensordot(by_A, V, 2)
        back = (np.tensordot(u, by_x, np.ndim(u)), np.tensordot(u, by_A, np.ndim(u)))
        found = getattr(owner(target, float), f"{name}_all")(x, A, u, v, V)
        close(found, ((by_x, by_A), along, both, back, y), 1e-11 if float == 64 else 2e-4)


def test_without_elements(model: Any) -> None:
    x, A = np.zeros(0), np.zeros((0, 0))
    ((by_x, by_A), *rest) = model.square_all(x, A, A, x, A)
    assert by_x.shape == (0, 0, 0) and by_A.shape == (0, 0, 0, 0)
    assert all(part.size == 0 for part in (rest[0], rest[1], *rest[2]))
    assert model.of_regression(drawn(0, 3), np.zeros((0, 3)), np.zeros(0)).shape == (3, 3)


def test_exact_hessians(model: Any) -> None:
    for size in SIZES:
        x, A = drawn(1, size), drawn(2, size, size)
        by_x, ((xx, xA), (Ax, AA)) = model.of_form(x, A)
        eye = np.eye(size)
        mixed = np.einsum("ij,k->ijk", eye, x) + np.einsum("ik,j->ijk", eye, x)
        close((by_x, xx, xA, Ax), (A + A.T, A + A.T, mixed, np.transpose(mixed, (1, 2, 0))), 1e-12)
        assert not AA.any() and AA.shape == (size,) * 4
        second, third = model.of_logsumexp(x)
        p = np.exp(x) / np.exp(x).sum()
        close(second, np.diag(p) - np.outer(p, p), 1e-12)
        close(third, np.einsum("ij,jk,k->ijk", eye, eye, 24 * x), 1e-12)
        wanted = rosenbrock(x)
        close(model.of_rosenbrock(x), wanted, 1e-11)
        v = drawn(3, size)
        close(model.times(x, v), (wanted @ v, wanted @ v), 1e-10)


def rosenbrock(x: Array) -> Array:
    n = len(x)
    found = np.zeros((n, n))
    for i in range(n - 1):
        found[i, i] += 1200 * x[i] ** 2 - 400 * x[i + 1] + 2
        found[i, i + 1] = found[i + 1, i] = -400 * x[i]
        found[i + 1, i + 1] += 200
    return found


def test_newton(model: Any) -> None:
    X, w = drawn(1, 50, 3), np.zeros(3)
    t = (sigmoid(X @ [1.0, -2.0, 0.5]) > np.random.default_rng(0).uniform(size=50)).astype(float)
    for _ in range(7):
        s = sigmoid(X @ w)
        hessian = X.T @ (X * (s * (1 - s))[:, None]) / 50 + 0.002 * np.eye(3)
        close(model.of_regression(w, X, t), hessian, 1e-13)
        step = model.newton(w, X, t)
        close(step, np.linalg.solve(hessian, X.T @ (s - t) / 50 + 0.002 * w))
        w = w - step
    assert abs(X.T @ (sigmoid(X @ w) - t) / 50 + 0.002 * w).max() < 1e-14


def test_of_an_embedding(model: Any) -> None:
    k, t = np.array([0, 4, 4, -2]), drawn(1, 4)
    E, W = model.E, model.W

    def slope(W: Array) -> Array:
        a = np.tanh(E[k] @ W)
        return E[k].T @ ((1 - a * a) * (2 / 4 * (a.sum(1) - t))[:, None])

    second, by_E = model.embedded(k, t)
    close(second, jacobian(slope, W))
    close(by_E, jacobian(lambda E: np.tanh(E[k] @ W), E))
    with pytest.raises(IndexError, match=r"index 5 is out of bounds for size 5 in E\[k\] at jacobians.tdsl:"):
        model.embedded(np.array([0, 5]), drawn(1, 2))


def test_zero_where_no_derivative_leads(model: Any) -> None:
    found = model.none(drawn(1, 3), drawn(2, 3, 3))
    close(found, (np.zeros((3, 3)), np.zeros(3), np.zeros(3), np.zeros((3, 3))))


def test_derivatives_of_ones_own(model: Any) -> None:
    x, A, eye = drawn(1, 5), drawn(2, 5, 5), np.eye(5)
    s = sigmoid(x * A[0])
    by_A = np.zeros((5, 5, 5))
    by_A[:, 0] = np.diag(s * x)
    value, parts, second = model.owned(x, A)
    exact, slope, twice = model.owned_twice(x)
    close((value, parts), (np.log1p(np.exp(x * A[0])), (np.diag(s * A[0]), by_A)))
    close(second, exact)
    # Wrong on purpose: 5 · 2 x, whose derivative by its own rule is 5 · 5 · 2 x.
    close((slope, twice), (10 * x, eye * 50 * x))


def test_derivatives_of_tuples_integers_and_functions(model: Any) -> None:
    x = drawn(1, 4)
    # sum(n sin(x) x) + sum(x ** 2) + n
    close(model.tuples(x, 3), 3 * np.cos(x) * x + 3 * np.sin(x) + 2 * x)
    close(model.constants(x, 2.0), (np.full(4, 7.0), (np.full(4, 7.0), 0.0), 6))


def test_straight_through(model: Any) -> None:
    x = np.array([-2.0, -0.3, 0.1, 0.5, 3.0])
    value, slope, along = model.straight(x)
    close(value, np.sign(x))
    close(slope, np.sign(x) + 3 * x * (abs(3 * x) <= 1))
    close(along, (abs(x) <= 1) * 1.0)


def test_cut_and_scaled(model: Any) -> None:
    x = np.array([-2.0, -0.1, 0.1, 0.7])
    plain, (by_x, by_l), along, reversed, value = model.cut(x, 0.3)
    close((plain, by_x, by_l), (np.clip(2 * x, -0.5, 0.5), np.clip(2 * x, -0.3, 0.3), 0.0))
    close((along, reversed, value), (2 * x, 0 * x, x))


def test_on_a_side_of_an_if(model: Any) -> None:
    x = drawn(1, 3)
    # own(x, x) = log(1 + exp(x²)); the derivative of 2 x is 5 · 2 x by its rule.
    y = np.log1p(np.exp(x * x))
    close(model.inside(x, True), 2 * x * sigmoid(x * x) * 2 * x + y * 10 * x)
    close(model.inside(x, False), np.ones(3))


def test_a_hessian_costs_a_pass_for_each_parameter() -> None:
    """The forward values, and with them all functions, are computed once."""
    head = "dim B, N\ninput x: real[B, N]\nshared w: real[{0}] = normal(0, 1)\n"
    body = "let C = mean(tanh(x @ w) ** 2)\nentry f(x) -> hessian(C, w)\nentry g(x) -> grad(C, w)\n"
    costs = []
    for size in (3, 30):
        text = (head + body).replace("{0}", str(size)).replace("real[B, N]", f"real[B, {size}]")
        costs.append(tdsl.compile(text, target="numpy").build_info()["entries"])
    assert len({cost["f"]["functions"] for cost in costs}) == 1
    flop = [eval(cost["f"]["flop"], {"B": 1000}) for cost in costs]
    assert flop[1] < 30 * 2.5 * eval(costs[1]["g"]["flop"], {"B": 1000})
