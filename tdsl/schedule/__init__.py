"""Loop passes: module to module, from lowered statements to those that a target runs well.  One rewrite a file, each
opening with *before → after*; the order is the tuple of the target."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence

from tdsl.clock import Clock
from tdsl.loops.language import Module
from tdsl.loops.verify import verify
from tdsl.schedule.collapse_axes import collapse_axes
from tdsl.schedule.commit import commit
from tdsl.schedule.directions import directions
from tdsl.schedule.epilogues import epilogues
from tdsl.schedule.fixed_sizes import fixed_sizes
from tdsl.schedule.kept_operands import kept_operands
from tdsl.schedule.merge_maps import merge_maps
from tdsl.schedule.moves import moves
from tdsl.schedule.probes import probes
from tdsl.schedule.row_groups import row_groups
from tdsl.schedule.timers import timers
from tdsl.schedule.unroll import unroll
from tdsl.schedule.workspace import workspace
from tdsl.settings import Settings
from tdsl.source import CompilerBug

Pass = Callable[[Module], Module]

CPU: tuple[Pass, ...] = (
    epilogues,
    collapse_axes,
    merge_maps,
    workspace,
    commit,
    unroll,
    directions,
    moves,
    fixed_sizes,
    row_groups,
    kept_operands,
)
# Threads of a device are many and short: no rows in blocks, no vectors along an axis, no packed operands.
CUDA: tuple[Pass, ...] = (epilogues, collapse_axes, merge_maps, workspace, commit, directions, moves)


# They make code longer.
_LENGTHENING = (unroll, fixed_sizes, row_groups)
# They join what probes observe one by one, or replace values before these are checked.
_JOINING = (epilogues, merge_maps, commit, fixed_sizes, row_groups, kept_operands)


def passes_of(settings: Settings, passes: tuple[Pass, ...] = CPU) -> tuple[Pass, ...]:
    """The passes that the settings choose among those of a target.  If new values may be refused, they are checked
    before they replace anything: there is no commit.  A profile needs timers, debug mode probes."""
    left_out: set[Pass] = {commit} if settings.nan == "refuse" else set()
    if settings.mode == "fast-compile":
        left_out.update(_LENGTHENING)
    further: list[Pass] = []
    if settings.mode == "debug":
        left_out.update(_JOINING)
        further.append(probes)
    if settings.profile:
        further.append(timers)
    return (*(step for step in passes if step not in left_out), *further)


def schedule(module: Module, passes: Sequence[Pass] = CPU, clock: Clock | None = None) -> Module:
    """The module after all passes, verified; raises `CompilerBug` with the name of the pass that broke it."""
    ((_, last),) = deque(scheduled(module, passes, clock), maxlen=1)
    try:
        return verify(last)
    except CompilerBug:
        for name, after in scheduled(module, passes):
            _verified(after, name)
        raise


def scheduled(module: Module, passes: Sequence[Pass] = CPU, clock: Clock | None = None) -> Iterator[tuple[str, Module]]:
    """The module as lowered, and after each pass."""
    clock = clock or Clock()
    yield "lower", module
    for step in passes:
        with clock.stage(step.__name__):
            module = step(module)
        yield step.__name__, module


def _verified(module: Module, name: str) -> None:
    try:
        verify(module)
    except CompilerBug as bug:
        raise CompilerBug(f"after {name}: {bug}") from None
