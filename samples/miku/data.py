"""The data of the lecture's example: a text file of one point a line, `x y colour`, on a grid of step 0.01.

The points go row by row from the bottom, so a column of the file reshaped to 501 rows is a picture with y upwards.
Run as a script it writes `miku.txt.gz`.
"""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import TypeAlias

import draw
import numpy as np
from numpy.typing import NDArray

Single: TypeAlias = NDArray[np.float32]
Samples: TypeAlias = tuple[Single, Single]


def grid(points: int = 501) -> Single:
    """The positions [points², 2], in the order of the file."""
    along = draw.axis(points)
    x, y = np.meshgrid(along, along)
    return np.column_stack([x.ravel(), y.ravel()]).astype(np.float32)


def write(path: str | Path, points: int = 501) -> None:
    """Write the figure on a grid of so many points a side; a name ending in .gz is compressed."""
    if points < 2 or 500 % (points - 1):
        raise ValueError(f"positions have two decimals, which do not hold a grid of {points} points a side")
    along = draw.axis(points)
    colours = draw.inside(along[None, :], along[:, None])
    names = [f"{value:.2f}" for value in along]
    text = "".join(
        f"{x} {y} {colour:d}\n"
        for y, row in zip(names, colours, strict=True)
        for x, colour in zip(names, row, strict=True)
    )
    content = text.encode("ascii")
    # no time of writing inside, so that the same figure is the same file
    Path(path).write_bytes(gzip.compress(content, mtime=0) if str(path).endswith(".gz") else content)


def read(path: str | Path) -> Samples:
    """Positions [N, 2] and colours [N] of a data file; ValueError names the first line that is not `x y colour`."""
    path = Path(path)
    content = path.read_bytes()
    if path.suffix == ".gz":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise ValueError(f"{path}: not a whole gzip file ({error})") from None
    lines = content.decode("ascii", errors="replace").splitlines()
    try:
        table = np.loadtxt(lines, dtype=np.float32, comments=None, ndmin=2) if any(map(str.strip, lines)) else None
    except ValueError as error:
        raise ValueError(_first_malformed(path, lines) or f"{path}: {error}") from None
    if table is None:
        raise ValueError(f"{path}: holds no points")
    if table.shape[1] != 3 or not np.isfinite(table).all() or table[:, 2].min() < 0 or table[:, 2].max() > 1:
        raise ValueError(_first_malformed(path, lines) or f"{path}: a point is not `x y colour`")
    return np.ascontiguousarray(table[:, :2]), np.ascontiguousarray(table[:, 2])


def _first_malformed(path: Path, lines: list[str]) -> str | None:
    for number, line in enumerate(lines, 1):
        fields = line.split()
        if not fields:
            continue
        try:
            values = [float(field) for field in fields]
        except ValueError:
            values = []
        if len(values) != 3 or not np.isfinite(values).all():
            return f"{path}:{number}: expected three numbers `x y colour`, got {line[:60]!r}"
        if not 0 <= values[2] <= 1:
            return f"{path}:{number}: a colour is between 0 and 1, got {fields[2][:60]}"
    return None


def split(x: Single, y: Single, validation: float = 0.1, seed: int = 0) -> tuple[Samples, Samples]:
    """The points shuffled and dealt out: (x, y) to train on, and (x, y) of the share kept for validation."""
    if len(x) != len(y):
        raise ValueError(f"{len(x)} positions but {len(y)} colours")
    if not 0 <= validation < 1:
        raise ValueError(f"the share for validation is at least 0 and below 1, got {validation}")
    order = np.random.default_rng(seed).permutation(len(x))
    kept, used = np.split(order, [round(validation * len(x))])
    return (x[used], y[used]), (x[kept], y[kept])


if __name__ == "__main__":
    write("miku.txt.gz")
