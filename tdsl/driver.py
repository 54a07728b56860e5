"""The whole compiler on one page: parse, check and differentiate, optimise, lower, describe, emit."""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from tdsl import __version__
from tdsl.check import Analysis, Options, analyse, differentiate
from tdsl.check.guard_conditions import Guard, read_guard
from tdsl.clock import Clock
from tdsl.describe.facts import EntryFacts, entry_facts
from tdsl.describe.information import Information, information
from tdsl.describe.laps import timed_statements
from tdsl.describe.table import ImageTable, ModuleTable, describe
from tdsl.describe.values import ProgramValues, program_values
from tdsl.emit.cpp import emit_cpp
from tdsl.emit.inputs import emit_inputs
from tdsl.emit.library import LibraryTexts, emit_library
from tdsl.emit.numpy.module import emit_numpy
from tdsl.emit.origins import origins
from tdsl.emit.stub import emit_stub
from tdsl.emit.syntax import emit_syntax
from tdsl.emit.typed import emit_typed
from tdsl.emit.unit import TimedKernel, Unit
from tdsl.formulas.latex import latex
from tdsl.formulas.notation import lines
from tdsl.formulas.page import derivative_page
from tdsl.graph.drawing import picture
from tdsl.graph.picture import Picture
from tdsl.graph.places import definitions
from tdsl.graph.svg import svg
from tdsl.graph.texts import dot, mermaid
from tdsl.ir.node import own_nodes, topological
from tdsl.ir.program import Entry, Program
from tdsl.lint.rules import lint
from tdsl.lint.subject import Subject
from tdsl.loops.language import Module, laps, walk
from tdsl.loops.text import print_loops
from tdsl.lower import lower
from tdsl.naming import module_name
from tdsl.options import BuildOptions
from tdsl.passes import PASSES, optimise, passes
from tdsl.passes.markers import markers
from tdsl.passes.rewrites import LocatedRewrite, rewrites
from tdsl.passes.tidy import tidy
from tdsl.passes.unstable import unstable
from tdsl.record import record
from tdsl.schedule import CPU, CUDA, passes_of, schedule, scheduled
from tdsl.settings import Settings
from tdsl.settings.table import fingerprint
from tdsl.source import Diagnostic, Source, fail
from tdsl.syntax import nodes as syntax
from tdsl.syntax.parse import parse
from tdsl.targets import TARGETS, image_number
from tdsl.unparse.named_forms import with_named_forms
from tdsl.unparse.printer import emit_entry

Loader = Callable[[Path], str]


def _refuse_profile(program: Program) -> None:
    """Refuses an entry whose name the module's profile needs."""
    for entry in program.entries:
        if entry.name == "profile":
            message = "'profile' is a function of every module that is compiled with a profile"
            raise fail("TD0218", message, entry.span, hint="choose another name, or compile without --profile")


class _HashedTexts:
    """Loads the texts that a program uses; `hash` is of its own and theirs."""

    def __init__(self, source: Source, load: Loader) -> None:
        self._load, self.hash = load, hashlib.sha256()
        self._add(source.text)

    def __call__(self, path: Path) -> str:
        return self._add(self._load(path))

    def _add(self, text: str) -> str:
        self.hash.update(text.encode("utf-8", "surrogatepass"))
        return text


