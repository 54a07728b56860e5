"""The C++ unit of a module: its kernels and the table that the binding reads."""

from __future__ import annotations

from tdsl.describe.table import ModuleTable
from tdsl.emit.c import syntax as c
from tdsl.emit.c.few import add_few
from tdsl.emit.c.functions import Functions
from tdsl.emit.c.parts import function_lines, function_parts
from tdsl.emit.c.routines import add_routine, add_workspace
from tdsl.emit.c.runtime_calls import runtime_calls
from tdsl.emit.c.scope import Scope
from tdsl.emit.c.table import EntryCode, TablePrinter
from tdsl.emit.frames import filled
from tdsl.emit.unit import Unit
from tdsl.loops.language import Module


def emit_cpp(module: Module, table: ModuleTable) -> Unit:
    """NAME.cpp.  Of the user's own text there is only the module's name and strings as bytes."""
    dims = {name: c.Name(f"d{number}") for number, name in enumerate(module.dims)}
    functions = Functions()
    code: list[EntryCode] = []
    for number, (routine, entry) in enumerate(zip(module.routines, table.routines, strict=True)):
        scope = Scope(routine, dims)
        if routine.fixed_sizes:
            add_few(scope, number, functions)
        else:
            add_routine(scope, number, functions)
        add_workspace(routine, number, module.dims, functions)
        code.append(EntryCode.of(routine, number, len(entry.updates)))
    printer = TablePrinter(table, code)
    constants = "\n".join(printer.lines)
    parts = function_parts(functions.all, constants.count("\n"))
    text = filled("cpp/unit.cpp", functions="\n".join(function_lines(parts)), table=constants, module=printer.module)
    return Unit(text, runtime_calls(module), len(parts))
