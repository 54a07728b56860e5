"""Statements of the loop language as kernels: functions that call the runtime's templates with a lambda each."""

from __future__ import annotations

from collections.abc import Mapping

from tdsl.emit.cpp_numbers import size_text
from tdsl.emit.cpp_parameters import Parameters
from tdsl.emit.cpp_scalar import Scalars, index_text
from tdsl.loops import (
    Body,
    Call,
    Contract,
    Index,
    Load,
    Map,
    Reduce,
    Routine,
    Scatter,
    Statement,
    Strided,
    indices,
    written,
)
from tdsl.types import ONE, ZERO, Dim, Shape, product

_COMBINERS = {"argmax": "Max", "argmin": "Min"}
_PARAMETER = "int64_t"


class Kernels:
    """The kernels of a unit, each text once."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._names: dict[tuple[str, ...], str] = {}

    def call(self, parameters: Parameters, lines: list[str]) -> str:
        """The statement that runs a kernel with these lines."""
        declared = parameters.declared()
        key = declared, *lines
        if key not in self._names:
            name = self._names[key] = f"k{len(self._names)}"
            self.lines += [f"TDSL_ONCE void {name}({declared}) {{", *_indented(lines), "}", ""]
        return f"{self._names[key]}({parameters.passed()});"


class StatementPrinter:
    """Prints the statements of one routine, each a call.  `names` are the C++ names of the dims; buffers are b0 …"""

    def __init__(self, routine: Routine, names: Mapping[str, str], kernels: Kernels) -> None:
        self.routine, self.names, self.kernels = routine, names, kernels

    def text(self, statement: Statement) -> str:
        match statement:
            case Call():
                return self._call(statement)
            case Contract() if not statement.batch:
                return self._product(statement)
        parameters = Parameters(self.routine.buffers, set(written(statement)), self.names)
        return self.kernels.call(parameters, _kernel(statement, parameters, self.routine))

    def _sizes(self, *sizes: Dim) -> str:
        return ", ".join(size_text(size, self.names) for size in sizes)

    def _product(self, statement: Contract) -> str:
        left, right = (self._matrix(operand) for operand in (statement.left, statement.right))
        sizes = self._sizes(statement.m, statement.n, statement.k)
        return f"tdsl::gemm({sizes}, {left}, {right}, b{statement.buffer}, {self._sizes(statement.n)});"

    def _matrix(self, operand: Strided) -> str:
        offset = f" + ({self._sizes(operand.offset)})" if operand.offset.terms else ""
        return f"b{operand.buffer}{offset}, {self._sizes(operand.row, operand.column)}"

    def _call(self, statement: Call) -> str:
        given = f"b{statement.seed}[0], {statement.stream}, {self._sizes(*statement.shape)}, b{statement.buffer}"
        return f"tdsl::{statement.name}<{statement.dtype.c}>({given});"


def _kernel(statement: Statement, parameters: Parameters, routine: Routine) -> list[str]:
    match statement:
        case Map():
            return _map(statement, parameters)
        case Reduce():
            return _reduce(statement, parameters)
        case Contract():
            return _products(statement, parameters)
        case Scatter():
            return _scatter(statement, parameters, product(routine.buffers[statement.buffer].shape))
    raise AssertionError(statement)


def _braced(shape: Shape, parameters: Parameters) -> str:
    return "{" + ", ".join(map(parameters.size, shape)) + "}"


def _map(statement: Map, parameters: Parameters) -> list[str]:
    axes = _axes(len(statement.axes))
    extents = _braced(statement.axes, parameters)
    registers = [store.register for store in statement.stores]
    scalars = Scalars(statement.body, registers, axes, len(axes) - 1, parameters)
    lines = list(scalars.lines)
    for store in statement.stores:
        target = f"{parameters.buffer(store.buffer)}[{scalars.index(store.index)}]"
        lines.append(f"{target} = {scalars.text[store.register]};")
    if not axes:
        return lines
    used = _used(statement.body) | {axis for store in statement.stores for axis, _ in store.index.axes}
    return [f"tdsl::map({extents}, [=]({', '.join(_declared(axes, used))}) {{", *_indented(lines), "});"]


def _reduce(statement: Reduce, parameters: Parameters) -> list[str]:
    # The templates want at least one axis of each sort; one of size 1 changes nothing.
    kept, reduced = (_braced(sizes or (ONE,), parameters) for sizes in (statement.kept, statement.reduced))
    by_columns = _is_by_columns(statement)
    inner = len(statement.kept) + (0 if by_columns else len(statement.reduced)) - 1
    names = _axes(len(statement.kept) + len(statement.reduced))
    target = parameters.buffer(statement.buffer)
    scalars = Scalars(statement.body, [statement.value], names, inner, parameters)
    declared = _declared(names, _used(statement.body))
    left, right = declared[: len(statement.kept)], declared[len(statement.kept) :]
    how = f"tdsl::{_COMBINERS.get(statement.combiner, statement.combiner.capitalize())}<{statement.dtype.c}>"
    if statement.combiner in _COMBINERS:
        template = f"tdsl::reduce_position<{how}>"
    else:
        template = f"tdsl::reduce_{'columns' if by_columns else 'rows'}<{how}>"
    given = ", ".join([*(left or [_PARAMETER]), *(right or [_PARAMETER])])
    head = f"{template}({kept}, {reduced}, {target}, [=]({given}) {{"
    return [head, *_indented([*scalars.lines, f"return {scalars.text[statement.value]};"]), "});"]


def _products(statement: Contract, parameters: Parameters) -> list[str]:
    axes = _axes(len(statement.batch))
    batch = _braced(statement.batch, parameters)
    m, n, k = (parameters.size(size) for size in (statement.m, statement.n, statement.k))

    def matrix(buffer: int, offset: Dim, steps: tuple[Dim, ...]) -> str:
        index = Index(offset, tuple((axis, step) for axis, step in enumerate(steps) if step.terms))
        place = index_text(index, axes, None, {}, parameters)
        return parameters.buffer(buffer) + ("" if place == "0" else f" + ({place})")

    given = [m, n, k]
    for operand in (statement.left, statement.right):
        given.append(matrix(operand.buffer, operand.offset, operand.batch))
        given += [parameters.size(operand.row), parameters.size(operand.column)]
    steps = [statement.m * statement.n]
    for size in reversed(statement.batch[1:]):
        steps.insert(0, steps[0] * size)
    call = ", ".join([*given, matrix(statement.buffer, ZERO, tuple(steps)), n])
    declared = ", ".join(f"{_PARAMETER} {axis}" for axis in axes)
    return [f"tdsl::each({batch}, [=]({declared}) {{", f"    tdsl::gemm({call});", "});"]


def _scatter(statement: Scatter, parameters: Parameters, count: Dim) -> list[str]:
    axes = _axes(len(statement.axes))
    extents = _braced(statement.axes, parameters)
    target = parameters.buffer(statement.buffer)
    clear = f"tdsl::clear({target}, {parameters.size(count)});"
    outputs = [statement.value, *(register for register, _ in statement.position.registers)]
    scalars = Scalars(statement.body, outputs, axes, None, parameters)
    element = f"{target}[{scalars.index(statement.position)}]"
    add = f"{element} = tdsl::add({element}, {scalars.text[statement.value]});"
    used = _used(statement.body) | {axis for axis, _ in statement.position.axes}
    if not axes:
        return [clear, *scalars.lines, add]
    head = f"tdsl::in_order({extents}, [=]({', '.join(_declared(axes, used))}) {{"
    return [clear, head, *_indented([*scalars.lines, add]), "});"]


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
    return {axis for index in indices(body) for axis, _ in index.axes}


def _declared(axes: tuple[str, ...], used: set[int]) -> list[str]:
    """The parameters of a lambda over axes: one that it does not use has no name, or compilers would warn."""
    return [f"{_PARAMETER} {name}" if axis in used else _PARAMETER for axis, name in enumerate(axes)]


def _indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]
