"""Program to program.  One rewrite a file, each opening with *before → after*; the order is this tuple."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from tdsl.clock import Clock
from tdsl.ir.program import Program
from tdsl.ir.verify import Known, verify
from tdsl.passes.algebra import algebra
from tdsl.passes.checkpoints import checkpoints
from tdsl.passes.constants import constants
from tdsl.passes.lazy import lazy
from tdsl.passes.markers import markers
from tdsl.passes.orders import orders
from tdsl.passes.reshapes import reshapes
from tdsl.passes.scans import scans
from tdsl.passes.slopes import slopes
from tdsl.passes.unstable import refuse_unstable
from tdsl.passes.views import views
from tdsl.passes.widen import widen
from tdsl.stability import GROUPS, Step

Pass = Callable[[Program], Program]

STABILITY = tuple(Step(group) for group in GROUPS)

# The second `markers` removes those that the stability rewrites make.
PASSES: tuple[Pass, ...] = (
    markers,
    checkpoints,
    *STABILITY,
    markers,
    scans,
    orders,
    slopes,
    views,
    widen,
    constants,
    algebra,
    reshapes,
    views,
    lazy,
)


def passes(program: Program, clock: Clock | None = None, refuse_forms: bool = False) -> Iterator[tuple[str, Program]]:
    """The program after each pass, verified, with the pass's name; raises `UserError` for unstable forms, if they are
    refused."""
    clock = clock or Clock()
    known: Known = set()
    with clock.stage("check"):
        verify(program, "check", known)
    for step in PASSES:
        with clock.stage(step.__name__):
            before, program = program, step(program)
            if program is not before:
                verify(program, step.__name__, known)
        if refuse_forms and step is STABILITY[-1]:
            refuse_unstable(program)
        yield step.__name__, program


def optimise(program: Program, clock: Clock | None = None, refuse_forms: bool = False) -> Program:
    """The program after all passes."""
    ((_, last),) = deque(passes(program, clock, refuse_forms), maxlen=1)
    return last
