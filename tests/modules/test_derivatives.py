"""Derivatives of small programs where rules could stumble, on both targets: sides that are not taken, zeros of products
and powers, paths that carry no derivative, and the places of faults."""

from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tdsl

Values = tuple[Any, ...]
INF, NAN = np.inf, np.nan

# The parameters and results of an entry, and points with the expected values.
ENTRIES: list[tuple[str, list[tuple[Values, Any]]]] = [
    # A switch: nothing of the side that is not taken.
    ("(x: real[3]) -> grad(sum(switch(x < 1, x, sqrt(x))), x)", [(([0, 4, 1],), [1, 0.25, 0.5])]),
    ("(x: real) -> grad(switch(x > 0, sqrt(x), 0), x)", [((-1.0,), 0), ((0.0,), 0), ((4.0,), 0.25)]),
    ("(x: real) -> grad(switch(x > 0, log(x), 0), x)", [((0.0,), 0), ((2.0,), 0.5)]),
    ("(x: real) -> grad(switch(x < 5, exp(x), x), x)", [((1000.0,), 1)]),
    ("(x: real[2]) -> grad(sum(switch(x != 0, sin(x) / x, 1)), x)", [(([0, np.pi],), [0, -1 / np.pi])]),
    ("(x: real) -> grad(maximum(sqrt(x), 1), x)", [((0.0,), 0), ((4.0,), 0.25)]),
    ("(x: real[3]) -> grad(max(sqrt(x)), x)", [(([0, 4, 1],), [0, 0.25, 0])]),
    (
        "(x: real) -> grad(grad(switch(x < 1, x ** 3, sqrt(x)), x), x)",
        [((0.0,), 0), ((0.5,), 3), ((4.0,), -1 / 32)],
    ),
    (
        "(x: real, v: real[3]) -> grad(sum(switch(v > 0, sqrt(x), v)), x)",
        [((0.0, [-1, -2, 0]), 0), ((4.0, [1, 2, 0]), 0.5)],
    ),
    (
        "(x: real[2], v: real[2, 3]) -> grad(sum(switch(v > 0, sqrt(x)[:, new], v).T ** 2), x)",
        [(([0, 4], [[-1, -1, -1], [1, -1, 1]]), [0, 2])],
    ),
    (
        "(x: real[4], c: bool[2]) -> grad(sum(switch(c, sum(reshape(sqrt(x), (2, 2)), axis=1), 1)), x)",
        [(([0, 0, 4, 1], [False, True]), [0, 0, 0.25, 0.5])],
    ),
    (
        "(x: real[3], c: bool) -> grad(sum(switch(c, switch(x > 1, log(x - 1), sqrt(x)), switch(x > 2, x, 2 * x))), x)",
        [(([0, 1, 5], True), [INF, 0.5, 0.25]), (([0, 1, 5], False), [2, 2, 1])],
    ),
    ("(x: real[2], W: real[2, 2]) -> grad(sum(switch(x < 1, x, sqrt(x)) @ W), x)", [(([0, 4], np.eye(2)), [1, 0.25])]),
    # Elements that are not taken have no part in a derivative.
    ("(x: real[3]) -> grad(sum(sqrt(x)[0:2]), x)", [(([1, 4, 0],), [0.5, 0.25, 0])]),
    ("(x: real[3]) -> grad(sqrt(x)[0], x)", [(([1, 0, 0],), [0.5, 0, 0]), (([0, 1, 0],), [INF, 0, 0])]),
    ("(x: real[3]) -> grad(sqrt(x)[-1], x)", [(([0, NAN, 4],), [0, 0, 0.25])]),
    ("(x: real[N]) -> grad(sum(log(x)[1:]), x)", [(([0, 1, 2],), [0, 1, 0.5]), (([0],), [0])]),
    ("(x: real[5]) -> grad(sum(sqrt(x)[::2]), x)", [(([1, 0, 4, 0, 1],), [0.5, 0, 0.25, 0, 0.5])]),
    ("(x: real[3]) -> grad(sum(sqrt(x)[::-1] * [1, 2, 3]), x)", [(([1, 4, 1],), [1.5, 0.5, 0.5])]),
    ("(x: real[3]) -> grad(sum(sqrt(x)[:-1] * x[1:]), x)", [(([1, 4, 0],), [2, 1, 2])]),
    ("(x: real[4]) -> grad(sum(sqrt(x)[0:2]) + sqrt(x)[3], x)", [(([1, 4, 0, 1],), [0.5, 0.25, 0, 0.5])]),
    ("(x: real[4]) -> grad(sum(sqrt(x)[0:3][1:3]), x)", [(([0, 4, 1, 0],), [0, 0.25, 0.5, 0])]),
    ("(x: real[4]) -> grad(sum(reshape(sqrt(x), (2, 2)).T[0]), x)", [(([1, 0, 4, 0],), [0.5, 0, 0.25, 0])]),
    ("(x: real[2, 3]) -> grad(sum(cosh(log(x))[1, 0:2]), x)", [(([[0] * 3, [1, 2, 0]],), [[0] * 3, [0, 3 / 8, 0]])]),
    ("(x: real[3], i: int) -> grad(sqrt(x)[i], x)", [(([0, 4, 0], 1), [0, 0.25, 0]), (([0, 4, 1], -1), [0, 0, 0.5])]),
    ("(x: real[3], i: int[2]) -> grad(sum(sqrt(x)[i]), x)", [(([0, 4, 1], np.array([1, 1])), [0, 0.5, 0])]),
    (
        "(x: real[2, 2], i: int[1]) -> grad(sum(sqrt(x)[:, i]), x)",
        [(([[0, 4], [0, 1]], np.array([1])), [[0, 0.25], [0, 0.5]])],
    ),
    (
        "(x: real[3], i: int[2], c: bool[2]) -> grad(sum(switch(c, sqrt(x)[i], 1)), x)",
        [
            (([0, 4, 1], np.array([0, 1]), [False, True]), [0, 0.25, 0]),
            (([0, 4, 1], np.array([1, 1]), [False, True]), [0, 0.25, 0]),
        ],
    ),
    (
        "(x: real[2], i: int[2], c: bool[3]) -> grad(sum(switch(c, scatter(sqrt(x), i, 0, 3), 1)), x)",
        [
            (([0, 4], np.array([0, 1]), [False, True, False]), [0, 0.25]),
            (([4, 4], np.array([1, 1]), [False, True, False]), [0.25, 0.25]),
        ],
    ),
    (
        "(x: real[2], c: bool[3]) -> grad(sum(switch(c, place(sqrt(x), (3,), (1,), (1,)), 1)), x)",
        [(([4, 0], [True, True, False]), [0.25, 0])],
    ),
    (
        "(x: real[3], A: real[2, 3]) -> grad(sum(((sqrt(x) + A)[:, 0:2]) ** 2), x)",
        [(([1, 4, 0], np.ones((2, 3))), [4, 3, 0])],
    ),
    (
        "(x: real[3], A: real[3, 2]) -> grad(sum((sqrt(x)[:, new] * A)[[0, 2], 1]), x)",
        [(([1, 0, 4], np.ones((3, 2))), [0.5, 0, 0.25])],
    ),
    ("(x: real[2, 2]) -> grad(sum(norm(sqrt(x), axis=1)[0:1]), x)", [(([[1, 3], [0, 0]],), [[0.25, 0.25], [0, 0]])]),
    ("(x: real[3]) -> grad(sum(grad(sum((x ** 1.5)[0:2]), x)), x)", [(([1, 4, 0],), [0.75, 0.375, 0])]),
    ("(x: real[3], i: int) -> grad(grad((x ** 1.5)[i], x)[i], x)", [(([1, 4, 0], 1), [0, 0.375, 0])]),
    (
        "(x: real[N], k: int) -> grad(if k < N then sqrt(x)[k] else sum(sqrt(x)[0:2]), x)",
        [(([0, 4, 0], 1), [0, 0.25, 0]), (([1, 4, 0], 7), [0.5, 0.25, 0])],
    ),
    # The same behind a product: a row or column of it that is not taken needs none of its factors.
    (
        "(x: real[2, 2], c: bool[2]) -> grad(sum(switch(c[:, new], sqrt(x) @ [[1, 2], [3, 4]], 0)), x)",
        [(([[1, 4], [0, 0]], [True, False]), [[1.5, 1.75], [0, 0]])],
    ),
    (
        "(x: real[2, 2], c: bool[2]) -> grad(sum(switch(c, [[1, 2], [3, 4]] @ sqrt(x), 0)), x)",
        [(([[1, 0], [4, 0]], [True, False]), [[2, 0], [1.5, 0]])],
    ),
    ("(x: real[2, 2], v: real[2]) -> grad((sqrt(x) @ v)[0], x)", [(([[1, 4], [0, 0]], [2, 4]), [[1, 1], [0, 0]])]),
    ("(x: real[2, 2], v: real[2]) -> grad((v @ sqrt(x))[1], x)", [(([[0, 4], [0, 1]], [2, 4]), [[0, 0.5], [0, 2]])]),
    (
        "(x: real[2], v: real[2], c: bool) -> grad(switch(c, sqrt(x) @ v, 0), x)",
        [(([1, 4], [2, 4], True), [1, 1]), (([0, 0], [2, 4], False), [0, 0])],
    ),
    (
        "(x: real[2, 2, 2]) -> grad(sum((sqrt(x) @ sqrt(x))[1, 0]), x)",
        [(([[[0, 0], [0, 0]], [[1, 4], [1, 1]]],), [[[0, 0], [0, 0]], [[2, 0.75], [1, 1]]])],
    ),
    (
        "(x: real[2, 2], c: bool[2]) -> "
        "grad(sum(switch(c[:, new], sqrt(relu(sqrt(x) @ [[1, 0], [0, 4]])) @ [[1, 2], [3, 4]], 0)), x)",
        [(([[1, 16], [0, 0]], [True, False]), [[0.75, 7 / 16], [0, 0]])],
    ),
    (
        "(x: real[2, 2]) -> grad(sum(grad(prod(sqrt(x), axis=1)[0], x)[0]), x)",
        [(([[1, 4], [0, 0]],), [[0.125 - 0.5, 0.125 - 1 / 32], [0, 0]])],
    ),
    # An if: the same, and nothing of it is computed.
    ("(x: real) -> grad(if x > 0 then log(x) else x, x)", [((0.0,), 1), ((2.0,), 0.5)]),
    ("(x: real) -> grad(if x > 0 then log(x) else 0, x)", [((0.0,), 0)]),
    ("(x: real) -> grad(if x < 5 then exp(x) else x, x)", [((1000.0,), 1)]),
    ("(x: real) -> grad(if x != 0 then sin(x) / x else 1.0, x)", [((0.0,), 0)]),
    (
        "(x: real[2], k: int) -> grad(if k > 0 then sum(sqrt(x)) else sum(x), x)",
        [(([0, 4], 0), [1, 1]), (([1, 4], 1), [0.5, 0.25])],
    ),
    (
        "(x: real[N], k: int) -> grad(if k < N then x[k] ** 2 else 0.0, x)",
        [(([1, 2, 3], 5), [0, 0, 0]), (([1, 2, 3], 1), [0, 4, 0])],
    ),
    (
        "(x: real[N], k: int) -> (y, grad(y, x)) { let y = if k < N then x[k] ** 2 else 0.0 }",
        [(([1, 2, 3], 5), (0, [0, 0, 0])), (([1, 2, 3], 1), (4, [0, 4, 0]))],
    ),
    (
        "(x: real[N], k: int, j: int) -> grad((if k < N then x[k] else 1.0) * (if j < N then x[j] ** 2 else 2.0), x)",
        [
            (([1, 2, 3], 5, 1), [0, 4, 0]),
            (([1, 2, 3], 1, 5), [0, 2, 0]),
            (([1, 2, 3], 5, 5), [0, 0, 0]),
            (([1, 2, 3], 1, 1), [0, 12, 0]),
        ],
    ),
    (
        "(x: real[N], k: int, j: int) -> grad((if j < 1 then y else 2 * y) + (if k < N then y else 0.0), x) "
        "{ let y = if k < N then x[k] else 1.0 }",
        [(([1, 2, 3], 5, 1), [0, 0, 0]), (([1, 2, 3], 1, 0), [0, 2, 0]), (([1, 2, 3], 1, 1), [0, 3, 0])],
    ),
    (
        "(x: real[N], k: int) -> (if k < N then x[k] else 0.0, if k < N - 1 then x[k] + x[k + 1] else 0.0)",
        [(([1, 2, 3], 5), (0, 0)), (([1, 2, 3], 2), (3, 0)), (([1, 2, 3], 1), (2, 5))],
    ),
    (
        "(x: real[N], k: int) -> grad(if k < N then (if x[k] > 0 then log(x[k]) else x[k] ** 2) else sum(x), x)",
        [(([-1, 2, 3], 5), [1, 1, 1]), (([-1, 2, 3], 0), [-2, 0, 0]), (([-1, 2, 3], 1), [0, 0.5, 0])],
    ),
    (
        "(x: real, k: int) -> (grad(y, x), grad(grad(y, x), x)) "
        "{ let y = if k > 0 then (if k > 1 then sqrt(x) else x ** 2) else log(x) }",
        [((4.0, 2), (0.25, -1 / 32)), ((0.0, 1), (0, 2)), ((4.0, 0), (0.25, -1 / 16))],
    ),
    (
        "(x: real, y: real, k: int) -> grad(exp(if k > 0 then (if k > 1 then sqrt(x) else y) else y) * x, (x, y))",
        [((0.0, 1.0, 0), (np.e, 0)), ((0.0, 1.0, 1), (np.e, 0)), ((4.0, 1.0, 2), (2 * np.e**2, 0))],
    ),
    (
        "(x: real[2], k: int) -> grad(sum(if k > 0 then switch(x > 0, sqrt(x), x) else x ** 2), x)",
        [(([0, 4], 1), [1, 0.25]), (([0, 4], 0), [0, 8])],
    ),
    (
        "(x: real[2], c: bool) -> grad(sum(switch(x > 0, if c then log(x) else x, 0)), x)",
        [(([0, 2], True), [0, 0.5]), (([0, 2], False), [0, 1])],
    ),
    ("(x: real, k: int) -> grad(ramp(x, k), x)", [((0.0, 1), 0), ((4.0, 1), 0.25), ((0.0, 0), 1)]),
    ("(x: real, k: int) -> grad(real(if k > 0 then int(x) else k) * x, x)", [((2.5, 1), 2), ((2.5, 0), 0)]),
    # Powers.
    ("(a: real, b: real) -> grad(grad(a ** b, a), b)", [((23.0, 0.0), 1 / 23), ((2.0, 3.0), 4 + 12 * np.log(2))]),
    ("(a: real, b: real) -> grad(grad(a ** b, b), a)", [((23.0, 0.0), 1 / 23), ((0.0, 2.0), 0)]),
    ("(a: real, b: real) -> grad(grad(a ** b, b), b)", [((2.0, 3.0), 8 * np.log(2) ** 2), ((0.0, 1.0), 0)]),
    (
        "(a: real, b: real) -> (d, grad(d, a), grad(grad(d, a), a)) { let d = grad(a ** b, a) }",
        [
            ((0.0, 0.0), (0, 0, 0)),
            ((0.0, 1.0), (1, 0, 0)),
            ((0.0, 2.0), (0, 2, 0)),
            ((0.0, 3.0), (0, 0, 6)),
            ((-2.0, 3.0), (12, -12, 6)),
            ((-2.0, -1.0), (-0.25, -0.25, -0.375)),
            ((-2.0, 0.0), (0, 0, 0)),
        ],
    ),
    ("(a: real) -> grad(grad(a ** 2.5, a), a)", [((4.0,), 7.5), ((0.0,), 0)]),
    ("(a: real) -> grad(grad(a ** -1, a), a)", [((-2.0,), -0.25)]),
    ("(a: real, b: real) -> grad(a % b, (a, b))", [((1.0, 0.1), (1, -9)), ((-1.0, 0.3), (1, 4))]),
    # Products.
    (
        "(x: real[N]) -> grad(prod(x), x)",
        [
            (([1e-200, 1e-200, 1e200],), [1, 1, 0]),
            (([0, 2, 3],), [6, 0, 0]),
            (([2, 0, 0],), [0, 0, 0]),
            (([5],), [1]),
            (([INF, 2, 3],), [6, INF, INF]),
            (([NAN, 2, 3],), [6, NAN, NAN]),
            (([],), []),
            (([1e200, 1e200, 2],), [2e200, 2e200, INF]),
        ],
    ),
    (
        "(x: real[3], v: real[3]) -> grad(grad(prod(x), x) @ v, x)",
        [
            (([0, 2, 3], [1, 0, 0]), [0, 3, 2]),
            (([0, 2, 3], [0, 1, 0]), [3, 0, 0]),
            (([0, 2, 3], [1, 1, 1]), [5, 3, 2]),
            (([0, 0, 3], [1, 1, 1]), [3, 3, 0]),
        ],
    ),
    ("(x: real[4]) -> grad(sum(grad(sum(grad(prod(x), x)), x)), x)", [(([0, 0, 3, 4],), [14, 14, 8, 6])]),
    (
        "(x: real[2, 2], v: real[2, 2]) -> grad(sum(grad(sum(prod(x, axis=0, keepdims=true) ** 2), x) * v), x)",
        [(([[0, 1], [2, 3]], [[1, 1], [1, 1]]), [[8, 18 + 12], [0, 2 + 12]])],
    ),
    # A path that carries no derivative is zero.
    (
        "(w: real[3], x: real[3], v: real[3]) -> grad(grad(w @ x, w) @ v, w)",
        [(([1, 2, 3], [4, 5, 6], [7, 8, 9]), [0, 0, 0])],
    ),
    ("(x: real) -> grad(grad(maximum(x, 0), x), x)", [((2.0,), 0)]),
    ("(x: real[3]) -> grad(sum(x ** P), x)", [(([1, 2, 0],), [0, 0, 0])]),
    ("(x: real[3]) -> grad(sum(cumsum(log(x), 0)[0:2]), x)", [(([2, 4, 0],), [1, 0.25, 0])]),
    ("(x: real[3]) -> grad(cumsum(log(x), 0, true)[2], x)", [(([0, 0, 2],), [0, 0, 0.5])]),
    ("(x: real[4]) -> grad(sum(cumsum(log(x), 0)[0:3:2]), x)", [(([2, 4, 5, 0],), [1, 0.25, 0.2, 0])]),
    ("(x: real[2, 2]) -> grad(cumsum(log(x), 1)[0, 0], x)", [(([[2, 0], [0, 0]],), [[0.5, 0], [0, 0]])]),
    ("(x: real) -> grad(floor(x) + real(x > 0) + real(int(x)), x)", [((2.5,), 0)]),
    ("(x: real[3]) -> grad(real(argmax(x)), x)", [(([1, 2, 0],), [0, 0, 0])]),
    ("(x: real) -> grad(grad(grad(2 * x, x), x), x)", [((2.0,), 0)]),
    ("(x: real) -> grad(stop_grad(x), x)", [((2.0,), 0)]),
    # An if that a const decides mentions both sides.
    ("(x: real, y: real) -> grad(if P == 0 then x ** 2 else y, (x, y))", [((3.0, 4.0), (6, 0))]),
    ("(x: real, y: real) -> grad(if P > 0 then x else 2 * y, x)", [((3.0, 4.0), 0)]),
    ("(x: real) -> grad(if P == 0 then 1.0 else x, x)", [((3.0,), 0)]),
    ("(x: real) -> grad(-sqrt(if P == 0 then 4.0 else x) * 2 + real(if P == 0 then 1 else int(x)), x)", [((3.0,), 0)]),
    ("(x: real) -> grad(two(x), x)", [((3.0,), 0)]),
    ("(x: real) -> grad(two(x) * x + grad(two(x), x), x)", [((3.0,), 2)]),
    (
        "(x: real[2], z: real[2]) -> grad(sum(p * x), p) { let p = if P == 0 then x else z }",
        [(([1, 2], [3, 4]), [2, 4])],
    ),
    (
        "(x: real[2], z: real[2]) -> grad(sum(p ** 2), z) { let p = if P == 0 then x else z }",
        [(([1, 2], [3, 4]), [0, 0])],
    ),
    ("(x: real[2], z: real[2]) -> slope(sum(x ** 2), if P == 0 then x else z)", [(([1, 2], [3, 4]), [2, 4])]),
    ("(x: real) -> grad((if P == 0 then (x, 2.0) else (3.0, x))[1] + x, x)", [((3.0,), 1)]),
    ("(x: real[3]) -> grad(sum(x ** (if P == 0 then 2 else int(x[0]))), x)", [(([1, 2, 3],), [2, 4, 6])]),
    ("(x: real[3]) -> grad(sum(ones(if P == 0 then 3 else int(x[0])) * x), x)", [(([1, 2, 3],), [1, 1, 1])]),
    ("(x: real[3]) -> slope(sum(floor(x)), x)", [(([1, 2, 0],), [0, 0, 0])]),
    ("(x: real[3]) -> grad(slope(sum(x * 2), x)[0], x)", [(([1, 2, 0],), [0, 0, 0])]),
]

