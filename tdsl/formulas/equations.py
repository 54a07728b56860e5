"""A checked program → its declarations, steps and results as equations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tdsl.check.analysis import Analysis
from tdsl.formulas.boxes import (
    NOTHING,
    WIDE,
    Box,
    Equation,
    Function,
    Row,
    Sign,
    Word,
    fenced,
    joined,
    raised,
    row,
)
from tdsl.formulas.names import name_box
from tdsl.formulas.notation import Notation
from tdsl.syntax import nodes as syntax

SETS = {"real": "ℝ", "f32": "ℝ", "f64": "ℝ", "bool": "𝔹"}
"""Those of the elements of a type; of other types they are integers."""


def equations(analysis: Analysis) -> list[Equation]:
    notation, items = Notation(analysis.values), analysis.file.items
    found = list(_declarations(notation, items))
    for item in items:
        match item:
            case syntax.Let():
                found += _definition(notation, item.names, item.value, 0)
            case syntax.Cost():
                found += _definition(notation, (item.name,), item.value, 0)
            case syntax.Entry():
                found += _results(notation, item)
    return found


def _declarations(notation: Notation, items: Iterable[syntax.Item]) -> Iterator[Equation]:
    """Constants, then the sets that inputs and kept values are of: names of one set together."""
    sets: dict[Box, list[Box]] = {}
    for item in items:
        match item:
            case syntax.Const():
                yield Equation(name_box(item.name.name), "=", notation.value(item.value))
            case syntax.Input() | syntax.Stored() if item.type:
                sets.setdefault(_set(notation, item.type), []).append(name_box(item.name.name))
    for of, names in sets.items():
        yield Equation(joined(names), "∈", of)


def _set(notation: Notation, type: syntax.TypeSyntax) -> Box:
    """ℝ with its sizes above: `B × 2`"""
    of = Sign(SETS.get(type.dtype, "ℤ"))
    sizes = [fenced(box) if isinstance(box, Row) else box for box in map(notation.expression, type.sizes)]
    parts = [part for number, size in enumerate(sizes) for part in ([Sign("×"), size] if number else [size])]
    return raised(of, Row(tuple(parts))) if parts else of


def _definition(
    notation: Notation, names: Sequence[syntax.Name], value: syntax.Expression, depth: int
) -> Iterator[Equation]:
    left = joined([name_box(name.name) for name in names])
    if not isinstance(value, syntax.For):
        yield Equation(left, "=", notation.value(value), depth)
        return
    over = [_related(one.name, "∈", notation.expression(one.over)) for one in value.bindings]
    yield Equation(NOTHING, "", row(left, Sign("="), Word("for each "), joined(over, WIDE), Sign(":")), depth)
    yield from _body(notation, value.body.statements, depth + 1)


def _body(
    notation: Notation, statements: Sequence[syntax.Statement | syntax.Expression], depth: int
) -> Iterator[Equation]:
    """The first values of states in one line, then the steps, and all that is yielded in one line."""
    first = [
        _related(one.name, "=", notation.value(one.initial))
        for one in statements
        if isinstance(one, syntax.Stored) and one.initial
    ]
    if first:
        yield Equation(NOTHING, "", row(Word("at first "), joined(first, WIDE)), depth)
    yields: list[Box] = []
    for statement in statements:
        match statement:
            case syntax.Let():
                yield from _definition(notation, statement.names, statement.value, depth)
            case syntax.Update():
                yield Equation(notation.expression(statement.target), "←", notation.value(statement.value), depth)
            case syntax.Assert():
                yield Equation(NOTHING, "", row(Word("assert "), notation.expression(statement.condition)), depth)
            case syntax.Yield():
                yields.append(notation.value(statement.value))
            case syntax.Until():
                yield from _yielded(yields, depth)
                yields = []
                yield Equation(NOTHING, "", row(Word("until "), notation.expression(statement.condition)), depth)
    yield from _yielded(yields, depth)


def _related(name: syntax.Name, sign: str, value: Box) -> Box:
    """A part of a list, which is broken between its parts."""
    return fenced(row(name_box(name.name), Sign(sign), value), "", "")


def _yielded(values: list[Box], depth: int) -> Iterator[Equation]:
    if values:
        yield Equation(NOTHING, "", row(Word("yield "), joined(values)), depth)


def _results(notation: Notation, entry: syntax.Entry) -> Iterator[Equation]:
    """Those that are more than names, which say what they are."""
    results = entry.results.items if isinstance(entry.results, syntax.Tuple) else (entry.results,)
    if entry.results is None or all(isinstance(result, syntax.Name) for result in results):
        return
    parameters = fenced(joined([name_box(one.name.name) for one in entry.parameters]))
    yield Equation(row(Function(entry.name.name), parameters), "=", notation.value(entry.results))
