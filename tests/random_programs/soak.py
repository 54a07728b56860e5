"""Random programs for as long as there is time: `python -m tests.random_programs.soak --count 20000 --seed 1`.

Every miss is made small and written to `tests/random_programs/kept/`, where the tests find it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from . import selection
from .compare import Miss, misses
from .native import native_misses, ways
from .program import Program
from .shrink import shrunk

KEPT = Path(__file__).with_name("kept")


def interpreted(program: Program) -> list[Miss]:
    return misses(program)


def native(program: Program, way: str = "native") -> list[Miss]:
    with tempfile.TemporaryDirectory() as folder:
        return native_misses(program, Path(folder), way)


def found_by(search: Callable[[Program], list[Miss]], program: Program) -> list[Miss]:
    """The misses; a compiler that breaks down is one."""
    try:
        return search(program)
    except Exception as error:
        return [Miss(program, "", type(error).__name__, str(error))]


def searched(seed: int, only_interpreted: bool) -> list[tuple[str, str]]:
    """The misses of one random file with their kinds, each reduced."""
    program = selection.interpreted(seed) if only_interpreted else selection.native(seed)
    searches: list[Callable[[Program], list[Miss]]] = [interpreted]
    if not only_interpreted:
        way = list(ways())[seed % len(ways())]
        searches.append(partial(native, way=way))
    out = []
    for search in (partial(found_by, search) for search in searches):
        for miss in _one_of_each(search(program)):

            def still(candidate: Program, search: Callable[[Program], list[Miss]] = search, miss: Miss = miss) -> bool:
                return any(other.where == miss.where for other in search(candidate))

            out.append((f"seed {seed}, {miss.where}: {miss.what}", shrunk(program, still).text))
    return out


def _one_of_each(found: list[Miss]) -> list[Miss]:
    return list({miss.where: miss for miss in found}.values())


def results(seeds: range, jobs: int, only_interpreted: bool) -> Iterator[list[tuple[str, str]]]:
    with ProcessPoolExecutor(jobs) as pool:
        pending = [pool.submit(searched, seed, only_interpreted) for seed in seeds]
        for one in pending:
            yield one.result()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="entries in all")
    parser.add_argument("--seed", type=int, default=1_000_000, help="that of the first file")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--interpreted", action="store_true", help="without native code")
    given = parser.parse_args()
    seeds = range(given.seed, given.seed + -(-given.count // selection.ENTRIES))
    missed = 0
    for done, found in enumerate(results(seeds, given.jobs, given.interpreted), 1):
        for what, text in found:
            missed += 1
            path = KEPT / f"{zlib.crc32(text.encode()):08x}.tdsl"
            path.write_text(text)
            print(f"{path.name}: {what}\n{text}", flush=True)
        print(f"\r{done * selection.ENTRIES} entries, {missed} misses", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
