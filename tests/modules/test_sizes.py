"""Sizes as arguments: every builtin that takes a size, at sizes around those of a vector, and the calls refused."""

from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tdsl
from tdsl.driver import gradient, show
from tdsl.settings import Settings
from tdsl.source import Source

TEXT = """
dim B, M, N

shared w: real = 2
state steps: int = 0

## Everything that is made of sizes.
entry made(dim N) -> (zeros(N), ones((N, 2)), full((2, N), 2.5), arange(N), iota((N, 3), 0), eye(N), eye(2, N),
                      broadcast(1.5, (N,)), size(N), 2 * N * N, [1, 2][:, new] * ones(N))
entry cut(x: real[B], dim N) -> (x[:N], x[B - N:], x[N:], x[:N:2], place(x, B + N, N, 1),
                                 reshape(arange(6 * N), (N, -1, 2)))
entry positions(k: int[B], x: real[B], dim N) -> (one_hot(k, N), within(k, N), scatter(x, k, 0, N), arange(N)[k],
                                                  gather(ones((N, N)), k, 1))
entry chosen(dim N, k: int) -> (if k < N then arange(N)[k] else -1)
entry both(x: real[N, M], dim M) -> sum(x, axis=M) * M
entry grow(dim N, lr: real = 0.5) -> w * N {
    w <- w - lr * grad(sum(w * real(arange(N)) ** 2), w)
    steps <- steps + N
}
entry rows(x: real[B], dim B) -> mean(x)
entry far(dim N) -> arange(N * N)[N - 1]
entry unused(dim N) -> w
entry shares(x: real[B, M]) -> (exp(x) / sum(exp(x), axis=1, keepdims=true), log(sum(exp(x), axis=1)))
"""


@cache
def compiled(target: str) -> ModuleType:
    return tdsl.compile(TEXT, name="sizes", target=target, float=64)


@pytest.fixture
def model(target: str) -> Any:
    return compiled(target).Model()


def same(found: Any, wanted: Any) -> None:
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(one, other)
        assert np.shape(one) == np.shape(other)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 7, 8, 9, 17, 100])
