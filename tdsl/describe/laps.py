"""The timed statements of a module as JSON, for `module.profile()`: in the order of their laps.

{"entries": [{"name": "train", "laps": [{"kind": "product", "loops": 0, "values": [
    {"name": "a1", "text": "a1 = x @ W1", "place": "miku.tdsl:19", "derivative": false, "work": "4000 * d[0]"}]}]}]}

The work of a value is the part of its statement's operations that computes it; an elementary function counts as ten.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from tdsl.describe.table import formula
from tdsl.loops.cost import Cost, cost_of_origins
from tdsl.loops.language import (
    Call,
    Contraction,
    Lap,
    Loop,
    Map,
    Module,
    Reduce,
    Routine,
    RowGroup,
    Scatter,
    Statement,
    lap_count,
    walk,
)
from tdsl.loops.origin import Origin
from tdsl.types import Dim

_FUNCTION = 10  # operations of an elementary function, roughly


def timed_statements(module: Module) -> str:
    dims = {name: number for number, name in enumerate(module.dims)}
    return json.dumps({"entries": [_entry(routine, dims) for routine in module.routines]})


def _entry(routine: Routine, dims: dict[str, int]) -> dict[str, object]:
    laps = [_lap(lap, loops, routine, dims) for lap, loops in _with_loops(routine)]
    if lap_count(routine) > len(laps):
        values = [value for lap in laps for value in lap["values"]]  # type: ignore[attr-defined]
        laps.append({"kind": "function", "loops": 0, "values": values})
    return {"name": routine.name, "laps": laps}


def _with_loops(routine: Routine) -> Iterator[tuple[Lap, tuple[Loop, ...]]]:
    """The laps, each with the loops that they are a part of."""
    stack: list[tuple[Statement, tuple[Loop, ...]]] = [(statement, ()) for statement in reversed(routine.statements)]
    while stack:
        statement, loops = stack.pop()
        if isinstance(statement, Lap):
            yield statement, loops
        inside = (*loops, statement) if isinstance(statement, Loop) else loops
        stack += [(inner, inside) for block in reversed(statement.children) for inner in reversed(block)]


def _lap(lap: Lap, loops: tuple[Loop, ...], routine: Routine, dims: dict[str, int]) -> dict[str, object]:
    around = [origin for loop in reversed(loops) for origin in loop.origins]
    values = [_value(origin, cost, dims, around) for origin, cost in cost_of_origins(lap.statement, routine.buffers)]
    depth = sum(any(line is lap for line in walk(loop.body)) for loop in loops)
    return {"kind": _kind(lap.statement), "loops": depth, "values": values}


def _kind(statement: Statement) -> str:
    match statement:
        case Map():
            return "elements"
        case Reduce():
            return "reduction"
        case Contraction():
            return "product"
        case Scatter():
            return "scatter"
        case Call():
            return statement.routine
        case RowGroup():
            return "rows"
        case _:
            return "statement"


def _value(origin: Origin, cost: Cost, dims: dict[str, int], around: list[Origin]) -> dict[str, object]:
    """A value that the compiler made has the place of the nearest loop."""
    work: Dim = cost.flop + cost.functions * _FUNCTION
    known = work.symbols() <= dims.keys()
    return {
        "name": origin.name,
        "text": origin.text,
        "place": next((one.span.place for one in (origin, *around) if one.span), ""),
        "derivative": origin.is_derivative or any(loop.is_derivative for loop in around),
        "work": formula(work, dims) if known else "",
    }
