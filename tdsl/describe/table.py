"""The description of a module, the same for every target: `runtime/include/tdsl/abi.h` as data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Annotated, Any

from tdsl.describe.facts import EntryFacts
from tdsl.ir.node import topological
from tdsl.ir.program import Entry, Parameter, Program, Result, Training, Variable
from tdsl.ir.sites import Site
from tdsl.options import BuildOptions
from tdsl.record import record
from tdsl.source import Span
from tdsl.types import Dim, Type, element_count

# Texts of a closed set, and the type of abi.h whose constants they are: "return" is TDSL_RETURN.
DTypeName = Annotated[str, "tdsl_dtype"]
Role = Annotated[str, "tdsl_role"]
VariableKind = Annotated[str, "tdsl_variable_kind"]
FaultKind = Annotated[str, "tdsl_fault_kind"]


@record(frozen=True)
class Extent:
    """One size: `size` if not negative, else the dim of index `dim` if not negative, else `value`."""

    size: int
    dim: int
    value: Dim | None
    text: str
    formula: str


@record(frozen=True)
class ArgumentTable:
    """`default_real` is the default of a real scalar, `default_integer` that of any other; `binds` is the size that
    the argument of a parameter `dim B` gives or must be."""

    name: str
    doc: str
    place: str
    dtype: DTypeName
    shape: tuple[Extent, ...]
    has_default: bool
    default_real: float
    default_integer: int
    binds: Extent | None = None


@record(frozen=True)
class ResultTable:
    role: Role
    statement: int
    name: str
    text: str
    place: str
    dtype: DTypeName
    shape: tuple[Extent, ...]


@record(frozen=True)
class VariableTable:
    name: str
    doc: str
    place: str
    kind: VariableKind
    dtype: DTypeName
    shape: tuple[int, ...]


@record(frozen=True)
class RequirementTable:
    """`value >= 0` must hold; `text` says it as a reader would."""

    value: Dim
    text: str
    formula: str
    place: str


@record(frozen=True)
class SiteTable:
    """A place where a call may find bad data; `loops` are the headers of the loops around it, the outermost first, each
    on a line."""

    kind: FaultKind
    place: str
    text: str
    loops: str = ""


@record(frozen=True)
class ImageTable:
    """All kernels compiled for a GPU: `architecture` is 90 for machine code of sm_90, negative for PTX."""

    architecture: int


@record(frozen=True)
class FormulaTable:
    """A number of a call as a formula in its dims."""

    value: Dim
    text: str
    formula: str


@record(frozen=True)
class EntryTable:
    """`fields` are the names of the outermost results, if they have names; `memory` are the bytes of a call beside its
    arguments and the current values; `largest` bounds every number that it computes from its dims; `lap_count` is
    the number of timed statements; `exchanged` numbers are added up over all processes that train together."""

    name: str
    doc: str
    place: str
    arguments: tuple[ArgumentTable, ...]
    results: tuple[ResultTable, ...]
    nesting: str
    fields: tuple[str, ...]
    updates: tuple[int, ...]
    requirements: tuple[RequirementTable, ...]
    memory: FormulaTable
    largest: FormulaTable
    lap_count: int = 0
    exchanged_dtype: DTypeName = "f32"
    exchanged: int = 0


@record(frozen=True)
class TrainingTable:
    """A loop over minibatches: `entry`, `rows` and `cost` are indices, `rows` of the dim that is cut and `cost` of the
    result whose mean an epoch has.  A `batch` of 0 is all rows; each call gives the `epochs` if they are -1."""

    name: str
    doc: str
    place: str
    entry: int
    rows: int
    cost: int
    batch: int
    epochs: int
    shuffle: bool


@record(frozen=True)
class ModuleTable:
    """`kernels` are the names of those in the images, in the order of their numbers; `default_device` is -1 for the
    CPU, else the number of a GPU; `profile` describes the timed statements."""

    name: str
    doc: str
    source: str
    build: str
    origins: str
    options: BuildOptions
    dims: tuple[str, ...]
    variables: tuple[VariableTable, ...]
    entries: tuple[EntryTable, ...]
    initialise: EntryTable | None
    sites: tuple[SiteTable, ...]
    kernels: tuple[str, ...] = ()
    images: tuple[ImageTable, ...] = ()
    default_device: int = -1
    profile: str = ""
    trainings: tuple[TrainingTable, ...] = ()

    @property
    def routines(self) -> tuple[EntryTable, ...]:
        """The entries in the order of the program's routines."""
        return (*self.entries, self.initialise) if self.initialise else self.entries


