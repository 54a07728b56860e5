"""A photograph as data of the same form: positions over [-2.5, 2.5]² and a grey value in [0, 1] for each.

The photographs are some that scikit-image carries in its wheel; nothing is downloaded.
Run as a script it writes the one named on the command line, `camera` if none is, as `photograph.png`.
"""

from __future__ import annotations

import importlib
import sys

import data
import numpy as np
from numpy.typing import NDArray
from picture import write_png

NAMES = ("camera", "astronaut", "cat", "coffee", "rocket", "coins", "moon")
LUMINANCE = np.array([0.2125, 0.7154, 0.0721])


def load(name: str = "camera", size: int = 256) -> data.Samples:
    """Positions [size², 2] and grey values [size²] of a photograph, row by row from the bottom as in the data file."""
    if name not in NAMES:
        raise ValueError(f"there is no photograph {name!r}; there are {', '.join(NAMES)}")
    try:
        pictures = importlib.import_module("skimage.data")
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"photographs come from scikit-image ({error}): pip install scikit-image", name=error.name
        ) from None
    pixels = np.asarray(getattr(pictures, name)(), dtype=np.float64) / 255
    grey = pixels @ LUMINANCE if pixels.ndim == 3 else pixels
    return data.grid(size), reduced(grey, size)[::-1].astype(np.float32).ravel()


def reduced(grey: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """The square in the middle of a picture, scaled to `size` rows; every pixel is the mean of the area it covers."""
    height, width = grey.shape
    side = min(height, width)
    if not 2 <= size <= side:
        raise ValueError(
            f"a picture of {height} by {width} is reduced to between 2 and {side} pixels a side, not {size}"
        )
    top, left = (height - side) // 2, (width - side) // 2
    edges = np.arange(size + 1) * (side / size)
    pixels = np.arange(side)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    weights = np.maximum(overlap, 0) * (size / side)
    middle: NDArray[np.float64] = weights @ grey[top : top + side, left : left + side] @ weights.T
    return np.clip(middle, 0, 1)


if __name__ == "__main__":
    try:
        _, values = load(sys.argv[1] if len(sys.argv) > 1 else "camera")
    except (ValueError, ModuleNotFoundError) as error:
        sys.exit(str(error))
    side_length = round(len(values) ** 0.5)
    write_png("photograph.png", np.rint(255 * values.reshape(side_length, side_length)[::-1]).astype(np.uint8))
