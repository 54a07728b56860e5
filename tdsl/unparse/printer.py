"""The IR as tdsl source that reads like a person's and compiles to the same program again."""

from __future__ import annotations

import itertools
import json
import math
import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tdsl.check.builtins import BUILTINS, CONSTANTS
from tdsl.formatting.layout import formatted
from tdsl.ir.attributes import (
    Axes,
    Axis,
    Broadcast,
    Item,
    Message,
    Named,
    Position,
    Size,
    Slice,
    Triangle,
    Turned,
    Write,
)
from tdsl.ir.function import with_bodies
from tdsl.ir.node import Node, constant_value, topological
from tdsl.ir.program import Entry, Parameter, Program, Suggested, Variable
from tdsl.ops.functions import items
from tdsl.ops.scan import Scan
from tdsl.source import Source
from tdsl.syntax.parse import KEYWORDS
from tdsl.types import (
    BOOL,
    F32,
    I64,
    Dim,
    DType,
    Type,
    spell_tuple,
)
from tdsl.unparse import named_forms
from tdsl.unparse.index import indexed, ranges, reshape_marks, slice_marks

POSTFIX, POWER, UNARY, PRODUCT, SUM, COMPARE, NOT, AND, OR, WRITE = range(9, -1, -1)
INFIX = {"**": POWER, "*": PRODUCT, "/": PRODUCT, "//": PRODUCT, "%": PRODUCT, "@": PRODUCT, "+": SUM, "-": SUM}
INFIX |= {"and": AND, "or": OR} | dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), COMPARE)
DEEPEST = 6
WIDEST = 100


@dataclass
class Fragment:
    """An expression's text, how tightly its outermost operator binds, and how deep it is."""

    text: str
    binds: int = POSTFIX
    depth: int = 0

    def at(self, level: int) -> str:
        """The text, in brackets if it binds less tightly than `level`."""
        return self.text if self.binds >= level else f"({self.text})"


