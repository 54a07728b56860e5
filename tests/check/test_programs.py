"""The meaning of small programs, one for each feature of the language: their entries called in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

Make = Callable[..., Any]
X = np.array([[1.0, -2.0, 3.0], [4.0, 5.5, -6.0]])
Y = np.array([[0.5, 2.0, -1.0], [3.0, 0.25, 8.0]])
V = np.array([-1.0, 0.0, 2.0, 3.5, -0.5])


def close(actual: Any, expected: Any) -> None:
    if isinstance(expected, tuple):
        assert isinstance(actual, tuple) and len(actual) == len(expected)
        for one, other in zip(actual, expected, strict=True):
            close(one, other)
        return
    np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-12)


# Whole programs: text, then (entry, arguments, result) in order.
PROGRAMS: dict[str, tuple[str, list[tuple[str, tuple[Any, ...], Any]]]] = {
    "square": ("entry f(x: real) -> x ** 2", [("f", (-2.0,), 4.0)]),
    "slope": ("entry g(x: real) -> grad(x ** 2, x)", [("g", (-2.0,), -4.0)]),
    "both slopes": (
        "dim N, M\nentry both(a: real[N, M], b: real[N, M]) -> (grad(sum(a * b), a), grad(sum(a * b), b))",
        [("both", (X, Y), (Y, X))],
    ),
    "slopes of a tuple": (
        "entry f(a: real, b: real) -> d { let d = grad(a * b ** 2, (a, b)) }",
        [("f", (3.0, 2.0), (4.0, 12.0))],
    ),
    "slope of a slope": ("entry f(x: real) -> grad(grad(x ** 3, x), x)", [("f", (2.0,), 12.0)]),
    "third slope": ("entry f(x: real) -> grad(grad(grad(exp(2 * x), x), x), x)", [("f", (0.0,), 8.0)]),
    "slope by a let": ("entry f(x: real) -> grad(h ** 2, h) { let h = 3 * x }", [("f", (2.0,), 12.0)]),
    "slope inside a cost": (
        "input x: real\nlet d = grad(x ** 3, x)\nentry f(x) -> grad(d * x, x)",
        [("f", (2.0,), 9 * 4.0)],
    ),
    "swap": (
        "state a: real = 1\nstate b: real = 2\nentry swap() { a <- b\n b <- a }\nentry get() -> (a, b)",
        [("swap", (), ()), ("get", (), (2.0, 1.0)), ("swap", (), ()), ("get", (), (1.0, 2.0))],
    ),
    "results are from before the updates": (
        "state k: int = 0\nentry next() -> k { k <- k + 1 }",
        [("next", (), 0), ("next", (), 1), ("next", (), 2)],
    ),
    "counter on one line": ("state k = 5\nentry f() -> k { k <- k * 2 }", [("f", (), 5), ("f", (), 10)]),
    "update stretches": (
        "state w: real[3] = 0\nentry f(x: real) -> w { w <- x }\n",
        [("f", (2.0,), np.zeros(3)), ("f", (1.0,), [2.0] * 3)],
    ),
    "update of a bool": (
        "state on: bool = false\nentry f() -> on { on <- not on }",
        [("f", (), False), ("f", (), True)],
    ),
    "update widens": ("state k: int = 0\nentry f(j: i32) -> k { k <- j }", [("f", (3,), 0), ("f", (3,), 3)]),
    "first values of arrays": (
        "state a: real[2, 2] = [[1, 2], [3, 4.5]]\nstate b = a\nstate c: real[2] = 2 * a[1]\nentry f() -> (a, b, c)",
        [("f", (), ([[1, 2], [3, 4.5]], [[1, 2], [3, 4.5]], [6.0, 9.0]))],
    ),
    "first value through a let": (
        "shared a: real = 3\nlet twice = 2 * a\nstate b: real = twice\nentry f() -> b { a <- 5 }",
        [("f", (), 6.0), ("f", (), 6.0)],
    ),
    "shared without a value": ("shared a: real[2]\nentry f() -> a", [("f", (), [0.0, 0.0])]),
    "consts": (
        "const H = 2 ** 3\nconst W = 2 * H - 6 // 4\nconst rate = 1.0 / H\nconst wide = H > 4\n"
        "entry f(x: real[H]) -> if wide then sum(x[:W - 10]) * rate else 0",
        [("f", (np.ones(8),), 5 / 8)],
    ),
    "tuples": (
        "fn both(a, b) = (a + b, a - b)\nlet one, two = both(3, 1)\n"
        "entry f(x: real) -> (p * one, q[0], q[-1]) { let p, q = (x, both(x, two)) }",
        [("f", (5.0,), (20.0, 7.0, 3.0))],
    ),
    "function with defaults": (
        "fn line(x, slope = 2, offset = slope + 1) = slope * x + offset\n"
        "entry f(x: real) -> (line(x), line(x, 3), line(x, offset=0), line(offset=1, x=x, slope=x))",
        [("f", (10.0,), (23.0, 34.0, 20.0, 101.0))],
    ),
    "typed function": (
        "dim N, M\nfn weigh(a: real[N, M], b: real[M], s: real = 1) {\n    let n = size(N)\n    a @ b * s + n\n}\n"
        "entry f(x: real[2, 3]) -> weigh(x, [1, 0, 2])",
        [("f", (X,), X @ [1, 0, 2] + 2)],
    ),
    "typed function widens": ("fn half(a: real) = a / 2\nentry f(k: bool) -> half(k) + half(3)", [("f", (True,), 2.0)]),
    "size given as a real": (
        "dim N\nfn half(a: real) = a / 2\nentry f(x: real[N]) -> half(N) * x",
        [("f", (V,), V * 2.5)],
    ),
    "typed function keeps numbers": (
        "dim N\nfn pick(k: int, on: bool, h: f32, a: real[2 * N], b: real[N]) = if on then a[k] * h + b[0] else 0\n"
        "entry f(x: real[4]) -> pick(1, true, 0.5, x, x[:2])",
        [("f", (np.arange(4.0),), 0.5)],
    ),
    "slope in a function of functions": (
        "fn slope(f, x, scale) = scale * grad(f(x), x)\nfn cube(x) = x ** 3\nentry g(x: real) -> slope(cube, x, 2)",
        [("g", (2.0,), 24.0)],
    ),
    "one rule in two entries": (
        "use std.optim: momentum\nshared a: real = 1\ncost C = a\nentry f() { minimize C with momentum(1, 1) }\n"
        "entry g() { minimize C with momentum(1, 1) }\nentry get() -> a",
        [("f", (), ()), ("g", (), ()), ("get", (), -2.0)],
    ),
    "functions of functions": (
        "fn twice(f, x) = f(f(x))\nfn increase(x) = x + 1\nfn more(x) = twice(increase, x)\n"
        "entry f(x: real) -> (twice(increase, x), twice(more, x), twice(exp, x))",
        [("f", (0.0,), (2.0, 4.0, np.exp(1)))],
    ),
    "functions stand anywhere": ("const k = 3\nentry f(x: real) -> late(x)\nfn late(x) = k * x", [("f", (2.0,), 6.0)]),
    "function sees the file": (
        "shared s: real = 2\nfn scaled(x) = s * x\nentry f(x: real) -> scaled(x)",
        [("f", (4.0,), 8.0)],
    ),
    "names in functions are their own": (
        "let a = 5\nfn f(x) {\n    let a = x\n    a * 2\n}\nentry g(x: real) -> f(x) + a",
        [("g", (1.0,), 7.0)],
    ),
    "parameters that are one": (
        "fn slope(a, b) = grad(a * a * b, a)\nentry f(x: real) -> slope(x, x)",
        [("f", (3.0,), 18.0)],
    ),
    "slope of an argument behind the call": (
        "shared w: real = 3\ncost C = (w - 1) ** 2\nfn descended(c, p, rate) = p - rate * grad(c, p)\n"
        "entry f() -> C { w <- descended(C, w, 0.25) }",
        [("f", (), 4.0), ("f", (), 1.0), ("f", (), 0.25)],
    ),
    "slope two calls deep": (
        "fn slope(c, p) = grad(c, p)\nfn outer_slope(c, p) = slope(c, p)\nentry f(x: real) -> outer_slope(x ** 2, x)",
        [("f", (3.0,), 6.0)],
    ),
    "slope of a function's own": (
        "fn f(x) = grad(sin(x) * x, x)\nentry g(x: real) -> grad(f(x), x)",
        [("g", (0.5,), 2 * np.cos(0.5) - 0.5 * np.sin(0.5))],
    ),
    "stopped slope": (
        "entry f(x: real) -> (grad(stop_grad(x) * x, x), grad(stop_grad(x) ** 2, x))",
        [("f", (3.0,), (3.0, 0.0))],
    ),
    "minimize over one": (
        "use std.optim: sgd\nshared a: real = 1\nshared b: real = 1\ncost C = (a * b) ** 2\n"
        "entry f() -> C { minimize C over a with sgd(0.25) }\nentry get() -> (a, b)",
        [("f", (), 1.0), ("get", (), (0.5, 1.0))],
    ),
    "maximize": (
        "use std.optim: sgd\nshared a: real = 0\ncost C = -(a - 2) ** 2\n"
        "entry f() -> C { maximize C with sgd(lr=0.25) }",
        [("f", (), -4.0), ("f", (), -1.0)],
    ),
    "minimize leaves what stop_grad shields": (
        "use std.optim: adamw\nshared a: real = 2\nshared target: real = 1\ncost C = (a - stop_grad(target)) ** 2\n"
        "entry f() -> C { minimize C with adamw() }\nentry get() -> target",
        [("f", (), 1.0), ("get", (), 1.0)],
    ),
    "minimize of an expression": (
        "use std.optim\nshared a: real[2] = [1, 2]\nentry f() { minimize sum(a * a) with sgd(0.5) }\nentry get() -> a",
        [("f", (), ()), ("get", (), [0.0, 0.0])],
    ),
    "a rule of one's own": (
        "rule heavy(lr: real, mu: real = 0.5) for p, g {\n    state v = zeros_like(p)\n    state count: int = 0\n"
        "    let step = mu * v - lr * g\n    v <- step\n    count <- count + 1\n    p <- p + step\n}\n"
        "shared a: real[2] = [4, 8]\ncost C = 0.5 * sum(a ** 2)\n"
        "entry f() { minimize C with heavy(0.5) }\nentry get() -> a",
        [("f", (), ()), ("get", (), [2.0, 4.0]), ("f", (), ()), ("get", (), [0.0, 0.0])],
    ),
    "rule kept in a let": (
        "use std.optim: sgd\nlet rule_of_all = sgd(0.5)\nshared a: real = 1\ncost C = a * a\n"
        "entry f() { minimize C with rule_of_all }\nentry get() -> a",
        [("f", (), ()), ("get", (), 0.0)],
    ),
    "defaults of entries": (
        "entry f(x: real, lr: real = 0.5, on: bool = true, k: int = 3) -> if on then x * lr * real(k) else x",
        [("f", (2.0,), 3.0), ("f", (2.0, 1), 6.0), ("f", (2.0, 1, False), 2.0)],
    ),
    "slices of formulas": (
        "dim N\nconst w = 1\nentry f(x: real[N]) -> x[w:N - w] + x[2:] + x[:N - 2 * w]",
        [("f", (V,), V[1:4] + V[2:] + V[:3])],
    ),
    "sizes of formulas": (
        "dim N\nentry f(x: real[2 * N], y: real[N]) -> reshape(x, (2, N)) * y",
        [("f", (np.arange(6.0), np.ones(3)), np.arange(6.0).reshape(2, 3))],
    ),
    "halves": ("dim N\nentry f(x: real[N]) -> x[:N // 2]", [("f", (V,), V[:2]), ("f", (V[:4],), V[:2])]),
    "every third": ("dim N\nentry f(x: real[N]) -> x[1::3]", [("f", (V,), V[1::3]), ("f", (V[:4],), V[1:4:3])]),
    "brackets hold lines": (
        "let a = (1 +\n    2\n  + 3)   # six\nlet b = [\n    1,\n    2,\n]\nfn f(\n    x,\n    y = 2,\n) = x *\n    y\n"
        "entry g(\n    x: real,\n) -> (\n    f(x),\n    a,\n    b,\n)",
        [("g", (1.0,), (2.0, 6, [1, 2]))],
    ),
    "lines of windows": ("let a = 1\r\nentry f(x: real) -> x + a\r\n", [("f", (1.0,), 2.0)]),
    "byte order mark": ("\ufeffentry f(x: real) -> x", [("f", (1.0,), 1.0)]),
    "less than minus": (
        "fn below(x) {\n    let on = x <-1\n    on\n}\nentry f(x: real) -> below(x)",
        [("f", (-2.0,), True), ("f", (0.0,), False)],
    ),
    "update without spaces": (
        "state a: real = 0\nentry f(x: real) -> a {\n    a<-x\n}",
        [("f", (3.0,), 0.0), ("f", (0.0,), 3.0)],
    ),
    "choice of lines": (
        "entry f(x: real) -> if x > 0 then 1 else\n    if x < 0 then -1 else 0",
        [("f", (3.0,), 1), ("f", (-3.0,), -1), ("f", (0.0,), 0)],
    ),
    "reshape of numbers": ("entry f(x: real[2, 3]) -> reshape(x, (3, 2))", [("f", (X,), X.reshape(3, 2))]),
    "empty arrays": (
        "dim N\nentry f(x: real[N]) -> (sum(x), x[::-1], x @ x)",
        [("f", (np.zeros(0),), (0.0, np.zeros(0), 0.0))],
    ),
    "local shadows": ("const lr = 5\nentry f(lr: real) -> lr", [("f", (0.5,), 0.5)]),
    "several reads of state": (
        "state s: real[2, 2] = eye(2)\nentry f(j: int) -> (s[j], s[j, 1 - j]) { s <- s + 1 }",
        [("f", (1,), ([0.0, 1.0], 0.0)), ("f", (1,), ([1.0, 2.0], 1.0))],
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(model: Make, name: str) -> None:
    text, calls = PROGRAMS[name]
    m = model(text)
    for entry, arguments, expected in calls:
        close(m.call(entry, *arguments), expected)
