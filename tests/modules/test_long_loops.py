"""Loops of many steps: their memory, measured, and work that does not grow with the number of steps."""

from __future__ import annotations

import sys

import pytest

import tdsl
from tdsl.build.reading import RecordingLoader
from tdsl.driver import show
from tdsl.settings import Settings
from tdsl.source import Source
from tests.work import lines

from .scripts import folder_of, run

TEXT = """
dim T
const B = 64
const H = 64
input x: real[T]
shared U: real[H, H] = orthogonal()
fn states(x) = for x_t in x checkpoint 100 {
    state h: real[B, H] = 1
    h <- tanh(1.01 * (h @ U) + x_t)
}
cost C = mean(states(x) ** 2)
entry slopes(x) -> (C, grad(C, U), grad(C, x))
"""
SCRIPT = """
import resource, sys
import numpy as np
sys.path.insert(0, {folder!r})
import long_loop as module
model = module.Model(seed=0)
model.slopes(np.zeros(3))
x = 0.1 * np.sin(np.arange({steps})).astype("f")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
C, by_U, by_x = model.slopes(x)
print(1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before), abs(by_U).sum(), abs(by_x[-1]))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the unit of Linux for the memory of a process")
def test_memory_of_the_derivative_through_ten_thousand_steps() -> None:
    """That of the formula, a thirtieth of all states."""
    module = tdsl.compile(TEXT, name="long_loop", opt=1)
    formula = module.build_info()["entries"]["slopes"]["memory"]
    stated = eval(formula, {"T": 10_000})
    grown, by_u, by_last = map(float, run(SCRIPT.format(folder=folder_of(module), steps=10_000)).split())
    assert stated < 10_000 * 64 * 64 * 4 / 30
    assert grown < stated + 2_000_000
    assert by_u > 1 and by_last > 0


def test_steps_do_not_lengthen_the_compiler() -> None:
    """The same work, and the same text but for the number of steps."""

    def generated(steps: int) -> tuple[str, int]:
        source = Source("long.tdsl", TEXT.replace("dim T\n", f"const T = {steps}\n"))
        texts: list[str] = []
        count = lines(lambda: texts.append(show(source, Settings(), RecordingLoader(), "cpp")))
        return texts[0], count

    generated(2)
    short, work = generated(2)
    long, more = generated(1000)
    assert len(long) < len(short) + 200
    assert more < 1.01 * work