class Stages:
    """One compilation.  A stage is computed when it is first read, from those above it, and once."""

    def __init__(
        self,
        source: Source,
        settings: Settings,
        load: Loader,
        build: Mapping[str, object] | None = None,
        clock: Clock | None = None,
    ) -> None:
        """`build` goes into the module's `build_info()`."""
        self.source, self.clock = source, clock or Clock()
        self.target = TARGETS[settings.target]
        # Python source computes in the floating-point state of its process.
        self.settings = settings if self.target.is_native else replace(settings, subnormals="keep")
        if not self.target.has_profile:
            self.settings = replace(self.settings, profile=False)
        parallel = settings.data_parallel and not self.target.on_cuda
        self.checking = Options(settings.float, settings.defines, settings.outside == "allow", parallel)
        self.options = BuildOptions.of(self.settings)
        # NumPy modules use the passes of native ones too: both report the same costs and refuse the same sizes.
        self.loop_passes = passes_of(self.settings, CPU if self.target.on_cpu else CUDA)
        self._texts, self._build = _HashedTexts(source, load), build or {}

    @cached_property
    def syntax(self) -> syntax.File:
        with self.clock.stage("parse"):
            return parse(self.source)

    @cached_property
    def analysis(self) -> Analysis:
        """The types of all expressions, and the typed program or all errors."""
        name, file = module_name(self.source), self.syntax
        with self.clock.stage("check"):
            return analyse(file, self.checking, self._texts, name, self.clock)

    @cached_property
    def program(self) -> Program:
        """The typed program with its gradients; raises `UserError` with all errors."""
        return self.analysis.program_or_raise()

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        return tuple(found for found in self.analysis.diagnostics if found.severity == "warning")

    @cached_property
    def guards(self) -> tuple[Guard, ...]:
        """The conditions on values in debug mode; raises `UserError` with all that is wrong in the first."""
        guards = (read_guard(text, Options(self.settings.float), self._texts) for text in self.settings.guards)
        return tuple(replace(guard, program=optimise(guard.program)) for guard in guards)

    @cached_property
    def optimised(self) -> Program:
        program = self.program
        if self.settings.mode == "debug":
            program = markers(program)
            nodes = topological(program.roots())
            program = replace(program, written=dict(zip(nodes, nodes, strict=True)))
        return optimise(program, self.clock, self.settings.unstable == "refuse")

    @cached_property
    def loops(self) -> Module:
        """The lowered loops, common to all targets."""
        program = self.optimised
        with self.clock.stage("lower"):
            return lower(program, fused=self.settings.mode != "debug")

    @cached_property
    def scheduled(self) -> Module:
        """The loops as the target runs them."""
        return schedule(self.loops, self.loop_passes, self.clock)

    @cached_property
    def scheduled_for_cuda(self) -> Module:
        """The loops as CUDA devices run them."""
        if not self.target.on_cpu:
            return self.scheduled
        return schedule(self.loops, passes_of(self.settings, CUDA), self.clock)

    @cached_property
    def facts(self) -> tuple[EntryFacts, ...]:
        program, loops = self.optimised, self.scheduled
        with self.clock.stage("describe"):
            return entry_facts(program, loops, self.target)

    @cached_property
    def build_info(self) -> dict[str, object]:
        """The content of `build_info()`, for JSON."""
        names = (entry.name for entry in self.optimised.routines())
        return {
            "tdsl": __version__,
            "source": self.source.name,
            "source_hash": self._texts.hash.hexdigest(),
            **fingerprint(self.settings, "program"),
            "defines": dict(self.settings.defines),
            **self._build,
            "entries": {
                name: {key: str(size) for key, size in facts.formulas().items()}
                for name, facts in zip(names, self.facts, strict=True)
            },
        }

    @cached_property
    def description(self) -> ModuleTable:
        program, facts, build = self.optimised, self.facts, json.dumps(self.build_info)
        with self.clock.stage("describe"):
            noted = self.scheduled if self.options.check else None
            traced = origins(program, noted, self.guards) if noted or self.options.refuse_nan else ""
            timed = timed_statements(self.scheduled) if self.options.profile else ""
            table = describe(
                program,
                self.scheduled.sites,
                facts,
                self.options,
                source=self.source.name,
                build=build,
                origins=traced,
                profile=timed,
            )
            return self._for_cuda(table) if self.target.on_cuda else table

    def _for_cuda(self, table: ModuleTable) -> ModuleTable:
        """With the images that the build will make."""
        images = (ImageTable(image_number(architecture)) for architecture in self.settings.cuda_arch)
        _, _, number = self.settings.device.partition(":")
        device = int(number) if number else -1 if self.target.on_cpu else 0
        return replace(table, images=tuple(images), default_device=device)

    def entries(self, program: Program) -> tuple[Entry, ...]:
        """Those of the program at some stage; raises `UserError` TD0224 if it has none."""
        if not program.entries:
            message = f"{self.source.name} only has parts for other files: no entry could be called"
            raise fail("TD0224", message, None, hint="to compile it, give it an entry")
        return program.entries

    @cached_property
    def unit(self) -> Unit:
        self.entries(self.program)
        if self.options.profile and not self.program.variables:
            _refuse_profile(self.program)
        program, description, target = self.optimised, self.description, self.target
        on_cpu = self.scheduled if target.on_cpu else None
        on_cuda = self.scheduled_for_cuda if target.on_cuda else None
        with self.clock.stage("emit"):
            return (
                emit_cpp(description, on_cpu, on_cuda) if target.is_native else Unit(emit_numpy(program, description))
            )

    @cached_property
    def library(self) -> LibraryTexts:
        description = self.description
        with self.clock.stage("emit"):
            return emit_library(description)

    @cached_property
    def stub(self) -> str:
        program = self.program
        with self.clock.stage("emit"):
            return emit_stub(program, self.options.profile)