HEAD = """\
use std.nn
const P = 0
dim N
fn two(x) = if P == 0 then 2.0 else x * 1.0
fn slope(c, w) = grad(c, w)
fn ramp(x, k) = if k > 0 then switch(x > 0, sqrt(x), 0) else x
"""
TEXT = HEAD + "".join(f"entry f{number}{text}\n" for number, (text, _) in enumerate(ENTRIES))

PLACES = """\
dim N
input x: real[N]
input v: real[2]
input i: int[2]
entry first(x, i) -> sum(x[i])
entry second(x, i) ->
    1 + sum(x[i])
entry slope(x, i, v) -> grad(sum(x[i] * v) + sum(x ** 2), x)
entry transposed(x, i, v) -> grad(sum(scatter(v, i, 0, N) * x), v)
entry part(x) -> grad(sum(x[2:5]), x)
fn sums(x, z) = sum(x) + sum(z)
derivative sums(x, z) for y, g = (g * exp(x), (zeros_like(z) + g) * z[2])
entry owned(x) -> grad(sums(x, stop_grad(cos(x))), x)
entry both(x) -> grad(sums(x, x), x)
entry same(x) -> 1.0 * exp(x)
"""


@cache
def compiled(text: str, target: str) -> ModuleType:
    return tdsl.compile(text, name="derived", target=target, float=64)


