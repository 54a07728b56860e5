"""The NumPy target: a pure Python module with the API of the native one, straight-line code, one line a node."""

from __future__ import annotations

import re
import textwrap
from functools import cache

from tdsl.describe.table import ModuleTable, as_literal, literal_text
from tdsl.emit.bundle import bundle
from tdsl.emit.frames import filled
from tdsl.emit.numpy.functions import Texts, Writer, indented
from tdsl.emit.numpy.operations import operations
from tdsl.ir.attributes import Named
from tdsl.ir.program import Entry, Program
from tdsl.ir.sites import sites


def emit_numpy(program: Program, table: ModuleTable) -> str:
    """The text of NAME.py.  Names of the program are used only where they are plain identifiers."""
    numbers, _ = sites(program)
    kernels = [
        _kernel(entry, number, Texts(program, table.dims, numbers[number], _functions()))
        for number, entry in enumerate(program.routines())
    ]
    contents = "\n\n\n".join([_around(), *kernels])
    listed = ", ".join(f"{entry.name!r}: run{number}" for number, entry in enumerate(program.entries))
    return filled(
        "python/module.py",
        contents=textwrap.indent(contents, "    "),
        table=literal_text(as_literal(table)),
        entries=f"{{{listed}}}",
        initialise=f"run{len(program.entries)}" if program.variables else "None",
    )


@cache
def _around() -> str:
    support = bundle().replace("from __future__ import annotations\n\n", "", 1)
    return "\n\n\n".join([support.strip(), operations(), filled("python/faults.py").strip()])


@cache
def _functions() -> frozenset[str]:
    """The names that the text around the kernels defines, which names of kernels must not hide."""
    lines = re.findall(r"^(?:def|class|import) (\w+)|^(\w+(?:, \w+)*) = ", _around(), flags=re.MULTILINE)
    return frozenset(name for found in lines for names in found for name in names.split(", "))


def _kernel(entry: Entry, number: int, texts: Texts) -> str:
    texts.add_loops(entry.roots(), f"run{number}_loop")
    writer = Writer(entry.roots(), f"run{number}", texts)
    head = ["faults = []"]
    given = [("arguments", [parameter.node for parameter in entry.parameters])]
    given.append(("variables", [variable.node for variable in texts.program.variables]))
    for source, nodes in given:
        for position, node in enumerate(nodes):
            if node in writer.used:
                head.append(f"{writer.give(node, node.get(Named).name)} = {source}[{position}]")
    top = writer.statements()
    results = ", ".join(writer.name[result.node] for result in entry.results)
    updates = ", ".join(writer.name[update.value] for update in entry.updates)
    mentioned = writer.mentioned_dims()
    head += [f"{writer.dims[dim]} = dims[{place}]" for place, dim in enumerate(texts.dims) if dim in mentioned]
    last = f"return [{results}], [{updates}], min(faults, default=None)"
    kernel = "\n".join([f"def run{number}(arguments, dims, variables, exchange=None):", *indented([*head, *top, last])])
    return "\n\n\n".join([*texts.functions, kernel])
