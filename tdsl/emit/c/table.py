"""The descriptor table of a module as C++ constants."""

from __future__ import annotations

from collections.abc import Sequence

from tdsl.describe.table import (
    ArgumentTable,
    EntryTable,
    Extent,
    ModuleTable,
    RequirementTable,
    ResultTable,
    VariableTable,
)
from tdsl.emit.c.numbers import literal_text, size_text
from tdsl.emit.c.printer import string_text
from tdsl.loops.language import Routine
from tdsl.types import DTYPES, F64, I64, Dim, Kind

_ROLES = {"return": "TDSL_RETURN", "assert": "TDSL_ASSERT", "print": "TDSL_PRINT"}
_KINDS = {"shared": "TDSL_SHARED", "state": "TDSL_STATE", "rule": "TDSL_RULE_STATE"}
_SITES = {"index": "TDSL_FAULT_INDEX", "division": "TDSL_FAULT_DIVISION"}


class TablePrinter:
    """Prints the table: `lines` are constants, those that others point to first, and `module` is made of them."""

    def __init__(self, table: ModuleTable, names: Sequence[str], routines: Sequence[Routine]) -> None:
        self.names, self.routines = names, routines
        self.lines: list[str] = []
        self._strings: dict[str, str] = {}
        self._functions: dict[tuple[Dim, bool], str] = {}
        self._count = 0
        entries = [self._entry(entry, number) for number, entry in enumerate(table.entries)]
        initialise = [self._entry(table.initialise, len(entries))] if table.initialise else []
        fields = [
            "TDSL_ABI_VERSION",
            self.string(table.name),
            self.string(table.doc),
            self.string(table.source),
            self.string(table.build),
            str(int(table.refuse_nan)),
            self.string(table.origins) if table.origins else "nullptr",
            str(int(table.flush_subnormals)),
            str(len(table.dims)),
            self._array("const char *const", [self.string(name) for name in table.dims]),
            str(len(table.variables)),
            self._array("const tdsl_variable", [self._variable(variable) for variable in table.variables]),
            str(len(entries)),
            self._array("const tdsl_entry", entries),
            self._array("const tdsl_entry", initialise),
            str(len(table.sites)),
            self._array(
                "const tdsl_site",
                [
                    f"{{{_SITES[site.kind]}, {self.string(site.place)}, {self.string(site.text)}}}"
                    for site in table.sites
                ],
            ),
            str(table.threads),
            str(table.memory_limit),
        ]
        self.module = f"{{{', '.join(fields)}}}"

    def string(self, text: str) -> str:
        """The name of a constant with the bytes of a text."""
        if text not in self._strings:
            name = self._strings[text] = f"x{len(self._strings)}"
            self.lines.append(f"const char {name}[] = {string_text(text.encode('utf-8', 'surrogateescape'))};")
        return self._strings[text]

    def _array(self, type: str, items: list[str]) -> str:
        if not items:
            return "nullptr"
        self._count += 1
        name = f"a{self._count}"
        self.lines.append(f"{type} {name}[] = {{{', '.join(items)}}};")
        return name

    def _entry(self, entry: EntryTable, number: int) -> str:
        routine = self.routines[number]
        replaced = dict(routine.in_place)
        in_place = [str(int(update in replaced)) for update in range(len(entry.updates))]
        fields = [
            self.string(entry.name),
            self.string(entry.doc),
            self.string(entry.place),
            str(len(entry.arguments)),
            self._array("const tdsl_argument", [self._argument(argument) for argument in entry.arguments]),
            str(len(entry.results)),
            self._array("const tdsl_result", [self._result(result) for result in entry.results]),
            self.string(entry.nesting),
            str(len(entry.updates)),
            self._array("const int32_t", [str(update) for update in entry.updates]),
            str(len(entry.requirements)),
            self._array("const tdsl_requirement", [self._requirement(needed) for needed in entry.requirements]),
            f"workspace{number}",
            f"memory{number}",
            self.string(entry.memory.text),
            self.string(entry.memory.formula),
            f"largest{number}",
            self.string(entry.largest.text),
            self.string(entry.largest.formula),
            f"run{number}",
            *([f"update{number}", self._array("const int32_t", in_place)] if routine.tail else ["nullptr", "nullptr"]),
        ]
        return f"{{{', '.join(fields)}}}"

    def _argument(self, argument: ArgumentTable) -> str:
        default = argument.default
        real = DTYPES[argument.dtype].kind is Kind.REAL
        fields = [
            self.string(argument.name),
            self.string(argument.doc),
            self.string(argument.place),
            *self._type(argument.dtype, argument.shape),
            "0" if default is None else "1",
            literal_text(float(0 if default is None else default), F64) if real else "0",
            "0" if real else literal_text(int(default or 0), I64),
        ]
        return f"{{{', '.join(fields)}}}"

    def _result(self, result: ResultTable) -> str:
        fields = [
            _ROLES[result.role],
            str(result.statement),
            self.string(result.name),
            self.string(result.text),
            self.string(result.place),
            *self._type(result.dtype, result.shape),
        ]
        return f"{{{', '.join(fields)}}}"

    def _variable(self, variable: VariableTable) -> str:
        fields = [
            self.string(variable.name),
            self.string(variable.doc),
            self.string(variable.place),
            _KINDS[variable.kind],
            f"TDSL_{variable.dtype.upper()}",
            str(len(variable.shape)),
            self._array("const int64_t", [str(size) for size in variable.shape]),
        ]
        return f"{{{', '.join(fields)}}}"

    def _requirement(self, needed: RequirementTable) -> str:
        holds = self._function(needed.value, holds=True)
        texts = (self.string(text) for text in (needed.text, needed.formula, needed.place))
        return f"{{{holds}, {', '.join(texts)}}}"

    def _type(self, dtype: str, shape: tuple[Extent, ...]) -> list[str]:
        extents = [self._extent(extent) for extent in shape]
        return [f"TDSL_{dtype.upper()}", str(len(shape)), self._array("const tdsl_extent", extents)]

    def _extent(self, extent: Extent) -> str:
        value = self._function(extent.value, holds=False) if extent.value else "nullptr"
        return f"{{{extent.size}, {extent.dim}, {value}, {self.string(extent.text)}, {self.string(extent.formula)}}}"

    def _function(self, size: Dim, holds: bool) -> str:
        """A formula over the dims of a call."""
        if (size, holds) not in self._functions:
            name = self._functions[size, holds] = f"f{len(self._functions)}"
            dims = {dim: f"dims[{number}]" for number, dim in enumerate(self.names)}
            text = size_text(size, dims)
            result, text = ("int32_t", f"{text} >= 0") if holds else ("int64_t", text)
            self.lines.append(f"{result} {name}(const int64_t *dims) {{ return {text}; }}")
        return self._functions[size, holds]
