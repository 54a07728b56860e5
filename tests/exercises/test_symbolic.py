"""The exercises on symbolic expressions of Ian Goodfellow's for Theano, solved in tdsl and checked by their conditions.

Theano walks over its graph of expressions, and `tdsl.program` over that of a program.
"""

from __future__ import annotations

import numpy as np
import pytest

import tdsl
from tdsl.describe.values import Value


def test_01_grad() -> None:
    """dz/dx + dz/dy, of any `z` that was computed from `x` and `y`."""
    module = tdsl.compile(
        """
        fn grad_sum(x, y, z) = grad(z, x) + grad(z, y)
        entry plain(x: real, y: real) -> grad_sum(x, y, x + y)
        entry product(x: real, y: real) -> grad_sum(x, y, x * y)
        """
    )
    assert module.plain(0, 0) == 2
    assert module.product(3, 5) == 8


def softmax_argument(expression: str) -> str:
    """The argument of the softmax that an expression over `x` and `y` is; TypeError of any other."""
    program = f"use std.nn: softmax\ndim B, N\nentry f(x: real[B, N], y: real[B, N]) -> {expression}"
    (result,) = tdsl.program(program).entries["f"].results

    def behind(value: Value, *ops: str) -> Value:
        """The first operand of a value behind these ops."""
        for op in ops:
            if value.op != op:
                raise TypeError(f"{expression} is no softmax")
            value = value.operands[0]
        return value

    shifted = behind(result, "div", "exp")
    if behind(result.operands[1], "broadcast", "reshape", "reshape", "sum") is not result.operands[0]:
        raise TypeError(f"{expression} is no softmax")
    x = behind(shifted, "sub")
    if behind(shifted.operands[1], "broadcast", "reshape", "stop_grad", "reshape", "max") is not x:
        raise TypeError(f"{expression} is no softmax")
    return x.name


def test_02_traverse() -> None:
    """Of the output of a softmax its argument: the graph says it, and the logarithm computes it but for a constant."""
    assert softmax_argument("softmax(x)") == "x"
    assert softmax_argument("softmax(y)") == "y"
    for other in ("x", "sigmoid(x)", "exp(x)", "exp(x) / exp(y)"):
        with pytest.raises(TypeError):
            softmax_argument(other)


def test_03_energy() -> None:
    """The derivative of the expected energy of a Boltzmann machine is minus the expected statistics.  Draws of bools
    have no derivative, so none passes through the sampling."""
    module = tdsl.compile(
        """
        const M = 2
        const NV = 3
        const NH = 4
        shared W: real[NV, NH] = normal(0, 1)
        fn energy(W, V, H) = -sum((V @ W) * H, axis=1)
        entry gradient() -> (grad(mean(energy(W, v, h)), W), v.T @ h / M) {
            let v = real(bernoulli(sigmoid(ones((M, NH)) @ W.T)))
            let h = real(bernoulli(sigmoid(v @ W)))
        }
        """
    )
    found, statistics = module.Model(seed=42).gradient()
    assert found.shape == (3, 4) and np.any(statistics)
    assert np.allclose(found, -statistics)


def test_04_two_step_backprop() -> None:
    """The derivative by the weights of the output, and later that by those before it from what the first step hands
    over: the second step never reads the weights of the output."""
    program = """
        dim B
        shared W: real[2, 3] = normal(0, 1)
        shared w: real[3]    = normal(0, 1)
        input x: real[B, 2]
        input y: real[B]
        let h = sigmoid(x @ W)
        cost C = mean((h @ w - y) ** 2)
        entry at_once(x, y) -> grad(C, (W, w))
        entry first(x, y) -> (grad(C, w), grad(C, h))
        entry second(x, handed: real[B, 3]) -> vjp(h, W, handed)
        """
    model = tdsl.compile(program, float=64).Model(seed=0)
    random = np.random.default_rng([1, 2, 3])
    x, y = random.normal(size=(5, 2)), random.normal(size=5)
    wanted = model.at_once(x, y)
    by_w, handed = model.first(x, y)
    assert np.allclose(by_w, wanted[1])
    model.w = np.full(3, np.nan)
    assert np.allclose(model.second(x, handed), wanted[0])
