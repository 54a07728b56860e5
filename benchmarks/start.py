"""Rows of whole processes: import, compiling, the time to a first step, memory.

Caches are cold (an empty folder each time), those of another model (which hold the files that a tool keeps for itself),
or warm.
"""

from __future__ import annotations

import itertools
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from benchmarks.place import Place
from benchmarks.plan import Contender, ContenderError, interleave
from benchmarks.results import Result, Unit
from benchmarks.row import OWN, Program, program
from benchmarks.work.networks import MIKU, PEERS

WIDTH = 1000
IMPORTS = {OWN: "miku", "PyTorch": "torch", "JAX": "jax", "PyTensor C": "pytensor", "Numba": "numba"}
TIMED_IMPORT = """
import sys, time, numpy
sys.path.insert(0, sys.argv[2])
start = time.perf_counter()
__import__(sys.argv[1])
print(time.perf_counter() - start)
"""
Caches = Literal["cold", "other", "warm"]
Sampler = Callable[[], float]
Samplers = Mapping[str, Sampler]


@dataclass(frozen=True)
class _Call:
    """A contender that is a function."""

    function: Sampler

    def sample(self) -> float:
        return self.function()


@dataclass(frozen=True)
class Start:
    """A row of this kind: for each contender a function that takes one sample."""

    name: str
    title: str
    contenders: Callable[[Place], Samplers]
    unit: Unit = "s"
    group: str = "start"

    def measure(self, place: Place, rounds: int) -> Result:
        contenders: dict[str, Contender] = {name: _Call(function) for name, function in self.contenders(place).items()}
        samples, failed = interleave(contenders, rounds)
        return Result.of(self.name, self.group, self.title, self.unit, samples, failed, {})


def _run(command: list[str], environment: dict[str, str], folder: Path) -> str:
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise ContenderError((done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1])
    return done.stdout


def _miku(width: int) -> Program:
    return program("miku", MIKU, H=width)


def _shared_caches(place: Place) -> Path:
    return place.folder / "caches-of-start"


def _imports(place: Place) -> Samplers:
    @cache
    def compile_own() -> Path:
        return place.compile(_miku(WIDTH), "start", _shared_caches(place))

    def of(contender: str, module: str) -> Sampler:
        def sample() -> float:
            folder = compile_own() if contender == OWN else place.folder
            command = [place.interpreter(contender), "-c", TIMED_IMPORT, module, str(folder)]
            return float(_run(command, place.environment(contender), place.folder))

        return sample

    return {contender: of(contender, module) for contender, module in IMPORTS.items()}


@contextmanager
def _caches(place: Place, kind: Caches) -> Iterator[Path]:
    """Empty ones that go away, or those that all rows of this file share."""
    if kind == "cold":
        with tempfile.TemporaryDirectory(dir=place.folder) as folder:
            yield Path(folder)
    else:
        yield _shared_caches(place)


def _widths(kind: Caches) -> Iterator[int]:
    """The widths of the models of successive samples; a model that no cache knows has a width not seen before."""
    return itertools.count(WIDTH + 1 + int(time.time()) % 1000) if kind == "other" else itertools.repeat(WIDTH)


def _compiling(kind: Caches) -> Callable[[Place], Samplers]:
    def contenders(place: Place) -> Samplers:
        widths = _widths(kind)

        @cache
        def known() -> Path:
            return place.compile(_miku(WIDTH), "start", _shared_caches(place)) / "miku.tdsl"

        def sample() -> float:
            with _caches(place, kind) as caches:
                command = place.compile_command(known(), _miku(next(widths)))
                begin = time.perf_counter()
                _run(command, place.environment(OWN, caches), place.folder)
                return time.perf_counter() - begin

        return {OWN: sample}

    return contenders


def _step(place: Place, contender: str, width: int, caches: Path, compiles: bool) -> float:
    """The memory of a first step in a process of its own; before it, tdsl compiles its module unless that is there."""
    if contender == OWN and compiles:
        place.compile(_miku(width), "step", caches)
    modules = str(place.modules("step"))
    command = [place.interpreter(contender), "-m", "benchmarks.fresh", contender, str(width), modules]
    return float(_run(command, place.environment(contender, caches), place.folder))


def _known_step(place: Place, contender: str) -> Callable[[], float]:
    """Fills the caches that are shared, once."""
    return cache(lambda: _step(place, contender, WIDTH, _shared_caches(place), compiles=True))


def _first_step(kind: Caches) -> Callable[[Place], Samplers]:
    def contenders(place: Place) -> Samplers:
        def of(contender: str) -> Sampler:
            widths, known = _widths(kind), _known_step(place, contender)

            def sample() -> float:
                if kind != "cold":
                    known()
                with _caches(place, kind) as caches:
                    begin = time.perf_counter()
                    _step(place, contender, next(widths), caches, compiles=kind != "warm")
                    return time.perf_counter() - begin

            return sample

        return {contender: of(contender) for contender in (OWN, *PEERS)}

    return contenders


def _memory(place: Place) -> Samplers:
    idle = [str(place.python), "-m", "benchmarks.fresh"]

    def of(contender: str) -> Sampler:
        known = _known_step(place, contender)

        def sample() -> float:
            known()
            alone = float(_run(idle, place.environment(contender), place.folder))
            return _step(place, contender, WIDTH, _shared_caches(place), compiles=False) - alone

        return sample

    return {contender: of(contender) for contender in (OWN, *PEERS)}


STARTS = (
    Start("import", "Import, beyond NumPy's", _imports),
    Start("compile_first", "tdsl compile, the first ever", _compiling("cold")),
    Start("compile_changed", "tdsl compile, a changed model", _compiling("other")),
    Start("compile_unchanged", "tdsl compile, nothing changed", _compiling("warm")),
    Start("first_step_cold", "To the first Miku step, caches cold", _first_step("cold")),
    Start("first_step_new", "To the first Miku step, a new model", _first_step("other")),
    Start("first_step_warm", "To the first Miku step, caches warm", _first_step("warm")),
    Start("memory", "Most memory, beyond NumPy's, of a Miku step", _memory, "B"),
)
