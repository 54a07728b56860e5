"""The C++ unit of a module: its kernels and the table that the binding reads."""

from __future__ import annotations

from dataclasses import replace

from tdsl.describe.table import EntryTable, Extent, ModuleTable
from tdsl.emit.c import syntax as c
from tdsl.emit.c.fixed_sizes import add_fixed_sizes
from tdsl.emit.c.functions import Functions
from tdsl.emit.c.names import EntryNames, Names
from tdsl.emit.c.parts import function_lines, function_parts
from tdsl.emit.c.routines import add_routine, add_workspace
from tdsl.emit.c.runtime_calls import runtime_calls
from tdsl.emit.c.scope import Scope
from tdsl.emit.c.table import Code, EntryCode, TablePrinter
from tdsl.emit.frames import filled
from tdsl.emit.unit import Unit
from tdsl.loops.language import Map, Module, Routine
from tdsl.loops.rebuild import Block, rebuild


def emit_cpp(module: Module, table: ModuleTable) -> Unit:
    """NAME.cpp.  The user's text is in it as names that C++ can say, and in comments and strings of a few signs."""
    module = _running(module)
    own = Names()
    dims = {name: c.Name(own.add(name)) for name in module.dims}
    scopes = [Scope(routine, dims) for routine in module.routines]
    functions = Functions(Names(name for scope in scopes for name in scope.names))
    entries = [EntryNames.of(routine.name, functions.names) for routine in module.routines]
    for scope, entry, names in zip(scopes, table.routines, entries, strict=True):
        about = c.Remark(_signature(entry), entry.place)
        if scope.routine.fixed_sizes:
            add_fixed_sizes(scope, names.run, about, functions)
        else:
            add_routine(scope, names, about, functions)
        add_workspace(scope.routine, names.workspace, module.dims, functions)
    code = map(Code.of, module.routines, entries, table.routines)
    printer = TablePrinter(table, list(map(EntryCode, code)))
    constants = "\n".join(printer.lines)
    parts = function_parts(functions.all, constants.count("\n"))
    text = filled("cpp/unit.cpp", functions="\n".join(function_lines(parts)), table=constants, module=printer.module)
    return Unit(text, runtime_calls(module), len(parts))


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


def _signature(entry: EntryTable) -> str:
    """`train(x: f32[B, 2], lr: f32) -> f32`"""

    def spelled(dtype: str, shape: tuple[Extent, ...]) -> str:
        return f"{dtype}[{', '.join(extent.text for extent in shape)}]" if shape else dtype

    given = ", ".join(f"{argument.name}: {spelled(argument.dtype, argument.shape)}" for argument in entry.arguments)
    made = [spelled(result.dtype, result.shape) for result in entry.results if result.role == "return"]
    returned = made[0] if len(made) == 1 else f"({', '.join(made)})"
    return f"{entry.name}({given}) -> {returned}"