@contextmanager
def _compilation() -> Iterator[None]:
    """A context for one program, with its own nodes and without garbage collection: nearly all objects of a compilation
    live until its end."""
    before = gc.isenabled()
    gc.disable()
    try:
        with own_nodes():
            yield
    finally:
        if before:
            gc.enable()


@record(frozen=True)
class Generated:
    """The texts of a module: `unit` is NAME.cpp or NAME.py, `stub` NAME.pyi; `library` those of a C library."""

    name: str
    unit: Unit
    stub: str
    warnings: tuple[Diagnostic, ...] = ()
    library: LibraryTexts | None = None


@_compilation()
def generate(
    source: Source,
    settings: Settings,
    load: Loader,
    build: Mapping[str, object] | None = None,
    clock: Clock | None = None,
) -> Generated:
    """The texts of the module for the target of the settings."""
    return _generated(Stages(source, settings, load, build, clock))


@_compilation()
def generate_library(
    source: Source,
    settings: Settings,
    load: Loader,
    build: Mapping[str, object] | None = None,
    clock: Clock | None = None,
) -> Generated:
    """Those of a C library."""
    stages = Stages(source, settings, load, build, clock)
    return replace(_generated(stages), library=stages.library)


def _generated(stages: Stages) -> Generated:
    name, warnings = stages.program.name, stages.warnings
    # Large, and no later stage reads them.
    del stages.syntax, stages.analysis
    _ = stages.scheduled, stages.target.on_cuda and stages.scheduled_for_cuda
    del stages.loops
    return Generated(name, stages.unit, stages.stub, warnings)


@_compilation()
def examine(source: Source, settings: Settings, load: Loader) -> tuple[Diagnostic, ...]:
    """The warnings of a file, those of the lint rules if it is pedantic; raises `UserError` with all that is wrong.  A
    file of functions needs no entry."""
    stages = Stages(source, settings, load)
    if stages.program.entries:
        _ = stages.unit  # finds errors that only later stages report
    pedantic = lint(Subject(stages.analysis, stages.program)) if settings.pedantic else ()
    return (*stages.warnings, *pedantic)


STAGES: Mapping[str, Callable[[Stages], str]] = {
    "inputs": lambda stages: emit_inputs(stages.program),
    "syntax": lambda stages: emit_syntax(stages.syntax),
    "typed": lambda stages: emit_typed(stages.program),
    "optimised": lambda stages: emit_typed(stages.optimised),
    "loops": lambda stages: print_loops(stages.loops),
    "scheduled": lambda stages: print_loops(stages.scheduled),
    **dict.fromkeys(TARGETS, lambda stages: stages.unit.text),
    "cuda": lambda stages: stages.unit.device,
    "stub": lambda stages: stages.stub,
}


@_compilation()
def show(source: Source, settings: Settings, load: Loader, stage: str = "inputs") -> str:
    """The program at a stage, or `after:PASS`, as text; a target is a stage too."""
    stages = Stages(source, replace(settings, target=stage) if stage in TARGETS else settings, load)
    if not stage.startswith("after:"):
        return STAGES[stage](stages)
    wanted = stage.removeprefix("after:")
    for name, after in passes(stages.program):
        if name == wanted:
            return emit_typed(after)
    for name, loops in scheduled(stages.loops, stages.loop_passes):
        if name == wanted:
            return print_loops(loops)
    names, loop_names = (
        ", ".join(dict.fromkeys(step.__name__ for step in steps)) for steps in (PASSES, stages.loop_passes)
    )
    hints = f"passes: {names}", f"over loops: {loop_names}"
    raise fail("TD0404", f"there is no pass '{wanted}'", None, hint="; ".join(hints))


