"""Draws in loops: each step draws anew, what stands outside once; steps computed again draw the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tdsl

TEXT = """\
dim T, B, N
input x: real[T, N]

let outside = normal(zeros_like(x[0]), 1)
fn noise(n) = normal(0, 1, n)

entry steps(x) -> (inside, before, called, twice, first, noise(N)) {
    let once = noise(N)
    let first, inside, before, called, twice = for x_t in x {
        state s: real[N] = normal(zeros_like(x[0]), 1)
        s <- s
        let own = uniform(0 * x_t, 1)
        yield own
        yield once + 0 * x_t
        yield noise(N)
        yield own - own
    }
}
entry grid(x, dim B) -> z {
    let z = for t in T {
        let outer = uniform(0, 1)
        let row = for b in B { yield [outer, uniform(0, 1)] }
        yield row
    }
}
entry walk(s: real, dim T) -> (y, grad(y ** 2, s)) {
    let y = for t in T { state y: real = 0
                         y <- y + normal(0.1 * s, s) }
}
entry kept(s: real, dim T) -> (y, grad(sum(sin(y)), s)) {
    let y = for t in T { state y: real[3] = 1
                         y <- sin(y * s) + normal(y, s) }
}
entry again(s: real, dim T) -> (y, grad(sum(sin(y)), s)) {
    let y = for t in T checkpoint 4 { state y: real[3] = 1
                         y <- sin(y * s) + normal(y, s) }
}
entry chosen(dim T) -> (k, b) {
    let k, b = for t in T {
        yield randint(0, 10, 3)
        yield categorical([0.0, 1.0, 2.0])
    }
}
entry written(dim T) -> z { let z = for n in (1, 2, 3) { yield uniform(0, 1, 4) } }
entry until_large(dim T) -> (sum, count) {
    let sum, count = for t in T {
        state sum: real = 0
        state count = 0
        let next = sum + uniform(0, 1)
        sum <- next
        count <- t + 1
        until next > 1
    }
}
"""


@pytest.fixture(scope="module")
def modules() -> list[Any]:
    return [tdsl.compile(TEXT, name="draws_in_loops", target=target, float=64) for target in ("cpp", "numpy")]


CALLS: list[tuple[str, tuple[Any, ...], dict[str, int]]] = [
    *(("steps", (np.ones((t, 5)),), {}) for t in (0, 1, 2, 30)),
    *(("grid", (np.ones((t, 5)),), {"B": 6}) for t in (0, 1, 7)),
    *((name, (0.3,), {"T": t}) for name in ("walk", "kept", "again") for t in (0, 1, 2, 3, 4, 5, 8, 25)),
    ("chosen", (), {"T": 40}),
    ("written", (), {"T": 1}),
    ("until_large", (), {"T": 50}),
]


def flat(value: Any) -> list[np.ndarray]:
    return [part for item in value for part in flat(item)] if isinstance(value, tuple) else [np.asarray(value)]


def test_targets_draw_the_same(modules: list[Any]) -> None:
    models = [module.Model(seed=5) for module in modules]
    for name, given, dims in CALLS:
        for one, other in zip(*(flat(getattr(model, name)(*given, **dims)) for model in models), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-13, err_msg=f"{name} {dims}")
    assert models[0].random.tolist() == models[1].random.tolist() == [5, len(CALLS)]


def test_each_step_draws_anew(modules: list[Any]) -> None:
    inside, before, called, twice, first, last = modules[0].Model(seed=6).steps(np.ones((200, 5)))
    assert len(np.unique(inside)) == len(np.unique(called)) == 1000
    assert (before == before[0]).all() and not twice.any()
    assert abs(inside.mean() - 0.5) < 0.04 and abs(called.std() - 1) < 0.08
    assert not np.isin(called, [first, last, before[0]]).any()
    # Neighbouring steps, and the two places, know nothing of one another.
    for one, other in ((inside[1:], inside[:-1]), (called[1:], called[:-1]), (inside, called)):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.11


def test_loops_in_loops(modules: list[Any]) -> None:
    z = modules[0].Model(seed=7).grid(np.ones((20, 1)), B=30)
    assert z.shape == (20, 30, 2)
    assert (z[:, :, 0] == z[:, :1, 0]).all() and len(np.unique(z[:, 0, 0])) == 20
    assert len(np.unique(z[:, :, 1])) == 600


def test_loops_that_are_written_out_draw_at_places_of_their_own(modules: list[Any]) -> None:
    z = modules[0].Model(seed=8).written(T=1)
    assert len(np.unique(z)) == 12


def test_the_derivative_sees_the_same_draws(modules: list[Any]) -> None:
    for steps in (1, 7, 25):
        y, slope = modules[0].Model(seed=9).walk(0.3, T=steps)
        np.testing.assert_allclose(slope, 2 * y * y / 0.3, rtol=1e-12)  # y is s times what was drawn
        for name in ("kept", "again"):
            _, slope = getattr(modules[0].Model(seed=9), name)(0.3, T=steps)
            sums = [np.sin(getattr(modules[0].Model(seed=9), name)(0.3 + e, T=steps)[0]).sum() for e in (1e-6, -1e-6)]
            np.testing.assert_allclose(slope, (sums[0] - sums[1]) / 2e-6, rtol=1e-6, atol=1e-6)


def test_until(modules: list[Any]) -> None:
    model = modules[0].Model(seed=10)
    counts = np.asarray([model.until_large(T=50)[1] for _ in range(3000)])
    assert abs(counts.mean() - np.e) < 4 * np.sqrt((3 * np.e - np.e**2) / 3000)
