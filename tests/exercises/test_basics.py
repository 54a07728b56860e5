"""The basics of Ian Goodfellow's exercises for Theano, each solved in tdsl and checked by its own condition.

04_gpu is tests/cuda/test_exercise.py.
"""

from __future__ import annotations

import numpy as np
import pytest

import tdsl


def test_01_scalar() -> None:
    module = tdsl.compile("entry f(a: real, b: real) -> a + log(b)")
    assert np.allclose(module.f(1, 2), 1 + np.log(2))


def test_02_vector_mat() -> None:
    module = tdsl.compile(
        """
        dim M, N
        entry f(a: real[N], b: real[N], d: real[M, N]) -> d @ (a * b)
        """
    )
    random = np.random.default_rng([1, 2, 3])
    a, b, d = random.normal(size=5), random.random(5), random.normal(size=(5, 5))
    assert np.allclose(module.f(a, b, d), d @ (a * b), rtol=1e-4)


def test_03_tensor() -> None:
    """`c[i, j, k, l] = a[l, k, i] + b[i, j, k, l]`, and then the largest element over two axes in the middle."""
    module = tdsl.compile(
        """
        dim I, J, K, L
        entry f(a: real[L, K, I], b: real[I, J, K, L]) -> d {
            let c[i, j, k, l] = a[l, k, i] + b[i, j, k, l]
            let d[i, j] = max[k, l](c[i, k, l, j])
        }
        """
    )
    random = np.random.default_rng([1, 2, 3])
    a, b = random.normal(size=(2, 3, 4)), random.random((4, 5, 3, 2))
    c = np.transpose(a, (2, 1, 0))[:, None] + b
    assert np.allclose(module.f(a, b), c.max(axis=1).max(axis=1))


def test_01_function() -> None:
    """The value of an expression at given values of its variables; NumPy modules need no C++ compiler."""

    def evaluate(expression: str, x: int, y: int) -> int:
        made: int = tdsl.compile(f"entry f(x: int, y: int) -> {expression}", target="numpy").f(x, y)
        return made

    assert evaluate("x + y", 1, 2) == 3


def test_02_shared() -> None:
    """Two values change places, by Python and by an entry without results, whose updates are simultaneous."""
    module = tdsl.compile(
        """
        shared a: real[5, 4, 3]
        shared b: real[5, 4, 3]
        entry exchange() {
            a <- b
            b <- a
        }
        """
    )
    model = module.Model()
    assert model.a.shape == model.b.shape == (5, 4, 3)
    model.set_value("a", np.zeros((5, 4, 3)))
    model.set_value("b", np.ones((5, 4, 3)))
    kept = model.get_value("a")
    model.set_value("a", model.get_value("b"))
    model.set_value("b", kept)
    assert np.all(model.a == 1) and np.all(model.b == 0)
    assert model.exchange() is None
    assert np.all(model.a == 0) and np.all(model.b == 1)


def test_03_bug() -> None:
    """`x + zeros_like(y)` where `x` and `y` differ in length: Theano simplified the sum away, and with it the error.
    Here two sizes of different names are an error of the program, and two of one name are checked by each call."""
    program = "dim N, M\nentry f(x: real[N], y: real[{}]) -> x + zeros_like(y)"
    with pytest.raises(tdsl.UserError, match=r"error\[TD0204\]: \+ needs equal sizes, got real\[N\] and real\[M\]"):
        tdsl.compile(program.format("M"))
    module = tdsl.compile(program.format("N"), name="bug")
    with pytest.raises(ValueError, match=r"argument 'y' has shape \(2,\), expected \(N,\) with N = 1 bound by 'x'"):
        module.f(np.zeros(1), np.zeros(2))


def test_01_basic_indexing() -> None:
    module = tdsl.compile("dim N\nentry increment_odd(x: real[N]) -> x with [1::2] += 1")
    assert np.array_equal(module.increment_odd(np.zeros(4)), [0, 1, 0, 1])


def test_02_nd_indexing() -> None:
    """All but a border of a width that each call gives."""
    module = tdsl.compile(
        """
        dim A, B, C, W
        entry shrink(x: real[A, B, C], dim W) -> x[W:A - W, W:B - W, W:C - W]
        """
    )
    x = np.random.default_rng(0).normal(size=(10, 11, 12)).astype(np.float32)
    shrunk = module.shrink(x, 3)
    assert shrunk.shape == (4, 5, 6)
    assert np.array_equal(shrunk, x[3:-3, 3:-3, 3:-3])


def test_03_rng() -> None:
    """Each call draws anew; shares of ones are near their probabilities, and exact at 0 and 1."""
    module = tdsl.compile("dim N\nentry draw(p: real[N]) -> real(bernoulli(p))")
    model, p = module.Model(seed=0), np.arange(11) / 10
    samples = np.array([model.draw(p) for _ in range(100)])
    assert np.all((samples == 0) | (samples == 1))
    assert np.abs(samples.mean(axis=0) - p).max() < 0.2
