"""Programs that the tests of calls on devices share."""

from __future__ import annotations

MODEL = """\
dim B, N

input x: real[B, 2]
input t: real[B, 3]

shared W: real[2, 3] = uniform(-1, 1)
shared b: real[3] = 0
state k: i64 = 0

let error = x @ W + b - t
cost C = mean(error ** 2)

entry train(x, t, lr: real = 0.1) -> C {
    W <- W - lr * grad(C, W)
    b <- b - lr * grad(C, b)
    k <- k + 1
}
entry predict(x) -> x @ W + b
entry both(x, t) -> (C, error)
entry sums(x, t) -> (C, mean(abs(error)))
entry shown(s: real) -> 2 * s {
    print "s =", s, "b =", b
    assert s > 0, "s is positive"
    k <- k + 1
}
entry checked(v: real[B]) -> sum(v) {
    assert min(v) > 0
    b <- b + v[0]
    k <- k + 1
}
entry pick(i: i64) -> b[i] { k <- k + 1 }
entry labels(x, i: i64[B]) -> sum(x) { k <- k + max(i) // min(i) }
entry scale(v: real[N]) { b <- b * sum(v) }
"""

STRICT = """\
dim N

input x: real[N]

shared w: real[3] = 1

entry logs(x) -> log(x)
entry grow(factor: real) -> sum(w) { w <- w * factor }
entry total(x) -> sum(x) { w <- w + 1 }
"""

FUNCTIONS = """\
dim N

entry add(a: real[N], b: real[N]) -> a + b
entry square(a: real) -> a * a
entry element(a: real[N], i: int) -> a[i]
"""

ARRAYS = """\
dim N

entry add(a: real[N], b: real[N]) -> a + b
entry square(a: real) -> a * a
entry twice(a: real) -> (a, 2 * a)
entry parts(a: real) -> (a, (2 * a, 3 * a))
entry called(out: real) -> 2 * out
entry made(dim N) -> ones(N)
entry element(a: real[N], i: int) -> a[i]
entry shown(s: real) -> 2 * s { print s }
"""

FLOW = """\
dim N, T

entry chosen(x: real[N], i: int) -> if i >= 0 then x[i] else 2 * sum(x)
entry inner(x: real[N], i: int, j: int) -> y {
    let y = if i > 0 then (if j > 0 then x[i] + x[j] else x[i]) else (if j > 0 then x[j] else 1)
}
entry folded(x: real[T, 3]) -> h {
    let h = for x_t in x {
        state h: real[3] = 1
        h <- 0.5 * h + x_t
    }
}
entry root(a: real, steps: int) -> (y, n, steps) {
    let y, n = for t in 40 {
        state y: real = 1
        state n: i64 = 0
        let better = 0.5 * (y + a / y)
        y <- better
        n <- n + 1
        until abs(better - y) <= 1e-6 * better
    }
}
entry picked(x: real[N], i: int[T]) -> total {
    let total = for i_t in i {
        state total: real = 0
        total <- total + x[i_t]
    }
}
entry guarded(x: real[T]) -> total {
    let total = for x_t in x {
        state total: real = 0
        assert x_t > 0, "positive"
        total <- total + x_t
    }
}
entry nested(x: real[T, N]) -> total {
    let total = for row in x {
        state total: real = 0
        let least = for e in row {
            state s: real = 0
            s <- s + e
            until s > 10
        }
        total <- total + least
    }
}
"""

# With every template of kernels.
TEMPLATES = """\
use std.nn: conv2d, relu

dim B, N, M, V, H, T

input x: real[N, 5]
input t: real[N, 16]
input image: real[B, 2, 6, 7]

shared W: real[5, 16] = normal(0, 1)
shared b: real[16] = 0
shared U: real[16, 16] = normal(0, 0.3)
shared K: real[4, 2, 3, 3] = normal(0, 0.3)
shared c: real[4] = 0.1
state k: i64 = 0

let h = tanh(x @ W + b)
let filtered = sum(relu(conv2d(image, K) + c[:, new, new]) ** 2)

cost C = mean((h @ U - t) ** 2)

entry train(x, t) -> C {
    W <- W - 0.1 * grad(C, W)
    b <- b - 0.1 * grad(C, b)
    k <- k + 1
}
entry images(image) -> (filtered, grad(filtered, (image, K, c)))
entry patches(v: real[N, 5, 6], p: real[6, M]) -> (z, sum(z, axis=0)) {
    let z = tanh(reshape(windows(v, (2, 3)), (16 * N, 6)) @ p)
}
entry stacks(q: real[B, T, 6], p: real[B, T, 6]) -> exp(q @ transpose(p, (0, 2, 1)) / 4)
entry turned(a: real[N, M]) -> (a.T * 2, a[::-1, ::2] + 1)
entry long(a: real[N]) -> y {
    let z = 1 + a * (2 + a * (3 + a * (4 + a * (5 + a * 6))))
    let y = 1 + z * (2 + z * (3 + z * (4 + z * (5 + z * (6 + z * 7)))))
}
entry rows(e: real[V, H], i: int[N], w: real[N, H]) -> grad(sum(e[i] * w), e)
entry elements(e: real[V], i: int[N], w: real[N]) -> grad(sum(e[i] * w), e)
entry marked(e: real[V, H], i: int[N]) -> e with [i] = 1
entry met(s: real[N, 9], w: real[N, 7, 3]) -> grad(sum(tanh(windows(s, 3)) * w), s)
entry sums(a: real[N, M]) -> (sum(a, axis=0), sum(a, axis=1), mean(a))
entry reduced(a: real[N, M]) -> (max(a, axis=1), argmax(a, axis=1), argmin(a, axis=0), all(a > 0))
"""
