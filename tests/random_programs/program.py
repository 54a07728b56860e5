"""One random file with all that a call of it needs: the text begins with the sizes and the seed of its values."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from tdsl.driver import Stages
from tdsl.settings import Settings
from tdsl.source import Source

DTYPES = {"i64": "i8", "int": "i8", "i32": "i4", "u8": "u1", "bool": "?"}
SPECIAL = (np.inf, -np.inf, np.nan, 0.0, -0.0, 1.0, -1.0, 1e-40)


@dataclass(frozen=True)
class Program:
    """`text` has a first line such as `# float 32, seed 7, N 3, M 17`."""

    text: str

    @property
    def header(self) -> dict[str, int]:
        first = self.text.partition("\n")[0]
        return {name: int(number) for name, number in re.findall(r"(\w+) (\d+)", first)}

    @property
    def width(self) -> int:
        return self.header["float"]

    @property
    def dims(self) -> dict[str, int]:
        return {name: number for name, number in self.header.items() if name not in ("float", "seed")}

    @cached_property
    def stages(self) -> Stages:
        """The stages of the compiler; both interpreters begin with their syntax."""
        return Stages(Source("programs.tdsl", self.text), Settings(float=self.width), Path.read_text)

    def value(self, name: str, shape: Sequence[int], dtype: str) -> Any:
        """The array of a name, which does not depend on the rest of the file; names in s have infinities and NaN among
        them."""
        rng = np.random.default_rng([self.header["seed"], zlib.crc32(name.encode())])
        if dtype in DTYPES:
            low, high = {"u": (0, 9), "?": (0, 2)}.get(DTYPES[dtype][0], (-9, 10))
            return rng.integers(low, high, shape).astype(DTYPES[dtype])
        drawn = rng.normal(size=shape)
        if name.startswith("s"):
            drawn = np.where(rng.random(shape) < 0.25, rng.choice(SPECIAL, shape), drawn)
        if "." in name:
            # The state of a rule may be a sum of squares.
            drawn = np.abs(drawn)
        width = "f8" if dtype == "f64" or (dtype == "real" and self.width == 64) else "f4"
        return np.asarray(drawn.astype("f4")).astype(width)


def with_header(width: int, seed: int, dims: Mapping[str, int], text: str) -> Program:
    sizes = "".join(f", {name} {number}" for name, number in dims.items())
    return Program(f"# float {width}, seed {seed}{sizes}\n{text}")