def test_arrays_of_a_size_that_a_call_gives(model: Any, n: int) -> None:
    numbers, grid = np.arange(n), np.indices((n, 3))[0]
    same(
        model.made(n),
        [
            *(np.zeros(n), np.ones((n, 2)), np.full((2, n), 2.5), numbers, grid, np.eye(n), np.eye(2, n)),
            *(np.full(n, 1.5), n, 2 * n * n, [np.ones(n), np.full(n, 2.0)]),
        ],
    )
    x = np.arange(20.0 + n)
    same(
        model.cut(x, n),
        [x[:n], x[len(x) - n :], x[n:], x[:n:2], np.r_[np.zeros(n), x], np.arange(6 * n).reshape(n, 3, 2)]
        if n
        else [x[:0], x[:0], x, x[:0], x, np.zeros((0, 3, 2), np.int64)],
    )
    if n:
        k = np.array([0, n - 1, n // 2])
        added = np.zeros(n)
        np.add.at(added, k, [1.0, 2.0, 3.0])
        same(model.positions(k, [1, 2, 3], n), [np.eye(n)[k], k, added, k, np.ones((n, 3))])
    assert model.chosen(n, 0) == (0 if n else -1)


def test_a_size_agrees_with_arrays(model: Any) -> None:
    same(model.both(np.ones((2, 3)), 3), [9.0, 9.0])
    assert model.both(x=np.ones((0, 0)), M=0).shape == (0,)
    with pytest.raises(ValueError, match=r"argument 'M' is 2, expected M with M = 3 bound by 'x' \(sizes.tdsl:"):
        model.both(np.ones((2, 3)), 2)
    with pytest.raises(ValueError, match=r"needs B >= N with N = 3 and B = 2 bound by"):
        model.cut([1, 2], 3)


def test_updates_follow_the_size(model: Any) -> None:
    assert model.grow(3) == 6
    assert (model.w, model.steps) == (2 - 0.5 * 5, 3)
    assert model.grow(0) == 0 and model.steps == 3


@pytest.mark.parametrize("given", [np.int32(2), np.uint8(2), np.array(2), np.int64(2)])
def test_anything_that_is_an_integer(model: Any, given: object) -> None:
    assert len(model.made(given)[0]) == len(model.made(N=given)[0]) == 2


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        (-1, ValueError, r"sizes.made: argument 'N' is a size and cannot be -1 \(sizes.tdsl:8\)"),
        (-(2**63), ValueError, "cannot be -9223372036854775808"),
        (np.int8(-3), ValueError, "cannot be -3"),
        (2**63, ValueError, "9223372036854775808, which does not fit i64"),
        (2**63 - 1, MemoryError, "with N = 9223372036854775807"),
        (2**40, MemoryError, "with N = 1099511627776"),
        (2.0, TypeError, "argument 'N' holds real numbers, expected i64"),
        ("2", TypeError, "argument 'N'"),
        (None, TypeError, "argument 'N'"),
        ([2], ValueError, r"argument 'N' has shape \(1,\), expected a scalar"),
        (np.array([2]), ValueError, r"argument 'N' has shape \(1,\)"),
    ],
)
def test_wrong_sizes(model: Any, given: object, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        model.made(given)


def test_sizes_that_64_bits_cannot_hold(model: Any) -> None:
    assert model.unused(5) == 2
    for entry, given in ((model.far, 2**31), (model.far, 2**32), (model.far, 2**62), (model.unused, 2**60)):
        with pytest.raises(MemoryError, match="nothing was changed"):
            entry(given)
    with pytest.raises(ValueError, match="needs N - 1 >= 0 with N = 0"):
        model.far(0)


def test_missing_and_doubled(model: Any) -> None:
    with pytest.raises(TypeError, match="missing argument 'N', dim"):
        model.made()
    with pytest.raises(TypeError, match="argument 'N' is given twice"):
        model.made(2, N=2)


def test_fit_gives_no_size_of_a_minibatch(model: Any) -> None:
    with pytest.raises(ValueError, match="argument 'B' is the size of each minibatch"):
        model.fit(np.ones(4), entry="rows", B=4, batch_size=2)
    assert len(model.fit(entry="grow", N=2, epochs=3)) == 3
    assert model.steps == 6
    with pytest.raises(ValueError, match="cannot be -1"):
        model.fit(entry="grow", N=-1)


def test_texts(model: Any, target: str) -> None:
    document = type(model).cut.__doc__
    assert "    N: dim\n" in document and "f64[N]" in document
    stub = show(Source("sizes.tdsl", TEXT), Settings(target=target), lambda path: path.read_text(), "stub")
    assert "N: _SupportsIndex,  # dim" in stub
    typed = show(Source("sizes.tdsl", TEXT), Settings(), lambda path: path.read_text(), "inputs")
    assert "N: dim" in typed and "grow(N, lr = 0.5) -> real, updates w, steps" in typed


def test_a_derivative_over_a_size_reads_as_a_program() -> None:
    text = "dim N\nshared w: real = 1\ncost C = sum(w * real(arange(N)) ** 2)\nentry f(dim N) -> C\n"
    made = gradient(Source("g.tdsl", text), Settings(), lambda path: path.read_text(), None, ())
    assert "entry gradient(dim N) ->" in made
    assert tdsl.compile(made, name="again", target="numpy").gradient(4) == 14


def test_shares_of_nothing(model: Any) -> None:
    """The maximum that the compiler subtracts has no elements."""
    shares, logarithm = model.shares(np.zeros((2, 0)))
    assert shares.shape == (2, 0)
    assert logarithm.tolist() == [-np.inf, -np.inf]
