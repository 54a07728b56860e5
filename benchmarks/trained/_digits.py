"""The digits of scikit-learn, divided as the samples divide them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def binary() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Pictures of points that are 0 or 1, to train on and new ones."""
    from sklearn.datasets import load_digits

    pictures = (load_digits().data >= 8)[np.random.default_rng(seed=0).permutation(1797)].astype(np.float32)
    return pictures[:1500], pictures[1500:]


def pictures() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Grey pictures from 0 to 1, to train on and new ones."""
    from sklearn.datasets import load_digits

    found = (load_digits().data / 16)[np.random.default_rng(seed=0).permutation(1797)].astype(np.float32)
    return found[:1500], found[1500:]


def labels() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The digits of the pictures, to train on and new ones."""
    from sklearn.datasets import load_digits

    found = load_digits().target[np.random.default_rng(seed=0).permutation(1797)].astype(np.int64)
    return found[:1500], found[1500:]
