"""Every gradient of the samples agrees with central differences, on both targets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import tdsl
from tdsl.resources import SAMPLES

STEP = 1e-5

# The gradient by a variable, derived from the models before and after a step.
Revealed = Callable[[Any, Any, str], object]


def compiled(path: str, target: str, **defines: int) -> Any:
    return tdsl.compile(SAMPLES / path, float=64, target=target, defines=defines)


def differences(cost: Callable[[NDArray[np.float64]], float], at: object) -> NDArray[np.float64]:
    """The derivative of a cost by each element of an array."""
    at = np.asarray(at, dtype=np.float64)
    found = np.empty_like(at)
    for index in np.ndindex(at.shape):
        sides = []
        for sign in (1, -1):
            moved = at.copy()
            moved[index] += sign * STEP
            sides.append(cost(moved))
        found[index] = (sides[0] - sides[1]) / (2 * STEP)
    return found


def assert_derivative(gradient: Any, cost: Callable[[Any], float], at: object) -> None:
    np.testing.assert_allclose(gradient, differences(cost, at), rtol=1e-6, atol=1e-8)


def by_variable(model: Any, name: str, cost: Callable[[Any], float]) -> Callable[[Any], float]:
    """The cost of a model like this one in which a variable has another value."""

    def changed(value: object) -> float:
        twin = model.copy()
        twin.set_value(name, value)
        return cost(twin)

    return changed


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(0)


def test_gradients(target: str, random: np.random.Generator) -> None:
    module = compiled("06_gradients/gradients.tdsl", target)
    assert_derivative(module.f_prime(-2), module.f, -2)
    by_first, by_second = module.g_prime(2, 4)
    assert_derivative(by_first, lambda x1: float(x1) * 4, 2)
    assert_derivative(by_second, lambda x2: 2 * float(x2), 4)
    a, b = random.normal(size=(2, 3, 4))
    assert_derivative(module.D_prime(a, b), lambda a: float(np.sum(a * b)), a)


def test_logistic_regression(target: str, random: np.random.Generator) -> None:
    module = compiled("08_logistic_regression/regression.tdsl", target)
    x, w = random.normal(size=(5, 3)), random.normal(size=3)
    y_hat = np.array([0.0, 1, 1, 0, 1])
    _, by_w, by_b = module.gradient(x, y_hat, w, 0.3)
    assert_derivative(by_w, lambda w: module.gradient(x, y_hat, w, 0.3)[0], w)
    assert_derivative(by_b, lambda b: module.gradient(x, y_hat, w, b)[0], 0.3)


@pytest.mark.parametrize("path", ["10_training_tedious/tedious.tdsl", "11_training_effective/effective.tdsl"])
def test_neuron(path: str, target: str) -> None:
    model = compiled(path, target).Model()
    x, y_hat = [1, -1], 1

    def cost(model: Any) -> float:
        return float((model.neuron(x) - y_hat) ** 2)

    for name, gradient in zip("wb", model.gradient(x, y_hat), strict=True):
        assert_derivative(gradient, by_variable(model, name, cost), model[name])


def assert_training_descends(
    model: Any, data: Sequence[object], gradient_of: Revealed, names: Sequence[str], **more: float
) -> None:
    """The gradient that one step of `train` reveals is that of the cost it returns."""
    after = model.copy()
    after.train(*data, **more)
    for name in names:
        cost = by_variable(model, name, lambda twin: twin.train(*data, **more))
        assert_derivative(gradient_of(model, after, name), cost, model[name])


def step_of_one(before: Any, after: Any, name: str) -> object:
    """From p <- p - g."""
    return before[name] - after[name]


def first_moment(before: Any, after: Any, name: str) -> object:
    """From Adam's first step, whose running mean is 0.1 g."""
    return np.asarray(after[f"{name}.adam.m"]) / (1 - 0.9)


NAMES_OF_MIKU = ("W1", "b1", "W2", "b2", "W3", "b3")


def test_xor(target: str) -> None:
    model = compiled("13_xor/xor.tdsl", target).Model(seed=3)
    data = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    assert_training_descends(model, data, step_of_one, ("W1", "b1", "w2", "b2"))


def test_miku(target: str, random: np.random.Generator) -> None:
    data = random.uniform(-2.5, 2.5, (6, 2)), np.array([0.0, 1, 1, 0, 1, 0])
    model = compiled("miku/miku.tdsl", target, H=4).Model(seed=3)
    assert_training_descends(model, data, step_of_one, NAMES_OF_MIKU, lr=1)
    model = compiled("miku/miku_adam.tdsl", target, H=4, SLOPE1=1, SLOPE2=2).Model(seed=3)
    assert_training_descends(model, data, first_moment, NAMES_OF_MIKU)


def test_regression(target: str, random: np.random.Generator) -> None:
    model = compiled("17_train_test/regression.tdsl", target, H=4).Model(seed=3)
    data = random.uniform(-1, 1, 6), random.normal(size=6)
    assert_training_descends(model, data, first_moment, ("W1", "b1", "w2", "b2"))


@pytest.mark.parametrize("entry", ["mine", "slowing", "bias"])
def test_update_functions(entry: str, target: str) -> None:
    model = compiled("12_update_functions/updates.tdsl", target).Model()
    data = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1]
    after = model.copy()
    getattr(after, f"train_{entry}")(*data)
    for name in "wb" if entry != "bias" else "b":
        cost = by_variable(model, name, lambda twin: getattr(twin, f"train_{entry}")(*data))
        assert_derivative(step_of_one(model, after, name), cost, model[name])
    if entry == "bias":
        np.testing.assert_array_equal(after.w, model.w)


def test_minibatch_bias(target: str, random: np.random.Generator) -> None:
    model = compiled("15_minibatch_bias/minibatch.tdsl", target).Model()
    x = random.normal(size=(4, 3))
    by_rows, by_columns = model.bias_gradients(x, x.T)
    rows = by_variable(model, "b", lambda twin: np.sum(twin.by_rows(x) ** 2))
    columns = by_variable(model, "b", lambda twin: np.sum(twin.by_columns(x.T) ** 2))
    assert_derivative(by_rows, rows, model.b)
    assert_derivative(by_columns, columns, model.b)


def test_relu(target: str, random: np.random.Generator) -> None:
    module = compiled("16_relu/relu.tdsl", target)
    z = random.normal(size=50)
    # an element of each result depends on that of z alone
    both_sides = [module.rectified(z + step) for step in (STEP, -STEP)]
    for derivative, above, below in zip(module.derivatives(z), *both_sides, strict=True):
        np.testing.assert_allclose(derivative, (above - below) / (2 * STEP), atol=1e-8)
    for derivative in module.derivatives([0.0, -0.0]):
        assert derivative.tolist() == [0, 0]
