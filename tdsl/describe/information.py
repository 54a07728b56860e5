"""The inputs, values and costs of a module as data, as `tdsl info` prints them."""

from __future__ import annotations

from collections.abc import Sequence

from tdsl.describe.facts import EntryFacts
from tdsl.describe.nesting import in_brackets, named, outermost
from tdsl.ir.program import Entry, Program
from tdsl.record import record
from tdsl.types import Dim, element_count


@record(frozen=True)
class ArgumentInformation:
    name: str
    type: str
    default: int | float | None


@record(frozen=True)
class ValueInformation:
    name: str
    kind: str
    type: str
    bytes: int


@record(frozen=True)
class EntryInformation:
    """`facts` are formulas by name, see `tdsl/describe/facts.py`."""

    name: str
    doc: str
    arguments: tuple[ArgumentInformation, ...]
    results: tuple[str, ...]
    updates: tuple[str, ...]
    facts: dict[str, Dim]


@record(frozen=True)
class Information:
    name: str
    doc: str
    real: str
    dims: tuple[str, ...]
    values: tuple[ValueInformation, ...]
    entries: tuple[EntryInformation, ...]


def information(program: Program, facts: Sequence[EntryFacts]) -> Information:
    return Information(
        program.name,
        program.doc,
        str(program.real),
        program.dims(),
        tuple(
            ValueInformation(
                variable.name,
                variable.kind,
                variable.node.type.spell(program.real),
                element_count(variable.node.type.shape).evaluate({}) * variable.node.type.dtype.bits // 8,
            )
            for variable in program.variables
        ),
        tuple(
            _entry(entry, program, of_entry.formulas())
            for entry, of_entry in zip(program.routines(), facts, strict=True)
        ),
    )


def _entry(entry: Entry, program: Program, facts: dict[str, Dim]) -> EntryInformation:
    types = [result.node.type.spell(program.real) for result in entry.results if result.role == "return"]
    return EntryInformation(
        entry.name,
        entry.doc,
        tuple(
            ArgumentInformation(parameter.name, parameter.spell(program.real), parameter.default)
            for parameter in entry.parameters
        ),
        tuple(named(outermost(types, entry.nesting, in_brackets), entry.fields)),
        tuple(update.variable for update in entry.updates),
        facts,
    )
