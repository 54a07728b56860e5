"""A routine of few elements as C++: one function with all its kernels inside, once for each of the usual sizes.

Of any other size it is what every routine is.
"""

from __future__ import annotations

from collections.abc import Mapping

from tdsl.emit.c.functions import LINE, Function, Functions
from tdsl.emit.c.kernels import StatementPrinter
from tdsl.emit.c.routines import add_statements, function, slot_lines
from tdsl.loops.language import Routine
from tdsl.schedule.few import Sizes, workspace_bytes


def add_few(
    routine: Routine, number: int, names: Mapping[str, str], functions: Functions, usual: tuple[Sizes, ...]
) -> None:
    """`void run0(tdsl_call *)`, and before it what it calls.  With sizes that the compiler knows the workspace is the
    function's own."""
    name = f"few{number}"
    inside = Functions(f"{name}_k", "TDSL_INLINE")
    printer = StatementPrinter(routine, names, inside, "tdsl::fixed_size")
    statements = [printer.text((statement,)) for statement in routine.statements]
    slots = slot_lines(routine.statements, routine, names, "memory")
    dims = {dim: f"call->dims[{place}]" for place, dim in enumerate(names) if dim in usual[0]}
    parameters = [*(["void *memory"] if slots else []), *(f"int64_t {names[dim]}" for dim in dims)]
    body, given = function(slots + statements, routine, names, parameters)
    inside.all.append(Function(name, f"TDSL_INLINE void {name}({given})", body, len(body) * LINE))
    lines: list[str] = []
    for sizes in usual:
        known = [str(sizes[dim]) for dim in dims]
        condition = " && ".join(f"{dim} == {size}" for dim, size in zip(dims.values(), known, strict=True))
        lines.append(f"{f'if ({condition}) ' if dims else ''}{{")
        if slots:
            lines.append(f"    alignas(64) char memory[{workspace_bytes(routine, sizes)}];")
        lines += [f"    return {name}({', '.join(['call', *(['memory'] if slots else []), *known])});", "}"]
    if dims:
        add_statements(f"run{number}_any", routine.statements, routine, names, functions)
        lines.append(f"run{number}_any(call);")
    functions.routine(f"run{number}", "tdsl_call *call", lines, inside=inside.all)
