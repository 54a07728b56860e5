"""The C++ unit of a module: its kernels and the table that the binding reads."""

from __future__ import annotations

from dataclasses import replace

from tdsl.describe.table import ModuleTable
from tdsl.emit.c import syntax as c
from tdsl.emit.c.few import add_few
from tdsl.emit.c.functions import Functions
from tdsl.emit.c.parts import function_lines, function_parts
from tdsl.emit.c.routines import add_largest, add_memory, add_routine, add_workspace
from tdsl.emit.c.runtime_calls import runtime_calls
from tdsl.emit.c.scope import Scope
from tdsl.emit.c.table import TablePrinter
from tdsl.emit.frames import filled
from tdsl.emit.unit import Unit
from tdsl.loops.language import Module
from tdsl.schedule.few import few_sizes


def emit_cpp(module: Module, table: ModuleTable) -> Unit:
    """NAME.cpp.  Of the user's own text there is only the module's name and strings as bytes."""
    dims = {name: c.Name(f"d{number}") for number, name in enumerate(module.dims)}
    functions = Functions()
    # Where new values may be refused, they are looked at before they replace anything.
    planned = [replace(routine, tail=0, in_place=()) if table.refuse_nan else routine for routine in module.routines]
    written_out = few_sizes(planned)
    for number, (routine, entry, few) in enumerate(zip(planned, table.routines, written_out, strict=True)):
        scope = Scope(routine, dims)
        if few:
            add_few(scope, number, functions, few)
        else:
            add_routine(scope, number, functions)
        add_workspace(routine, number, module.dims, functions)
        add_memory(entry.memory.value, number, module.dims, functions)
        add_largest(entry.largest.value, number, module.dims, functions)
    printer = TablePrinter(table, module.dims, planned)
    parts = function_parts(functions.all, len(printer.lines))
    text = filled(
        "cpp/unit.cpp",
        functions="\n".join(function_lines(parts)),
        table="\n".join(printer.lines),
        module=printer.module,
    )
    return Unit(text, runtime_calls(module), len(parts))
