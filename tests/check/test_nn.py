"""std.nn against NumPy, also where a careless formula overflows f32; std.init by its statistics."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

Make = Callable[..., Any]
Z = np.array([-3.0, -0.5, 0.0, 0.25, 4.0])
P = np.array([0.1, 0.5, 0.9, 0.01, 0.75])
T = np.array([0.0, 1.0, 1.0, 0.0, 0.5])
ROWS = np.array([[1.0, 2.0, -1.0], [0.0, 0.0, 5.0]])
erf = np.vectorize(math.erf)
SIGMOID = 1 / (1 + np.exp(-Z))

ELEMENTS: dict[str, Any] = {
    "relu(z)": np.maximum(Z, 0),
    "leaky_relu(z)": np.where(Z > 0, Z, 0.01 * Z),
    "leaky_relu(z, slope=0.2)": np.where(Z > 0, Z, 0.2 * Z),
    "elu(z)": np.where(Z > 0, Z, np.expm1(Z)),
    "elu(z, 0.5)": np.where(Z > 0, Z, 0.5 * np.expm1(Z)),
    "selu(z)": 1.0507009873554805 * np.where(Z > 0, Z, 1.6732632423543772 * np.expm1(Z)),
    "gelu(z)": Z * 0.5 * (1 + erf(Z / math.sqrt(2))),
    "swish(z)": Z * SIGMOID,
    "softsign(z)": Z / (1 + abs(Z)),
    "hard_sigmoid(z)": np.clip(0.2 * Z + 0.5, 0, 1),
    "log_sigmoid(z)": np.log(SIGMOID),
    "squared_error(z, t)": (Z - T) ** 2,
    "absolute_error(z, t)": abs(Z - T),
    "huber(z, t)": np.where(abs(Z - T) < 1, 0.5 * (Z - T) ** 2, abs(Z - T) - 0.5),
    "huber(z, t, delta=2)": np.where(abs(Z - T) < 2, 0.5 * (Z - T) ** 2, 2 * (abs(Z - T) - 1)),
    "binary_cross_entropy(p, t)": -(T * np.log(P) + (1 - T) * np.log(1 - P)),
    "binary_cross_entropy_on_logits(z, t)": -(T * np.log(SIGMOID) + (1 - T) * np.log(1 - SIGMOID)),
    "hinge(z, 2 * t - 1)": np.maximum(0, 1 - Z * (2 * T - 1)),
}
USE = "use std.nn\n"


@pytest.mark.parametrize("text", ELEMENTS)
def test_elements(model: Make, text: str) -> None:
    m = model(f"{USE}dim K\nentry f(z: real[K], p: real[K], t: real[K]) -> {text}")
    np.testing.assert_allclose(m.f(Z, P, T), ELEMENTS[text], rtol=1e-12, atol=1e-12)


def test_rows(model: Make) -> None:
    m = model(
        f"{USE}dim R, C\ninput x: real[R, C]\ninput label: int[R]\n"
        "entry f(x) -> (softmax(x), log_softmax(x), logsumexp(x), softmax(x, axis=0), logsumexp(x, axis=R))\n"
        "entry g(x, label) -> (categorical_cross_entropy_on_logits(x, label),\n"
        "                      categorical_cross_entropy(softmax(x), label))\n"
        "entry slope(x, label) -> grad(sum(categorical_cross_entropy_on_logits(x, label)), x)"
    )
    exponentials = np.exp(ROWS)
    soft = exponentials / exponentials.sum(1, keepdims=True)
    found = m.f(ROWS)
    wanted = [
        *(soft, np.log(soft), np.log(exponentials.sum(1)), exponentials / exponentials.sum(0)),
        np.log(exponentials.sum(0)),
    ]
    for actual, expected in zip(found, wanted, strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-12)
    labels = np.array([2, 0])
    expected = -np.log(soft[[0, 1], labels])
    for actual in m.g(ROWS, labels):
        np.testing.assert_allclose(actual, expected, rtol=1e-12)
    np.testing.assert_allclose(m.slope(ROWS, labels), soft - np.eye(3)[labels], atol=1e-12)


def test_dense(model: Make) -> None:
    m = model(f"{USE}dim R\nentry f(x: real[R, 3], W: real[3, 2], b: real[2]) -> dense(x, W, b)")
    weights = np.arange(6.0).reshape(3, 2)
    np.testing.assert_allclose(m.f(ROWS, weights, [1.0, -1.0]), ROWS @ weights + [1, -1])


EXTREMES: dict[str, Any] = {
    "softmax(x)": [[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]],
    "log_softmax(x)": [[0.0, -2e4], [-2e4, 0.0], [-math.log(2)] * 2],
    "log_softmax(3e38 * tanh(x))": [[0.0, -np.inf], [-np.inf, 0.0], [-math.log(2)] * 2],
    "logsumexp(x)": [1e4, 1e4, -1e4 + math.log(2)],
    "sigmoid(x)": [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]],
    "log_sigmoid(x)": [[0.0, -1e4], [-1e4, 0.0], [-1e4, -1e4]],
    "softplus(x)": [[1e4, 0.0], [0.0, 1e4], [0.0, 0.0]],
    "binary_cross_entropy_on_logits(x, 0)": [[1e4, 0.0], [0.0, 1e4], [0.0, 0.0]],
    "binary_cross_entropy_on_logits(x, 1)": [[0.0, 1e4], [1e4, 0.0], [1e4, 1e4]],
    "categorical_cross_entropy_on_logits(x, [0, 0, 0])": [0.0, 2e4, math.log(2)],
    "categorical_cross_entropy(softmax(x), [0, 1, 1])": [0.0, 0.0, math.log(2)],
    "elu(x)": [[1e4, -1.0], [-1.0, 1e4], [-1.0, -1.0]],
    "gelu(x)": [[1e4, 0.0], [0.0, 1e4], [0.0, 0.0]],
    "swish(x)": [[1e4, 0.0], [0.0, 1e4], [0.0, 0.0]],
    "softsign(x)": [[1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]],
    "tanh(x)": [[1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]],
    "logaddexp(x[:, 0], x[:, 1])": [1e4, 1e4, -1e4 + math.log(2)],
}


@pytest.mark.parametrize("text", EXTREMES)
def test_ends_of_f32(model: Make, text: str) -> None:
    ends = np.array([[1e4, -1e4], [-1e4, 1e4], [-1e4, -1e4]], np.float32)
    m = model(f"{USE}input x: real[3, 2]\nlet y = {text}\nentry f(x) -> y\nentry g(x) -> grad(sum(y), x)", float=32)
    np.testing.assert_allclose(m.f(ends), EXTREMES[text], rtol=2e-4, atol=1e-6)
    assert np.isfinite(m.g(ends)).all()


def test_derivatives_of_all_activations(model: Make) -> None:
    step = 1e-6
    for text in ELEMENTS:
        by = "p" if "(p" in text else "z"
        entries = f"entry f(z, p, t) -> {text}\nentry g(z, p, t) -> grad(sum({text}), {by})"
        m = model(f"{USE}dim K\ninput z: real[K]\ninput p: real[K]\ninput t: real[K]\n{entries}")
        off = np.array([-2.9, -0.4, 0.1, 0.3, 3.7])
        up, down = ({"z": off, "p": P, "t": T} for _ in range(2))
        up = up | {by: up[by] + step}
        down = down | {by: down[by] - step}
        numeric = (m.f(**up) - m.f(**down)) / (2 * step)
        np.testing.assert_allclose(m.g(off, P, T), numeric, rtol=1e-5, atol=1e-7, err_msg=text)


KINKS: dict[str, tuple[float, float | None]] = {
    "logaddexp(x, 0)": (0.5, 0.25),
    "huber(x, 0)": (0.0, 1.0),
    "elu(x)": (1.0, 0.0),
    "selu(x)": (1.0507009873554805, 0.0),
    "leaky_relu(x)": (0.01, None),
    "softsign(x)": (1.0, 0.0),
    "hypot(x, 0)": (0.0, None),
}


@pytest.mark.parametrize("text", KINKS)
def test_derivatives_at_zero(model: Make, text: str) -> None:
    first, second = KINKS[text]
    assert model(f"{USE}entry f(x: real) -> grad({text}, x)").f(0.0) == first
    if second is not None:
        assert model(f"{USE}entry f(x: real) -> grad(grad({text}, x), x)").f(0.0) == second


@pytest.mark.parametrize("cost", ["norm(x)", "sum(std(x, axis=0))", "std(x)", "sum(norm(x, axis=1))"])
def test_lengths_have_derivative_zero_at_zero(model: Make, cost: str) -> None:
    assert not model(f"entry f(x: real[3, 2]) -> grad({cost}, x)").f(np.full((3, 2), 0.0)).any()


def test_the_deviation_of_one_element_has_derivative_zero(model: Make) -> None:
    assert model("entry f(x: real[1]) -> grad(std(x), x)").f([7.0]) == [0.0]


def test_labels_out_of_range(model: Make) -> None:
    head = f"{USE}input z: real[2, 3]\ninput label: int[2]\nlet y = "
    for loss in ("categorical_cross_entropy", "categorical_cross_entropy_on_logits", "pick"):
        m = model(f"{head}{loss}(z, label)\nentry f(z, label) -> y\nentry g(z, label) -> grad(sum(y), z)")
        for entry in (m.f, m.g):
            entry(np.ones((2, 3)), [0, 2])
            for label in (3, -1):
                with pytest.raises(IndexError):
                    entry(np.ones((2, 3)), [0, label])


def first(model: Make, text: str, shape: str = "100, 400", seed: int = 0) -> Any:
    m = model(f"use std.init\nshared W: real[{shape}] = {text}\nentry f() -> W", seed=seed)
    return m.f()


@pytest.mark.parametrize(
    ("text", "variance"),
    [
        *(("glorot()", 2 / 500), ("glorot_uniform()", 2 / 500), ("glorot_normal()", 2 / 500), ("he()", 2 / 100)),
        *(("he_uniform()", 2 / 100), ("he_normal()", 2 / 100), ("glorot(gain=2.0)", 8 / 500), ("normal(0, 0.5)", 0.25)),
        *(("glorot_normal(2)", 8 / 500), ("uniform(-1, 1)", 1 / 3)),
    ],
)
def test_statistics_of_first_values(model: Make, text: str, variance: float) -> None:
    values = first(model, text)
    assert abs(values.mean()) < 4 * math.sqrt(variance / values.size)
    assert abs(values.var() / variance - 1) < 0.05
    if "uniform" in text or text.startswith("glorot("):
        assert abs(values).max() <= math.sqrt(3 * variance)
        assert abs(values).max() > 0.999 * math.sqrt(3 * variance)


def test_first_values_of_vectors_and_stacks(model: Make) -> None:
    assert abs(first(model, "he_normal()", "50000").var() * 50000 / 2 - 1) < 0.05
    assert abs(first(model, "he_normal()", "4, 5, 20, 100").var() * 20 / 2 - 1) < 0.05
    assert abs(first(model, "glorot()", "19, 30, 50").var() * (30 + 50) / 2 - 1) < 0.05


def test_a_mean_and_a_deviation(model: Make) -> None:
    values = first(model, "normal(3, 0.1)")
    assert abs(values.mean() - 3) < 0.01 and abs(values.std() - 0.1) < 0.01


@pytest.mark.parametrize("shape", ["40, 40", "20, 50", "50, 20"])
def test_orthogonality(model: Make, shape: str) -> None:
    values = first(model, "orthogonal()", shape)
    small = values @ values.T if values.shape[0] <= values.shape[1] else values.T @ values
    np.testing.assert_allclose(small, np.eye(len(small)), atol=1e-12)


def test_seeds(model: Make) -> None:
    text = "shared A: real[50] = normal(0, 1)\nshared B: real[50] = normal(0, 1)\nentry f() -> (A, B)"
    (a, b), (again, _), (other, _) = model(text, seed=1).f(), model(text, seed=1).f(), model(text, seed=2).f()
    assert (a == again).all() and (a != b).any() and (a != other).any()
