"""Scatters, reductions and faults of whole modules on a device: those of the CPU, with the same bits where the order of
additions is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.cuda.programs import TEMPLATES


@pytest.mark.parametrize("sizes", [(100, 7, 5), (3000, 11, 40), (5000, 300, 1)])
def test_results_and_faults_are_those_of_the_cpu(for_gpus: Callable[..., Any], sizes: tuple[int, int, int]) -> None:
    module = for_gpus(TEMPLATES, "templates")
    draw, (n, v, h) = np.random.default_rng(sizes), sizes
    e, w = (draw.normal(size=shape).astype(np.float32) for shape in ((v, h), (n, h)))
    i = draw.integers(-v, v, n)
    cpu, device = module.Model(device="cpu"), module.Model(device="cuda:0")
    for entry, given in (("rows", (e, i, w)), ("elements", (e[:, 0].copy(), i, w[:, 0].copy()))):
        assert np.array_equal(getattr(device, entry)(*given), getattr(cpu, entry)(*given))
    for one, other in zip(device.sums(w), cpu.sums(w), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5 * n**0.5)
    assert all(map(np.array_equal, device.reduced(w), cpu.reduced(w)))
    i[[17, 42]] = v, v + 1
    messages = []
    for model in (cpu, device):
        with pytest.raises(IndexError) as raised:
            model.rows(e, i, w)
        messages.append(str(raised.value))
    assert messages[0] == messages[1]
