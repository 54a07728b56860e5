"""The functions of the NumPy target: lines that compute nodes, and a function for each loop."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tdsl.emit.numpy.local_names import LocalNames
from tdsl.emit.numpy.operations import Spelling
from tdsl.ir.attributes import Named
from tdsl.ir.blocks import Block, blocks
from tdsl.ir.function import functions
from tdsl.ir.node import Node, topological
from tdsl.ir.pieces import all_sums
from tdsl.ir.program import Program
from tdsl.ops.functions import items
from tdsl.ops.scan import LoopAttributes, Scan, counts_steps
from tdsl.types import I64, Tuple, Type

# Python takes a hundred levels of indentation.
_DEEPEST = 60


@dataclass
class Texts:
    """The state that the functions of one entry share.  `functions` are their texts so far, `loops` the names of loops'
    functions with their dims; no name hides one that is `taken`."""

    program: Program
    dims: Sequence[str]
    sites: dict[Node, int]
    taken: frozenset[str] = frozenset()
    functions: list[str] = field(default_factory=list)
    loops: dict[LoopAttributes, tuple[str, list[str]]] = field(default_factory=dict)

    def add_loops(self, roots: Sequence[Node], name: str) -> None:
        """A function for each loop that the roots are made of, those inside of others first."""
        order = topological(roots)
        scopes = [topological(function.results) for function in functions(order)]
        found: dict[LoopAttributes, Node] = {}
        for node in (node for scope in (*scopes, order) for node in scope):
            if isinstance(node.attributes, LoopAttributes):
                found.setdefault(node.attributes, node)
        names = [name if not number else f"{name}_{number + 1}" for number in range(len(found))]
        self.taken |= frozenset(names)
        for (loop, node), own in zip(found.items(), names, strict=True):
            self._add_loop(loop, node, own)

    def _add_loop(self, loop: LoopAttributes, node: Node, name: str) -> None:
        """The parameters have the names of the first operands of the loop."""
        writer = Writer(loop.body.results, name, self)
        body, cut, first = loop.body, loop.states, loop.states + loop.sequences
        stacked = Scan.of(node).stacked
        last = [self._wish(result) for result in items(node)]
        given = [self._wish(operand) for operand in node.operands]
        states = [writer.give(*pair) for pair in zip(body.parameters, _or(last[:cut], "state"), strict=False)]
        sequences = [writer.scope.name(wish) for wish in _or(given[cut:first], "items")]
        captured = [
            writer.give(*pair) for pair in zip(body.parameters[first:], _or(given[first:], "given"), strict=False)
        ]
        stacks = [writer.scope.name(wish) for wish in _or(last[cut : cut + len(stacked)], "stack")]
        step = writer.scope.name("step")
        inside = [
            f"{writer.give(parameter, f'{whole}_{step}')} = {_element(parameter, f'{whole}[{step}]')}"
            for parameter, whole in zip(body.parameters[cut:first], sequences, strict=True)
            if parameter in writer.used
        ]
        inside += writer.statements()
        targets = ", ".join([*states, *(f"{stack}[{step}]" for stack in stacks)])
        made = [writer.name[result] for result in body.results[: cut + len(stacked)]]
        inside.append(f"{targets} = {', '.join(made)}")
        lines = [
            f"{stack} = {writer.spelling.zeros(result.type, loop.trip)}"
            for stack, result in zip(stacks, stacked, strict=True)
        ]
        limit = [writer.scope.name("limit") for _ in range(loop.limited)]
        trip = writer.spelling.size(loop.trip)
        trip = f"min({trip}, max(int({limit[0]}), 0))" if limit else trip
        done = [writer.scope.name("done") for _ in range(loop.until)]
        lines += [f"{count} = {trip}" for count in done]
        faults = ["faults"] * loop.may_fault
        if faults:
            known = writer.scope.name("known")
            lines.append(f"{known} = len(faults)")
            added = f"[(*fault[:3], {step}, *fault[3:]) for fault in faults[{known}:]]"
            inside += [f"if len(faults) > {known}:", f"    faults[{known}:] = {added}", "    break"]
        for count in done:
            inside += [f"if {writer.name[body.results[-1]]}:", f"    {count} = {step} + 1", "    break"]
        steps = f"range({trip})"
        lines.append(f"for {step} in {f'reversed({steps})' if loop.reverse else steps}:")
        lines += [*indented(inside), f"return {', '.join([*states, *stacks, *done])}"]
        dims = writer.mentioned_dims()
        parameters = [*faults, *(writer.dims[dim] for dim in dims), *states, *sequences, *captured, *limit]
        self.functions.append("\n".join([f"def {name}({', '.join(parameters)}):", *indented(lines)]))
        self.loops[loop] = name, dims

    def _wish(self, node: Node) -> str | None:
        own = node.attributes.name if isinstance(node.attributes, Named) else None
        return self.program.names.get(node) or own


def _element(parameter: Node, text: str) -> str:
    """An element of a sequence, which may be a range of Python."""
    return f"np.int64({text})" if parameter.type == Type(I64) else text


def _or(wishes: Iterable[str | None], other: str) -> list[str]:
    return [wish or other for wish in wishes]


class Writer:
    """The lines that compute roots; a side of an `if` is an indented block, so that it is lazy, or where that would be
    too deep for Python a function of its own."""

    def __init__(self, roots: Sequence[Node], prefix: str, texts: Texts) -> None:
        self.scope = LocalNames(texts.taken)
        self.texts = texts
        self.prefix = prefix
        self.order = topological(roots)
        self.used = set(self.order)
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
        self.inner |= self._counts(roots)
        self.name: dict[Node, str] = {}
        self.blocks: dict[Block, list[str]] = {}
        self.dims = {dim: self.scope.name(dim) for dim in texts.dims}
        self.mentioned: set[str] = set()
        self.spelling = Spelling(lambda size: size.spell(self.dim), texts.sites)

    def give(self, node: Node, wish: str | None) -> str:
        """The name of a node whose value the function is given, or will have."""
        name = self.name[node] = self.scope.name(wish)
        return name

    def dim(self, dim: str) -> str:
        """The name of a dim, for a line that mentions it."""
        self.mentioned.add(dim)
        return self.dims[dim]

    def mentioned_dims(self) -> list[str]:
        return [dim for dim in self.dims if dim in self.mentioned]

    def statements(self) -> list[str]:
        top: list[str] = []
        for place, node in enumerate(self.order):
            if node in self.name or node in self.inner:
                continue
            block = self.home[node]
            lines = top if block.parent is None else self.blocks.setdefault(block, [])
            operands = [self.name.get(operand, "") for operand in node.operands]
            if isinstance(node.attributes, LoopAttributes):
                names = [self.give(result, self.texts.program.names.get(result)) for result in items(node)]
                lines.append(f"{', '.join(names)} = {self._loop(node, operands)}")
                continue
            if isinstance(node.type, Tuple):
                names = [self.give(result, self.texts.program.names.get(result)) for result in items(node)]
                lines.append(f"{', '.join(names)} = {self.spelling.text(node, operands)}")
                continue
            name = self.give(node, self.texts.program.names.get(node))
            if node.op.family == "branch":
                lines += self._branch(node, name, place)
            elif node in self.sums:
                lines += self.spelling.sum(node, name, self.sums[node], self.name)
            else:
                lines.append(f"{name} = {self.spelling.text(node, operands)}")
        return top

    def _counts(self, roots: Sequence[Node]) -> set[Node]:
        """The numbers of steps that only loops read: they are no arrays."""
        found = {node for node in self.order if counts_steps(node)}.difference(roots)
        for node in self.order:
            loop = node.attributes if isinstance(node.attributes, LoopAttributes) else None
            sequences = range(loop.states, loop.states + loop.sequences) if loop else ()
            found.difference_update(operand for place, operand in enumerate(node.operands) if place not in sequences)
        return found

    def _loop(self, node: Node, operands: list[str]) -> str:
        loop = node.get(LoopAttributes)
        for place in range(loop.states, loop.states + loop.sequences):
            if node.operands[place] in self.inner:
                operands[place] = f"range({self.spelling.size(loop.trip)})"
        name, dims = self.texts.loops[loop]
        return f"{name}({', '.join([*['faults'] * loop.may_fault, *map(self.dim, dims), *operands])})"

    def _branch(self, node: Node, name: str, place: int) -> list[str]:
        lines: list[str] = []
        for side, head in ((1, f"if {self.name[node.operands[0]]}:"), (2, "else:")):
            inner = self.blocks.pop(self.sides[node, side], [])
            value = self.name[node.operands[side]]
            inner.append(f"{name} = {value}")
            if any(line.startswith("    " * _DEEPEST) for line in inner):
                inner = [self._function(inner, place)]
            lines += [head, *indented(inner)]
        return lines

    def _function(self, lines: list[str], place: int) -> str:
        """The call of a function made of a side of the `if` at a place.  Its parameters are the names that it does not
        assign itself; it returns those that are needed behind that place, even where the same side is taken again."""
        text = "\n".join(lines)
        names = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)]
        given = dict.fromkeys(name.id for name in names if isinstance(name.ctx, ast.Store))
        nodes = {name: node for node, name in self.name.items() if name in given}
        known = {"faults", "exchange", *self.name.values(), *self.dims.values()} - given.keys()
        parameters = ", ".join(sorted(known.intersection(name.id for name in names)))
        returned = [name for name in given if self.last.get(nodes[name], place) > place]
        function = self.scope.name(f"{self.prefix}_side")
        body = "\n".join([f"{' = '.join(returned)} = None", text, f"return {', '.join(returned)}"])
        self.texts.functions.append(f"def {function}({parameters}):\n{textwrap.indent(body, '    ')}")
        return f"{', '.join(returned)} = {function}({parameters})"


def indented(lines: Iterable[str]) -> list[str]:
    return ["    " + line for line in lines]
