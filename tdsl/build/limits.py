"""The limits of this machine: multiply-adds that stay in registers, and copies, by all threads at once.

A program in C++ measures them.  The cache keeps the largest figures for this processor and number of threads, as any
other work of the machine makes them smaller.
"""

from __future__ import annotations

import json
import subprocess
from bisect import bisect_left
from dataclasses import replace
from pathlib import Path

from tdsl import resources
from tdsl.build.cache import Cache
from tdsl.build.compiler import invoke
from tdsl.build.flags import compiling
from tdsl.build.identity import content_digest, digest, processor
from tdsl.build.jobs import cpus
from tdsl.build.process import Processes
from tdsl.build.toolchain import locate
from tdsl.record import record
from tdsl.settings import Settings

_SOURCE = resources.RUNTIME / "programs" / "limits.cpp"
_SIZES = tuple(1 << power for power in range(15, 29, 3))  # from 32 KiB, which the nearest cache holds, to 128 MiB


@record(frozen=True)
class Limits:
    """`fma` is in GFLOP/s of f32; `copies` are pairs of bytes copied and GB/s, read and written."""

    fma: float
    copies: tuple[tuple[int, float], ...]

    def flops(self, real: str) -> float:
        """FLOP a second of `f32` or `f64`, of which a vector holds half as many."""
        return self.fma * 1e9 / (2 if real == "f64" else 1)

    def bandwidth(self, size: float) -> float:
        """Bytes a second where so many are read and written: that of the next size that was measured."""
        sizes = [2 * copied for copied, _ in self.copies]
        return self.copies[min(bisect_left(sizes, size), len(sizes) - 1)][1] * 1e9


def machine_limits(settings: Settings, cache: Cache) -> Limits:
    """The largest measured so far; measuring takes about a second, and compiling some the first time."""
    toolchain = locate(settings)
    optimised = replace(settings, mode="fast-run", sanitize=())
    flags = [*compiling(optimised, 3, toolchain), "-pthread"]
    key = digest(content_digest(_SOURCE.read_bytes()), toolchain.identity, flags, processor(), cpus())

    def fill(folder: Path) -> None:
        command = [*flags, str(_SOURCE), "-o", "limits"]
        invoke(toolchain, command, folder, "the measurement of this machine", cache, Processes())

    measured = _measured(cache.make("programs", key, fill) / "limits")
    kept = cache.read_text("limits", key)
    largest = [*map(max, measured, json.loads(kept))] if kept else measured
    cache.write_text("limits", key, json.dumps(largest))
    fma, *copies = largest
    return Limits(fma, tuple(zip(_SIZES, copies, strict=True)))


def _measured(program: Path) -> list[float]:
    questions = ["fma", *(f"copy {size}" for size in _SIZES)]
    done = subprocess.run([program], input="\n".join(questions) + "\n", capture_output=True, text=True, check=True)
    return [float(line) for line in done.stdout.split()]
