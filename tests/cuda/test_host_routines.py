"""Programs that call the routines of the runtime: a device gives the results and the faults of the CPU."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

PROGRAM = """
dim B, N, M
input A: f64[B, N, N]
input x: f64[M, N]
shared Q: f64[5, 3] = orthogonal()
state k: i64 = 0
fn definite(A) = A @ transpose(A, (0, 2, 1)) + eye(N)
entry orders(x) -> (sort(x), argsort(x, 0), topk(x, 2), searchsorted(sort(x[0]), x)) { k <- k + 1 }
entry running(x) -> (cumsum(x, 1), cumprod(x, 0), cummax(x, 1), recurrence(0.9, x, 0), grad(sum(cumsum(x, 1) ** 2), x))
entry products(x) -> (prod(x, 1), grad(sum(prod(x, 1)), x), grad(sum(grad(sum(prod(x, 1)), x) ** 2), x))
entry factors(A, x) -> (qr(A)[1], eigh(definite(A))[0], cholesky(A), Q)
entry solutions(A) -> (solve(A, A), inverse(A), det(A), logdet(definite(A)))
"""


def assert_close(found: Any, expected: Any) -> None:
    if isinstance(expected, tuple):
        for pair in zip(found, expected, strict=True):
            assert_close(*pair)
    else:
        np.testing.assert_allclose(found, expected, 1e-8, 1e-10)


@pytest.mark.sanitized
def test_routines_of_programs(for_gpus: Callable[..., Any]) -> None:
    module = for_gpus(PROGRAM, "routines")
    here, there = module.Model(seed=3), module.Model(3, device="cuda:0")
    source = np.random.default_rng(0)
    for count, n, m in ((1, 2, 1), (2, 33, 3)):
        a, x = source.standard_normal((count, n, n)), source.standard_normal((m, n)).round(2)
        definite = a @ a.transpose(0, 2, 1) + n * np.eye(n)
        for name in ("orders", "running", "products"):
            assert_close(getattr(there, name)(x), getattr(here, name)(x))
        assert_close(there.factors(definite, x), here.factors(definite, x))
        assert_close(there.solutions(a), here.solutions(a))
        definite[-1, 1, 1] = -1
        for call in (lambda m, a=definite, x=x: m.factors(a, x), lambda m, a=0 * a: m.solutions(a)):  # type: ignore[misc]
            messages = []
            for model in (here, there):
                with pytest.raises(ArithmeticError) as caught:
                    call(model)  # type: ignore[operator]
                messages.append(str(caught.value))
            assert messages[0] == messages[1]
    assert there.k == here.k == 2
