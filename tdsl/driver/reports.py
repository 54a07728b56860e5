"""Facts about a program: its mistakes, its inputs and costs, its timed statements, its rewrites, its values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tdsl.clock import Clock
from tdsl.describe.information import Information, information
from tdsl.describe.table import ModuleTable
from tdsl.describe.values import ProgramValues, program_values
from tdsl.driver.hashed_texts import Loader
from tdsl.driver.stages import Stages, compilation
from tdsl.emit.unit import TimedKernel
from tdsl.lint.rules import lint
from tdsl.lint.subject import Subject
from tdsl.loops.language import laps, walk
from tdsl.passes.rewrites import LocatedRewrite, rewrites
from tdsl.passes.unstable import unstable
from tdsl.record import record
from tdsl.settings import Settings
from tdsl.source import Diagnostic, Source


@compilation()
def examine(source: Source, settings: Settings, load: Loader, clock: Clock | None = None) -> tuple[Diagnostic, ...]:
    """The warnings of a file, those of the lint rules if it is pedantic; raises `UserError` with all that is wrong.  A
    file of functions needs no entry."""
    stages = Stages(source, settings, load, clock=clock)
    if stages.program.entries:
        _ = stages.unit  # finds errors that only later stages report
    pedantic = lint(Subject(stages.analysis, stages.program)) if settings.pedantic else ()
    return (*stages.warnings, *pedantic)


@compilation()
def inform(source: Source, settings: Settings, load: Loader, clock: Clock | None = None) -> Information:
    """The inputs, values and costs of the module."""
    stages = Stages(source, settings, load, clock=clock)
    return information(stages.optimised, stages.facts)


@record(frozen=True)
class Timed:
    """The description of a module with a profile, the C++ of its timed statements, the texts of all files that its
    values come from, and for places of values without a statement those of the expressions around them."""

    table: ModuleTable
    kernels: tuple[TimedKernel, ...]
    texts: Mapping[str, str]
    around: Mapping[str, tuple[str, ...]]


@compilation()
def timed(source: Source, settings: Settings, load: Loader, clock: Clock | None = None) -> Timed:
    stages = Stages(source, settings, load, clock=clock)
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


@compilation()
def rewritten(
    source: Source, settings: Settings, load: Loader, clock: Clock | None = None
) -> tuple[list[LocatedRewrite], tuple[Diagnostic, ...]]:
    """The stability rewrites of a file, and the forms that need one and have none: errors if they are refused, else
    warnings."""
    stages = Stages(source, settings, load, clock=clock)
    found, program = rewrites(stages.program, stages.analysis.rewrites)
    severity = "error" if stages.refuses_forms else "warning"
    return found, tuple(replace(one, severity=severity) for one in unstable(program))


@compilation()
def values(source: Source, settings: Settings, load: Loader, stage: str = "typed") -> ProgramValues:
    """The values of all entries, of the program as it is written or after all passes."""
    stages = Stages(source, settings, load)
    return program_values(stages.program if stage == "typed" else stages.optimised)
