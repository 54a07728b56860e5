"""The laps of a profile as C++: calls that count a statement, its time and its work."""

from __future__ import annotations

from tdsl.emit.c import syntax as c
from tdsl.emit.c.numbers import integer
from tdsl.emit.c.scope import CALL, Scope
from tdsl.loops.cost import Cost, cost, cost_of_statement
from tdsl.loops.language import Lap, Sizes, laps
from tdsl.types import Dim


def lap_call(lap: Lap, scope: Scope) -> c.Evaluate:
    """`tdsl::lap(call, 3, 2 * B, 0, 8 * B);`"""
    return _call(lap.number, cost_of_statement(lap.statement, scope.buffers), scope)


def lap_of_routine(scope: Scope, sizes: Sizes) -> c.Evaluate:
    """The lap of a routine that runs as one function for these sizes."""
    return _call(len(laps(scope.routine)), cost(scope.routine), scope, sizes)


def _call(number: int, work: Cost, scope: Scope, known: Sizes | None = None) -> c.Evaluate:
    values = {name: Dim.of(size) for name, size in (known or {}).items()}
    sizes = (scope.size(size.substitute(values)) for size in (work.flop, work.functions, work.bytes))
    return c.Evaluate(c.Call("tdsl::lap", (c.Name(CALL.name), integer(number), *sizes)))
