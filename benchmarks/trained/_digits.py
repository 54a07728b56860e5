"""The digits of scikit-learn, divided as the samples divide them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray


def binary() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Pictures of points that are 0 or 1, to train on and new ones."""
    return _divided("data", lambda points: (points >= 8).astype(np.float32))


def pictures() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Grey pictures from 0 to 1, to train on and new ones."""
    return _divided("data", lambda points: (points / 16).astype(np.float32))


def labels() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The digits of the pictures, to train on and new ones."""
    return _divided("target", lambda digits: digits.astype(np.int64))


def _divided(name: str, converted: Callable[[Any], Any]) -> tuple[Any, Any]:
    from sklearn.datasets import load_digits

    found = converted(load_digits()[name])[np.random.default_rng(seed=0).permutation(1797)]
    return found[:1500], found[1500:]
