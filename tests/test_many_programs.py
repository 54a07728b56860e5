"""Programs that one process compiles, one after the other or side by side, know nothing of each other."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path
from weakref import WeakValueDictionary

import pytest

from tdsl.driver import STAGES, examine, gradient, inform, show
from tdsl.settings import Settings
from tdsl.source import Source, UserError
from tests.test_driver import load

# The programs differ only in the names of their sizes, so that most nodes of one would fit the other.
MODEL = """\
dim B
const {0} = 3
input x: real[B, {0}]
shared w: real[{0}] = 0
cost C = mean(tanh(x @ w) ** 2)
entry train(x) -> C {{ w <- w - grad(C, w) }}
"""
WRONG = """\
dim N
const {0} = 3
fn inner(a: real[N], b: real[N]) = sum(a * b)
shared w: real[{0}] = 0
entry f(x: real[6]) -> inner(x, w)
"""
NAMES = ("H", "WIDTH", "3")


def source(text: str, name: str) -> Source:
    """A program whose sizes go by a name, or stand as numbers."""
    if not name.isidentifier():
        text = text.replace("const {0} = 3\n", "")
    return Source("apart.tdsl", text.format(name))


def told(name: str) -> list[str]:
    """All messages about the programs that call a size by this name."""
    model = source(MODEL, name)
    try:
        found = [str(examine(source(WRONG, name), Settings(), load))]
    except UserError as error:
        found = [str(error)]
    found += [show(model, Settings(), load, stage) for stage in STAGES]
    found += [gradient(model, Settings(), load, None, ()), str(inform(model, Settings(), load))]
    return found


@cache
def told_alone(name: str) -> list[str]:
    """The same of a process that compiles nothing else."""
    script = f"import json; from {__name__} import told; print(json.dumps(told({name!r})))"
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout))


def test_names_of_sizes_are_reported() -> None:
    for name in ("H", "WIDTH"):
        assert f"{name} = 3" in told_alone(name)[0]
        assert f"shared w: real[{name}]" in told_alone(name)[-2]
    assert "^ N = 3" in told_alone("3")[0] and "shared w: real[3]" in told_alone("3")[-2]


@pytest.mark.parametrize("order", [NAMES, NAMES[::-1]])
def test_one_after_the_other(order: tuple[str, ...]) -> None:
    for name in order:
        assert told(name) == told_alone(name)


def test_side_by_side() -> None:
    start = threading.Barrier(len(NAMES))
    found: dict[str, list[list[str]]] = {}

    def work(name: str) -> None:
        start.wait()
        found[name] = [told(name) for _ in range(2)]

    threads = [threading.Thread(target=work, args=(name,)) for name in NAMES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in NAMES:
        assert found[name] == [told_alone(name)] * 2


def test_no_tables_stay_of_a_program() -> None:
    def tables() -> int:
        gc.collect()
        return sum(isinstance(thing, WeakValueDictionary) for thing in gc.get_objects())

    before = tables()
    for name in NAMES * 3:
        show(source(MODEL, name), Settings(), load, "optimised")
    assert tables() == before
