"""Pictures of arrays as PNG."""

from __future__ import annotations

import struct
import zlib

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png_of(picture: object, name: str) -> tuple[bytes, tuple[int, int], str]:
    """The bytes of a picture, its width and height, and the numbers that are black and white in it.

    `picture` is PNG already, or an array [height, width] of grey or [height, width, 3] of colours, the top row first.
    Bytes are shown as they are, booleans and other numbers within 0 … 1 from black to white, and any others from their
    least to their greatest.
    """
    if isinstance(picture, bytes | bytearray):
        if picture[:8] != SIGNATURE or len(picture) < 24:
            raise ValueError(f"picture {name!r} is bytes, but no PNG")
        width, height = struct.unpack(">II", picture[16:24])
        return bytes(picture), (width, height), ""
    array = np.asarray(picture)
    if array.ndim not in (2, 3) or array.shape[2:] not in ((), (3,)) or not array.size:
        raise ValueError(f"picture {name!r} has shape {array.shape}, expected (height, width) or (height, width, 3)")
    if array.dtype.kind not in "buif":
        raise TypeError(f"picture {name!r} holds {array.dtype}, expected numbers")
    pixels, told = (array, "") if array.dtype == np.uint8 else _scaled(array.astype(np.float64))
    return _png(pixels), (array.shape[1], array.shape[0]), told


def _scaled(array: np.ndarray) -> tuple[np.ndarray, str]:
    """The numbers as bytes; NaN is black."""
    finite = array[np.isfinite(array)]
    least, most = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    told = ""
    if least < 0 or most > 1:
        told = f"{least:.3g} … {most:.3g}"
    else:
        least, most = 0.0, 1.0
    share = np.clip((np.nan_to_num(array, nan=least) - least) / ((most - least) or 1), 0, 1)
    return np.rint(255 * share).astype(np.uint8), told


def _png(pixels: np.ndarray) -> bytes:
    height, width = pixels.shape[:2]
    rows = np.zeros((height, 1 + pixels[0].size), np.uint8)  # each row begins with its filter, 0 for none
    rows[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, 0 if pixels.ndim == 2 else 2, 0, 0, 0)
    parts = (b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 6)), (b"IEND", b"")
    return SIGNATURE + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
