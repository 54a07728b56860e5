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
)
from tdsl.loops.origin import Origin
from tdsl.types import Dim

_FUNCTION = 10  # operations of an elementary function, roughly


def timed_statements(module: Module) -> str:
    dims = {name: number for number, name in enumerate(module.dims)}
    return json.dumps({"entries": [_entry(routine, dims) for routine in module.routines]})


def _entry(routine: Routine, dims: dict[str, int]) -> dict[str, object]:
    laps = [_lap(lap, depth, routine, dims) for lap, depth in _with_loops(routine)]
    if lap_count(routine) > len(laps):
        values = [value for lap in laps for value in lap["values"]]  # type: ignore[attr-defined]
        laps.append({"kind": "function", "loops": 0, "values": values})
    return {"name": routine.name, "laps": laps}


def _with_loops(routine: Routine) -> Iterator[tuple[Lap, int]]:
    """The laps, each with the number of loops around it."""
    stack: list[tuple[Statement, int]] = [(statement, 0) for statement in reversed(routine.statements)]
    while stack:
        statement, depth = stack.pop()
        if isinstance(statement, Lap):
            yield statement, depth
        for number, block in reversed(list(enumerate(statement.children))):
            inside = isinstance(statement, Loop) and number == 1
            stack += [(inner, depth + inside) for inner in reversed(block)]


def _lap(lap: Lap, depth: int, routine: Routine, dims: dict[str, int]) -> dict[str, object]:
    values = [_value(origin, cost, dims) for origin, cost in cost_of_origins(lap.statement, routine.buffers)]
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


def _value(origin: Origin, cost: Cost, dims: dict[str, int]) -> dict[str, object]:
    work: Dim = cost.flop + cost.functions * _FUNCTION
    known = work.symbols() <= dims.keys()
    return {
        "name": origin.name,
        "text": origin.text,
        "place": origin.span.place if origin.span else "",
        "derivative": origin.is_derivative,
        "work": formula(work, dims) if known else "",
    }
