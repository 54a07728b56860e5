"""The C++ unit of a module: its kernels and the table that the binding reads."""

from __future__ import annotations

from dataclasses import replace

from tdsl.emit.cpp_calls import runtime_calls
from tdsl.emit.cpp_kernel import Kernels
from tdsl.emit.cpp_parts import kernel_lines, kernel_parts
from tdsl.emit.cpp_routine import largest_lines, memory_lines, routine_lines, workspace_lines
from tdsl.emit.cpp_table import TablePrinter
from tdsl.emit.facts import planned_memory
from tdsl.emit.frames import filled
from tdsl.emit.origins import origins
from tdsl.emit.table import describe
from tdsl.emit.unit import Unit
from tdsl.ir import Program
from tdsl.loops import Module
from tdsl.lower.sizes import largest


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
    kernels = Kernels()
    entries = program.all_entries() if program.variables else program.entries
    # Where new values may be refused, they are looked at before they replace anything.
    planned = [replace(routine, tail=0, in_place=()) if refuse_nan else routine for routine in module.routines]
    memories = [planned_memory(entry, routine) for entry, routine in zip(entries, planned, strict=True)]
    bounds = [largest(entry, routine) for entry, routine in zip(entries, planned, strict=True)]
    routines: list[str] = []
    for number, (routine, memory, bound) in enumerate(zip(planned, memories, bounds, strict=True)):
        routines += routine_lines(routine, number, names, kernels)
        routines += workspace_lines(routine, number, names)
        routines += memory_lines(memory.total, number, names)
        routines += largest_lines(bound, number, names)
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
    parts = kernel_parts(kernels)
    text = filled(
        "cpp/unit.cpp",
        kernels="\n".join(kernel_lines(kernels, parts)),
        routines="\n".join(routines),
        table="\n".join(printer.lines),
        module=printer.module,
    )
    return Unit(text, runtime_calls(module), len(parts))
