"""qr and eigh in whole modules: the factors' properties, their signs, derivatives, and matrices that have none."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tdsl

TEXT = """
dim B, N, M
input A: real[M, N]
input S: real[B, N, N]
entry factors(A, S) -> (qr(A), qr(S), eigh(S))
entry wide(x: real[3, 5]) -> qr(x)
fn loss(A, S, U, V) {
    let q, r = qr(A)
    let values, vectors = eigh(S)
    sum(q * U) + sum(sin(r) * V) + sum(values ** 3) + sum(vectors * V[new])
}
fn first(A, S, U, V) = sum(grad(loss(A, S, U, V), A) ** 2) + sum(cos(grad(loss(A, S, U, V), S)))
entry values(A, S, U: real[M, N], V: real[N, N]) -> (loss(A, S, U, V), first(A, S, U, V))
entry slopes(A, S, U: real[M, N], V: real[N, N]) -> (grad(loss(A, S, U, V), (A, S)), grad(first(A, S, U, V), (A, S)))
entry slope_wide(x: real[3, 5], u: real[3, 5]) -> (sum(qr(x)[1] * u), grad(sum(qr(x)[1] * u), x))
entry by_values(S) -> grad(sum(log(eigh(S)[0])), S)
entry by_vectors(S, V: real[N, N]) -> grad(sum(eigh(S)[1] * V[new]), S)
entry guarded(S, c: bool) -> grad(if c then sum(eigh(S)[1] ** 3) else sum(S ** 2), S)
entry slope_of_factors(A) -> grad(sum(qr(A)[0]), A)
"""
TARGETS = ("cpp", "numpy")


@cache
def module(target: str, width: int = 64) -> Any:
    return tdsl.compile(TEXT, name="decomposed", target=target, float=width)


def draw(size: int, rows: int = 3) -> tuple[Any, Any]:
    rng = np.random.default_rng(size)
    return rng.normal(size=(size + rows, size)), rng.normal(size=(3, size, size))


def whole(S: Any) -> Any:
    """Both triangles are the lower one."""
    return np.tril(S) + np.swapaxes(np.tril(S, -1), -1, -2)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 8, 16, 17, 40])
@pytest.mark.parametrize("width", [32, 64])
@pytest.mark.parametrize("target", TARGETS)
def test_properties(target: str, width: int, size: int) -> None:
    A, S = (x.astype(f"f{width // 8}") for x in draw(size))
    eps = np.finfo(A.dtype).eps * 4 * (size + 1)
    (q, r), (qs, rs), (values, vectors) = module(target, width).factors(A, S)
    for matrix, one, other in ((A, q, r), (S, qs, rs)):
        np.testing.assert_allclose(one @ other, matrix, atol=eps * 4)
        np.testing.assert_allclose(one.swapaxes(-1, -2) @ one, np.broadcast_to(np.eye(size), other.shape), atol=eps)
        assert (np.tril(other, -1) == 0).all() and (np.diagonal(other, axis1=-2, axis2=-1) >= 0).all()
    np.testing.assert_allclose(whole(S) @ vectors, vectors * values[:, None], atol=eps * 8)
    np.testing.assert_allclose(values, np.linalg.eigvalsh(whole(S)), atol=eps * 8)
    assert (np.diff(values) >= 0).all()
    for matrix in vectors:
        for vector in matrix.T:
            assert vector[np.argmax(np.abs(vector) >= 0.55 * np.abs(vector).max())] > 0


@pytest.mark.parametrize("width", [32, 64])
@pytest.mark.parametrize(("rows", "size"), [(0, 224), (1, 225), (3, 255), (3000, 33), (1300, 32)])
def test_large(width: int, rows: int, size: int) -> None:
    """Reflections in blocks; the matrices are any one, one with columns that need no reflection, and a diagonal one."""
    A, S = (x.astype(f"f{width // 8}") for x in draw(size, rows))
    A[:, 40:70] = 0
    S[1, :, 1::3] = S[1, 1::3] = 0
    S[2] = np.diag(S[2, 0])
    eps = np.finfo(A.dtype).eps * 16
    (q, r), (qs, rs), (values, vectors) = module("cpp", width).factors(A, S)
    for matrix, one, other in ((A, q, r), (S, qs, rs)):
        np.testing.assert_allclose(one @ other, matrix, atol=eps * np.abs(other).max())
        np.testing.assert_allclose(one.swapaxes(-1, -2) @ one, np.broadcast_to(np.eye(size), other.shape), atol=eps)
        assert (np.tril(other, -1) == 0).all() and (np.diagonal(other, axis1=-2, axis2=-1) >= 0).all()
    largest = np.abs(values).max()
    np.testing.assert_allclose(whole(S) @ vectors, vectors * values[:, None], atol=eps * largest)
    np.testing.assert_allclose(values, np.linalg.eigvalsh(whole(S)), atol=eps * largest)
    np.testing.assert_allclose(vectors.swapaxes(1, 2) @ vectors, np.broadcast_to(np.eye(size), S.shape), atol=eps)


@pytest.mark.parametrize("target", TARGETS)
def test_more_columns_than_rows(target: str) -> None:
    rng = np.random.default_rng(1)
    x, u = rng.normal(size=(2, 3, 5))
    q, r = module(target).wide(x)
    np.testing.assert_allclose(q @ r, x, atol=1e-14)
    assert q.shape == (3, 3) and (np.tril(r, -1) == 0).all()
    quotient(lambda x: module(target).slope_wide(x, u)[0], x, module(target).slope_wide(x, u)[1])
    with pytest.raises(ValueError, match="M >= N"):
        module(target).slope_of_factors(x)


def quotient(function: Any, x: Any, slope: Any, step: float = 1e-5) -> None:
    """Central differences of the fourth order."""
    for place in np.ndindex(x.shape):
        around = []
        for steps in (2, 1, -1, -2):
            moved = x.copy()
            moved[place] += steps * step
            around.append(function(moved))
        far, near, back, farther = around
        np.testing.assert_allclose(
            (8 * (near - back) - far + farther) / (12 * step), slope[place], rtol=1e-6, atol=1e-6
        )


@pytest.mark.parametrize("target", TARGETS)
def test_derivatives(target: str) -> None:
    """The first and the second; of a symmetric matrix both triangles change together."""
    A, S = draw(3)
    S, rng = S[:1] / 2 + np.diag([0.0, 3.0, 7.0]), np.random.default_rng(9)
    S, U, V = S + S.swapaxes(1, 2), rng.normal(size=A.shape), rng.normal(size=(3, 3))
    call = module(target).values
    for order, (by_a, by_s) in enumerate(module(target).slopes(A, S, U, V)):
        quotient(lambda A, order=order: call(A, S, U, V)[order], A, by_a)
        both = lambda S, order=order: call(A, (S + S.swapaxes(1, 2)) / 2, U, V)[order]  # noqa: E731
        quotient(both, S, (by_s + by_s.swapaxes(1, 2)) / 2)


@pytest.mark.parametrize("target", TARGETS)
def test_matrices_without_a_result(target: str) -> None:
    A, S = draw(4)
    A[1, 1], S[1, 2, 0] = np.inf, np.nan
    (q, r), (qs, rs), (values, vectors) = module(target).factors(A, S)
    assert np.isnan(q).all() and np.isnan(r).all()
    for found in (qs, rs, values, vectors):
        assert np.isnan(found[1]).all() and np.isfinite(found[[0, 2]]).all()


@pytest.mark.parametrize("target", TARGETS)
def test_equal_eigenvalues_and_missing_rank(target: str) -> None:
    """Derivatives through vectors are nan, those of values are not; no rank ends the call."""
    S = np.stack([np.diag([2.0, 2.0, 5.0]), np.diag([1.0, 2.0, 4.0])])
    by_values = module(target).by_values(S)
    np.testing.assert_allclose(by_values, np.linalg.inv(S), atol=1e-15)
    by_vectors = module(target).by_vectors(S, np.arange(9.0).reshape(3, 3))
    assert np.isnan(by_vectors[0]).any() and np.isfinite(by_vectors[1]).all()
    np.testing.assert_array_equal(module(target).guarded(S, False), 2 * S)
    with pytest.raises(ArithmeticError, match="singular"):
        module(target).slope_of_factors(np.zeros((3, 2)))


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1e160, 1e300])
def test_far_from_one(scale: float) -> None:
    A, S = draw(5)
    (q, r), _, (values, vectors) = module("cpp").factors(A * scale, S * scale)
    (near_q, near_r), _, (near_values, near_vectors) = module("cpp").factors(A, S)
    for found, wanted in ((q, near_q), (r / scale, near_r), (values / scale, near_values), (vectors, near_vectors)):
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-13)


CALLS = """
import importlib.util, sys, zlib
import numpy as np
spec = importlib.util.spec_from_file_location("decomposed", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
for size in (5, 220):
    rng = np.random.default_rng(size)
    for one in module.factors(rng.normal(size=(size + 9, size)), rng.normal(size=(2, size, size))):
        for part in one:
            print(zlib.crc32(part.tobytes()))
"""


def test_any_number_of_threads() -> None:
    path = str(Path(module("cpp").__file__))
    found = set()
    for threads in ("1", "2", "3", "8"):
        run = [sys.executable, "-c", CALLS, path]
        done = subprocess.run(run, env={"TDSL_NUM_THREADS": threads}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found.add(done.stdout)
    assert len(found) == 1
