"""Damaged checkpoints: each is refused by a ValueError that changes nothing, or read as values of the declared types.

python -m tests.fuzz.checkpoints --count 1000000 --jobs 2

Half of them are damaged bytes.  The others are archives with right checksums and wrong content: a member is damaged,
removed, doubled, renamed, or takes another's place, which reaches the code behind the checks of zip files.
"""

from __future__ import annotations

import argparse
import collections
import io
import random
import resource
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

PROGRAM = """
use std.optim: momentum
dim B
input x: real[B, 3]
input t: real[B]
shared W: real[3] = normal(0, 1)
shared b: real = 0
state k: int = 0
cost C = mean((x @ W + b - t) ** 2)
entry train(x, t, lr: real = 0.1) -> C {
    minimize C with momentum(lr)
    k <- k + 1
}
"""
DATA = np.random.default_rng(0).normal(size=(20, 3)), np.random.default_rng(1).normal(size=20)
SHARE = 1000  # of one task


class Subject:
    """A model and the file of a training that it is resumed from."""

    def __init__(self) -> None:
        import tdsl

        self.module: Any = tdsl.compile(PROGRAM, name="fuzzed", target="numpy")
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "run.npz"
        self.model = self.module.Model(seed=1)
        self.fit(epochs=2)
        self.content = self.path.read_bytes()
        with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
            self.members = {name: archive.read(name) for name in archive.namelist()}
        self.kept = self.model.state_dict()
        self.types = [(value.dtype, value.shape) for value in self.kept.values()]

    def fit(self, **options: Any) -> None:
        self.model.fit(*DATA, batch_size=7, seed=3, checkpoint=self.path, progress=False, **options)

    def judge(self, damaged: bytes, resumes: bool) -> bool:
        """Whether it was read; AssertionError or any other exception if it was neither read nor refused."""
        self.path.write_bytes(damaged)
        before = self.bits()
        try:
            self.fit(resume=True, epochs=2) if resumes else self.model.load(self.path)
        except ValueError:
            assert self.bits() == before, "a refused file changed values"
            return False
        assert [(value.dtype, value.shape) for value in self.model.state_dict().values()] == self.types
        self.model.load_state_dict(self.kept)
        return True

    def bits(self) -> bytes:
        return b"".join(value.tobytes() for value in self.model.state_dict().values())


def damaged_bytes(content: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(chance.randrange(1, 5)):
        damaged[chance.randrange(len(damaged))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
    if chance.random() < 0.2:
        del damaged[chance.randrange(len(damaged)) :]
    elif chance.random() < 0.1:
        start, stop = sorted(chance.randrange(len(damaged)) for _ in range(2))
        del damaged[start:stop]
    return bytes(damaged)


def damaged_members(members: dict[str, bytes], chance: random.Random) -> bytes:
    changed = list(members.items())
    for _ in range(chance.randrange(1, 3)):
        place = chance.randrange(len(changed))
        name, content = changed[place]
        match chance.randrange(6):
            case 0:
                changed[place] = name, damaged_bytes(content, chance) if content else b"?"
            case 1:
                changed.pop(place)
            case 2:
                changed.append((name, content))
            case 3:
                start = name[: chance.randrange(len(name) + 1)]
                changed[place] = start + chance.choice(("", "/..", ".npy", "é")), content
            case 4:
                changed[place] = name, chance.choice(list(members.values()))
            case _:
                changed[place] = name, _reworded(content, chance)
        if not changed:
            break
    file = io.BytesIO()
    warnings.filterwarnings("ignore", "Duplicate name", UserWarning)
    with zipfile.ZipFile(file, "w", chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for name, content in changed:
            archive.writestr(name or "_", content)
    return file.getvalue()


def _reworded(content: bytes, chance: random.Random) -> bytes:
    """Another number or word of the same meaning to JSON and to the headers of arrays, in the place of one."""
    words = [b"0", b"-1", b"1e999", b"NaN", b"null", b"true", b"[]", b"{}", b'""', b"99999999999999999999", b"(3, 3)"]
    old = chance.choice([b"0", b"1", b"2", b"3", b"7", b"20", b"(3,)", b"'<f4'", b"true", b"null", b'"'])
    return content.replace(old, chance.choice(words), chance.choice((1, -1)))


@cache
def subject() -> Subject:
    return Subject()


def judged(seed: str) -> tuple[str, str]:
    """The outcome of one file, and a word on it if that is a miss."""
    chance, of = random.Random(seed), subject()
    is_raw = chance.random() < 0.5
    damaged = damaged_bytes(of.content, chance) if is_raw else damaged_members(of.members, chance)
    try:
        return ("read" if of.judge(damaged, chance.random() < 0.3) else "refused"), ""
    except Exception as problem:
        return "MISSES", f"{seed}: {problem!r}"


def _share(seeds: Sequence[str]) -> tuple[collections.Counter[str], list[str], float]:
    outcomes = [judged(seed) for seed in seeds]
    misses = [words for _, words in outcomes if words]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return collections.Counter(outcome for outcome, _ in outcomes), misses, peak


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    asked = parser.parse_args(arguments)
    counts: collections.Counter[str] = collections.Counter()
    peak = 0.0
    shares = [
        [f"{asked.seed}/{number}" for number in range(first, min(first + SHARE, asked.count))]
        for first in range(0, asked.count, SHARE)
    ]
    with ProcessPoolExecutor(asked.jobs) as pool:
        for found, misses, memory in pool.map(_share, shares):
            counts += found
            peak = max(peak, memory)
            for words in misses:
                print(words, flush=True)
    told = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
    print(f"{asked.count} files: {told}; at most {peak:.0f} MB in a process")
    return 1 if counts["MISSES"] else 0


if __name__ == "__main__":
    sys.exit(main())