@dataclass
class Printer:
    """Writes lets for nodes that are named, used twice or deep, and everything else in place."""

    program: Program
    texts: dict[Node, Fragment] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def name(self, wanted: str | None) -> str:
        """A free name, the wanted one if it is."""
        if wanted and re.fullmatch(r"[A-Za-z_]\w*", wanted, re.A):
            candidates = itertools.chain([wanted], (f"{wanted}_{count}" for count in itertools.count(2)))
        else:
            candidates = itertools.chain(f"t{count}" for count in self.numbers)
        reserved = (self.taken, KEYWORDS, BUILTINS, CONSTANTS)
        candidate = next(name for name in candidates if not any(name in names for names in reserved))
        self.taken.add(candidate)
        return candidate

    def lets(self, roots: list[Node]) -> None:
        """Prints the nodes that the roots need; their texts are in `texts` then."""
        order = topological(roots)
        uses = _uses(roots, order)
        captured = {operand for node in order if node.op.name == "scan" for operand in Scan.of(node).outside}
        for node in order:
            if node in self.texts:
                continue
            if node.op.name == "scan":
                loop = Scan.of(node)
                self._loop(node, loop.until and items(node)[-1] in uses)
                continue
            text = self.expression(node)
            own = not isinstance(self.program.names.get(node, Suggested()), Suggested)
            named = uses[node] > 1 or own or text.depth >= DEEPEST or len(text.text) > WIDEST
            named = named or node in captured
            if named and not _stays_in_place(node):
                name = self.name(self.program.names.get(node))
                self.lines.append(f"let {name} = {text.text}")
                text = Fragment(name)
            self.texts[node] = text

    def _loop(self, node: Node, counted: bool) -> None:
        """Prints a loop, whose results have texts then.  Its number of steps is one more state, if it is `counted`;
        steps beyond a limit change nothing."""
        loop, inner = Scan.of(node), Printer(self.program, {}, [], self.taken, self.numbers)
        parameters, results = loop.body.parameters, loop.body.results
        names = [self.name(self.program.names.get(parameter)) for parameter in parameters[: loop.captures]]
        inner.texts |= {parameter: Fragment(name) for parameter, name in zip(parameters, names, strict=False)}
        inner.texts |= zip(parameters[loop.captures :], (self.texts[operand] for operand in loop.captured), strict=True)
        bindings = [
            f"{name} in {self._elements(operand, loop.reverse)}"
            for name, operand in zip(names[loop.states :], loop.read, strict=True)
        ]
        step = self.name(None) if loop.limited or counted or not bindings else ""
        if step:
            bindings.append(f"{step} in {f'arange({loop.trip})[::-1]' if loop.reverse else loop.trip}")
        held = {place for place in range(loop.states) if results[place].op.name == "assertion"}
        lines = [
            f"state {name}: {_declared(first.type, self.program, {})} = {self._inline(first)}"
            for place, (name, first) in enumerate(zip(names, loop.initial, strict=False))
            if place not in held
        ]
        results = tuple(result.operands[0] if place in held else result for place, result in enumerate(results))
        inner.lets(list(results))
        made = [inner.texts[result] for result in results]
        states = [
            state
            for place, state in enumerate(zip(names, made, results, parameters[: loop.states], strict=False))
            if place not in held
        ]
        changed = [(name, text) for name, text, result, parameter in states if result is not parameter]
        stacked = made[loop.states : loop.states + len(loop.stacked)]
        if loop.limited:
            does = f"if {step} < {self.texts[loop.limit[0]].at(SUM)} then"
            changed = [(name, Fragment(f"{does} {text.at(OR)} else {name}")) for name, text in changed]
            zeros = ["false" if result.type.dtype == BOOL else "0" for result in loop.stacked]
            stacked = [Fragment(f"{does} {text.at(OR)} else {zero}") for text, zero in zip(stacked, zeros, strict=True)]
        counts = [self.name(None)] * counted
        lines += [f"state {count} = 0" for count in counts]
        lines += inner.lines
        lines += [_assertion(loop.body.results[place], inner.texts) for place in sorted(held)]
        lines += [f"{name} <- {text.text}" for name, text in changed]
        lines += [f"{count} <- {step} + 1" for count in counts]
        lines += [f"yield {text.text}" for text in stacked]
        lines += [f"until {made[-1].text}"] * loop.until
        given = items(node)
        shown = [result for place, result in enumerate(given[: loop.states + len(stacked)]) if place not in held]
        states_shown = loop.states - len(held)
        wanted = [self.program.names.get(result) for result in shown]
        # What a loop backwards yields has its name where it is turned.
        turned = range(states_shown, len(shown)) if loop.reverse else range(0)
        called = [self.name(None if place in turned else name) for place, name in enumerate(wanted)]
        self.texts |= {result: Fragment(name) for result, name in zip(shown, called, strict=True)}
        lets: list[str] = []
        for place in turned:
            text = f"{called[place]}[::-1]"
            if wanted[place]:
                name = self.name(wanted[place])
                lets.append(f"let {name} = {text}")
                text = name
            self.texts[shown[place]] = Fragment(text)
        if counted:
            called.insert(states_shown, self.name(self.program.names.get(given[-1])))
            self.texts[given[-1]] = Fragment(called[states_shown])
        body = textwrap.indent("\n".join(lines), "    ")
        self.lines.append(f"let {', '.join(called)} = for {', '.join(bindings)} {{\n{body}\n}}")
        self.lines += lets

    def _elements(self, sequence: Node, reverse: bool) -> str:
        """A sequence in the order of the steps."""
        if reverse:
            text = self.texts[sequence].at(POSTFIX)
            return text.removesuffix("[::-1]") if text.endswith("[::-1]") else f"{text}[::-1]"
        if sequence.op.name == "iota" and sequence.type.rank == 1:
            return str(sequence.type.shape[0])
        return self.texts[sequence].at(OR)

    def _inline(self, first: Node) -> str:
        """A first value, which stretches to its declared type."""
        number = first.operands[0] if first.op.name == "broadcast" and first.is_constant else first
        return self._constant(number).text if number.op.name == "constant" else self.texts[number].text

    def expression(self, node: Node) -> Fragment:
        """One node over the texts of its operands."""
        name, operands = node.op.name, node.operands
        depth = 1 + max((self.texts[operand].depth for operand in operands), default=-1)
        text = self._expression(node, name, operands)
        text.depth = depth
        return text

    def _expression(self, node: Node, name: str, operands: tuple[Node, ...]) -> Fragment:
        match node.op.family:
            case "source":
                return self._source(node)
            case "reduction":
                return Fragment(f"{name}({self.texts[operands[0]].text}{self._axes(node)})")
            case "branch":
                a, b = (text.at(OR) for text in self._aligned(operands[1:], node))
                return Fragment(f"(if {self.texts[operands[0]].at(OR)} then {a} else {b})")
            case "elementwise":
                return self._elementwise(node, self._aligned(operands, node))
            case "write":
                return self._write(node)
            case named_forms.FAMILY:
                return self._named_form(node)
        texts = [self.texts[operand] for operand in operands]
        match name:
            case "matmul":
                left = texts[0].at(PRODUCT if operands[0].op.name == "matmul" else UNARY)
                return Fragment(f"{left} @ {texts[1].at(UNARY)}", PRODUCT)
            case "transpose" if node.type.rank == 2:
                return Fragment(f"{texts[0].at(POSTFIX)}.T")
            case "reshape":
                return self._reshape(node)
            case "broadcast":
                goes, rank = node.get(Broadcast).axes, node.type.rank
                axes = "" if goes == tuple(range(rank - len(goes), rank)) else f", {spell_tuple(goes)}"
                return Fragment(f"broadcast({texts[0].text}, {spell_tuple(node.type.shape)}{axes})")
            case "slice":
                return (
                    Fragment(texts[0].at(POSTFIX) + indexed(slice_marks(node))) if operands[0].type.rank else texts[0]
                )
            case "gather" if not _is_literal(operands[1]):
                marks = [":"] * node.get(Axis).axis + [texts[1].text]
                return Fragment(texts[0].at(POSTFIX) + indexed(marks))
            case "stack":
                return Fragment(f"[{', '.join(text.text for text in texts)}]")
            case "item" if node.operands[0].op.name != "lu":
                return Fragment(f"{texts[0].at(POSTFIX)}[{node.get(Item).index}]", POSTFIX)
            case "identity" | "lu" | "item":
                return Fragment(texts[0].text, texts[0].binds)
            case "solve_triangular":
                word = "solve_lower" if node.get(Triangle).lower else "solve_upper"
                return Fragment(f"{word}({texts[0].text}, {texts[1].text})")
            case "lu_solve":
                return Fragment(f"solve({self._turned(node, texts[0])}, {texts[2].text})")
            case "iota" if node.type.rank == 1 and node.type.dtype == I64:
                return Fragment(f"arange({node.type.shape[0]})")
            case "lu_det" | "lu_logdet":
                return Fragment(f"{node.op.tdsl}({texts[0].text})")
        return _call(node, texts)

    def _named_form(self, node: Node) -> Fragment:
        (operand,) = node.operands
        last = not isinstance(node.attributes, Axis) or node.attributes.axis == operand.type.rank - 1
        return Fragment(f"{node.op.name}({self.texts[operand].text}{'' if last else f', axis={node.get(Axis).axis}'})")

    def _turned(self, node: Node, matrix: Fragment) -> str:
        """The matrix of a system."""
        rank = node.operands[0].type.rank
        if not node.get(Turned).turned:
            return matrix.text
        if rank == 2:
            return f"{matrix.at(POSTFIX)}.T"
        return f"transpose({matrix.text}, {spell_tuple((*range(rank - 2), rank - 1, rank - 2))})"

    def _reshape(self, node: Node) -> Fragment:
        """A reshape as an index, if only axes of size 1 come and go; that of a slice merges into the slice."""
        (operand,) = node.operands
        base, ranges, positions = operand, [":"] * operand.type.rank, ["0"] * operand.type.rank
        if operand.op.name == "slice" and self.texts[operand].text.endswith("]"):
            (base,) = operand.operands
            ranges, positions = slice_marks(operand), [str(start) for start in operand.get(Slice).starts]
        marks = reshape_marks(operand.type.shape, node.type.shape, ranges, positions)
        if marks is None:
            return Fragment(f"reshape({self.texts[operand].text}, {spell_tuple(node.type.shape)})")
        return Fragment(self.texts[base].at(POSTFIX) + indexed(marks))

    def _write(self, node: Node) -> Fragment:
        array, part, index = node.operands
        where, shape = node.get(Write), part.type.shape
        sizes = (*shape[: where.axis], array.type.shape[where.axis], *shape[where.axis + index.type.rank :])
        marks = ranges(where.starts, where.steps, sizes, array.type.shape)
        marks[where.axis] = self.texts[index].text
        value = self._adapted(part) or self.texts[part]
        operator = node.op.tdsl
        text = f"{self.texts[array].at(WRITE)} with {indexed(marks)} {operator} {value.at(OR)}"
        return Fragment(text, WRITE)

    def _source(self, node: Node) -> Fragment:
        match node.op.name:
            case "constant":
                return self._constant(node)
            case "size":
                dim = node.get(Size).dim
                return Fragment(str(dim), POSTFIX if str(dim).isidentifier() else SUM)
        return Fragment(node.get(Named).name)

    def _constant(self, node: Node) -> Fragment:
        value, dtype = constant_value(node), node.type.dtype
        assert value is not None
        if dtype == BOOL:
            return Fragment("true" if value else "false")
        text = _shortest(value, dtype)
        if dtype not in (self.program.real, I64):
            return Fragment(f"{dtype}({text})")
        return _number(text)

    def _adapted(self, node: Node) -> Fragment | None:
        """A literal or size as short as it is beside something of its dtype, which it adapts to."""
        inner = node.operands[0] if node.op.name == "broadcast" else node
        value = constant_value(inner)
        if value is not None and node.type.dtype != BOOL:
            whole = math.isfinite(value) and value == int(value) and abs(value) < 1e6 and str(value) != "-0.0"
            return _number(str(int(value)) if whole else _shortest(value, node.type.dtype))
        if inner.op.name == "cast" and inner.operands[0].op.name == "size":
            return self.texts[inner.operands[0]]
        return None

    def _axes(self, node: Node) -> str:
        if node.op.name in ("argmax", "argmin"):
            return f", axis={node.get(Position).axis}"
        axes = node.get(Axes).axes
        if len(axes) == node.operands[0].type.rank:
            return ""
        return f", axis={axes[0]}" if len(axes) == 1 else f", axis={spell_tuple(axes)}"

    def _aligned(self, operands: tuple[Node, ...], node: Node) -> list[Fragment]:
        """Operands that the language stretches by itself are written unstretched, if one fills the shape; literals
        beside a value adapt to its dtype."""
        covered = {
            axis for operand in operands if operand.op.name == "broadcast" for axis in operand.get(Broadcast).axes
        }
        full = any(operand.op.name != "broadcast" for operand in operands) or len(covered) == node.type.rank
        adapted = [self._adapted(operand) for operand in operands]
        valued = {operand.type.dtype for operand, short in zip(operands, adapted, strict=True) if short is None}
        out = []
        for operand, short in zip(operands, adapted, strict=True):
            if short is not None and full and operand.type.dtype in valued:
                out.append(short)
                continue
            if operand.op.name != "broadcast" or not full:
                out.append(self.texts[operand])
                continue
            (inner,), axes, rank = operand.operands, operand.get(Broadcast).axes, operand.type.rank
            text = self.texts[inner]
            if axes and axes != tuple(range(rank - len(axes), rank)):
                marks = [":" if axis in axes else "new" for axis in range(axes[0], rank)]
                text = Fragment(f"{text.at(POSTFIX)}[{', '.join(marks)}]", POSTFIX, text.depth)
            out.append(text)
        return out

    def _elementwise(self, node: Node, operands: list[Fragment]) -> Fragment:
        spelling = node.op.tdsl
        if node.op.infix:
            level = INFIX[spelling]
            if node.op.name == "mul" and node.operands[0] is node.operands[1]:
                return Fragment(f"{operands[0].at(POSTFIX)} ** 2", POWER)
            tight = level + 1
            left = operands[0].at(tight if level in (POWER, COMPARE) else level)
            right = operands[1].at(UNARY if level == POWER else tight)
            return Fragment(f"{left} {spelling} {right}", level)
        match node.op.name:
            case "neg":
                return Fragment(f"-{operands[0].at(UNARY)}", UNARY)
            case "not":
                return Fragment(f"not {operands[0].at(NOT)}", NOT)
            case "cast":
                dtype = node.type.dtype
                word = "real" if dtype == self.program.real else dtype.name
                return Fragment(f"{word}({operands[0].text})")
        return _call(node, operands)


