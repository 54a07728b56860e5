"""A bound on every number that an entry computes from the dims; a call checks it before anything else.

Sizes, offsets, strides and positions are polynomials in the dims.  With all coefficients positive, and with ratios
replaced by upper bounds, such a polynomial bounds each of its own parts too.  The bound has the largest coefficient of
each term, so that nothing overflows if it fits 64 bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from functools import cache

from tdsl.ir.function import with_bodies
from tdsl.ir.program import Entry
from tdsl.loops.body import Body, BoundsCheck, Index, Indexed
from tdsl.loops.language import Call, Contraction, Loop, Map, Reduce, Routine, Scatter, Statement, walk
from tdsl.source import CompilerBug
from tdsl.types import (
    Dim,
    DType,
    Monomial,
    Ratio,
    Shape,
    Type,
    element_count,
    summed,
)


def largest(entry: Entry, routine: Routine) -> Dim:
    """The bound of the entry as written and of its loops."""
    found = set(_numbers(tuple(requirement.size for requirement in entry.requirements)))
    found.update(size for parameter in entry.parameters for size in parameter.sizes)
    types = {Type(buffer.dtype, buffer.shape) for buffer in routine.buffers}
    for node in with_bodies([*(parameter.node for parameter in entry.parameters), *entry.roots()]):
        types.add(node.type)
        found.update(_numbers(node.attributes))
    for type in types:
        found |= {*type.shape, _bytes(type)}
    for statement in walk(routine.statements):
        found.update(_of_statement(statement))
    found.update(slot.count * (slot.dtype.bits // 8) for slot in routine.slots)
    found.update(buffer.offset for buffer in routine.buffers)
    # The number of a step is less than the number of steps.
    trips = {line.counter: line.trip for line in walk(routine.statements) if isinstance(line, Loop)}
    return _bound(size.substitute(trips) if trips else size for size in found)


def _bytes(type: Type) -> Dim:
    return element_count(type.shape) * (type.dtype.bits // 8)


def _of_statement(statement: Statement) -> Iterator[Dim]:
    if isinstance(statement, Loop):
        yield statement.trip
    if statement.children:
        return  # those are walked
    yield from _numbers(statement)
    match statement:
        case Map() | Scatter():
            yield from _of_nest(statement, statement.axes)
        case Reduce():
            yield from _of_nest(statement, statement.kept + statement.reduced)
        case Contraction():
            yield from _of_nest(statement, statement.axes)
            batch = element_count(statement.axes[:-2])
            yield batch * statement.m * statement.k
            yield batch * statement.k * statement.n
        case Call():
            yield element_count(statement.sizes)


def _of_nest(statement: Map | Scatter | Reduce | Contraction, axes: Shape) -> Iterator[Dim]:
    yield element_count(axes)
    indices = [line.index for line in statement.body if isinstance(line, Indexed)]
    if isinstance(statement, Map | Contraction):
        indices += [store.index for store in statement.stores]
    if isinstance(statement, Scatter):
        indices.append(statement.position)
    for index in indices:
        yield _reach(index, axes, statement.body)


def _reach(index: Index, axes: Shape, body: Body) -> Dim:
    """A bound on the absolute value of an index."""
    total = _absolute(index.offset)
    for axis, step in index.axes:
        total = total + _absolute(step) * _absolute(axes[axis])
    for register, step in index.registers:
        check = body[register]
        if not isinstance(check, BoundsCheck):
            raise CompilerBug(f"t{register} stands in an index, and nothing bounds it")
        total = total + _absolute(step) * _absolute(check.bound)
    return total


def _numbers(item: object) -> Iterator[Dim]:
    """Every size that occurs in a statement."""
    stack = [item]
    while stack:
        found = stack.pop()
        if isinstance(found, Dim):
            yield found
        elif isinstance(found, tuple):
            stack += found
        else:
            stack += [getattr(found, name) for name in _compared(type(found))]  # type: ignore[arg-type]


_PLAIN = frozenset({"int", "int | None", "str", "bool", "DType"})


@cache
def _compared(kind: type) -> tuple[str, ...]:
    """The fields of a record that take part in equality and may have sizes in them; of anything else there are none."""
    is_record = is_dataclass(kind) and kind is not DType
    return tuple(each.name for each in fields(kind) if each.compare and each.type not in _PLAIN) if is_record else ()


def _bound(sizes: Iterable[Dim]) -> Dim:
    """The largest coefficient of each term."""
    most: dict[Monomial, int] = {}
    for part in _with_parts(sizes):
        for monomial, coefficient in _absolute(part).terms:
            most[monomial] = max(coefficient, most.get(monomial, 0))
    return summed(Dim((term,)) for term in most.items())


def _with_parts(sizes: Iterable[Dim]) -> Iterator[Dim]:
    """The sizes, and the operands of the ratios among their factors."""
    stack, seen = list(sizes), set[Dim]()
    while stack:
        size = stack.pop()
        if size in seen:
            continue
        seen.add(size)
        yield size
        ratios = [atom for monomial, _ in size.terms for atom in monomial if isinstance(atom, Ratio)]
        stack += [part for ratio in ratios for part in (ratio.top, ratio.bottom)]


def _absolute(size: Dim) -> Dim:
    """A bound on its absolute value that is a polynomial in the dims with positive coefficients."""
    if all(coefficient > 0 and all(isinstance(atom, str) for atom in monomial) for monomial, coefficient in size.terms):
        return size
    terms = []
    for monomial, coefficient in size.terms:
        term = Dim.of(abs(coefficient))
        for atom in monomial:
            if isinstance(atom, str):
                term = term * Dim.symbol(atom)
            else:
                term = term * _absolute(atom.top if atom.operator == "//" else atom.bottom)
        terms.append(term)
    return summed(terms)
