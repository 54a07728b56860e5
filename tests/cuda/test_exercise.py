"""04_gpu of Ian Goodfellow's exercises for Theano: the code runs on the GPU, and says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_04_gpu(for_gpus: Callable[..., Any]) -> None:
    module = for_gpus("shared z: real = 0\nentry add(x: real, y: real) -> z { z <- x + y }", "addition")
    model = module.Model(device="cuda:0")
    assert model.device == "cuda:0"
    model.add(0, 1)
    assert model.z == 1 and model.add(2, 3) == 1
