"""A small routine as C++: one function with all its kernels inlined, for each common size.

Other sizes run like any other routine.
"""

from __future__ import annotations

from tdsl.emit.c import syntax as c
from tdsl.emit.c.functions import Functions
from tdsl.emit.c.kernels import StatementPrinter
from tdsl.emit.c.laps import lap_of_routine
from tdsl.emit.c.numbers import integer, joined
from tdsl.emit.c.routines import CPU, add_statements, function, slot_statements
from tdsl.emit.c.scope import CALL, Scope
from tdsl.loops.language import Branch, Lap, Loop, Routine, RowGroup, Sizes, laps, walk


def add_fixed_sizes(scope: Scope, run: str, about: c.Remark, functions: Functions) -> None:
    """`void run_f(tdsl_call *)` after the functions that it calls.  With known sizes the workspace is a local array."""
    routine, name, usual = scope.routine, functions.names.add(f"{run}_fixed"), scope.routine.fixed_sizes
    inside = Functions(functions.names, "TDSL_INLINE")
    printer = StatementPrinter(scope, inside, "tdsl::fixed_size")
    # With sizes that the compiler knows, a group of rows is no faster than its statements one by one.
    leaves = (
        statement for statement in walk(routine.statements) if not isinstance(statement, Branch | RowGroup | Loop | Lap)
    )
    statements = [printer.statement(statement) for statement in leaves]
    slots = slot_statements(routine.statements, scope, c.Name("memory"))
    memory = [c.Parameter("void *", "memory")] if slots else []
    dims = [dim for dim in scope.dims if dim in usual[0]]
    sizes = [c.Parameter("int64_t", scope.dims[dim].text) for dim in dims]
    inside.add(function(name, scope, slots, statements, [*memory, *sizes], manner="TDSL_INLINE"))
    body: list[c.Statement] = []
    for values in usual:
        known = [integer(values[dim]) for dim in dims]
        given = c.Name("call"), *(c.Name(parameter.name) for parameter in memory), *known
        own: list[c.Statement] = [c.Return(c.Call(name, given))]
        if laps(routine):
            functions.timed[routine.name, len(laps(routine))] = c.Call(name, given)
            own = [c.Evaluate(c.Call(name, given)), lap_of_routine(scope, values), c.Return(None)]
        if slots:
            own.insert(0, c.Declare("alignas(64) char", "memory", size=integer(_workspace_bytes(routine, values))))
        asked = [c.Binary("==", scope.dim_of_call(dim), value) for dim, value in zip(dims, known, strict=True)]
        body += [c.If(joined("&&", asked), tuple(own))] if asked else own
    if dims:
        others = functions.names.add(f"{run}_any")
        add_statements(others, None, routine.statements, scope, functions, CPU)
        body.append(c.Evaluate(c.Call(others, (c.Name("call"),))))
    functions.add(c.Function(run, (CALL,), tuple(body), manner="TDSL_ROUTINE", about=about), inside.all)


def _workspace_bytes(routine: Routine, sizes: Sizes) -> int:
    """The bytes that `tdsl::place_slots` divides among the slots."""
    return sum(-(-slot.count.evaluate(sizes) * (slot.dtype.bits // 8) // 64) * 64 for slot in routine.slots)
