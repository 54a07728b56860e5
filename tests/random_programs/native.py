"""Files as modules, with all passes or some, called with several numbers of threads."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

import numpy as np

from tdsl.build.cache import Cache
from tdsl.build.native import build_native, build_pure
from tdsl.build.toolchain import locate
from tdsl.clock import Clock
from tdsl.emit.stub import emit_stub
from tdsl.ir.program import Program as Typed
from tdsl.ir.verify import verify
from tdsl.passes import PASSES, Pass
from tdsl.settings import Settings
from tests.stages import stages

from .compare import Expected, Found, Miss, disagreement, expected, stored_values, type_check
from .program import Program

THREADS = (1, 2, 3, 8)
CALLS = Path(__file__).with_name("calls.py")


def build(checked: Typed, way: str, width: int) -> Path:
    """The module of a program after the passes of a way, from the cache of the settings."""
    for step in ways()[way]:
        checked = verify(step(checked), step.__name__)
    settings = Settings(float=width, cache_dir=os.environ.get("TDSL_CACHE_DIR", ""))
    if way == "numpy":
        folder = build_pure(checked.name, stages(checked, "numpy").unit, emit_stub(checked), Cache.of(settings))
        return folder / f"{checked.name}.py"
    # NumPy, which they are compared with, keeps subnormals.
    unit = stages(checked, source="programs.tdsl", subnormals="keep").unit
    stub, name, cache = emit_stub(checked), checked.name, Cache.of(settings)
    folder = build_native(name, unit, stub, settings, locate(settings), cache, Clock())
    return folder / f"{name}{EXTENSION_SUFFIXES[0]}"


def ways() -> dict[str, tuple[Pass, ...]]:
    """All passes, and all but one; a pass that runs twice is left out twice.  The last way is the NumPy target."""
    names = dict.fromkeys(step.__name__ for step in PASSES)
    without = {f"without {name}": tuple(s for s in PASSES if s.__name__ != name) for name in names}
    return {"native": PASSES, **without, "numpy": PASSES}


def calls(wanted: Sequence[Expected], dims: Mapping[str, int]) -> list[dict[str, Any]]:
    """What `calls.py` is to call."""
    return [
        {
            "entry": one.entry.name,
            "arguments": one.arguments,
            "results": [
                (tuple(s.evaluate(dims) for s in r.node.type.shape), r.node.type.dtype.numpy) for r in one.entry.results
            ],
        }
        for one in wanted
    ]


def found_by(module: Path, given: dict[str, Any], threads: int, folder: Path) -> list[Any]:
    """What every entry gives in a process with so many threads and poisoned memory."""
    task, found = folder / "calls", folder / f"found{threads}"
    task.write_bytes(pickle.dumps(given))
    environment = {**os.environ, "TDSL_NUM_THREADS": str(threads), "MALLOC_PERTURB_": str(90 + threads)}
    subprocess.run([sys.executable, str(CALLS), str(module), str(task), str(found)], env=environment, check=True)
    return list(pickle.loads(found.read_bytes()))


def native_misses(program: Program, folder: Path, way: str = "native", threads: Sequence[int] = THREADS) -> list[Miss]:
    """Against the interpreter of the syntax, and among numbers of threads to the bit."""
    checked = type_check(program)
    wanted, stored = expected(program, checked), stored_values(program, checked)
    module = build(checked, way, program.width)
    given = {"calls": calls(wanted, program.dims), "stored": stored}
    first, *others = (found_by(module, given, count, folder) for count in threads)
    out = []
    for place, one in enumerate(wanted):
        if what := disagreement(one.values, values(one, first[place])) or _other_updates(one, first[place], stored):
            out.append(Miss(program, one.entry.name, way, what))
        for count, other in zip(threads[1:], others, strict=True):
            if pickle.dumps(first[place]) != pickle.dumps(other[place]):
                out.append(Miss(program, one.entry.name, way, f"other bits with {count} threads"))
    return out


def values(one: Expected, found: Any) -> Found:
    """Results and updates, of what `calls.py` found."""
    if isinstance(found, str):
        return found
    results, after = found
    return [*results, *(after[update.variable] for update in one.entry.updates)]


def _other_updates(one: Expected, found: Any, stored: dict[str, Any]) -> str:
    """What an entry does not update stays."""
    updated = {update.variable for update in one.entry.updates}
    kept = {} if isinstance(found, str) else {n: v for n, v in found[1].items() if n not in updated}
    changed = [name for name, value in kept.items() if value.tobytes() != np.asarray(stored[name]).tobytes()]
    return f"changed {', '.join(changed)}" if changed else ""