def _assertion(node: Node, texts: Mapping[Node, Fragment]) -> str:
    """The statement whose failure, 0 or 1, an assertion takes."""
    (failed,) = node.operands[0].operands if node.operands[0].op.name == "cast" else node.operands
    holds = texts[failed.operands[0]].text if failed.op.name == "not" else f"not {texts[failed].at(NOT)}"
    return f"assert {holds}, {json.dumps(node.get(Message).text, ensure_ascii=False)}"


def _call(node: Node, operands: Sequence[Fragment]) -> Fragment:
    """The function of an op: the operands, and then the attributes in the order of its signature."""
    given, listed = node.attributes.given(), [operand.text for operand in operands]
    for name in (name.removesuffix("?") for name in node.op.signature):
        value = given.get(name, False)
        if value is True:
            listed.append(f"{name}=true")
        elif value is not False:
            listed.append(spell_tuple(value) if isinstance(value, tuple) else str(value))
    return Fragment(f"{node.op.tdsl or node.op.name}({', '.join(listed)})")


def _shortest(value: int | float, dtype: DType) -> str:
    """The shortest text that is this value in its dtype."""
    if dtype != F32:
        return repr(np.asarray(value, dtype=dtype.numpy).item())
    with np.errstate(over="ignore"):
        return str(np.float32(value))


