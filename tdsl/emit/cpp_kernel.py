"""Statements of the loop language as calls of the runtime's templates with a lambda each."""

from __future__ import annotations

from collections.abc import Mapping

from tdsl.emit.cpp_scalar import Scalars, index_text, size_text
from tdsl.loops import (
    ONE,
    Body,
    Branch,
    Call,
    Contract,
    Index,
    Load,
    Map,
    Position,
    Random,
    Reduce,
    Routine,
    Scatter,
    Statement,
    Strided,
    Within,
)
from tdsl.types import Dim, Shape, product

_COMBINERS = {"argmax": "Max", "argmin": "Min"}
_PARAMETER = "int64_t"


class KernelPrinter:
    """Prints the statements of one routine.  `names` are the C++ names of the dims, b0, b1 … those of the buffers."""

    def __init__(self, routine: Routine, names: Mapping[str, str]) -> None:
        self.routine, self.names = routine, names
        self.buffers = {number: f"b{number}" for number in range(len(routine.buffers))}
        self.lines: list[str] = []

    def print(self) -> list[str]:
        stack: list[tuple[Statement | str, int]] = [(line, 0) for line in reversed(self.routine.statements)]
        while stack:
            item, depth = stack.pop()
            if isinstance(item, str):
                self._line(item, depth)
            elif isinstance(item, Branch):
                self._line(f"if (b{item.condition}[0]) {{", depth)
                stack.append(("}", depth))
                stack.extend((line, depth + 1) for line in reversed(item.otherwise))
                if item.otherwise:
                    stack.append(("} else {", depth))
                stack.extend((line, depth + 1) for line in reversed(item.then))
            else:
                for line in self._statement(item):
                    self._line(line, depth)
        return self.lines

    def _line(self, text: str, depth: int) -> None:
        self.lines.append("    " * depth + text)

    def _statement(self, statement: Statement) -> list[str]:
        match statement:
            case Map():
                return self._map(statement)
            case Reduce():
                return self._reduce(statement)
            case Contract():
                return self._contract(statement)
            case Scatter():
                return self._scatter(statement)
            case Call():
                return self._call(statement)
        raise AssertionError(statement)

    def size(self, size: Dim) -> str:
        return size_text(size, self.names)

    def _sizes(self, shape: Shape) -> str:
        return "{" + ", ".join(map(self.size, shape)) + "}"

    def _scalars(self, body: Body, outputs: list[int], axes: tuple[str, ...]) -> Scalars:
        return Scalars(body, outputs, axes, self.names, self.buffers)

    def _map(self, statement: Map) -> list[str]:
        axes = _axes(len(statement.axes))
        scalars = self._scalars(statement.body, [store.register for store in statement.stores], axes)
        lines = list(scalars.lines)
        for store in statement.stores:
            lines.append(f"b{store.buffer}[{scalars.index(store.index)}] = {scalars.text[store.register]};")
        if not axes:
            return ["{", *_indented(lines), "}"]
        used = _used(statement.body) | {axis for store in statement.stores for axis, _ in store.index.axes}
        head = f"tdsl::map({self._sizes(statement.axes)}, [=]({_parameters(axes, used)}) {{"
        return [head, *_indented(lines), "});"]

    def _reduce(self, statement: Reduce) -> list[str]:
        # The templates want at least one axis of each sort; one of size 1 changes nothing.
        kept, reduced = statement.kept or (ONE,), statement.reduced or (ONE,)
        inner = _axes(len(statement.kept) + len(statement.reduced))
        axes = (*inner[: len(statement.kept)],)
        over = inner[len(statement.kept) :]
        scalars = self._scalars(statement.body, [statement.value], inner)
        used = _used(statement.body)
        left = _parameters(axes, used) if axes else _PARAMETER
        numbered = [name if len(axes) + position in used else "" for position, name in enumerate(over)]
        right = ", ".join(f"{_PARAMETER} {name}".rstrip() for name in numbered) if over else _PARAMETER
        how = f"tdsl::{_COMBINERS.get(statement.combiner, statement.combiner.capitalize())}<{statement.dtype.c}>"
        if statement.combiner in _COMBINERS:
            template = f"tdsl::reduce_position<{how}>"
        else:
            template = f"tdsl::reduce_{'columns' if _is_by_columns(statement) else 'rows'}<{how}>"
        head = f"{template}({self._sizes(kept)}, {self._sizes(reduced)}, b{statement.buffer}, [=]({left}, {right}) {{"
        return [head, *_indented([*scalars.lines, f"return {scalars.text[statement.value]};"]), "});"]

    def _contract(self, statement: Contract) -> list[str]:
        m, n, k = (self.size(size) for size in (statement.m, statement.n, statement.k))
        axes = _axes(len(statement.batch))
        left = self._matrix(statement.left, axes)
        right = self._matrix(statement.right, axes)
        target = f"b{statement.buffer}"
        if axes:
            at = Dim.of(1)
            steps: list[Dim] = []
            for size in reversed(statement.batch):
                steps.append(at * statement.m * statement.n)
                at = at * size
            target += " + " + self._offset(Dim.of(0), tuple(reversed(steps)), axes)
        call = f"tdsl::gemm({m}, {n}, {k}, {left}, {right}, {target}, {n});"
        if not axes:
            return [call]
        parameters = ", ".join(f"{_PARAMETER} {axis}" for axis in axes)
        return [f"tdsl::each({self._sizes(statement.batch)}, [=]({parameters}) {{", f"    {call}", "});"]

    def _matrix(self, operand: Strided, axes: tuple[str, ...]) -> str:
        offset = self._offset(operand.offset, operand.batch, axes)
        where = f"b{operand.buffer}" + ("" if offset == "0" else f" + ({offset})")
        return f"{where}, {self.size(operand.row)}, {self.size(operand.column)}"

    def _offset(self, offset: Dim, steps: tuple[Dim, ...], axes: tuple[str, ...]) -> str:
        index = Index(offset, tuple((axis, step) for axis, step in enumerate(steps) if step.terms))
        return index_text(index, axes, {}, self.names)

    def _scatter(self, statement: Scatter) -> list[str]:
        axes = _axes(len(statement.axes))
        outputs = [statement.value, *(register for register, _ in statement.position.registers)]
        scalars = self._scalars(statement.body, outputs, axes)
        buffer = self.routine.buffers[statement.buffer]
        element = f"b{statement.buffer}[{scalars.index(statement.position)}]"
        add = f"{element} = tdsl::add({element}, {scalars.text[statement.value]});"
        used = _used(statement.body) | {axis for axis, _ in statement.position.axes}
        clear = f"tdsl::clear(b{statement.buffer}, {self.size(product(buffer.shape))});"
        if not axes:
            return [clear, "{", *_indented([*scalars.lines, add]), "}"]
        head = f"tdsl::in_order({self._sizes(statement.axes)}, [=]({_parameters(axes, used)}) {{"
        return [clear, head, *_indented([*scalars.lines, add]), "});"]

    def _call(self, statement: Call) -> list[str]:
        sizes = ", ".join(map(self.size, statement.shape))
        return [
            f"tdsl::{statement.name}<{statement.dtype.c}>(b{statement.seed}[0], {statement.stream}, {sizes}, "
            f"b{statement.buffer});"
        ]


def _is_by_columns(statement: Reduce) -> bool:
    """Whether more of what is read lies side by side along the last kept axis than along the last reduced one."""
    if not statement.kept or not statement.reduced:
        return False
    kept, reduced = len(statement.kept) - 1, len(statement.kept) + len(statement.reduced) - 1
    score = 0
    for instruction in statement.body:
        if isinstance(instruction, Load):
            score += (instruction.index.coefficient(kept) == ONE) - (instruction.index.coefficient(reduced) == ONE)
    return score > 0


def _axes(count: int) -> tuple[str, ...]:
    return tuple(f"i{axis}" for axis in range(count))


def _used(body: Body) -> set[int]:
    """The axes that a body mentions."""
    return {
        axis
        for instruction in body
        if isinstance(instruction, Load | Position | Within | Random)
        for axis, _ in instruction.index.axes
    }


def _parameters(axes: tuple[str, ...], used: set[int]) -> str:
    return ", ".join(f"{_PARAMETER} {name}" if axis in used else _PARAMETER for axis, name in enumerate(axes))


def _indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]