@_compilation()
def inform(source: Source, settings: Settings, load: Loader) -> Information:
    """The inputs, values and costs of the module."""
    stages = Stages(source, settings, load)
    return information(stages.optimised, stages.facts)


@record(frozen=True)
class Timed:
    """The description of a module with a profile, the C++ of its timed statements, the texts of all files that its
    values come from, and for places of values without a statement those of the expressions around them."""

    table: ModuleTable
    kernels: tuple[TimedKernel, ...]
    texts: Mapping[str, str]
    around: Mapping[str, tuple[str, ...]]


@_compilation()
def timed(source: Source, settings: Settings, load: Loader) -> Timed:
    stages = Stages(source, settings, load)
    statements = (lap.statement for routine in stages.scheduled.routines for lap in laps(routine))
    origins = [origin for statement in statements for leaf in walk((statement,)) for origin in leaf.origins]
    texts = {origin.span.source.name: origin.span.source.text for origin in origins if origin.span}
    around: dict[str, dict[str, None]] = {}
    for origin in origins:
        if origin.span:
            for place in origin.inner_places:
                around.setdefault(place, {})[origin.span.place] = None
    places = {place: tuple(found) for place, found in around.items()}
    return Timed(stages.description, stages.unit.timed, {source.name: source.text, **texts}, places)


@_compilation()
def rewritten(source: Source, settings: Settings, load: Loader) -> tuple[list[LocatedRewrite], tuple[Diagnostic, ...]]:
    """The stability rewrites of a file, and the errors for forms that are refused by `unstable=refuse`."""
    stages = Stages(source, settings, load)
    found, program = rewrites(stages.program, stages.analysis.rewrites)
    return found, tuple(unstable(program))


@_compilation()
def values(source: Source, settings: Settings, load: Loader, stage: str = "typed") -> ProgramValues:
    """The values of all entries, of the program as it is written or after all passes."""
    stages = Stages(source, settings, load)
    return program_values(stages.program if stage == "typed" else stages.optimised)


GRAPHS: Mapping[str, Callable[[Picture], str]] = {"mermaid": mermaid, "dot": dot, "svg": svg}


@_compilation()
def graph(
    source: Source,
    settings: Settings,
    load: Loader,
    entry: str | None = None,
    stage: str = "typed",
    format: str = "mermaid",
) -> str:
    """A picture of all entries or one, of the program as it is written or after all passes."""
    stages = Stages(source, settings, load)
    program = markers(stages.program) if stage == "typed" else stages.optimised
    chosen = [one for one in stages.entries(program) if entry in (None, one.name)]
    if not chosen:
        hint = f"the entries are {', '.join(one.name for one in program.entries)}"
        raise fail("TD0404", f"there is no entry '{entry}'", None, hint=hint)
    functions = definitions(stages.analysis.scopes)
    costs = [item.name.name for item in stages.syntax.items if isinstance(item, syntax.Cost)]
    return GRAPHS[format](picture(program, chosen, costs, functions))


@_compilation()
def gradient(
    source: Source,
    settings: Settings,
    load: Loader,
    cost: str | None,
    wrt: tuple[str, ...],
    format: str = "tdsl",
) -> str:
    """The derivative of a cost by shared values or inputs: a tdsl file that compiles again, LaTeX, or a page."""
    stages = Stages(source, settings, load)
    program, chosen = differentiate(stages.analysis, cost, wrt)
    program = tidy(with_named_forms(optimise(program)))
    title = f"The derivative of {chosen}"
    text = emit_entry(program, program.entries[0], f"{title}, made from {source.name}.")
    if format == "tdsl":
        return text
    file = parse(Source("gradient.tdsl", text))
    return latex(lines(file)) if format == "latex" else derivative_page(title, source.text, text, file)
