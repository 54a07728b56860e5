"""Linear algebra in whole modules: both targets beside NumPy over all kinds of right sides, derivatives, and calls that
fail and change nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tdsl

TEXT = """
dim B, C, N, M, T
input A: real[N, N]
input S: real[B, N, N]
input D: real[B, 1, N, N]
input b: real[N]
input X: real[N, M]
input Y: real[C, N, M]
input Z: real[T, N, N]
state count: int = 0
fn lower(A, b) = solve_lower(A, b)
fn upper(A, b) = solve_upper(A, b)
fn turned(A, b) = solve(transpose(A, (0, 2, 1)), b)
fn sides(f, A, S, D, b, X, Y) = (f(A, b), f(A, X), f(A, Y), f(S, b), f(S, X), f(D, Y))
entry solved(A, S, D, b, X, Y) -> sides(solve, A, S, D, b, X, Y)
entry lowered(A, S, D, b, X, Y) -> sides(lower, A, S, D, b, X, Y)
entry uppered(A, S, D, b, X, Y) -> sides(upper, A, S, D, b, X, Y)
entry numbers(A, S) -> (inverse(A), inverse(S), det(A), det(S), logdet(A), logdet(S), cholesky(A), cholesky(S))
entry across(A, S, b, X) -> (solve(A.T, b), turned(S, X), solve_upper(A.T, X))
fn loss(A, S, b, X, Y) {
    let L = cholesky((A + A.T) / 2)
    let parts = sum(sin(L @ X)) + sum(solve(A, Y) ** 2) + sum(solve(S, b)) + logdet(S[0]) * det(A / N)
    parts + sum(inverse(A) * A.T) + sum(solve_upper(L.T, solve_lower(L, b)) ** 2) + sum(det(S / N))
}
entry slopes(A, S, b, X, Y) -> (loss(A, S, b, X, Y), grad(loss(A, S, b, X, Y), (A, S, b, X, Y)))
fn first(A, S, b, X, Y) = sum(cos(grad(loss(A, S, b, X, Y), A))) + sum(grad(loss(A, S, b, X, Y), S) ** 2)
entry curves(A, S, b, X, Y) -> (first(A, S, b, X, Y), grad(first(A, S, b, X, Y), (A, S, b, X, Y)))
entry counted(A, b) -> solve(A, b) { count <- count + 1 }
entry steps(Z, b) -> x {
    let x, _ = for Z_t in Z {
        state x: real[N] = b
        x <- solve(Z_t, x)
        yield cholesky(Z_t)[0, 0]
    }
}
entry chosen(A, b, exact: bool) -> if exact then solve(A, b) else b
entry sloped_det(A) -> (det(A), logdet(A))
entry slope_of_det(A) -> grad(det(A), A)
"""


@cache
def module(target: str) -> Any:
    return tdsl.compile(TEXT, name="linear", target=target, float=64).Model()


def values(size: int, seed: int = 0) -> dict[str, Any]:
    """Far from singular matrices; the symmetric part of A is positive definite, and S is."""
    rng = np.random.default_rng(seed)
    eye = np.eye(size) * (size + 1)
    S = rng.uniform(-1, 1, (2, size, size))
    return {
        "A": rng.uniform(-1, 1, (size, size)) + eye,
        "S": S @ S.swapaxes(1, 2) + np.eye(size),
        "D": rng.uniform(-1, 1, (2, 1, size, size)) + eye,
        "b": rng.normal(size=size),
        "X": rng.normal(size=(size, 2)),
        "Y": rng.normal(size=(3, size, 2)),
    }


TARGETS = ("cpp", "numpy")
SIZES = (0, 1, 2, 5, 16, 17, 40)


def by_numpy(matrix: Any, right: Any) -> Any:
    """A right side of one axis is a vector, any other a stack of matrices, which stretches."""
    vector = right.ndim == 1
    stack = np.broadcast_shapes(matrix.shape[:-2], () if vector else right.shape[:-2])
    right = np.broadcast_to(
        right[:, None] if vector else right, (*stack, *(right.shape[-2:] if not vector else (right.size, 1)))
    )
    found = np.linalg.solve(np.broadcast_to(matrix, (*stack, *matrix.shape[-2:])), right)
    return found[..., 0] if vector else found


def close(found: Any, wanted: Any) -> None:
    assert np.shape(found) == np.shape(wanted)
    np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("target", TARGETS)
def test_solutions(target: str, size: int) -> None:
    given = values(size)
    A, S, D, b, X, Y = (given[name] for name in "ASDbXY")
    made = module(target)
    for entry, part in (("solved", lambda a: a), ("lowered", np.tril), ("uppered", np.triu)):
        found = getattr(made, entry)(A, S, D, b, X, Y)
        for one, (matrix, right) in zip(found, ((A, b), (A, X), (A, Y), (S, b), (S, X), (D, Y)), strict=True):
            close(one, by_numpy(part(matrix), right))
    found = made.across(A, S, b, X)
    wanted = by_numpy(A.T, b), by_numpy(S.swapaxes(1, 2), X), by_numpy(np.triu(A.T), X)
    for one, other in zip(found, wanted, strict=True):
        close(one, other)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("target", TARGETS)
def test_factors(target: str, size: int) -> None:
    given = values(size)
    A, S = np.tril(given["A"]) + np.tril(given["A"], -1).T, given["S"]
    # The upper triangle is not read.
    inverse, inverses, det, dets, logdet, logdets, factor, factors = module(target).numbers(
        np.tril(A) + np.triu(A * 7, 1), S
    )
    close(factor, np.linalg.cholesky(A))
    close(factors, np.linalg.cholesky(S))
    whole = np.tril(A) + np.triu(A * 7, 1)
    close(inverse, np.linalg.inv(whole))
    close(inverses, np.linalg.inv(S))
    close(det / np.linalg.det(whole), 1)
    close(dets / np.linalg.det(S), np.ones(2))
    close(logdet, np.linalg.slogdet(whole)[1])
    close(logdets, np.linalg.slogdet(S)[1])


@pytest.mark.parametrize("size", (1, 4, 18))
@pytest.mark.parametrize("entry", ("slopes", "curves"))
def test_derivatives(entry: str, size: int) -> None:
    given = values(size)
    arrays = [given[name] for name in "ASbXY"]
    native, numpy = (getattr(module(target), entry)(*arrays) for target in TARGETS)
    close(native[0] / numpy[0], 1)
    for one, other in zip(native[1], numpy[1], strict=True):
        scale = 1 + np.abs(other).max()
        close(one / scale, other / scale)
    rng = np.random.default_rng(1)
    ways = [rng.normal(size=array.shape) for array in arrays]

    def moved(step: float) -> float:
        there = [array + step * way for array, way in zip(arrays, ways, strict=True)]
        return float(getattr(module("cpp"), entry)(*there)[0])

    step = 1e-4
    measured = (8 * (moved(step) - moved(-step)) - (moved(2 * step) - moved(-2 * step))) / (12 * step)
    claimed = sum((one * way).sum() for one, way in zip(native[1], ways, strict=True))
    scale = sum(np.abs(one * way).sum() for one, way in zip(native[1], ways, strict=True)) + abs(native[0])
    assert abs(claimed - measured) < 1e-8 * scale


def fault(call: Callable[[], object]) -> str:
    with pytest.raises(ArithmeticError) as raised:
        call()
    assert type(raised.value) is ArithmeticError
    return str(raised.value)


@pytest.mark.parametrize("target", TARGETS)
def test_matrices_without_a_result(target: str) -> None:
    made = module(target)
    A, S, D, b, X, Y = (np.array(values(3)[name]) for name in "ASDbXY")
    singular, indefinite = np.ones((3, 3)), np.diag([1.0, 1, -1])
    text = fault(lambda: made.numbers(indefinite, S))
    assert text == "linear.numbers: cholesky(A) at linear.tdsl:18:87: not positive definite (pivot 2)"
    text = fault(lambda: made.numbers(A, np.array([A, np.full((3, 3), np.nan)])))
    assert text == "linear.numbers: cholesky(S) at linear.tdsl:18:100: not positive definite (matrix 1, pivot 0)"
    text = fault(lambda: made.solved(singular, S, D, b, X, Y))
    assert text == "linear.solved: f(A, b) at linear.tdsl:13:33: singular (pivot 1)" or "solve" in text
    assert "(pivot 1)" in fault(lambda: made.lowered(np.diag([1.0, 0, 1]), S, D, b, X, Y))
    assert "singular (pivot 1)" in fault(lambda: made.slope_of_det(singular))
    assert made.sloped_det(singular) == (0, -np.inf)
    assert made.chosen(singular, b, False) == pytest.approx(b)
    assert "singular" in fault(lambda: made.chosen(singular, b, True))
    text = fault(lambda: made.steps(np.array([A @ A.T, A @ A.T, singular]), b))
    assert text.endswith(", in step 2 of for Z_t in Z")
    before = int(made.count)
    made.counted(A, b)
    fault(lambda: made.counted(singular, b))
    assert made.count == before + 1
    assert np.isnan(made.counted(A * np.array([1, np.nan, 1]), b)).any()
    for unknown, pivot in (([0, np.nan, 1], 0), ([1, 0, np.nan], 1)):
        # Singular, whatever number the nan may be.
        assert f"(pivot {pivot})" in fault(lambda row=unknown: made.counted(np.array([row] * 3) * [[1], [0], [0]], b))


CALLS = """
import sys, zlib
import numpy as np
sys.path[:0] = [sys.argv[1], sys.argv[2]]
import linear
from tests.modules.test_linear_algebra import values
model = linear.Model()
for size, stack in ((4, 700), (60, 9), (300, 1)):
    given = values(size)
    given["S"] = given["S"][:1] + np.arange(stack)[:, None, None] / stack
    given["D"] = given["D"][:1] + np.arange(stack)[:, None, None, None] / stack
    given["X"], given["Y"] = np.tile(given["X"], 40), np.tile(given["Y"], 40)
    few = {name: given[name] for name in "AS"}
    some = {name: given[name] for name in "AbX"} | {"S": given["S"][:2], "Y": given["Y"][:2]}
    found = [*model.solved(**given), *model.lowered(**given), *model.uppered(**given), *model.numbers(**few)]
    for part in (*found, *model.across(given["A"], given["S"], given["b"], given["X"]), *model.slopes(**some)[1]):
        print(zlib.crc32(np.ascontiguousarray(part).tobytes()))
"""


def test_any_number_of_threads() -> None:
    """Small matrices side by side, and large ones with threads inside: every operation, and their derivatives."""
    folder = Path(tdsl.compile(TEXT, name="linear", float=64).__file__).parent
    found = set()
    for threads in ("1", "2", "3", "8"):
        run = [sys.executable, "-c", CALLS, str(folder), str(Path(__file__).parents[2])]
        environment = {**os.environ, "TDSL_NUM_THREADS": threads}
        done = subprocess.run(run, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found.add(done.stdout)
    assert len(found) == 1
