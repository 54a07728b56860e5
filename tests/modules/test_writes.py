"""Writes into rows of kept values: in place, or not at all if the call fails; a step along rows alone."""

from __future__ import annotations

import numpy as np
import pytest

import tdsl

TEXT = """
use std.optim: sgd
dim B
shared E: f64[40, 7] = normal(0, 1)
input ids: int[B]
input t: f64[B, 7]
cost C = f32(sum((E[ids] - t) ** 2) + sum(E[ids[::-1]] ** 2))
entry add(ids, t) { E <- E with [ids] += t }
entry put(ids, t) { E <- E with [ids] = t }
entry train(ids, t) -> C { minimize C with sgd(0.25) }
"""
IDS = np.array([3, -1, 3, 0, 39, 3])


@pytest.mark.parametrize("target", ["cpp", "numpy"])
def test_rows(target: str) -> None:
    module = tdsl.compile(TEXT, name="rows", target=target)
    model = module.Model(seed=1)
    t = np.random.default_rng(0).normal(size=(6, 7))
    wanted = np.array(model.E)
    np.add.at(wanted, IDS, t)
    model.add(IDS, t)
    np.testing.assert_allclose(model.E, wanted, rtol=1e-14)
    for ids in ([0, 40, 1, 1, 1, 1], [0, 1, 1, 1, 1, -41]):
        for entry in (model.add, model.put, model.train):
            with pytest.raises(IndexError):
                entry(ids, t)
    np.testing.assert_allclose(model.E, wanted, rtol=1e-14)
    for position, row in zip(IDS, t, strict=True):
        wanted[position] = row
    held, before = model.E, np.array(model.E)
    model.put(IDS, t)
    np.testing.assert_array_equal(held, before)
    np.testing.assert_allclose(model.E, wanted, rtol=1e-14)
    slope = np.zeros_like(wanted)
    np.add.at(slope, IDS, 2 * (wanted[IDS] - t) + 2 * wanted[IDS])
    model.train(IDS, t)
    np.testing.assert_allclose(model.E, wanted - 0.25 * slope, rtol=1e-6, atol=1e-6)
