"""As many random programs as there is time for: `python -m tests.random_programs.soak --count 20000 --seed 1`.

Every miss is made small and written to `tests/random_programs/kept/`, where the tests find it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from .compare import Miss, misses
from .generator import Generator
from .native import native_misses, ways
from .program import Program
from .shrink import shrunk

KEPT = Path(__file__).with_name("kept")
ENTRIES = 25


def interpreted(program: Program) -> list[Miss]:
    return misses(program)


def native(program: Program, way: str = "native") -> list[Miss]:
    with tempfile.TemporaryDirectory() as folder:
        return native_misses(program, Path(folder), way)


def searched(seed: int, entries: int, only_interpreted: bool, small: bool) -> list[tuple[str, str]]:
    """The misses of one random file."""
    program = Generator(seed, large=not only_interpreted and seed % 2 == 1).file(entries)
    return found_in(program, seed, only_interpreted, small)


def found_in(program: Program, seed: int, only_interpreted: bool, small: bool) -> list[tuple[str, str]]:
    """The misses of a program with what they are, each made small if that is wanted."""
    searches: list[Callable[[Program], list[Miss]]] = [interpreted]
    if not only_interpreted:
        way = list(ways())[seed % len(ways())]
        searches.append(lambda program: native(program, way))
    out = []
    for search in searches:
        for miss in _one_of_each(search(program)):

            def still(candidate: Program, search: Callable[[Program], list[Miss]] = search, miss: Miss = miss) -> bool:
                return any(other.where == miss.where for other in search(candidate))

            found = shrunk(program, still) if small else program
            out.append((f"seed {seed}, {miss.where}: {miss.what}", found.text))
    return out


def _one_of_each(found: list[Miss]) -> list[Miss]:
    return list({miss.where: miss for miss in found}.values())


def results(seeds: range, jobs: int, only_interpreted: bool) -> Iterator[list[tuple[str, str]]]:
    with ProcessPoolExecutor(jobs) as pool:
        pending = [pool.submit(searched, seed, ENTRIES, only_interpreted, True) for seed in seeds]
        for one in pending:
            yield one.result()


def first_search(seeds: range, only_interpreted: bool) -> Iterator[list[tuple[str, str]]]:
    """Of the kept programs, then of random ones."""
    for path in sorted(KEPT.glob("*.tdsl")):
        yield found_in(Program(path.read_text()), 0, only_interpreted, False)
    for seed in seeds:
        yield searched(seed, ENTRIES, only_interpreted, False)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="entries in all")
    parser.add_argument("--seed", type=int, default=1_000_000, help="that of the first file")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--interpreted", action="store_true", help="without native code")
    parser.add_argument("--first", action="store_true", help="end at the first miss, and keep nothing")
    given = parser.parse_args()
    seeds = range(given.seed, given.seed + -(-given.count // ENTRIES))
    if given.first:
        for found in first_search(seeds, given.interpreted):
            if found:
                print("\n".join(what for what, _ in found))
                return 1
        return 0
    missed = 0
    for done, found in enumerate(results(seeds, given.jobs, given.interpreted), 1):
        for what, text in found:
            missed += 1
            path = KEPT / f"{zlib.crc32(text.encode()):08x}.tdsl"
            path.write_text(text)
            print(f"{path.name}: {what}\n{text}", flush=True)
        print(f"\r{done * ENTRIES} entries, {missed} misses", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
