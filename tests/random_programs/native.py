"""Files as modules, with all passes or some, called with several numbers of threads."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tdsl.build.cache import Cache
from tdsl.build.cuda import locate_cuda
from tdsl.build.native import build_native, build_pure
from tdsl.build.toolchain import locate
from tdsl.clock import Clock
from tdsl.driver import Stages
from tdsl.emit.stub import emit_stub
from tdsl.ir.program import Program as Typed
from tdsl.ir.verify import verify
from tdsl.loops.verify import verify as verify_loops
from tdsl.passes import PASSES, Pass
from tdsl.schedule import CPU, CUDA, scheduled
from tdsl.schedule import Pass as LoopPass
from tdsl.settings import Settings
from tdsl.source import Source
from tests.cuda.driver.stand_in import SETTINGS as STAND_IN
from tests.cuda.driver.stand_in import folder as driver
from tests.stages import stages

from .compare import Expected, Found, Miss, disagreement, expected, stored_values, type_check
from .program import Program

THREADS = (1, 2, 3, 8)
CALLS = Path(__file__).with_name("calls.py")


class Way(NamedTuple):
    """The passes over the program and over its loops, for a target."""

    passes: tuple[Pass, ...]
    loop_passes: tuple[LoopPass, ...]
    target: str = "cpp"


def build(checked: Typed, way: str, width: int) -> Path:
    """The module of a program after the passes of a way, each verified, from the cache of the settings."""
    steps, loop_steps, target = ways()[way]
    if way.startswith("debug"):
        return _build_debug(checked, width, target)
    for step in steps:
        checked = verify(step(checked), step.__name__)
    # Loops without a pass are no code that users run: they are compiled quickly.
    settings = _settings(float=width, opt=3 if way == "native" else 1, target=target)
    if target == "numpy":
        folder = build_pure(checked.name, stages(checked, "numpy").unit, emit_stub(checked), Cache.of(settings))
        return folder / f"{checked.name}.py"
    # NumPy, which they are compared with, keeps subnormals.
    made = stages(checked, target, "programs.tdsl", subnormals="keep", cuda_arch=settings.cuda_arch)
    made.loop_passes = loop_steps
    for _, loops in scheduled(made.loops, loop_steps):
        verify_loops(loops)
    return _built(checked, made, settings)


def _build_debug(checked: Typed, width: int, target: str) -> Path:
    """The module in debug mode, whose calls compare all values with those of the program before the passes."""
    settings = _settings(float=width, mode="debug", opt=1, subnormals="keep", target=target)
    made = Stages(Source("programs.tdsl", ""), settings, Path.read_text)
    made.program = checked
    return _built(checked, made, settings)


def _settings(**given: Any) -> Settings:
    """With the stand-in for GPUs."""
    settings = Settings(cache_dir=os.environ.get("TDSL_CACHE_DIR", ""), **given)
    return replace(settings, cuda_compiler=STAND_IN["cuda_compiler"], cuda_arch=("sm_90",))


def _built(checked: Typed, made: Stages, settings: Settings) -> Path:
    name, stub, cache = checked.name, emit_stub(checked), Cache.of(settings)
    cuda = locate_cuda(settings) if settings.target == "cuda" else None
    folder = build_native(name, made.unit, stub, settings, locate(settings), cache, Clock(), cuda)
    return folder / f"{name}{EXTENSION_SUFFIXES[0]}"


def ways() -> dict[str, Way]:
    """All passes, and all but one; a pass that runs twice is left out twice.  The last ways are other targets, and
    debug mode."""
    names = dict.fromkeys(step.__name__ for step in PASSES)
    without = {f"without {name}": Way(tuple(s for s in PASSES if s.__name__ != name), CPU) for name in names}
    without |= {
        f"without {left_out.__name__}": Way(PASSES, tuple(s for s in CPU if s is not left_out)) for left_out in CPU
    }
    others = {"numpy": Way(PASSES, (), "numpy"), "cuda": Way(PASSES, CUDA, "cuda"), "debug": Way(PASSES, CPU)}
    others["debug on devices"] = Way(PASSES, CUDA, "cuda")
    return {"native": Way(PASSES, CPU), **without, **others}


def calls(wanted: Sequence[Expected], dims: Mapping[str, int]) -> list[dict[str, Any]]:
    """The calls for `calls.py`."""
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


def found_by(module: Path, given: dict[str, Any], threads: int, folder: Path, way: str) -> list[Any]:
    """The results of every entry in a process with so many threads and poisoned memory."""
    task, found = folder / "calls", folder / f"found{threads}"
    task.write_bytes(pickle.dumps(given))
    environment = {**os.environ, "TDSL_NUM_THREADS": str(threads), "MALLOC_PERTURB_": str(90 + threads)}
    if ways()[way].target == "cuda":
        environment |= {"TDSL_FLAGS": "device=cuda0", "LD_LIBRARY_PATH": str(driver())}
    subprocess.run([sys.executable, str(CALLS), str(module), str(task), str(found)], env=environment, check=True)
    return list(pickle.loads(found.read_bytes()))


def native_misses(program: Program, folder: Path, way: str = "native", threads: Sequence[int] = THREADS) -> list[Miss]:
    """Against the interpreter of the syntax, and among numbers of threads to the bit."""
    checked = type_check(program)
    wanted, stored = expected(program, checked), stored_values(program, checked)
    module = build(checked, way, program.width)
    given = {"calls": calls(wanted, program.dims), "stored": stored}
    first, *others = (found_by(module, given, count, folder, way) for count in threads)
    out = []
    for place, one in enumerate(wanted):
        if what := disagreement(one.values, values(one, first[place])) or _other_updates(one, first[place], stored):
            out.append(Miss(program, one.entry.name, way, what))
        for count, other in zip(threads[1:], others, strict=True):
            if pickle.dumps(first[place]) != pickle.dumps(other[place]):
                out.append(Miss(program, one.entry.name, way, f"other bits with {count} threads"))
    return out


def values(one: Expected, found: Any) -> Found:
    """The results and updates among the findings of `calls.py`."""
    if isinstance(found, str):
        return found
    results, after = found
    return [*results, *(after[update.variable] for update in one.entry.updates)]


def _other_updates(one: Expected, found: Any, stored: dict[str, Any]) -> str:
    """A message if a value changed that the entry does not update."""
    updated = {update.variable for update in one.entry.updates}
    kept = {} if isinstance(found, str) else {n: v for n, v in found[1].items() if n not in updated}
    changed = [name for name, value in kept.items() if value.tobytes() != np.asarray(stored[name]).tobytes()]
    return f"changed {', '.join(changed)}" if changed else ""
