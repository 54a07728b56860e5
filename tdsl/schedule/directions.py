"""The best order of each nest, and the axes along which its elements may conflict.

map i0 < N, i1 < M: b1[M*i0 + i1] = b0[N*i1 + i0]          →      in tiles: rows of either are columns of the other
b1 = sum i1 < N for i0 < M: b0[i0 + M*i1]                  →      along i0, where elements are contiguous
in order i0 < K, i1 < M: b1[M*t + i1] += …                 →      only elements of other i0 conflict
"""

from __future__ import annotations

from dataclasses import replace

from tdsl.loops.body import Body, Indexed, Load, operands
from tdsl.loops.language import Map, Module, Reduce, Scatter, Statement
from tdsl.loops.rebuild import rebuilt
from tdsl.types import ONE

_LARGE = 24
"""The number of instructions from which a body is large."""


def directions(module: Module) -> Module:
    return rebuilt(module, _directed)


def _directed(statement: Statement) -> Statement:
    match statement:
        case Map(axes=axes) if axes:
            if _reads_across(statement):
                return replace(statement, order="tiles")
            if _is_strided(statement):
                return replace(statement, order="strided")
            return replace(statement, order="large_body") if len(statement.body) >= _LARGE else statement
        case Reduce() if statement.combiner not in ("argmax", "argmin") and _lies_along_kept(statement):
            return replace(statement, along="kept")
        case Scatter():
            return _ordered(statement)
    return statement


def _ordered(statement: Scatter) -> Scatter:
    """Positions that only a call knows depend on few axes; along the others elements are apart.  Windows, whose
    positions are all known, may meet in any column."""
    conflicts = statement.conflicts
    if registers := [register for register, _ in statement.position.registers]:
        conflicts = _axes_of(statement.body, registers)
    if not conflicts:
        return replace(statement, conflicts=conflicts, order="any")
    if len(statement.axes) - 1 in conflicts:
        return replace(statement, conflicts=conflicts, order="elements")
    return replace(statement, conflicts=conflicts, order="columns" if registers else "rows")


def _reads_across(statement: Map) -> bool:
    """Whether a load is contiguous along the last axis but one."""
    last = len(statement.axes) - 1
    loads = [instruction.index for instruction in statement.body if isinstance(instruction, Load)]
    return last > 0 and any(index.coefficient(last - 1) == ONE and index.coefficient(last).terms for index in loads)


def _is_strided(statement: Map) -> bool:
    """Whether a load or store has a known stride other than 1 along the last axis."""
    last = len(statement.axes) - 1
    places = [line.index for line in statement.body if isinstance(line, Load)]
    places += [store.index for store in statement.stores]
    steps = (index.coefficient(last).constant for index in places)
    return any(step is not None and abs(step) > 1 for step in steps)


def _lies_along_kept(statement: Reduce) -> bool:
    """Whether more loads are contiguous along the last kept axis than along the last reduced one."""
    if not statement.kept or not statement.reduced:
        return False
    kept, reduced = len(statement.kept) - 1, len(statement.kept) + len(statement.reduced) - 1
    score = 0
    for instruction in statement.body:
        if isinstance(instruction, Load):
            score += (instruction.index.coefficient(kept) == ONE) - (instruction.index.coefficient(reduced) == ONE)
    return score > 0


def _axes_of(body: Body, registers: list[int]) -> tuple[int, ...]:
    """The axes that some registers depend on."""
    found: set[int] = set()
    stack = list(registers)
    while stack:
        instruction = body[stack.pop()]
        if isinstance(instruction, Indexed):
            found |= {axis for axis, _ in instruction.index.axes}
        stack += operands(instruction)
    return tuple(sorted(found))
