"""Texts for the front end, found by Atheris: those that reach new code are kept in `corpus/front_end`.

pip install atheris
python -m tests.fuzz.front_end --seconds 600

A text is either a program, which is compiled to C++ and laid out, or has errors of the user.  One that breaks that is
written to `build/fuzz` and ends the search.  Instrumented code is slow, so time and memory are measured without:
`--measure` tries the corpus, and fails if a text takes more than a second, or all of them more than 200 MB.
"""

from __future__ import annotations

import argparse
import random
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
CORPUS = Path(__file__).parent / "corpus" / "front_end"
FOUND = ROOT / "build" / "fuzz"
SECONDS, MEBIBYTES, LONGEST = 1, 200, 4096


def measure() -> int:
    """Tries the corpus; 1 if a text takes too long or too much memory."""
    from tests.fuzz.judge import judge

    judge("")
    before, times = _peak(), []
    for path in sorted(CORPUS.iterdir()):
        start = time.perf_counter()
        judge(path.read_bytes().decode("utf-8", "surrogateescape"))
        times.append((time.perf_counter() - start, path.name))
    (longest, slowest), more = max(times), _peak() - before
    print(f"{len(times)} texts: at most {longest:.2f} s ({slowest}), and {more:.0f} MB for all")
    return int(longest > SECONDS or more > MEBIBYTES)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--measure", action="store_true", help="the corpus, without searching")
    asked = parser.parse_args()
    if asked.measure:
        raise SystemExit(measure())
    import atheris

    with atheris.instrument_imports(include=["tdsl"]):  # of what is not imported yet
        from tests.check.mutants import changed
        from tests.fuzz.judge import judge

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if chance.random() < 0.2:
            return bytes(atheris.Mutate(data, most))
        return changed(data.decode("utf-8", "replace"), chance).encode()[:most]

    def one(data: bytes) -> None:
        judge(data.decode("utf-8", "surrogateescape"))

    FOUND.mkdir(parents=True, exist_ok=True)
    CORPUS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        seeds = Path(folder)
        for number, path in enumerate([*ROOT.glob("tests/errors/*.tdsl"), *ROOT.glob("samples/*/*.tdsl")]):
            shutil.copy(path, seeds / str(number))
        limits = ["-timeout=60", "-rss_limit_mb=4096", f"-max_len={LONGEST}"]
        where = [f"-artifact_prefix={FOUND}/", "-print_final_stats=1"]
        folders = [f"-max_total_time={asked.seconds}", str(CORPUS), str(seeds)]
        atheris.Setup([sys.argv[0], *limits, *where, *folders], one, custom_mutator=mutate)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