def describe(
    program: Program,
    sites: tuple[Site, ...],
    facts: Sequence[EntryFacts],
    options: BuildOptions,
    *,
    source: str,
    build: str,
    origins: str,
    profile: str,
) -> ModuleTable:
    """The whole table: `source` is the name of the file, `build`, `origins` and `profile` are JSON."""
    names = program.dims()
    numbers = {variable.name: number for number, variable in enumerate(program.variables)}
    dims = {name: number for number, name in enumerate(names)}
    tables = tuple(
        _entry(entry, of_entry, numbers, dims) for entry, of_entry in zip(program.routines(), facts, strict=True)
    )
    return ModuleTable(
        program.name,
        program.doc,
        source,
        build,
        origins,
        options,
        names,
        tuple(_variable(variable) for variable in program.variables),
        tables[: len(program.entries)],
        tables[-1] if program.variables else None,
        tuple(SiteTable(site.kind, site.place, site.text, "\n".join(site.loops)) for site in sites),
        profile=profile,
        trainings=tuple(_training(training, program, dims) for training in program.trainings),
    )


def _training(training: Training, program: Program, dims: dict[str, int]) -> TrainingTable:
    names = [entry.name for entry in program.entries]
    return TrainingTable(
        training.name,
        training.doc,
        _place(training.span),
        names.index(training.entry),
        dims[training.rows],
        training.cost,
        training.batch,
        -1 if training.epochs is None else training.epochs,
        training.shuffle,
    )


def _entry(entry: Entry, facts: EntryFacts, numbers: dict[str, int], dims: dict[str, int]) -> EntryTable:
    return EntryTable(
        entry.name,
        entry.doc,
        _place(entry.span),
        tuple(_argument(parameter, dims) for parameter in entry.parameters),
        tuple(_result(result, dims) for result in entry.results),
        entry.nesting,
        entry.fields,
        tuple(numbers[update.variable] for update in entry.updates),
        tuple(
            RequirementTable(
                requirement.size, requirement.text, formula(requirement.size, dims), requirement.span.position
            )
            for requirement in entry.requirements
        ),
        formula_table(facts.memory.total, dims),
        formula_table(facts.largest, dims),
        facts.lap_count,
        *_exchanged(entry),
    )


def _exchanged(entry: Entry) -> tuple[str, int]:
    """The type and number of what processes add up in a call."""
    found = (node.type for node in topological(entry.roots()) if node.op.family == "exchange")
    of = next(found, None)
    return ("f32", 0) if of is None else (of.dtype.name, element_count(of.shape).evaluate({}))


def formula_table(size: Dim, dims: dict[str, int]) -> FormulaTable:
    return FormulaTable(size, str(size), formula(size, dims))


def _argument(parameter: Parameter, dims: dict[str, int]) -> ArgumentTable:
    type, default = parameter.node.type, parameter.default
    return ArgumentTable(
        parameter.name,
        parameter.doc,
        _place(parameter.span),
        type.dtype.name,
        _shape(type, dims),
        default is not None,
        float(default) if type.is_real and default is not None else 0.0,
        int(default) if not type.is_real and default is not None else 0,
        None if parameter.size is None else extent(parameter.size, dims),
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
    return tuple(extent(size, dims) for size in type.shape)


def extent(size: Dim, dims: dict[str, int]) -> Extent:
    if size.constant is not None:
        return Extent(size.constant, -1, None, str(size), "")
    if str(size) in dims:
        return Extent(-1, dims[str(size)], None, str(size), "")
    return Extent(-1, -1, size, str(size), formula(size, dims))


def formula(size: Dim, dims: dict[str, int]) -> str:
    """A size over d[0], d[1] … in Python's spelling."""
    return size.spell(lambda name: f"d[{dims[name]}]")


def type_text(dtype: str, shape: tuple[Extent, ...]) -> str:
    """`f32[B, 2]`"""
    return f"{dtype}[{', '.join(extent.text for extent in shape)}]" if shape else dtype


def signature(entry: EntryTable) -> str:
    """`train(x: f32[B, 2], lr: f32) -> f32`"""
    given = ", ".join(f"{argument.name}: {type_text(argument.dtype, argument.shape)}" for argument in entry.arguments)
    made = [type_text(result.dtype, result.shape) for result in entry.results if result.role == "return"]
    returned = made[0] if len(made) == 1 else f"({', '.join(made)})"
    return f"{entry.name}({given}) -> {returned}"


def as_literal(table: Any) -> Any:
    """Plain dictionaries, lists and numbers, for a Python module; formulas stay as text only."""
    if is_dataclass(table):
        names = (field.name for field in fields(table))
        return {name: as_literal(getattr(table, name)) for name in names if name != "value"}
    if isinstance(table, tuple):
        return [as_literal(item) for item in table]
    return table


def literal_text(literal: Any) -> str:
    """A literal that Python reads back; the `repr` of an infinity or NaN is a name that Python does not know."""
    if isinstance(literal, dict):
        return f"{{{', '.join(f'{key!r}: {literal_text(value)}' for key, value in literal.items())}}}"
    if isinstance(literal, list):
        return f"[{', '.join(map(literal_text, literal))}]"
    if isinstance(literal, float) and not math.isfinite(literal):
        return f"float('{literal}')"
    return repr(literal)
