"""The IR as tdsl source that reads like a person's and compiles to the same program again."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field

from tdsl.check.builtins import BUILTINS, CONSTANTS
from tdsl.parse import KEYWORDS
from tdsl.ir import Entry, Node, Program, constant_value, topological
from tdsl.types import BOOL, I64, Dim, Kind

POSTFIX, POWER, UNARY, PRODUCT, SUM, COMPARE, NOT, AND, OR, LOOSE = range(10, 0, -1)
INFIX = {"**": POWER, "*": PRODUCT, "/": PRODUCT, "//": PRODUCT, "%": PRODUCT, "@": PRODUCT, "+": SUM, "-": SUM}
INFIX |= {"and": AND, "or": OR} | dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), COMPARE)
DEEPEST = 6


@dataclass
class Text:
    """An expression's text, how tightly its outermost operator binds, and how deep it is."""

    text: str
    binds: int = POSTFIX
    depth: int = 0

    def at(self, level: int) -> str:
        """In brackets if it binds less tightly than asked."""
        return self.text if self.binds >= level else f"({self.text})"


@dataclass
class Printer:
    """Writes lets for what is named, used twice or deep, and everything else in place."""

    program: Program
    texts: dict[Node, Text] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def name(self, wanted: str | None) -> str:
        """A free name, the wanted one if it is."""
        base = wanted if wanted and re.fullmatch(r"[A-Za-z_]\w*", wanted, re.A) else "t"
        candidate, count = base, 1
        if base == "t":
            candidate = "t1"
        while candidate in self.taken or candidate in KEYWORDS or candidate in BUILTINS or candidate in CONSTANTS:
            count += 1
            candidate = f"{base}_{count}" if base != "t" else f"t{count}"
        self.taken.add(candidate)
        return candidate

    def lets(self, roots: list[Node]) -> None:
        """Prints what the roots need; their texts are in `texts` then."""
        order = topological(roots)
        uses = Counter(operand for node in order for operand in node.operands)
        uses.update(roots)
        for node in order:
            if node in self.texts:
                continue
            text = self.expression(node)
            atom = node.op.family == "source" or node.is_constant or node.op.name in ("broadcast", "cast")
            if not atom and (uses[node] > 1 or node in self.program.names or text.depth >= DEEPEST):
                name = self.name(self.program.names.get(node))
                self.lines.append(f"let {name} = {text.text}")
                text = Text(name)
            self.texts[node] = text

    def expression(self, node: Node) -> Text:
        """One node over the texts of its operands."""
        name, operands = node.op.name, node.operands
        depth = 1 + max((self.texts[operand].depth for operand in operands), default=-1)
        text = self._expression(node, name, operands)
        text.depth = depth
        return text

    def _expression(self, node: Node, name: str, operands: tuple[Node, ...]) -> Text:
        match node.op.family:
            case "source":
                return self._source(node)
            case "reduction":
                return Text(f"{name}({self.texts[operands[0]].text}{self._axes(node)})")
            case "branch":
                c, a, b = (self.texts[operand].at(OR) for operand in operands)
                return Text(f"(if {c} then {a} else {b})")
            case "elementwise":
                return self._elementwise(node, self._aligned(operands, node))
        texts = [self.texts[operand] for operand in operands]
        match name:
            case "matmul":
                return Text(f"{texts[0].at(PRODUCT)} @ {texts[1].at(UNARY)}", PRODUCT)
            case "transpose" if node.type.rank == 2:
                return Text(f"{texts[0].at(POSTFIX)}.T")
            case "transpose":
                return Text(f"transpose({texts[0].text}, {_numbers(node['axes'])})")
            case "reshape" if not node.type.rank:
                return Text(f"{texts[0].at(POSTFIX)}[{', '.join('0' * operands[0].type.rank)}]")
            case "reshape":
                return Text(f"reshape({texts[0].text}, {_shape(node.type.shape)})")
            case "broadcast":
                axes = "" if not node["axes"] else f", {_numbers(node['axes'])}"
                if node["axes"] == tuple(range(node.type.rank - len(node["axes"]), node.type.rank)):
                    axes = ""
                return Text(f"broadcast({texts[0].text}, {_shape(node.type.shape)}{axes})")
            case "slice":
                ranges = [
                    _range(start, step, size, whole)
                    for start, step, size, whole in zip(
                        node["starts"], node["steps"], node["sizes"], operands[0].type.shape, strict=True
                    )
                ]
                return Text(f"{texts[0].at(POSTFIX)}[{', '.join(ranges)}]")
            case "place":
                parts = (_shape(node["shape"]), _shape(node["starts"]), _numbers(node["steps"]))
                return Text(f"place({', '.join([texts[0].text, *parts])})")
            case "iota":
                return Text(f"iota({_shape(node.type.shape)}, {node['axis']})")
            case "gather":
                return Text(f"gather({texts[0].text}, {texts[1].text}, {node['axis']})")
            case "scatter":
                return Text(f"scatter({texts[0].text}, {texts[1].text}, {node['axis']}, {node['size']})")
            case "stack":
                return Text(f"[{', '.join(text.text for text in texts)}]")
            case "stop_grad":
                return Text(f"stop_grad({texts[0].text})")
            case "identity":
                return Text(texts[0].text, texts[0].binds)
        raise AssertionError(name)

    def _source(self, node: Node) -> Text:
        match node.op.name:
            case "constant":
                return self._constant(node)
            case "size":
                dim = node["dim"]
                return Text(str(dim), POSTFIX if str(dim).isidentifier() else SUM)
        return Text(node["name"])

    def _constant(self, node: Node) -> Text:
        value, dtype = constant_value(node), node.type.dtype
        assert value is not None
        if dtype == BOOL:
            return Text("true" if value else "false")
        if dtype.kind is Kind.REAL:
            text = "inf" if value == math.inf else "-inf" if value == -math.inf else repr(float(value))
        else:
            text = str(value)
        if dtype not in (self.program.real, I64):
            return Text(f"{dtype}({text})")
        return Text(text, UNARY if text.startswith("-") else POSTFIX)

    def _axes(self, node: Node) -> str:
        if node.op.name in ("argmax", "argmin"):
            return f", axis={node['axis']}"
        axes = node["axes"]
        if len(axes) == node.operands[0].type.rank:
            return ""
        return f", axis={axes[0]}" if len(axes) == 1 else f", axis={_numbers(axes)}"

    def _aligned(self, operands: tuple[Node, ...], node: Node) -> list[Text]:
        """Operands that the language stretches by itself are written unstretched, if one fills the shape."""
        covered = {axis for operand in operands if operand.op.name == "broadcast" for axis in operand["axes"]}
        full = any(operand.op.name != "broadcast" for operand in operands) or len(covered) == node.type.rank
        out = []
        for operand in operands:
            if operand.op.name != "broadcast" or not full:
                out.append(self.texts[operand])
                continue
            (inner,), axes, rank = operand.operands, operand["axes"], operand.type.rank
            text = self.texts[inner]
            if axes and axes != tuple(range(rank - len(axes), rank)):
                marks = [":" if axis in axes else "new" for axis in range(axes[0], rank)]
                text = Text(f"{text.at(POSTFIX)}[{', '.join(marks)}]", POSTFIX, text.depth)
            out.append(text)
        return out

    def _elementwise(self, node: Node, operands: list[Text]) -> Text:
        spelling = node.op.tdsl
        if node.op.infix:
            level = INFIX[spelling]
            tight = level + 1
            left = operands[0].at(tight if level in (POWER, COMPARE) else level)
            right = operands[1].at(UNARY if level == POWER else tight)
            return Text(f"{left} {spelling} {right}", level)
        match node.op.name:
            case "neg":
                return Text(f"-{operands[0].at(UNARY)}", UNARY)
            case "not":
                return Text(f"not {operands[0].at(NOT)}", NOT)
            case "cast":
                dtype = node.type.dtype
                word = "real" if dtype == self.program.real else dtype.name
                return Text(f"{word}({operands[0].text})")
        return Text(f"{spelling}({', '.join(operand.text for operand in operands)})")


