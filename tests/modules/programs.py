"""The programs that the tests of compiled modules share, compiled once for each target."""

from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

import tdsl

X = np.array([[0, 1], [2, 3], [4, 5], [6, 7], [8, 9]], np.float32)
T = np.ones((5, 3), np.float32)

AFFINE = """\
## One layer, trained by momentum.

dim B, N

## Positions in the plane.
input x: real[B, 2]
input t: real[B, 3]

## The weights themselves.
shared W: real[2, 3] = normal(0, 1)
shared b: real[3] = 0
state k: i64 = 0

let error = x @ W + b - t
cost C = mean(error ** 2)

rule momentum(lr: real = 0.01, mu: real = 0.9) for p, g {
    state v = zeros_like(p)
    let step = mu * v - lr * g
    v <- step
    p <- p + step
}

## Trains on one batch.
entry train(x, t, lr: real = 0.1) -> C {
    minimize C with momentum(lr)
    k <- k + 1
}
entry predict(x) -> x @ W + b
entry both(x, t) -> (C, error)
entry count() { k <- k + 1 }
entry guarded(s: real) -> 2 * s {
    print "s =", s, "b =", b
    assert s > 0, "s is positive"
    k <- k + 1
}
entry checked(v: real[B]) -> v + 1 {
    assert min(v) > 0
    k <- k + 1
}
entry pick(i: i64) -> b[i] { k <- k + 1 }
entry divide(n: i64, d: i64) -> n // d { k <- k + 1 }
entry trim(v: real[B]) -> v[2:]
entry scale(v: real[N]) { b <- b * sum(v) }
"""

PLAIN = """\
dim B, N, M

entry square(x: f64) -> x * x
entry add(a: f64[N, M], b: f64[N, M]) -> a + b
entry singles(a: f32[N]) -> a + 0.5
entry whole(k: i32[N], u: u8, flag: bool = true) -> (k * 2, u, not flag)
entry wide(k: i64[N, M]) -> k + 1
entry bytes_of(u: u8[N]) -> u
entry truths(c: bool[N]) -> not c
entry cube(a: f64[N, M, 2]) -> 2 * a
entry zero(a: f64) -> (a + 1, a - 1)
entry total(a: f32[N]) -> sum(a)
entry scaled(a: f64[N], by: f64 = 2, plus: f64 = 1) -> a * by + plus
entry same(a: f64[N]) -> (a, a)
entry square_matrix(a: f64[B, B]) -> a.T
"""

STRICT = """\
dim N

input x: real[N]

shared w: real[3] = 1

entry logs(x) -> log(x)
entry grow(factor: real) -> sum(w) { w <- w * factor }
entry total(x) -> sum(x) { w <- w + 1 }
"""

DEEP = """\
## Large enough that every kernel and product runs in parallel.

dim B

input x: real[B, 60]
input t: real[B]

shared W1: real[60, 130] = normal(0, 0.2)
shared b1: real[130] = 0
shared W2: real[130, 70] = normal(0, 0.2)
shared w3: real[70] = uniform(-1, 1)

let a1 = tanh(x @ W1 + b1)
let a2 = sigmoid(a1 @ W2)
let y = a2 @ w3

cost C = mean((y - t) ** 2)

entry train(x, t, lr: real = 0.05) -> C {
    W1 <- W1 - lr * grad(C, W1)
    b1 <- b1 - lr * grad(C, b1)
    W2 <- W2 - lr * grad(C, W2)
    w3 <- w3 - lr * grad(C, w3)
}
entry test(x) -> y
entry chain(v: real[B]) -> (sum(tanh(v) * v + exp(-v ** 2)), exp(v))
## New values are written over old ones.
entry drift(x) -> sum(x) {
    W1 <- W1 + sum(x)
    b1 <- b1 * 2
}
## The derivative of a loop, one with states that are kept for some steps only.
entry looped(z: real[B, 3, 20]) -> (mean(h), grad(mean(h ** 2), w3)) {
    let h = for z_t in z checkpoint 16 {
        state h: real[3, 70] = 0
        h <- tanh(z_t @ W1[:20, :70] + h * w3)
    }
}
## A product whose rows are walked along two axes.
entry walked(z: real[B, 3, 20]) -> tanh(reshape(transpose(z, (1, 0, 2)), (3 * B, 20)) @ W1[:20])
"""

DRAWN = """\
## Trained on noisy inputs.

use std.optim: adam

dim B

input x: real[B, 2]
input t: real[B, 3]
shared W: real[2, 3] = normal(0, 1)
state k: i64 = 0

let off = x @ W - t
cost C = mean(((x + normal(0, 0.1, (B, 2))) @ W - t) ** 2)

entry train(x, t, lr: real = 0.1) -> C {
    minimize C with adam(lr)
    k <- k + 1
}
entry error(x, t) -> mean(off ** 2)
entry both(x, t) -> (square = mean(off ** 2), most = mean(max(abs(off), 1)))
entry drawn(x) -> mean(x @ W + normal(0, 1, (B, 3)))
entry norm() -> sum(W ** 2)
entry weighted(x, t, weight: real[3], lr: real) -> lr * mean(off ** 2 * weight)
entry gram(x) -> sum(x @ x.T)
"""

TEXTS = {"affine": AFFINE, "plain": PLAIN, "strict": STRICT, "deep": DEEP, "drawn": DRAWN}
SETTINGS: dict[str, dict[str, object]] = {"strict": {"nan": "refuse"}, "deep": {"opt": 3}}


@cache
def compiled(name: str, target: str) -> ModuleType:
    return tdsl.compile(TEXTS[name], name=name, target=target, **SETTINGS.get(name, {}))


def state(model: Any) -> dict[str, bytes]:
    """Every bit of a model."""
    return {name: np.asarray(value).tobytes() for name, value in model.state_dict().items()}
