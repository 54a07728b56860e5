"""Pictures on disk: an 8-bit PNG writer that needs NumPy and zlib only, and two pictures side by side."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def write_png(path: str | Path, pixels: NDArray[np.uint8]) -> None:
    """Write grey pixels [height, width] or colours [height, width, 3], the top row first."""
    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or pixels.shape[2:] not in ((), (3,)) or not pixels.size:
        raise ValueError(f"a PNG takes uint8 [height, width] or [height, width, 3], got {pixels.dtype}{pixels.shape}")
    height, width = pixels.shape[:2]
    colour_type = 0 if pixels.ndim == 2 else 2
    rows = np.zeros((height, 1 + pixels[0].size), dtype=np.uint8)  # each row begins with its filter, 0 for none
    rows[:, 1:] = pixels.reshape(height, -1)
    Path(path).write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0))
        + _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def side_by_side(
    reference: ArrayLike, output: ArrayLike, path: str | Path, *, margin: int = 12, ink: bool = True
) -> NDArray[np.uint8]:
    """Write the reference and the network's output beside each other, upright, and return the pixels.

    Both are [row, column] in [0, 1] with y growing along the rows, as on the grid of the data.  With `ink`, 1 is
    black, as in a drawing; without, 1 is white, as in a photograph.
    """
    left, right = (grey(values, ink) for values in (reference, output))
    if left.shape[0] != right.shape[0]:
        raise ValueError(f"pictures of {left.shape[0]} and {right.shape[0]} rows do not fit beside each other")
    height = left.shape[0]
    sheet = np.full((height + 2 * margin, left.shape[1] + right.shape[1] + 3 * margin), 192, dtype=np.uint8)
    sheet[margin : margin + height, margin : margin + left.shape[1]] = left
    sheet[margin : margin + height, 2 * margin + left.shape[1] : -margin or None] = right
    write_png(path, sheet)
    return sheet


def grey(values: ArrayLike, ink: bool) -> NDArray[np.uint8]:
    """Pixels upright, of values as `side_by_side` takes them."""
    grid: NDArray[np.floating[Any]] = np.asarray(values, dtype=np.float32)
    if grid.ndim != 2:
        raise ValueError(f"a picture has rows and columns, got an array of shape {grid.shape}")
    light = 1 - grid if ink else grid
    upright: NDArray[np.uint8] = np.rint(255 * np.clip(np.nan_to_num(light), 0, 1)).astype(np.uint8)[::-1]
    return upright
