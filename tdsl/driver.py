"""The whole compiler on one page: parse, check and differentiate, optimise, lower, emit."""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tdsl import __version__
from tdsl.check import Options, check, differentiate
from tdsl.clock import Clock
from tdsl.describe.facts import entry_facts
from tdsl.describe.information import Information, information
from tdsl.emit.cpp import emit_cpp
from tdsl.emit.inputs import emit_inputs
from tdsl.emit.numpy.module import emit_numpy
from tdsl.emit.stub import emit_stub
from tdsl.emit.syntax import emit_syntax
from tdsl.emit.tdsl import emit_entry
from tdsl.emit.typed import emit_typed
from tdsl.emit.unit import Unit
from tdsl.ir.node import own_nodes
from tdsl.ir.program import Program
from tdsl.loops.language import Module
from tdsl.loops.text import print_loops
from tdsl.lower import lower
from tdsl.naming import module_name
from tdsl.passes import PASSES, optimise, passes
from tdsl.passes.tidy import tidy
from tdsl.source import Diagnostic, Source, fail
from tdsl.syntax.parse import parse

Loader = Callable[[Path], str]


class Settings(Protocol):
    """What of the settings changes what is generated."""

    @property
    def float(self) -> int: ...
    @property
    def target(self) -> str: ...
    @property
    def defines(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def outside(self) -> str: ...
    @property
    def nan(self) -> str: ...
    @property
    def subnormals(self) -> str: ...
    @property
    def threads(self) -> int: ...
    @property
    def memory_limit(self) -> int: ...


@dataclass(frozen=True)
class Generated:
    """The texts of a module: `unit` is NAME.cpp or NAME.py, `stub` NAME.pyi."""

    name: str
    target: str
    unit: Unit
    stub: str
    warnings: tuple[Diagnostic, ...] = ()


@contextmanager
def _compilation() -> Iterator[None]:
    """One program, with nodes of its own, and without the search for cyclic garbage: nearly all that a compilation
    makes lives until its end."""
    before = gc.isenabled()
    gc.disable()
    try:
        with own_nodes():
            yield
    finally:
        if before:
            gc.enable()


def typed(source: Source, settings: Settings, load: Loader, clock: Clock | None = None) -> Program:
    """The typed program of a source, with its gradients; raises `UserError` with all that is wrong."""
    name, clock = module_name(source), clock or Clock()
    with clock.stage("parse"):
        file = parse(source)
    with clock.stage("check"):
        return check(file, Options(settings.float, settings.defines, settings.outside == "allow"), load, name, clock)


@_compilation()
def generate(
    source: Source,
    settings: Settings,
    load: Loader,
    facts: Mapping[str, object] | None = None,
    clock: Clock | None = None,
) -> Generated:
    """The texts of the module for the target of the settings; `facts` of the build go into its `build_info()`."""
    clock = clock or Clock()
    digest = hashlib.sha256(source.text.encode("utf-8", "surrogatepass"))

    def recording(path: Path) -> str:
        text = load(path)
        digest.update(text.encode("utf-8", "surrogatepass"))
        return text

    program = typed(source, settings, recording, clock)
    if not program.entries:
        message = f"{source.name} only offers what other files use: nothing could be called"
        raise fail("TD0224", message, None, hint="to compile it, give it an entry")
    return _generated(program, source, settings, {"source_hash": digest.hexdigest(), **(facts or {})}, clock)


@_compilation()
def examine(source: Source, settings: Settings, load: Loader) -> tuple[Diagnostic, ...]:
    """The warnings of a file; raises `UserError` with all that is wrong.  A file of functions needs no entry."""
    program = typed(source, settings, load)
    return _generated(program, source, settings, {}, Clock()).warnings if program.entries else ()


def _generated(
    program: Program, source: Source, settings: Settings, facts: Mapping[str, object], clock: Clock
) -> Generated:
    program = optimise(program, clock)
    with clock.stage("lower"):
        module = lower(program)
    entries = entry_facts(program, module, settings.target)
    build = json.dumps(
        {
            "tdsl": __version__,
            "source": source.name,
            "target": settings.target,
            "float": settings.float,
            "nan": settings.nan,
            # NumPy computes as the process that it is in does.
            "subnormals": settings.subnormals if settings.target == "cpp" else "keep",
            "threads": settings.threads,
            "memory_limit": settings.memory_limit,
            "defines": dict(settings.defines),
            **facts,
            "entries": {name: {key: str(size) for key, size in told.items()} for name, told in entries.items()},
        }
    )
    with clock.stage("emit"):
        unit = _unit(program, module, settings, source.name, build)
        return Generated(program.name, settings.target, unit, emit_stub(program))


def _unit(program: Program, module: Module, settings: Settings, source: str, build: str) -> Unit:
    refuse, limit = settings.nan == "refuse", settings.memory_limit
    if settings.target == "numpy":
        return Unit(emit_numpy(module, program, source=source, build=build, refuse_nan=refuse, memory_limit=limit))
    return emit_cpp(
        module,
        program,
        source=source,
        build=build,
        refuse_nan=refuse,
        flush_subnormals=settings.subnormals == "flush",
        threads=settings.threads,
        memory_limit=limit,
    )


STAGES = ("inputs", "syntax", "typed", "optimised", "loops", "cpp", "numpy", "stub")


@_compilation()
def show(source: Source, settings: Settings, load: Loader, stage: str = "inputs") -> str:
    """The program at a stage, or `after:PASS`, as text."""
    if stage == "syntax":
        return emit_syntax(parse(source))
    program = typed(source, settings, load)
    if stage.startswith("after:"):
        wanted = stage.removeprefix("after:")
        for name, after in passes(program):
            if name == wanted:
                return emit_typed(after)
        names = ", ".join(dict.fromkeys(step.__name__ for step in PASSES))
        raise fail("TD0404", f"there is no pass '{wanted}'", None, hint=f"passes: {names}")
    if stage in ("inputs", "typed", "stub"):
        return {"inputs": emit_inputs, "typed": emit_typed, "stub": emit_stub}[stage](program)
    program = optimise(program)
    texts: dict[str, Callable[[], str]] = {
        "optimised": lambda: emit_typed(program),
        "loops": lambda: print_loops(lower(program)),
        "cpp": lambda: emit_cpp(lower(program), program, source=source.name).text,
        "numpy": lambda: emit_numpy(lower(program), program, source=source.name),
    }
    return texts[stage]()


@_compilation()
def inform(source: Source, settings: Settings, load: Loader) -> Information:
    """What the module takes, keeps and costs."""
    program = optimise(typed(source, settings, load))
    return information(program, lower(program), settings.target)


@_compilation()
def gradient(source: Source, settings: Settings, load: Loader, cost: str | None, wrt: tuple[str, ...]) -> str:
    """The derivative of a cost by shared values or inputs, as a tdsl file that compiles again."""
    options = Options(settings.float, settings.defines, settings.outside == "allow")
    program, chosen = differentiate(parse(source), options, load, module_name(source), cost, wrt)
    program = tidy(optimise(program))
    return emit_entry(program, program.entries[0], f"The derivative of {chosen}, made from {source.name}.")
