"""The random programs of each run of the tests, and a search among them that ends at the first miss:
`python -m tests.random_programs.selection native`.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .compare import Miss, misses
from .generator import Generator
from .native import native_misses, ways
from .program import Program

ENTRIES, SOME = 25, 8
INTERPRETED = range(7_500 // ENTRIES)
# Two hundred entries with all passes, and a hundred on devices; then some more with each pass left out, of loops too,
# by the NumPy target and in debug mode, on devices too.
NATIVE = (
    *((seed, "native") for seed in range(200 // ENTRIES)),
    *((seed, "cuda") for seed in range(300, 300 + 100 // ENTRIES)),
)
OTHER_WAYS = (
    *((100 + place, way) for place, way in enumerate(ways()) if way not in ("native", "cuda")),
    (400, "debug"),
)
KEPT = sorted(Path(__file__).with_name("kept").glob("*.tdsl"))


def interpreted(seed: int) -> Program:
    return Generator(seed).file(ENTRIES)


def native(seed: int, entries: int = ENTRIES) -> Program:
    """Every second one is large."""
    return Generator(seed, large=seed % 2 == 1).file(entries)


def search(what: str) -> Iterator[list[Miss]]:
    """The misses of one program after the other."""
    with tempfile.TemporaryDirectory() as folder:
        if what == "interpreted":
            yield from (misses(interpreted(seed)) for seed in INTERPRETED)
        elif what == "native":
            yield from (native_misses(native(seed), Path(folder), way) for seed, way in NATIVE)
            yield from (native_misses(native(seed, SOME), Path(folder), way, threads=(2,)) for seed, way in OTHER_WAYS)
        else:
            for program in map(Program, map(Path.read_text, KEPT)):
                yield misses(program)
                yield native_misses(program, Path(folder))


def main(what: str) -> int:
    first = next(filter(None, search(what)), None)
    if first:
        print(first[0])
    return 1 if first else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
