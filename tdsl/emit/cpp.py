"""The C++ unit of a module: its kernels and the table that the binding reads."""

from __future__ import annotations

from dataclasses import replace

from tdsl.describe.facts import planned_memory
from tdsl.describe.table import describe
from tdsl.emit.c.few import add_few
from tdsl.emit.c.functions import Functions
from tdsl.emit.c.parts import function_lines, function_parts
from tdsl.emit.c.routines import add_largest, add_memory, add_routine, add_workspace
from tdsl.emit.c.runtime_calls import runtime_calls
from tdsl.emit.c.table import TablePrinter
from tdsl.emit.frames import filled
from tdsl.emit.origins import origins
from tdsl.emit.unit import Unit
from tdsl.ir.program import Program
from tdsl.loops.language import Module
from tdsl.loops.largest import largest
from tdsl.schedule.few import few_sizes


def emit_cpp(
    module: Module,
    program: Program,
    *,
    source: str = "",
    build: str = "{}",
    refuse_nan: bool = False,
    flush_subnormals: bool = True,
    threads: int = 0,
    memory_limit: int = 0,
) -> Unit:
    """NAME.cpp.  Of the user's own text there is only the module's name and strings as bytes."""
    names = {name: f"d{number}" for number, name in enumerate(module.dims)}
    functions = Functions()
    entries = program.routines()
    # Where new values may be refused, they are looked at before they replace anything.
    planned = [replace(routine, tail=0, in_place=()) if refuse_nan else routine for routine in module.routines]
    memories = [planned_memory(entry, routine) for entry, routine in zip(entries, planned, strict=True)]
    bounds = [largest(entry, routine) for entry, routine in zip(entries, planned, strict=True)]
    written_out = few_sizes(planned)
    for number, (routine, memory, bound, few) in enumerate(zip(planned, memories, bounds, written_out, strict=True)):
        if few:
            add_few(routine, number, names, functions, few)
        else:
            add_routine(routine, number, names, functions)
        add_workspace(routine, number, names, functions)
        add_memory(memory.total, number, names, functions)
        add_largest(bound, number, names, functions)
    table = describe(
        program,
        module.dims,
        module.sites,
        memories,
        bounds,
        source=source,
        build=build,
        refuse_nan=refuse_nan,
        origins=origins(program) if refuse_nan else "",
        flush_subnormals=flush_subnormals,
        threads=threads,
        memory_limit=memory_limit,
    )
    printer = TablePrinter(table, names, planned)
    parts = function_parts(functions.all, len(printer.lines))
    text = filled(
        "cpp/unit.cpp",
        functions="\n".join(function_lines(parts)),
        table="\n".join(printer.lines),
        module=printer.module,
    )
    return Unit(text, runtime_calls(module), len(parts))
