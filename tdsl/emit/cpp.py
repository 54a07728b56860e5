"""The C++ unit of a module: its kernels and the table that the binding reads."""

from __future__ import annotations

import re

from tdsl.emit.cpp_kernel import KernelPrinter
from tdsl.emit.cpp_scalar import size_text
from tdsl.emit.cpp_table import TablePrinter
from tdsl.emit.frames import filled
from tdsl.emit.table import describe
from tdsl.ir import Program
from tdsl.loops import Buffer, Module, Routine, leaves, read, written
from tdsl.types import Dim

_ROLES = {"argument": "arguments", "result": "results", "variable": "variables", "update": "updates"}


def emit_cpp(
    module: Module,
    program: Program,
    *,
    source: str = "",
    build: str = "{}",
    refuse_nan: bool = False,
    threads: int = 0,
) -> str:
    """The text of NAME.cpp.  Of the user's own text there is only the module's name and strings as bytes."""
    names = {name: f"d{number}" for number, name in enumerate(module.dims)}
    kernels = [line for number, routine in enumerate(module.routines) for line in _routine(routine, number, names)]
    table = describe(
        program, module.dims, module.sites, source=source, build=build, refuse_nan=refuse_nan, threads=threads
    )
    printed = "\n".join(TablePrinter(table, names).lines)
    return filled("cpp/unit.cpp", kernels="\n".join(kernels), table=printed, name=module.name)


def _routine(routine: Routine, number: int, names: dict[str, str]) -> list[str]:
    statements = KernelPrinter(routine, names).print()
    used = {buffer for statement in leaves(routine.statements) for buffer in (*read(statement), *written(statement))}
    memory: list[str] = []
    for slot, layout in enumerate(routine.slots):
        size = f"tdsl::slot({{{size_text(layout.count, names)}}}, {layout.dtype.bits // 8})"
        memory.append(f"char *const w{slot} = workspace.take({size});")
    if memory:
        memory.insert(0, "tdsl::Workspace workspace{static_cast<char *>(call->workspace)};")
    memory += [_buffer(routine.buffers[buffer], buffer) for buffer in sorted(used)]
    body = memory + statements
    words = set(re.findall(r"\w+", " ".join(body)))
    dims = [f"const int64_t {name} = call->dims[{dim}];" for dim, name in enumerate(names.values()) if name in words]
    call = "call" if "call" in words or dims else ""
    head = f"void run{number}(tdsl_call *{call}) {{"
    return [head, *("    " + line for line in dims + body), "}", "", *_workspace(routine, number, names), ""]


def _buffer(buffer: Buffer, position: int) -> str:
    if buffer.role == "workspace":
        # Buffers of a slot have its dtype.
        return f"{buffer.dtype.c} *const b{position} = reinterpret_cast<{buffer.dtype.c} *>(w{buffer.number});"
    const = "const " if buffer.role in ("argument", "variable") else ""
    pointer = f"static_cast<{const}{buffer.dtype.c} *>(call->{_ROLES[buffer.role]}[{buffer.number}])"
    return f"{const}{buffer.dtype.c} *const b{position} = {pointer};"


def _workspace(routine: Routine, number: int, names: dict[str, str]) -> list[str]:
    dims = {name: f"tdsl::Size{{dims[{dim}]}}" for dim, name in enumerate(names)}
    lines = [
        f"    total = total + tdsl::slot({_saturating(layout.count, dims)}, {layout.dtype.bits // 8});"
        for layout in routine.slots
    ]
    parameter = "dims" if any("dims" in line for line in lines) else ""
    head = f"int64_t workspace{number}(const int64_t *{parameter}) {{"
    return [head, "    tdsl::Size total{0};", *lines, "    return total.value;", "}"]


def _saturating(size: Dim, names: dict[str, str]) -> str:
    """A size in arithmetic that stops at the largest number; differences and ratios are small enough as they are."""
    if any(
        coefficient < 0 or not all(isinstance(atom, str) for atom in monomial) for monomial, coefficient in size.terms
    ):
        return f"tdsl::Size{{{size_text(size, {name: f'{text}.value' for name, text in names.items()})}}}"
    products = []
    for monomial, coefficient in size.terms:
        factors = [names[str(atom)] for atom in monomial]
        products.append(
            " * ".join(factors if coefficient == 1 and factors else [f"tdsl::Size{{{coefficient}}}", *factors])
        )
    return " + ".join(products) or "tdsl::Size{0}"
