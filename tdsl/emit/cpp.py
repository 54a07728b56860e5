"""The C++ unit of a module: its kernels and the table that the binding reads."""

from __future__ import annotations

from dataclasses import replace

from tdsl.describe.table import EntryTable, ModuleTable, signature
from tdsl.emit.c import syntax as c
from tdsl.emit.c.fixed_sizes import add_fixed_sizes
from tdsl.emit.c.functions import Functions
from tdsl.emit.c.names import EntryNames, Names
from tdsl.emit.c.parts import function_lines, function_parts
from tdsl.emit.c.printer import expression_text
from tdsl.emit.c.routines import CPU, Dialect, add_routine, add_workspace
from tdsl.emit.c.runtime_calls import runtime_calls
from tdsl.emit.c.scope import Scope
from tdsl.emit.c.table import Code, EntryCode, TablePrinter
from tdsl.emit.cuda import Kernels
from tdsl.emit.frames import filled
from tdsl.emit.unit import TimedKernel, Unit
from tdsl.loops.language import Map, Module, Routine
from tdsl.loops.rebuild import Block, rebuild

_LAPS = '\n#include "tdsl/laps.hpp"'
_LAUNCHES = """
#include "tdsl/cuda/launch.hpp"
#include "tdsl/cuda/routine_shapes.hpp"
#include "tdsl/cuda/shapes.hpp"
"""


def emit_cpp(table: ModuleTable, host: Module | None, device: Module | None = None) -> Unit:
    """NAME.cpp for loops scheduled for the CPU, for a GPU, or for both, and NAME.cu.  The user's text is in it as names
    that C++ can say, and in comments and strings of a few signs."""
    own = Names()
    dims = {name: c.Name(own.add(name)) for name in table.dims}
    modules = [_running(module) for module in (host, device) if module]
    scopes = [[Scope(routine, dims) for routine in module.routines] for module in modules]
    functions = Functions(Names(name for group in scopes for scope in group for name in scope.names))
    kernels = Kernels()
    code: dict[bool, list[Code]] = {}
    for is_device, group in zip([*[False] * bool(host), *[True] * bool(device)], scopes, strict=True):
        dialect = kernels.dialect if is_device else CPU
        code[is_device] = [
            _add_entry(scope, entry, functions, dialect) for scope, entry in zip(group, table.routines, strict=True)
        ]
    nowhere = [Code()] * len(table.routines)
    entries = map(EntryCode, code.get(False, nowhere), code.get(True, nowhere))
    if device:
        table = replace(table, kernels=tuple(kernels.names))
    printer = TablePrinter(table, list(entries))
    constants = "\n".join(printer.lines)
    parts = function_parts(functions.all, constants.count("\n"))
    text = filled(
        "cpp/unit.cpp",
        further=_LAUNCHES if device else _LAPS if table.profile else "",
        functions="\n".join(function_lines(parts)),
        table=constants,
        module=printer.module,
    )
    calls = (runtime_calls(host) if host else frozenset()) | ({"cuda"} if device else set())
    return Unit(text, calls, len(parts), kernels.text if device else "", _timed(functions))


def _timed(functions: Functions) -> tuple[TimedKernel, ...]:
    """The calls of timed statements, with the functions that they call."""
    texts = {definition.name: "\n".join(definition.lines).strip() for definition in functions.all}
    return tuple(
        TimedKernel(entry, lap, expression_text(call), texts.get(call.function, "") if isinstance(call, c.Call) else "")
        for (entry, lap), call in functions.timed.items()
    )


def _add_entry(scope: Scope, entry: EntryTable, functions: Functions, dialect: Dialect) -> Code:
    names = EntryNames.of(scope.routine.name, functions.names)
    about = c.Remark(signature(entry), entry.place)
    if scope.routine.fixed_sizes:
        add_fixed_sizes(scope, names.run, about, functions)
    else:
        add_routine(scope, names, about, functions, dialect)
    add_workspace(scope.routine, names.workspace, scope.dims, functions)
    return Code.of(scope.routine, names, entry)


def _running(module: Module) -> Module:
    """The module without the statements that store what is there already; a variable may also be kept elsewhere."""

    def kept(block: Block) -> Block:
        return tuple(line for line in block if not (isinstance(line, Map) and line.order == "nothing"))

    def running(routine: Routine) -> Routine:
        if routine.commit:
            return routine
        head, last = (rebuild(part, whole=kept) for part in routine.parts)
        return replace(routine, statements=head + last, commit=len(last))

    return module.each(running)
