"""The descriptor table of a module as C++ constants: each record of describe/table.py as the struct of abi.h with the
same fields, initialised by name.

    const tdsl_extent shape_0[] = {
        {.size = -1, .dim = 0, .value = nullptr, .text = "B", .formula = ""},
    };
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from tdsl.describe.table import EntryTable, FormulaTable, ImageTable, ModuleTable
from tdsl.emit.c import syntax as c
from tdsl.emit.c.names import EntryNames
from tdsl.emit.c.numbers import dims_given, formula, literal, saturating_size, size_expression
from tdsl.emit.c.printer import expression_text, function_lines, string_texts
from tdsl.loops.language import Routine
from tdsl.record import record
from tdsl.types import F64, Dim

# Fields that count the items of another go by its name, "argument_count" before "arguments", but for these.
_COUNTS = {"shape": "rank", "entries": "entry_count"}
_WIDEST = 110
_HOLE = "formula_"
IMAGES = "tdsl_these_images"


@record(frozen=True)
class Code:
    """The C++ names of the functions of an entry for a target, and for each update whether only `update` writes it."""

    workspace: str = "nullptr"
    run: str = "nullptr"
    update: str = "nullptr"
    in_place: tuple[int, ...] = ()

    @staticmethod
    def of(routine: Routine, names: EntryNames, entry: EntryTable) -> Code:
        if not routine.commit:
            return Code(names.workspace, names.run)
        replaced = dict(routine.in_place)
        in_place = tuple(int(update in replaced) for update in range(len(entry.updates)))
        return Code(names.workspace, names.run, names.update, in_place)


@record(frozen=True)
class EntryCode:
    """The functions of an entry."""

    host: Code = Code()
    device: Code = Code()


class TablePrinter:
    """Prints the table: `lines` are constants, those that others point to first, and `module` is made of them; `code`
    is in the order of the table's routines."""

    def __init__(self, table: ModuleTable, code: Sequence[EntryCode]) -> None:
        self.lines: list[str] = []
        self._dims = table.dims
        self._code = iter(code)
        self._names: dict[tuple[str, str, str], str] = {}
        self._counts: dict[str, int] = {}
        self.module = _braces([".abi_version = TDSL_ABI_VERSION", *self._fields(table)])

    def _fields(self, table: Any) -> list[str]:
        hints = _hints(type(table))  # type: ignore[arg-type]
        return [text for name, hint in hints.items() for text in self._field(name, hint, getattr(table, name), table)]

    def _field(self, name: str, hint: Any, value: object, table: object) -> Iterable[str]:
        if isinstance(value, tuple):
            yield f".{_COUNTS.get(name, f'{name[:-1]}_count')} = {len(value)}"
        yield f".{name} = {self._value(name, hint, value, table)}"

    def _value(self, name: str, hint: Any, value: object, table: object) -> str:
        if value is None:
            return "nullptr"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int):
            return str(value) if value > -(1 << 63) else "INT64_MIN"
        if isinstance(value, float):
            return expression_text(literal(value, F64))
        if isinstance(value, str):
            return f"TDSL_{value.upper()}" if get_origin(hint) is Annotated else _string(value)
        if isinstance(value, Dim):
            return self._function(value, isinstance(table, FormulaTable))
        if isinstance(value, tuple):
            item = get_args(hint)[0]
            # The build makes the images from the unit.
            return IMAGES if item is ImageTable and value else self._array(name, item, value)
        if is_dataclass(hint):
            return self._record(value)
        return "&" + self._constant(name, f"const {_type(type(value))} ", f" = {self._record(value)};")

    def _record(self, table: object) -> str:
        parts = self._fields(table)
        if isinstance(table, EntryTable):
            code = next(self._code)
            parts += [f".host = {self._functions(code.host)}", f".device = {self._functions(code.device)}"]
        return _braces(parts)

    def _functions(self, code: Code) -> str:
        in_place = self._array("in_place", int, code.in_place)
        parts = [f".workspace = {code.workspace}", f".run = {code.run}", f".update = {code.update}"]
        return _braces([*parts, f".in_place = {in_place}"])

    def _array(self, name: str, item: Any, values: tuple[object, ...]) -> str:
        if not values:
            return "nullptr"
        texts = (self._record(one) if is_dataclass(one) else self._value(name, item, one, None) for one in values)
        return self._constant(name, f"const {_type(item)} ", f"[] = {_braces([*texts])};")

    def _function(self, size: Dim, saturates: bool) -> str:
        """The name of a formula over the dims of a call."""
        names = dims_given(self._dims)
        value = c.Member(saturating_size(size, names), "value") if saturates else size_expression(size, names)
        text = "\n".join(function_lines(formula(_HOLE, value), c.free_names([value])))
        return self._constant("formula", *text.split(_HOLE))

    def _constant(self, kind: str, before: str, after: str) -> str:
        """The name of a constant or function; equal ones are one.  Its definition goes around the name."""
        if (kind, before, after) not in self._names:
            number = self._counts[kind] = self._counts.get(kind, -1) + 1
            name = self._names[kind, before, after] = f"{kind}_{number}"
            self.lines.append(f"{before}{name}{after}")
        return self._names[kind, before, after]


@cache
def _hints(record: Any) -> dict[str, Any]:
    hints = get_type_hints(record, include_extras=True)
    return {field.name: hints[field.name] for field in fields(record)}


def _type(item: Any) -> str:
    """The type of an item of an array."""
    if item is str:
        return "char *const"
    return "int64_t" if item is int else f"tdsl_{item.__name__.removesuffix('Table').lower()}"


def _string(text: str) -> str:
    """A long one in pieces, a line each."""
    return "\n".join(string_texts(text.encode("utf-8", "surrogateescape")))


def _braces(parts: Sequence[str]) -> str:
    """The parts in braces, on one line if that is short, else as many to a line as fit; each record of an array begins
    one."""
    line = f"{{{', '.join(parts)}}}"
    if len(line) <= _WIDEST and "\n" not in line:
        return line
    lines: list[str] = []
    for part in parts:
        if lines and "\n" not in part + lines[-1] and part[0] != "{" and len(lines[-1] + part) < _WIDEST:
            lines[-1] += f", {part}"
        else:
            lines.append(part)
    inside = textwrap.indent(",\n".join(lines), "    ")
    return f"{{\n{inside},\n}}"
