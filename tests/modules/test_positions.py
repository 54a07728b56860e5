"""A position outside, a label outside and a division by zero are errors of the call anywhere, even if their
result is empty or only partly needed."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import tdsl

TEXT = """\
use std.nn: categorical_cross_entropy_on_logits

dim N, M, K, J

entry row(x: real[N, M], k: int) -> x[k]
entry column(x: real[N, M], k: int) -> x[:, k]
entry inner(x: real[N, M, J], k: int[K]) -> x[:, k]
entry small(x: real[N, M], k: u8[K]) -> x[k]
entry slopes(x: real[N, M], k: int[K]) -> grad(sum(x[:, k] ** 2), x)
entry flat_slopes(x: real[N, M], k: int[K]) -> grad(sum(x[k]), x)
entry twice(x: real[N, M], k: int[K], i: int) -> (x[k])[i]
entry of_index(x: real[N, M], k: int[K], i: int[J]) -> x[k[i]]
entry onto_none(x: real[N, M], i: int[N]) -> scatter(x, i, 0, N - N)
entry onto(x: real[N, M], i: int[N], y: real[K]) -> scatter(x, i, 0, K)
entry product(x: real[N, M], k: int[K], w: real[M, J]) -> x[k] @ w
entry total(x: real[N, M], k: int[K]) -> sum(sum(x[k], 1), 0)
entry turned(x: real[N, M], k: int[K]) -> x[k].T
fn rows(y, first) = place(y, (2 * K, M), (first, 0), (1, 1))
entry joined(x: real[N, M], k: int[K]) -> rows(x[k], 0) + rows(x[k], K)
entry within_more(x: real[N, M], k: int[K]) -> place(x[k], (K, M + 3), (0, 2), (1, 1))
entry side(x: real[N, M], k: int, c: bool) -> if c then x[k] else zeros(M)
entry sides(x: real[N, M], k: int[K], c: bool) -> (if c then 2 * x[k] else x[k] + 1)[1:, :]
entry logits(l: int[N], x: real[N, M]) -> categorical_cross_entropy_on_logits(x, l)
entry labels(l: int[N], x: real[N, M], n: real[K]) -> switch((within(l, K)[:, new] == 0), x, 0)

