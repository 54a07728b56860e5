"""The NumPy target: a pure Python module with the API of the native one, straight-line code, one line a node."""

from __future__ import annotations

import builtins
import keyword
import re
import textwrap
from functools import cache

from tdsl.describe.table import ModuleTable, as_literal, literal_text
from tdsl.emit.bundle import bundle
from tdsl.emit.frames import filled
from tdsl.emit.numpy.operations import Spelling, operations
from tdsl.emit.numpy.scope import Scope
from tdsl.ir.attributes import Named
from tdsl.ir.blocks import Block, blocks
from tdsl.ir.node import Node, topological
from tdsl.ir.program import Entry, Program
from tdsl.lower.pieces import all_sums
from tdsl.lower.sites import sites

# Python takes a hundred levels of indentation.
_DEEPEST = 60


def emit_numpy(program: Program, table: ModuleTable) -> str:
    """The text of NAME.py.  Names of the program are used only where they are plain identifiers."""
    numbers, _ = sites(program)
    kernels = [
        _kernel(entry, number, program, table.dims, numbers[number]) for number, entry in enumerate(program.routines())
    ]
    contents = "\n\n\n".join([_around(), *kernels])
    listing = literal_text(as_literal(table))
    words = set(re.findall(r"\w+", contents + listing)).intersection(dir(builtins))
    listed = ", ".join(f"{entry.name!r}: run{number}" for number, entry in enumerate(program.entries))
    return filled(
        "python/module.py",
        builtins=", ".join(sorted(name for name in words if _is_ordinary(name))),
        contents=textwrap.indent(contents, "    "),
        table=listing,
        entries=f"{{{listed}}}",
        initialise=f"run{len(program.entries)}" if program.variables else "None",
    )


def _is_ordinary(name: str) -> bool:
    return not keyword.iskeyword(name) and not name.startswith("_")


@cache
def _around() -> str:
    support = bundle().replace("from __future__ import annotations\n\n", "", 1)
    return "\n\n\n".join([support.strip(), operations(), filled("python/faults.py").strip()])


@cache
def _functions() -> frozenset[str]:
    """The names that the text around the kernels defines, which names of kernels must not hide."""
    lines = re.findall(r"^(?:def|class|import) (\w+)|^(\w+(?:, \w+)*) = ", _around(), flags=re.MULTILINE)
    return frozenset(name for found in lines for names in found for name in names.split(", "))


def _kernel(entry: Entry, number: int, program: Program, names: tuple[str, ...], sites: dict[Node, int]) -> str:
    writer = _Writer(entry, number, program, names, sites)
    kernel = "\n".join([f"def run{number}(arguments, dims, variables):", *writer.lines])
    return "\n\n\n".join([*writer.functions, kernel])


class _Writer:
    """The body of one kernel; a side of an `if` is an indented block, so that it is lazy, or where that would be too
    deep for Python one of the `functions`."""

    def __init__(
        self, entry: Entry, number: int, program: Program, names: tuple[str, ...], sites: dict[Node, int]
    ) -> None:
        self.scope = Scope(_functions())
        self.program = program
        self.number = number
        self.functions: list[str] = []
        roots = entry.roots()
        self.order = topological(roots)
        self.home, self.sides = blocks(self.order, roots)
        # The last use of each node in the order.
        self.last = {operand: place for place, node in enumerate(self.order) for operand in node.operands}
        self.last.update(dict.fromkeys(roots, len(self.order)))
        self.sums = all_sums(self.order, roots)
        self.inner: set[Node] = set()
        for place, node in enumerate(self.order):
            if node in self.sums:
                self.inner |= self.sums[node].inner
                for operand in self.sums[node].operands:
                    self.last[operand] = max(self.last.get(operand, place), place)
        self.name: dict[Node, str] = {}
        self.blocks: dict[Block, list[str]] = {}
        self.dims = {dim: self.scope.name(dim) for dim in names}
        self.spelling = Spelling(lambda size: size.spell(self.dims.__getitem__), sites)
        head = ["faults = []"]
        used = set(self.order)
        given = [("arguments", [parameter.node for parameter in entry.parameters])]
        given.append(("variables", [variable.node for variable in program.variables]))
        for source, nodes in given:
            for number, node in enumerate(nodes):
                if node in used:
                    self.name[node] = self.scope.name(node.get(Named).name)
                    head.append(f"{self.name[node]} = {source}[{number}]")
        top = self._statements()
        results = ", ".join(self.name[result.node] for result in entry.results)
        updates = ", ".join(self.name[update.value] for update in entry.updates)
        words = set(re.findall(r"\w+", " ".join(top)))
        head += [f"{name} = dims[{number}]" for number, name in enumerate(self.dims.values()) if name in words]
        last = f"return [{results}], [{updates}], min(faults, default=None)"
        self.lines = ["    " + line for line in [*head, *top, last]]

    def _statements(self) -> list[str]:
        top: list[str] = []
        for place, node in enumerate(self.order):
            if node in self.name or node in self.inner:
                continue
            name = self.name[node] = self.scope.name(self.program.names.get(node))
            block = self.home[node]
            lines = top if block.parent is None else self.blocks.setdefault(block, [])
            if node.op.family == "branch":
                lines += self._branch(node, name, place)
            elif node in self.sums:
                lines += self.spelling.sum(node, name, self.sums[node], self.name)
            else:
                lines.append(f"{name} = {self.spelling.text(node, [self.name[operand] for operand in node.operands])}")
        return top

    def _branch(self, node: Node, name: str, place: int) -> list[str]:
        lines: list[str] = []
        for side, head in ((1, f"if {self.name[node.operands[0]]}:"), (2, "else:")):
            inner = self.blocks.pop(self.sides[node, side], [])
            value = self.name[node.operands[side]]
            inner.append(f"{name} = {value}")
            if any(line.startswith("    " * _DEEPEST) for line in inner):
                inner = [self._function(inner, place)]
            lines += [head, *("    " + line for line in inner)]
        return lines

    def _function(self, lines: list[str], place: int) -> str:
        """The call of a function made of a side of the `if` at a place.  Its parameters are the names that it does not
        give itself; it returns those that are needed behind that place, be it where the same side is taken again."""
        text = "\n".join(lines)
        targets = re.findall(r"^ *(\w+(?:, \w+)*) = ", text, flags=re.MULTILINE)
        given = dict.fromkeys(name for target in targets for name in target.split(", "))
        nodes = {name: node for node, name in self.name.items() if name in given}
        known = {"faults", *self.name.values(), *self.dims.values()} - given.keys()
        parameters = ", ".join(sorted(known.intersection(re.findall(r"\w+", text))))
        returned = [name for name in given if self.last[nodes[name]] > place]
        function = self.scope.name(f"run{self.number}_side")
        body = "\n".join([f"{' = '.join(returned)} = None", text, f"return {', '.join(returned)}"])
        self.functions.append(f"def {function}({parameters}):\n{textwrap.indent(body, '    ')}")
        return f"{', '.join(returned)} = {function}({parameters})"
