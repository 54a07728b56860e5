"""What a module says of itself, the same for every target: `runtime/include/tdsl/abi.h` as data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from tdsl.describe.facts import EntryFacts
from tdsl.ir.program import Entry, Parameter, Program, Result, Variable
from tdsl.loops.language import Site
from tdsl.options import BuildOptions
from tdsl.source import Span
from tdsl.types import Dim, Type


@dataclass(frozen=True)
class Extent:
    """One size: `size` if not negative, else the dim of index `dim` if not negative, else `formula`."""

    size: int
    dim: int
    text: str
    formula: str
    value: Dim | None


@dataclass(frozen=True)
class ArgumentTable:
    name: str
    doc: str
    place: str
    dtype: str
    shape: tuple[Extent, ...]
    default: int | float | None


@dataclass(frozen=True)
class ResultTable:
    role: str
    statement: int
    name: str
    text: str
    place: str
    dtype: str
    shape: tuple[Extent, ...]


@dataclass(frozen=True)
class VariableTable:
    name: str
    doc: str
    place: str
    kind: str
    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class RequirementTable:
    """`value >= 0` must hold."""

    text: str
    formula: str
    place: str
    value: Dim


@dataclass(frozen=True)
class FormulaTable:
    """A number of a call as a formula in its dims."""

    text: str
    formula: str
    value: Dim


@dataclass(frozen=True)
class EntryTable:
    """`memory` are the bytes that a call needs beside its arguments and the values as they are; `largest` bounds all
    that it computes from its dims."""

    name: str
    doc: str
    place: str
    arguments: tuple[ArgumentTable, ...]
    results: tuple[ResultTable, ...]
    nesting: str
    updates: tuple[int, ...]
    requirements: tuple[RequirementTable, ...]
    memory: FormulaTable
    largest: FormulaTable


@dataclass(frozen=True)
class ModuleTable:
    name: str
    doc: str
    source: str
    build: str
    refuse_nan: bool
    origins: str
    flush_subnormals: bool
    dims: tuple[str, ...]
    variables: tuple[VariableTable, ...]
    entries: tuple[EntryTable, ...]
    initialise: EntryTable | None
    sites: tuple[Site, ...]
    threads: int
    memory_limit: int

    @property
    def routines(self) -> tuple[EntryTable, ...]:
        """The entries in the order of the program's routines."""
        return (*self.entries, self.initialise) if self.initialise else self.entries


def describe(
    program: Program,
    sites: tuple[Site, ...],
    facts: Mapping[str, EntryFacts],
    options: BuildOptions,
    *,
    source: str,
    build: str,
    origins: str,
) -> ModuleTable:
    """The whole table: `source` is the name of the file, `build` and `origins` are JSON."""
    names = program.dims()
    numbers = {variable.name: number for number, variable in enumerate(program.variables)}
    dims = {name: number for number, name in enumerate(names)}
    tables = tuple(_entry(entry, facts[entry.name], numbers, dims) for entry in program.routines())
    return ModuleTable(
        program.name,
        program.doc,
        source,
        build,
        options.refuse_nan,
        origins,
        options.flush_subnormals,
        names,
        tuple(_variable(variable) for variable in program.variables),
        tables[: len(program.entries)],
        tables[-1] if program.variables else None,
        sites,
        options.threads,
        options.memory_limit,
    )


def _entry(entry: Entry, facts: EntryFacts, numbers: dict[str, int], dims: dict[str, int]) -> EntryTable:
    return EntryTable(
        entry.name,
        entry.doc,
        _place(entry.span),
        tuple(_argument(parameter, dims) for parameter in entry.parameters),
        tuple(_result(result, dims) for result in entry.results),
        entry.nesting,
        tuple(numbers[update.variable] for update in entry.updates),
        tuple(
            RequirementTable(
                requirement.text, f"{formula(requirement.size, dims)} >= 0", requirement.span.position, requirement.size
            )
            for requirement in entry.requirements
        ),
        _as_table(facts.memory.total, dims),
        _as_table(facts.largest, dims),
    )


def _as_table(size: Dim, dims: dict[str, int]) -> FormulaTable:
    return FormulaTable(str(size), formula(size, dims), size)


def _argument(parameter: Parameter, dims: dict[str, int]) -> ArgumentTable:
    type = parameter.node.type
    return ArgumentTable(
        parameter.name, parameter.doc, _place(parameter.span), type.dtype.name, _shape(type, dims), parameter.default
    )


def _result(result: Result, dims: dict[str, int]) -> ResultTable:
    place = result.span.position if result.span else ""
    type = result.node.type
    return ResultTable(
        result.role, result.statement, result.name, result.text, place, type.dtype.name, _shape(type, dims)
    )


def _variable(variable: Variable) -> VariableTable:
    type = variable.node.type
    kind = "rule" if variable.kind == "rule state" else variable.kind
    shape = tuple(size.evaluate({}) for size in type.shape)
    return VariableTable(variable.name, variable.doc, _place(variable.span), kind, type.dtype.name, shape)


def _place(span: Span | None) -> str:
    return span.place if span else ""


def _shape(type: Type, dims: dict[str, int]) -> tuple[Extent, ...]:
    return tuple(_extent(size, dims) for size in type.shape)


def _extent(size: Dim, dims: dict[str, int]) -> Extent:
    if size.constant is not None:
        return Extent(size.constant, -1, str(size), "", None)
    if str(size) in dims:
        return Extent(-1, dims[str(size)], str(size), "", None)
    return Extent(-1, -1, str(size), formula(size, dims), size)


def formula(size: Dim, dims: dict[str, int]) -> str:
    """A size over d[0], d[1] … in Python's spelling."""
    return size.spell(lambda name: f"d[{dims[name]}]")


def as_literal(table: Any) -> Any:
    """Plain dictionaries, lists and numbers, for a Python module; formulas stay as text only."""
    if is_dataclass(table):
        names = (field.name for field in fields(table))
        return {name: as_literal(getattr(table, name)) for name in names if name != "value"}
    if isinstance(table, tuple):
        return [as_literal(item) for item in table]
    return table


def literal_text(literal: Any) -> str:
    """As Python reads it back; the `repr` of an infinity or NaN is a name that Python does not know."""
    if isinstance(literal, dict):
        return f"{{{', '.join(f'{key!r}: {literal_text(value)}' for key, value in literal.items())}}}"
    if isinstance(literal, list):
        return f"[{', '.join(map(literal_text, literal))}]"
    if isinstance(literal, float) and not math.isfinite(literal):
        return f"float('{literal}')"
    return repr(literal)
