"""Routines of so few elements that one function for each common size is faster.

    map i0 < B: b1[i0] = …; b2 = sum i0 < B: …      →      B = 1, 4, 8

In a call of a hundred nanoseconds, most of the time goes to calls of kernels, loops of unknown length and arrays in
memory.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from tdsl.loops.body import draws
from tdsl.loops.language import Contraction, Map, Module, Reduce, Routine, Sizes, Statement, written
from tdsl.types import Dim, Kind, element_count


class _Count(NamedTuple):
    """The number of elements of a nest or a slot, and the least number for which it is written out."""

    size: Dim
    least: int


_USUAL = (1, 4, 8)  # the next ones would take longer to compile than they are worth
_MOST_ELEMENTS = 64  # of a nest, see runtime/include/tdsl/fixed_size.hpp
_MOST_STATEMENTS, _MOST_INSTRUCTIONS = 24, 160
_LONGEST = 2000  # instructions of all routines together, as often as they are written out


def fixed_sizes(module: Module) -> Module:
    instructions = 0

    def specialised(routine: Routine) -> Routine:
        nonlocal instructions
        sizes = _sizes(routine)
        instructions += _instructions(routine) * len(sizes)
        return replace(routine, fixed_sizes=sizes) if instructions <= _LONGEST else routine

    return module.each(specialised)


def _sizes(routine: Routine) -> tuple[Sizes, ...]:
    if routine.commit or not 0 < len(routine.statements) <= _MOST_STATEMENTS:
        return ()
    # A nest that only checks for faults mostly has no elements.
    counts = [
        _Count(count, 1 if written(statement) else 0)
        for statement in routine.statements
        if (count := _elements(statement))
    ]
    if len(counts) < len(routine.statements) or _instructions(routine) > _MOST_INSTRUCTIONS:
        return ()
    counts += [_Count(slot.count, 0) for slot in routine.slots]
    dims = sorted({name for count in counts for name in count.size.symbols()})
    if len(dims) > 1:
        return ()
    usual = [dict.fromkeys(dims, size) for size in (_USUAL if dims else _USUAL[:1])]
    return tuple(sizes for sizes in usual if _are_few(counts, sizes))


def _elements(statement: Statement) -> Dim | None:
    """The number of elements of a nest; None for a statement that is never unrolled."""
    match statement:
        case Map():
            sizes = statement.axes
        case Reduce() if statement.combiner not in ("argmax", "argmin"):
            sizes = (*statement.kept, *statement.reduced)
        case Contraction(batch=(), column_sum=None) if statement.dtype.kind is Kind.REAL:
            sizes = (statement.m, statement.n, statement.k)
        case _:
            return None
    return None if any(map(draws, statement.body)) else element_count(sizes)


def _instructions(routine: Routine) -> int:
    return sum(len(getattr(statement, "body", ())) for statement in routine.statements)


def _are_few(counts: list[_Count], sizes: Sizes) -> bool:
    try:
        return all(count.least <= count.size.evaluate(sizes) <= _MOST_ELEMENTS for count in counts)
    except ZeroDivisionError:
        return False
