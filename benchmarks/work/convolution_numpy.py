"""Convolution and pooling of images [batch, channel, row, column] in NumPy, and their derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def relu(x: Any) -> Any:
    return np.maximum(x, 0)


def padded(x: Any, border: int) -> Any:
    return np.pad(x, ((0, 0), (0, 0), (border, border), (border, border)))


def _windows(x: Any, side: int) -> Any:
    return sliding_window_view(x, (side, side), axis=(2, 3))


def convolved(x: Any, W: Any) -> Any:
    found = np.tensordot(_windows(x, W.shape[-1]), W, ((1, 4, 5), (1, 2, 3)))
    return np.ascontiguousarray(found.transpose(0, 3, 1, 2))


def by_kernel(x: Any, g: Any) -> Any:
    return np.tensordot(g, _windows(x, x.shape[-1] - g.shape[-1] + 1), ((0, 2, 3), (0, 2, 3)))


def by_input(g: Any, W: Any) -> Any:
    return convolved(padded(g, W.shape[-1] - 1), W[:, :, ::-1, ::-1].transpose(1, 0, 2, 3))


def pooled(z: Any) -> Any:
    batch, channels, rows, columns = z.shape
    return z.reshape(batch, channels, rows // 2, 2, columns // 2, 2).max(axis=(3, 5))


def by_pooled(z: Any, g: Any) -> Any:
    """The largest of each window receives its part of g; of several, each a share."""
    batch, channels, rows, columns = z.shape
    four = z.reshape(batch, channels, rows // 2, 2, columns // 2, 2)
    largest = four == four.max(axis=(3, 5), keepdims=True)
    share = g[:, :, :, None, :, None] / largest.sum(axis=(3, 5), keepdims=True, dtype=z.dtype)
    return (largest * share).reshape(z.shape)
