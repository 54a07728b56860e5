"""Jacobians and derivatives of one's own through loops and in them, by the reference, against complex steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.modules.jacobians import Array, jacobian, sigmoid

Make = Callable[..., Any]

TEXT = """
dim T, N
input x: real[T, N]
input h: real[N]
input W: real[N, N]
fn last(h, x, W) = for x_t in x {
    state h = h
    h <- tanh(W @ h) + x_t * h
}
fn stacked(h, x, W) = for x_t in x {
    state h = h
    let after = sin(W @ h + x_t)
    h <- after
    yield after * h
}
fn checked(h, x, W) = for x_t in x checkpoint 2 {
    state h = h
    h <- tanh(W @ h) + x_t * h
}
fn early(h, x, W) {
    let final, steps = for x_t in x, t in T {
        state h = h
        state steps = 0
        h <- tanh(W @ h) + x_t * h
        steps <- t + 1
        until t == 2
    }
    final
}
fn squashed(z) = tanh(z)
derivative squashed(z) for y, g = g * (1 - y * y)
fn owned(h, x, W) = for x_t in x {
    state h = h
    h <- squashed(W @ h) + x_t * h
}
fn energy(h, W) = sum(log(cosh(W @ h)))
fn descended(h, x, W) = for x_t in x {
    state h = h
    h <- h - 0.1 * grad(energy(h, W), h) + 0.05 * jvp(sin(W @ h), h, x_t)
}
fn curved(h, x, W) = for x_t in x {
    state h = h
    let c = energy(h, W)
    h <- h - 0.1 * hessian(c, h) @ x_t
}
"""
NAMES = ("last", "stacked", "checked", "early", "owned", "descended", "curved")
ENTRIES = "".join(
    f"entry {name}(x, h, W, u: real[{size}]) -> (y_{name}, jacobian(y_{name}, h), jacobian(y_{name}, W), "
    f"jvp(y_{name}, h, h + 1), vjp(y_{name}, h, u), hessian(sum(y_{name} ** 2), h), "
    f"jacobian(jvp(y_{name}, h, h), h))\n"
    for name in NAMES
    for size in ["T, N" if name == "stacked" else "N"]
)
LETS = "".join(
    f"let y_{name} = " + (f"{name}(h, x, W)[1]" if name == "stacked" else f"{name}(h, x, W)") + "\n" for name in NAMES
)


def slope(h: Array, W: Array) -> Array:
    return W.T @ np.tanh(W @ h)


def steps(name: str, h: Array, x: Array, W: Array) -> Array:
    """The same in NumPy, for complex numbers too."""
    rows = []
    for x_t in x[:3] if name == "early" else x:
        if name == "stacked":
            new = np.sin(W @ h + x_t)
            rows.append(new * h)
        elif name == "descended":
            new = h - 0.1 * slope(h, W) + 0.05 * np.cos(W @ h) * (W @ x_t)
        elif name == "curved":
            new = h - 0.1 * (W.T * (1 - np.tanh(W @ h) ** 2)) @ W @ x_t
        else:
            new = np.tanh(W @ h) + x_t * h
        h = new
    return np.array(rows) if name == "stacked" else h


@pytest.mark.parametrize("name", NAMES)
def test_through_loops(model: Make, name: str) -> None:
    m = model(TEXT + LETS + ENTRIES)
    rng = np.random.default_rng(0)
    x, h, W = rng.normal(size=(5, 3)) * 0.5, rng.normal(size=3), rng.normal(size=(3, 3)) * 0.7
    y = steps(name, h, x, W)
    u = rng.normal(size=y.shape)
    by_h, by_W = jacobian(lambda z: steps(name, z, x, W), h), jacobian(lambda z: steps(name, h, x, z), W)
    found = m.call(name, x, h, W, u)
    wanted = (y, by_h, by_W, by_h @ (h + 1), np.tensordot(u, by_h, u.ndim))
    for one, other in zip(found, wanted, strict=False):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-12)

    def squares(z: Array) -> Array:
        return 2 * np.tensordot(steps(name, z, x, W), jacobian(lambda a: steps(name, a, x, W), z), y.ndim)

    def along(z: Array) -> Array:
        return jacobian(lambda a: steps(name, a, x, W), z) @ z

    for one, function in ((found[5], squares), (found[6], along)):
        np.testing.assert_allclose(one, central(function, h), rtol=1e-8, atol=1e-8)


def central(function: Callable[[Array], Array], at: Array) -> Array:
    """A Jacobian by differences of the eighth order."""
    weights = (4 / 5, -1 / 5, 4 / 105, -1 / 280)
    columns = []
    for way in np.eye(at.size):
        sides = [w * (function(at + k * 1e-2 * way) - function(at - k * 1e-2 * way)) for k, w in enumerate(weights, 1)]
        columns.append(sum(sides) / 1e-2)
    return np.stack(columns, axis=-1)


def test_straight_through_without_models(model: Make) -> None:
    """An encoder whose code is -1 or 1 learns through its derivative, and not without."""
    text = """
