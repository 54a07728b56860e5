"""The texts that a build compiles: those of a module or of a C library."""

from __future__ import annotations

from collections.abc import Mapping

from tdsl.clock import Clock
from tdsl.driver.hashed_texts import Loader
from tdsl.driver.stages import Stages, compilation
from tdsl.emit.library import LibraryTexts
from tdsl.emit.unit import Unit
from tdsl.record import record
from tdsl.settings import Settings
from tdsl.source import Diagnostic, Source


@record(frozen=True)
class Generated:
    """The texts of a module: `unit` is NAME.cpp or NAME.py, `stub` NAME.pyi; `library` those of a C library."""

    name: str
    unit: Unit
    stub: str
    warnings: tuple[Diagnostic, ...] = ()
    library: LibraryTexts | None = None


@compilation()
def generate(
    source: Source,
    settings: Settings,
    load: Loader,
    build: Mapping[str, object] | None = None,
    clock: Clock | None = None,
    is_library: bool = False,
) -> Generated:
    """The texts of the module for the target of the settings, or of a C library."""
    stages = Stages(source, settings, load, build, clock)
    name, warnings = stages.program.name, stages.warnings
    # Large, and no later stage reads them.
    del stages.syntax, stages.analysis
    _ = stages.scheduled, stages.target.on_cuda and stages.scheduled_for_cuda
    del stages.loops
    return Generated(name, stages.unit, stages.stub, warnings, stages.library if is_library else None)
