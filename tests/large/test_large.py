"""Large programs compile, and the work for them grows as they do."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tdsl
from tdsl.driver import Stages, generate
from tdsl.ir.node import own_nodes, topological
from tdsl.loops.language import Branch, walk
from tdsl.lower import lower
from tdsl.passes import optimise
from tdsl.schedule import schedule
from tdsl.settings import Settings
from tdsl.source import Source
from tests.large.programs import PROGRAMS
from tests.work import lines


def load(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def uncollected() -> Iterator[None]:
    """No garbage collection, as in the driver."""
    gc.disable()
    yield
    gc.enable()


def source(name: str, size: int) -> Source:
    return Source(f"{name}.tdsl", PROGRAMS[name](size))


@pytest.mark.parametrize(
    ("name", "size", "nodes"),
    [("chain", 25_000, 50_000), ("lattice", 8_000, 16_000), ("long_sum", 25_000, 74_500), ("network", 300, 6_000)],
)
def test_lowers(name: str, size: int, nodes: int) -> None:
    """Graphs of thousands of nodes, some of tens of thousands one below the other, become loops; every loop nest stays
    small enough for a C++ compiler."""
    program = optimise(Stages(source(name, size), Settings(), load).program)
    assert len(topological(program.roots())) >= nodes
    statements = [statement for routine in schedule(lower(program)).routines for statement in walk(routine.statements)]
    bodies = [len(s.body) for s in statements if not isinstance(s, Branch) and hasattr(s, "body")]
    assert sum(bodies) >= nodes // 4 and max(bodies) <= 500


@pytest.mark.parametrize("name", ["chain", "lattice", "long_sum", "network"])
def test_prints_numpy(name: str) -> None:
    unit = generate(source(name, 300 if name == "network" else 1_000), Settings(target="numpy"), load).unit.text
    compile(unit, f"{name}.py", "exec")


@pytest.mark.parametrize(
    ("name", "size"),
    [
        *(("chain", 200), ("lattice", 300), ("long_sum", 400), ("network", 12), ("nested", 300), ("choices", 100)),
        *(("choices_first", 100), ("parameters", 200), ("entries", 50), ("counters", 100), ("results", 200)),
        *(("dims", 100), ("arguments", 200), ("elements", 200)),
    ],
)
def test_work_grows_with_size(name: str, size: int) -> None:
    """Twice the program takes twice the work, and makes twice the text: in the stages of all targets, and in those of
    each."""

    @own_nodes()
    def work(number: int) -> list[int]:
        native, numpy = (Stages(source(name, number), Settings(target=target), load) for target in ("cpp", "numpy"))
        counts = [lines(lambda: (native.warnings, native.scheduled))]
        numpy.program, numpy.optimised = native.program, native.optimised
        numpy.loops, numpy.scheduled = native.loops, native.scheduled
        for made in (native, numpy):
            counts += [lines(lambda made=made: (made.unit, made.stub)), len(made.unit.text)]  # type: ignore[misc]
        return counts

    work(size)  # fills caches
    for small, middle, large in zip(*(work(factor * size) for factor in (1, 2, 4)), strict=True):
        # Numbers of more digits make longer names.
        assert large - middle <= 2.3 * (middle - small) + 100


@pytest.mark.parametrize("target", ["cpp", "numpy"])
def test_memory_grows_with_comments(target: str) -> None:
    """Each letter of a comment takes a few bytes at most, though the module has it in several places."""
    text = "## a comment that is rather long\n" * 20_000 + "entry f(x: real) -> x\n"
    tracemalloc.start()
    generate(Source("comments.tdsl", text), Settings(target=target), load)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 40 * len(text)


@dataclass(frozen=True)
class Example:
    size: int
    use: Callable[[Any], Any]


X = np.linspace(-1, 1, 48)
EXAMPLES = {
    "chain": Example(300, lambda module: module.f(X)),
    "lattice": Example(400, lambda module: module.f(X)),
    "long_sum": Example(500, lambda module: module.f(0.5)),
    "nested": Example(2_000, lambda module: module.f(0.5)),
    "network": Example(60, lambda module: module.Model(seed=1).train(X.reshape(3, 16), X.reshape(3, 16))),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_native_values(name: str) -> None:
    text = PROGRAMS[name](EXAMPLES[name].size)
    made = [tdsl.compile(text, name=f"large_{name}", target=target, float=64) for target in ("cpp", "numpy")]
    native, reference = map(EXAMPLES[name].use, made)
    np.testing.assert_allclose(native, reference, rtol=1e-9, atol=1e-12)
