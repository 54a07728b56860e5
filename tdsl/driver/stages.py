"""The whole compiler on one page: parse, check and differentiate, optimise, lower, describe, emit."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property

from tdsl import __version__
from tdsl.check import Analysis, Options, analyse
from tdsl.check.guard_conditions import Guard, read_guard
from tdsl.clock import Clock
from tdsl.describe.facts import EntryFacts, entry_facts
from tdsl.describe.laps import timed_statements
from tdsl.describe.table import ImageTable, ModuleTable, describe
from tdsl.driver.hashed_texts import HashedTexts, Loader
from tdsl.emit.cpp import emit_cpp
from tdsl.emit.library import LibraryTexts, emit_library
from tdsl.emit.numpy.module import emit_numpy
from tdsl.emit.origins import origins
from tdsl.emit.stub import emit_stub
from tdsl.emit.unit import Unit
from tdsl.ir.function import with_bodies
from tdsl.ir.node import own_nodes
from tdsl.ir.program import Entry, Program
from tdsl.loops.language import Module
from tdsl.lower import lower
from tdsl.naming import module_name
from tdsl.options import BuildOptions
from tdsl.passes import optimise
from tdsl.passes.markers import markers
from tdsl.passes.own_parameters import own_parameters
from tdsl.schedule import CPU, CUDA, passes_of, schedule
from tdsl.settings import Settings
from tdsl.settings.table import fingerprint
from tdsl.source import Diagnostic, Source, fail
from tdsl.syntax import nodes as syntax
from tdsl.syntax.parse import parse
from tdsl.targets import TARGETS, image_number


def _refuse_profile(program: Program) -> None:
    """Refuses an entry whose name the module's profile needs."""
    for entry in program.entries:
        if entry.name == "profile":
            message = "'profile' is a function of every module that is compiled with a profile"
            raise fail("TD0218", message, entry.span, hint="choose another name, or compile without --profile")


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
        self._texts, self._build = HashedTexts(source, load), build or {}

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

    @property
    def refuses_forms(self) -> bool:
        """Whether the passes raise `UserError` TD0235 for a form that the stability rewrites left."""
        return self.settings.unstable == "refuse"

    @cached_property
    def optimised(self) -> Program:
        program = self.program
        if self.settings.mode == "debug":
            program = markers(own_parameters(program))
            nodes = list(with_bodies(program.roots()))
            program = replace(program, written=dict(zip(nodes, nodes, strict=True)))
        return optimise(program, self.clock, self.refuses_forms)

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
def compilation() -> Iterator[None]:
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