@pytest.mark.parametrize("number", range(len(ENTRIES)), ids=[text for text, _ in ENTRIES])
def test_derivative(number: int, target: str) -> None:
    for arguments, expected in ENTRIES[number][1]:
        given = [
            np.asarray(value, float) if isinstance(value, list) and not _bools(value) else value for value in arguments
        ]
        found = getattr(compiled(TEXT, target), f"f{number}")(*given)
        for one, other in zip(*(x if isinstance(x, tuple) else (x,) for x in (found, expected)), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)


def _bools(value: list[Any]) -> bool:
    return bool(value) and isinstance(value[0], bool)


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        ("first", "x[i] at derived.tdsl:5:26"),
        ("second", "x[i] at derived.tdsl:7:13"),
        ("slope", "x[i] at derived.tdsl:8:34"),
        ("transposed", "scatter(v, i, 0, N) at derived.tdsl:9:39"),
    ],
)
def test_a_fault_is_reported_at_its_place_in_the_entry(entry: str, place: str, target: str) -> None:
    arguments = {"x": np.arange(3.0), "i": np.array([0, 7]), "v": np.ones(2)}
    call = getattr(compiled(PLACES, target), entry)
    taken = {name: arguments[name] for name in (("x", "i", "v") if entry in ("slope", "transposed") else ("x", "i"))}
    with pytest.raises(IndexError) as raised:
        call(**taken)
    assert str(raised.value) == f"derived.{entry}: index 7 is out of bounds for size 3 in {place}"


def test_a_derivative_has_the_requirements_of_its_expression(target: str) -> None:
    call = compiled(PLACES, target).part
    np.testing.assert_array_equal(call(np.arange(6.0)), [0, 0, 1, 1, 1, 0])
    with pytest.raises(ValueError, match="N >= 5"):
        call(np.arange(3.0))


def test_a_derivative_of_a_function_has_the_requirements_of_the_parts_that_are_needed(target: str) -> None:
    module = compiled(PLACES, target)
    for call in (module.owned, module.same):
        np.testing.assert_allclose(call(np.zeros(2)), [1, 1])
    with pytest.raises(ValueError, match="N > 2"):
        module.both(np.zeros(2))
