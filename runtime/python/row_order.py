"""The order of the rows in an epoch of a declared training, as runtime/source/rows.cpp computes it."""

from __future__ import annotations

import numpy as np


def row_order(seed: int, epoch: int, rows: int) -> np.ndarray:
    """The order of random words, the first two of Philox4x32-10 with the key `seed` and the counter (row, ~epoch)."""
    low, half = np.uint64(0xFFFFFFFF), np.uint64(32)
    key, stream = np.array([seed, ~epoch], np.int64).astype(np.uint64)
    index = np.arange(rows, dtype=np.uint64)
    c0, c1, c2, c3 = index & low, index >> half, stream & low, stream >> half
    k0, k1 = key & low, key >> half
    for _ in range(10):
        p0, p1 = np.uint64(0xD2511F53) * c0, np.uint64(0xCD9E8D57) * c2
        c0, c1, c2, c3 = (p1 >> half) ^ c1 ^ k0, p1 & low, (p0 >> half) ^ c3 ^ k1, p0 & low
        k0, k1 = (k0 + np.uint64(0x9E3779B9)) & low, (k1 + np.uint64(0xBB67AE85)) & low
    return np.argsort(c0 << half | c1, kind="stable").astype(np.int64, copy=False)