def _numbers(numbers: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, numbers))}{',' * (len(numbers) == 1)})"


def _shape(sizes: tuple[Dim, ...]) -> str:
    return f"({', '.join(map(str, sizes))}{',' * (len(sizes) == 1)})"


def _range(start: Dim, step: int, size: Dim, whole: Dim) -> str:
    if start == Dim.of(0) and step == 1 and size == whole:
        return ":"
    stop = start + size if step == 1 else start + (size - 1) * step + (1 if step > 0 else -1)
    last = "" if stop.constant is not None and stop.constant < 0 else str(stop)
    return f"{start}:{last}" + (f":{step}" if step != 1 else "")


def emit_entry(program: Program, entry: Entry, doc: str) -> str:
    """A whole file whose one entry computes what the given one does."""
    printer = Printer(program)
    lines = [f"## {line}" for line in doc.splitlines()] + [""]
    roots = entry.roots()
    used = [node for node in topological(roots) if node.op.name == "variable"]
    sizes = {symbol for parameter in entry.parameters for size in parameter.node.type.shape for symbol in size.symbols()}
    if sizes:
        lines += [f"dim {', '.join(sorted(sizes))}", ""]
    printer.taken |= sizes | {parameter.name for parameter in entry.parameters} | {entry.name}
    for parameter in entry.parameters:
        lines.append(f"input {parameter.name}: {parameter.node.type.spell(program.real)}")
    for node in used:
        variable = next(v for v in program.variables if v.node is node)
        name = node["name"] if "." not in node["name"] else printer.name(node["name"].replace(".", "_"))
        printer.taken.add(name)
        printer.texts[node] = Text(name)
        word = "shared" if variable.kind == "shared" else "state"
        initial = "" if word == "shared" else " = false" if node.type.dtype == BOOL else " = 0"
        lines.append(f"{word} {name}: {node.type.spell(program.real)}{initial}")
    printer.lets(roots)
    results = [printer.texts[root].text for root in roots]
    listed = results[0] if len(results) == 1 else f"({', '.join(results)})"
    parameters = ", ".join(parameter.name for parameter in entry.parameters)
    lines += ["", *printer.lines, "", f"entry {entry.name}({parameters}) -> {listed}", ""]
    return "\n".join(lines)

