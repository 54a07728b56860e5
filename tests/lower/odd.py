"""Arguments that occur only by mistake: bools of any byte, positions and labels anywhere, reals at their ends."""

from __future__ import annotations

import numpy as np

REALS = (0.0, -0.0, np.inf, -np.inf, np.nan, 1e-40, -1e-310, 3e9, -1e19, 3e38, 89.0, -104.0)


def odd(values: dict[str, np.ndarray], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """The same booleans as other bytes; none, few or half of the whole numbers anything; a tenth of the others where
    functions change."""
    out, share = {}, rng.choice([0, 0.02, 0.5])
    for name, value in values.items():
        if value.dtype == np.bool_:
            bytes_of = np.where(value, rng.integers(1, 256, value.shape), 0)
            value = np.asarray(bytes_of, np.uint8).view(np.bool_)
        elif value.dtype.kind in "iu":
            limits = np.iinfo(value.dtype)
            wild = rng.integers(limits.min, limits.max, value.shape, value.dtype, endpoint=True)
            value = np.where(rng.random(value.shape) < share, wild, value)
        else:
            value = np.where(rng.random(value.shape) < 0.9, value, rng.choice(REALS, value.shape)).astype(value.dtype)
        out[name] = np.array(value)
    return out
