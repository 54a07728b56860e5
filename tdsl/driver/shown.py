"""A program at any stage, as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from tdsl.clock import Clock
from tdsl.driver.hashed_texts import Loader
from tdsl.driver.stages import Stages, compilation
from tdsl.emit.inputs import emit_inputs
from tdsl.emit.syntax import emit_syntax
from tdsl.emit.typed import emit_typed
from tdsl.loops.text import print_loops
from tdsl.passes import PASSES, passes
from tdsl.schedule import scheduled
from tdsl.settings import Settings
from tdsl.source import Source, fail
from tdsl.spelling import suggestion
from tdsl.targets import TARGETS

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


@compilation()
def show(source: Source, settings: Settings, load: Loader, stage: str = "inputs", clock: Clock | None = None) -> str:
    """The program at a stage, or `after:PASS`, as text; a target is a stage too."""
    stages = Stages(source, replace(settings, target=stage) if stage in TARGETS else settings, load, clock=clock)
    if not stage.startswith("after:"):
        return STAGES[stage](stages)
    wanted = stage.removeprefix("after:")
    names = [step.__name__ for step in PASSES]
    loop_names = ["lower", *(step.__name__ for step in stages.loop_passes)]
    if wanted in names:
        steps = passes(stages.program, stages.clock, stages.refuses_forms)
        return emit_typed(next(after for name, after in steps if name == wanted))
    if wanted in loop_names:
        lowered = scheduled(stages.loops, stages.loop_passes, stages.clock)
        return print_loops(next(loops for name, loops in lowered if name == wanted))
    known = (", ".join(dict.fromkeys(found)) for found in (names, loop_names))
    hint = suggestion(wanted, (*names, *loop_names), "passes: {}; over loops: {}".format(*known))
    raise fail("TD0404", f"there is no pass '{wanted}'", None, hint=hint)
