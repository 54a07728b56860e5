"""Programs of few elements are written out for some sizes, and compute the same at all of them."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import tdsl
from tests.modules.programs import state

TEXT = """\
dim B

input x: real[B, 2]
input t: real[B]

shared W: real[2, 2] = normal(0, 1)
shared b: real[2] = normal(0, 1)
shared w: real[2] = normal(0, 1)
shared total: real = 0
state tiny: real[2] = 0

let y = sigmoid(tanh(x @ W + b) @ w)
cost C = mean((y - t) ** 2)

entry train(x, t, lr: real = 0.5) -> C {
    let dW, db, dw = grad(C, (W, b, w))
    W <- W - lr * dW
    b <- b - lr * db
    w <- w - lr * dw
    total <- total + C
}
entry predict(x) -> y
entry sums(x) -> (sum(x), sum(x, axis=0), sum(x, axis=1), mean(x * x, axis=0))
entry products(x) -> (prod(x), prod(x, axis=0), prod(x, axis=1))
entry extremes(x) -> (max(x, axis=1), min(x, axis=1), argmax(x, axis=1), x > 0.5)
entry squares(x, t) -> (transpose(x) @ x, x @ transpose(x), t @ x, transpose(x), x[::-1])
entry whole(n: i64[B]) -> (sum(n), sum(n * n), n // 3, n % 3)
entry turned(x) -> x[:, ::-1] { tiny <- sum(x, axis=0) }
entry fixed(u: real[3], v: real[2, 4]) -> (sum(u) * v, max(v, axis=0), v @ transpose(v), exp(u), prod(u))
entry least(x) -> x { tiny <- max(x, axis=0) }
"""
SIZES = (0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33)
ENTRIES = ("predict", "sums", "products", "squares", "whole", "turned", "extremes")


@cache
def compiled(target: str) -> Any:
    return tdsl.compile(TEXT, name="few", target=target)


@pytest.fixture(scope="module")
def few() -> Any:
    return compiled("cpp")


def given(entry: str, size: int) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(size)
    x = rng.uniform(0.25, 1.5, (size, 2)).astype("f")
    if entry in ("squares", "train"):
        return x, rng.uniform(0, 1, size).astype("f")
    return (rng.integers(-50, 50, size),) if entry == "whole" else (x,)


def flat(values: Any) -> list[np.ndarray]:
    return [np.asarray(value) for value in (values if isinstance(values, tuple) else (values,))]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("entry", ENTRIES)
def test_every_size_is_as_in_numpy(few: Any, entry: str, size: int) -> None:
    arguments = given(entry, size)
    found, expected = (getattr(compiled(target).Model(seed=1), entry)(*arguments) for target in ("cpp", "numpy"))
    for one, other in zip(flat(found), flat(expected), strict=True):
        assert one.shape == other.shape and one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("size", [1, 3, 4, 8, 16, 17])
def test_training_is_as_in_numpy_and_the_loop_as_calls(few: Any, size: int) -> None:
    arguments = given("train", 6 * size)
    by_calls, by_loop, reference = few.Model(seed=1), few.Model(seed=1), compiled("numpy").Model(seed=1)
    for start in range(0, 6 * size, size):
        part = [array[start : start + size] for array in arguments]
        assert abs(by_calls.train(*part) - reference.train(*part)) < 1e-5
    by_loop.fit(*arguments, entry="train", epochs=1, batch_size=size, shuffle=False, progress=False)
    assert state(by_loop) == state(by_calls)
    for name, value in reference.state_dict().items():
        np.testing.assert_allclose(by_loop[name], value, rtol=1e-4, atol=1e-5)


def test_known_sizes_without_dims(few: Any) -> None:
    rng = np.random.default_rng(3)
    arguments = rng.normal(size=3).astype("f"), rng.normal(size=(2, 4)).astype("f")
    found, expected = (compiled(target).Model().fixed(*arguments) for target in ("cpp", "numpy"))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("size", [1, 2, 4, 8])
@pytest.mark.parametrize("entry", ["turned", "least"])
def test_variables_hold_no_subnormals(few: Any, entry: str, size: int) -> None:
    model = few.Model()
    getattr(model, entry)(np.full((size, 2), 1e-40, np.float32))
    assert model["tiny"].tobytes() == bytes(8)
    getattr(model, entry)(np.full((size, 2), np.nan, np.float32))
    assert np.isnan(model["tiny"]).all()


def test_other_sizes_are_found_after_known_ones(few: Any) -> None:
    """The sizes remembered of one call do not hold for another."""
    model = few.Model()
    for size in (4, 4, 5, 4, 64, 4):
        assert model.squares(*given("squares", size))[1].shape == (size, size)
    with pytest.raises(ValueError, match="B"):
        model.squares(given("squares", 4)[0], given("squares", 5)[1])