dim B
input x: real[B, 8]
shared V: real[8, 3] = normal(0, 1)
shared W: real[3, 8] = normal(0, 0.3)
fn binarize(z) = switch(z > 0, 1.0, -1.0)
OWN
cost C = mean((binarize(x @ V) @ W - x) ** 2)
entry slope(x) -> grad(C, V)
"""
    x = np.repeat(np.eye(8)[:4] * 2 - 0.5, 4, axis=0)
    assert not model(text.replace("OWN", "")).slope(x).any()
    m = model(text.replace("OWN", "derivative binarize(z) for y, g = g * (abs(z) <= 1)"))
    V, W = m.values["V"], m.values["W"]
    z = x @ V
    g = (2 / x.size * (np.sign(z) @ W - x)) @ W.T * (abs(z) <= 1)
    assert g.any()
    np.testing.assert_allclose(m.slope(x), x.T @ g, atol=1e-14)


def test_a_hoisted_value_keeps_its_condition(model: Make) -> None:
    """A side of an `if` that is not taken faults in no loop."""
    m = model(
        "dim N\ninput x: real[N]\ninput k: int\n"
        "entry f(x, k) -> jacobian(if k < N then x * x[k] else x * 2, x)\n"
        "entry g(x, k) -> jacobian(tanh(x * x[k]), x)"
    )
    x = np.array([1.0, 2.0])
    np.testing.assert_allclose(m.f(x, 7), 2 * np.eye(2))
    np.testing.assert_allclose(m.f(x, 1), [[2, 1], [0, 4]])
    with pytest.raises(IndexError):
        m.g(x, 7)
    s = 1 - np.tanh(x * 1.0) ** 2
    np.testing.assert_allclose(m.g(x, 0), np.diag(s) + np.outer(s * x, [1, 0]))


def test_conditions_of_a_derivative_of_ones_own(model: Make) -> None:
    m = model(
        "dim N\nfn f(x) = sum(sigmoid(x))\nderivative f(x) for y, g = g * place(x[1:4], (N,), (1,), (1,))\n"
        "entry value(x: real[N]) -> f(x)\nentry slope(x: real[N]) -> grad(f(x), x)"
    )
    np.testing.assert_allclose(m.value(np.zeros(2)), 1)
    np.testing.assert_allclose(m.slope(np.arange(5.0)), [0, 1, 2, 3, 0])
    with pytest.raises(ValueError, match="N >= 4"):
        m.slope(np.zeros(2))


def test_integers_are_read_from_anywhere(model: Make) -> None:
    m = model(
        "input k: int\nstate n: int = 3\nfn f(x) = x * real(k)\nderivative f(x) for y, g = g * real(k + n)\n"
        "entry slope(x: real, k) -> grad(f(sigmoid(x)), x)"
    )
    s = sigmoid(np.array(0.3))
    np.testing.assert_allclose(m.slope(0.3, 4), 7 * s * (1 - s))


def test_derivatives_by_views_that_a_loop_reads(model: Make) -> None:
    """A loop that begins with the value that its steps read; a slice; a transpose in a Jacobian of a Jacobian."""
    m = model(
        "dim N\ninput x: real[N]\ninput A: real[N, N]\n"
        "fn twice(x) = for t in 2 {\n state h = x\n h <- tanh(h * x)\n}\n"
        "fn slope(x) = grad(sum(twice(x)), x)\n"
        "let z = x[::-1]\nlet B = A.T\n"
        "let y = for t in 2 {\n state h = x\n h <- sin(h * z)\n}\n"
        "entry own(x) -> (slope(x), grad(sum(twice(x)), x))\n"
        "entry sliced(x) -> (grad(sum(y), z), jacobian(y, z))\n"
        "entry third(x, A) -> (jacobian(jacobian(sum(exp(B @ x)), B), B), hessian(sum(exp(B @ x)), A))"
    )
    rng = np.random.default_rng(0)
    x, A = rng.normal(size=3), rng.normal(size=(3, 3))
    first, second = m.own(x)
    wanted = jacobian(lambda x: np.sum(np.tanh(np.tanh(x * x) * x)), x)
    np.testing.assert_allclose(first, wanted)
    np.testing.assert_allclose(second, wanted)
    by_z = jacobian(lambda z: np.sin(np.sin(x * z) * z), x[::-1])
    found = m.sliced(x)
    np.testing.assert_allclose(found[0], by_z.sum(0))
    np.testing.assert_allclose(found[1], by_z)
    by_B, by_A = m.third(x, A)
    exact = np.einsum("i,ik,j,l->ijkl", np.exp(A.T @ x), np.eye(3), x, x)
    np.testing.assert_allclose(by_B, exact)
    np.testing.assert_allclose(by_A, np.transpose(exact, (1, 0, 3, 2)))