def _number(text: str) -> Fragment:
    return Fragment(text, UNARY if text.startswith("-") else POSTFIX)


def _is_literal(node: Node) -> bool:
    """Whether it reads as a number known when compiling."""
    return node.is_constant or node.op.name == "size"


def _stays_in_place(node: Node) -> bool:
    """Whether a node is as clear in place as by a name, or implicit in the language."""
    simple = node.op.name == "cast" and node.operands[0].op.family == "source"
    prepared = node.op.name == "lu" or (node.op.name == "item" and node.operands[0].op.name == "lu")
    return node.op.family == "source" or node.is_constant or node.op.name == "broadcast" or simple or prepared


def _uses(roots: list[Node], order: list[Node]) -> Counter[Node]:
    """The number of times that the text of a node would be written: a stretched operand as often as the stretching, the
    base of a square once."""
    uses = Counter(roots)
    for node in reversed(order):
        if node.op.name in ("broadcast", "lu", "item"):
            uses[node.operands[0]] += uses[node]
        elif node.op.name == "mul" and node.operands[0] is node.operands[1]:
            uses[node.operands[0]] += 1
        else:
            uses.update(node.operands)
    return uses


def emit_entry(program: Program, entry: Entry, doc: str) -> str:
    """A whole file whose one entry is equivalent to the given one, in the canonical layout."""
    printer = Printer(program)
    roots = entry.roots()
    used = {node for node in topological(roots) if node.op.name == "variable"}
    variables = [variable for variable in program.variables if variable.node in used]
    kept: list[Parameter | Variable] = [*entry.parameters, *variables]
    types = [one.node.type for one in kept]
    sizes = {symbol for type in types for size in type.shape for symbol in size.symbols()}
    sizes |= {symbol for parameter in entry.parameters for size in parameter.sizes for symbol in size.symbols()}
    printer.taken |= sizes | {one.name for one in kept} | {entry.name}
    aliases = {size.alias: size for type in types for size in type.shape if size.alias and size.alias.isidentifier()}
    consts = {name: size for name, size in aliases.items() if name and name not in printer.taken}
    printer.taken |= set(consts)

    forms = sorted({node.op.name for node in with_bodies(roots) if node.op.family == named_forms.FAMILY})
    printer.taken |= set(forms)

    heading = [f"## {line}" for line in doc.splitlines()]
    uses = [f"use {named_forms.MODULE}: {', '.join(forms)}"] * bool(forms)
    dims = [f"dim {', '.join(sorted(sizes))}"] * bool(sizes)
    dims += [f"const {name} = {size}" for name, size in consts.items()]
    declared: list[str] = []
    for parameter in entry.parameters:
        if parameter.size is not None:
            continue
        declared.append(f"input {parameter.name}: {_declared(parameter.node.type, program, consts)}")
    for variable in variables:
        name = variable.name if "." not in variable.name else printer.name(variable.name.replace(".", "_"))
        printer.texts[variable.node] = Fragment(name)
        word = "shared" if variable.kind == "shared" else "state"
        initial = "" if word == "shared" else " = false" if variable.node.type.dtype == BOOL else " = 0"
        declared.append(f"{word} {name}: {_declared(variable.node.type, program, consts)}{initial}")
    printer.lets(roots)
    results = [printer.texts[root].text for root in roots]
    listed = results[0] if len(results) == 1 else f"({', '.join(results)})"
    parameters = ", ".join("dim " * (one.size is not None) + one.name for one in entry.parameters)
    sections = heading, uses, dims, declared, printer.lines, [f"entry {entry.name}({parameters}) -> {listed}"]
    text = "\n\n".join("\n".join(section) for section in sections if section) + "\n"
    return formatted(Source("printed.tdsl", text))


def _declared(type: Type, program: Program, consts: Mapping[str, Dim]) -> str:
    """A type with its sizes as they were declared."""
    name = "real" if type.dtype == program.real else type.dtype.name
    sizes = [size.alias if size.alias and consts.get(size.alias) == size else str(size) for size in type.shape]
    return f"{name}[{', '.join(sizes)}]" if sizes else name