entry first(x: real[N], k: int[K]) -> x[k][0]
entry first_of_three(x: real[N], k: int[3]) -> x[k][1:2]
entry none(x: real[N], k: int[K]) -> (2 * x[k])[0:0]
entry others(x: real[N], k: int[K]) -> x[k][::2]
entry neighbours(x: real[N], k: int[K]) -> x[k][1:] - x[k][:K - 1]
entry backwards(x: real[N], k: int[K]) -> x[k][::-1]
entry folded(x: real[N], k: int[6]) -> reshape(x[k], (2, 3))
entry behind(x: real[N], k: int[K]) -> place(x[k], K + 5, 3, 1)
entry part_of_more(x: real[N], k: int[K]) -> place(x[k], K + 5, 3, 1)[0:4]
entry quotients(a: int[N], b: int[N]) -> (a // b)[::2]
entry rests(a: int[3], b: int[3]) -> (a % b)[1]
fn half(y, first) = place(y, 2 * N, first, 1)
entry halves(a: int[N], b: int[N], c: int[N]) -> (half(a, 0) + half(b, N)) // half(c, N)
entry cut_labels(l: int[N], x: real[M]) -> within(l, M)[1:]
"""


@cache
def compiled(target: str) -> Any:
    return tdsl.compile(TEXT, name="positions", target=target)


def ones(*shape: int) -> np.ndarray:
    return np.ones(shape, np.float32)


def ints(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


BYTES = np.array([1, 200], np.uint8)
# The entry, its arguments, and the index and size that the error tells; None where there is none.
CASES: list[tuple[str, tuple[Any, ...], tuple[int, int] | None]] = [
    ("row", (ones(2, 0), 5), (5, 2)),
    ("row", (ones(2, 0), -3), (-3, 2)),
    ("row", (ones(2, 0), -2), None),
    ("row", (ones(0, 0), 0), (0, 0)),
    ("column", (ones(0, 2), 2**62), (2**62, 2)),
    ("column", (ones(0, 2), 1), None),
    ("inner", (ones(0, 2, 3), ints(1, 2)), (2, 2)),
    ("inner", (ones(3, 2, 0), ints(1, -5, 2)), (-5, 2)),
    ("inner", (ones(3, 2, 0), ints()), None),
    ("small", (ones(2, 0), BYTES), (200, 2)),
    ("slopes", (ones(0, 2), ints(5)), (5, 2)),
    ("slopes", (ones(0, 2), ints(1)), None),
    ("flat_slopes", (ones(2, 0), ints(1, 5)), (5, 2)),
    ("twice", (ones(2, 0), ints(0, 1), 7), (7, 2)),
    ("twice", (ones(2, 0), ints(9, 1), 7), (9, 2)),
    ("twice", (ones(2, 0), ints(), 0), (0, 0)),
    ("of_index", (ones(3, 0), ints(0, 9), ints(1)), (9, 3)),
    ("of_index", (ones(3, 0), ints(0, 9), ints(2)), (2, 2)),
    ("of_index", (ones(3, 0), ints(0, 9), ints(0)), None),
    ("onto_none", (ones(1, 0), ints(0)), (0, 0)),
    ("onto_none", (ones(0, 2), ints()), None),
    ("onto", (ones(2, 0), ints(7, -9), ones(3)), (-9, 3)),
    ("product", (ones(2, 0), ints(1, 7), ones(0, 3)), (7, 2)),
    ("product", (ones(2, 3), ints(1, 7), ones(3, 0)), (7, 2)),
    ("total", (ones(3, 0), ints(0, 9)), (9, 3)),
    ("turned", (ones(3, 0), ints(0, 9)), (9, 3)),
    ("joined", (ones(3, 0), ints(7)), (7, 3)),
    ("within_more", (ones(3, 0), ints(7)), (7, 3)),
    ("within_more", (ones(3, 1), ints(7)), (7, 3)),
    ("side", (ones(2, 0), 7, False), None),
    ("side", (ones(2, 0), 7, True), (7, 2)),
    ("sides", (ones(2, 3), ints(7, 0), True), (7, 2)),
    ("sides", (ones(2, 3), ints(7, 0), False), (7, 2)),
    ("logits", (ints(1, 4), ones(2, 3)), (4, 3)),
    ("labels", (ints(0, -1), ones(2, 0), ones(3)), (-1, 3)),
    ("labels", (ints(0, 2), ones(2, 0), ones(3)), None),
    ("first", (ones(3), ints(0, 9)), (9, 3)),
    ("first_of_three", (ones(3), ints(0, 1, 9)), (9, 3)),
    ("none", (ones(3), ints(9)), (9, 3)),
    ("others", (ones(3), ints(0, 9, 2)), (9, 3)),
    ("others", (ones(3), ints(0, -1, 2)), None),
    ("neighbours", (ones(3), ints(9)), (9, 3)),
    ("backwards", (ones(3), ints(0, 9)), (9, 3)),
    ("folded", (ones(3), ints(0, 1, 2, 0, 1, 9)), (9, 3)),
    ("behind", (ones(3), ints(0, 9)), (9, 3)),
    ("part_of_more", (ones(3), ints(0, 0, 0, 9)), (9, 3)),
    ("quotients", (ints(1, 2, 3), ints(1, 0, 1)), (2, 0)),
    ("rests", (ints(1, 2, 3), ints(0, 1, 1)), (1, 0)),
    ("halves", (ints(1, 2), ints(3, 4), ints(1, 1)), (1, 0)),
    ("cut_labels", (ints(-1, 1), ones(3)), (-1, 3)),
]
DIVISIONS = frozenset({"quotients", "rests", "halves"})


@pytest.mark.parametrize(
    "number", range(len(CASES)), ids=[f"{name}{number}" for number, (name, *_) in enumerate(CASES)]
)
def test_unneeded_values_are_checked(target: str, number: int) -> None:
    name, arguments, fault = CASES[number]
    call = getattr(compiled(target), name)
    if fault is None:
        call(*arguments)
        return
    value, bound = fault
    if name in DIVISIONS:
        kind, words = ZeroDivisionError, f"{value} is divided by zero"
    else:
        kind, words = IndexError, f"index {value} is out of bounds for size {bound}"
    with pytest.raises(kind, match=rf"^positions\.{name}: {words} in .* at positions\.tdsl:\d+:\d+$"):
        call(*arguments)
