"""Statements of the loop language as kernels: functions that call the runtime's templates with a lambda each."""

from __future__ import annotations

from collections.abc import Mapping

from tdsl.emit.c.functions import Functions
from tdsl.emit.c.numbers import size_text
from tdsl.emit.c.parameters import Parameters
from tdsl.emit.c.scalars import Scalars, index_text, is_never_subnormal
from tdsl.loops.language import (
    Body,
    Call,
    Contraction,
    Index,
    Indexed,
    Load,
    Map,
    Reduce,
    Routine,
    Scatter,
    Statement,
    Strided,
    indices,
    operands,
    written,
)
from tdsl.schedule.row_groups import Group, nest
from tdsl.types import ONE, Dim, Shape, element_count

_COMBINERS = {"argmax": "Max", "argmin": "Min"}
# From so many instructions on a body is long.
_LONG = 24
_PARAMETER = "int64_t"
_FIRST = f"{_PARAMETER} i0"
_ROW = f"const {_FIRST} = first + row;"


class StatementPrinter:
    """Prints the statements of one routine, each a call.  `names` are the C++ names of the dims; buffers are b0 …"""

    def __init__(self, routine: Routine, names: Mapping[str, str], functions: Functions, nests: str = "tdsl") -> None:
        """`nests` is the C++ namespace of the templates for nests and products."""
        self.routine, self.names, self.functions, self.nests = routine, names, functions, nests

    def text(self, group: Group) -> str:
        """One statement, or several that run some rows at a time."""
        match group:
            case (Call() as call,):
                return self._call(call)
            case (Contraction() as contract,) if not contract.batch and _is_stored(contract):
                return self._product(contract)
        filled = {buffer for statement in group for buffer in written(statement)}
        parameters = Parameters(self.routine.buffers, filled, self.names, self.nests)
        if len(group) == 1:
            return self.functions.kernel(parameters, _kernel(group[0], parameters))
        return self.functions.kernel(parameters, _by_rows(group, parameters))

    def _sizes(self, *sizes: Dim) -> str:
        return ", ".join(size_text(size, self.names) for size in sizes)

    def _product(self, statement: Contraction) -> str:
        left, right = (self._matrix(operand) for operand in (statement.left, statement.right))
        sizes = self._sizes(statement.m, statement.n, statement.k)
        (store,) = statement.stores
        target = self._place(store.buffer, store.index.offset)
        return f"{self.nests}::gemm({sizes}, {left}, {right}, {target}, {self._sizes(_row(statement))});"

    def _matrix(self, operand: Strided) -> str:
        return f"{{{self._place(operand.buffer, operand.offset)}, {self._sizes(operand.row, operand.column)}}}"

    def _place(self, buffer: int, offset: Dim) -> str:
        return f"b{buffer} + ({self._sizes(offset)})" if offset.terms else f"b{buffer}"

    def _call(self, statement: Call) -> str:
        buffers = [f"b{buffer}" for buffer in (statement.buffer, *statement.inputs)]
        given = ", ".join([*map(str, statement.numbers), self._sizes(*statement.sizes), *buffers])
        return f"tdsl::{statement.name}<{statement.dtype.c}>({given});"


def _by_rows(group: Group, parameters: Parameters) -> list[str]:
    sizes = dict.fromkeys(parameters.size(element_count(nest(statement)[1:])) for statement in group)
    head = f"tdsl::for_row_blocks({parameters.size(nest(group[0])[0])}, {{{', '.join(sizes)}}}, "
    lines: list[str] = []
    for statement in group:
        match statement:
            case Map():
                lines += _map(statement, parameters, rows=True)
            case Reduce():
                lines += _reduce(statement, parameters, rows=True)
    return [f"{head}[=]({_PARAMETER} first, {_PARAMETER} last) {{", *_indented(lines), "});"]


def _kernel(statement: Statement, parameters: Parameters) -> list[str]:
    match statement:
        case Map():
            return _map(statement, parameters)
        case Reduce():
            return _reduce(statement, parameters)
        case Contraction():
            return _products(statement, parameters)
        case Scatter():
            return _scatter(statement, parameters)
    raise AssertionError(statement)


def _braced(shape: Shape, parameters: Parameters, rows: bool = False) -> str:
    """The sizes; of the rows, if only some are meant, those from the first to the last."""
    sizes = [*(["last - first"] if rows else []), *map(parameters.size, shape[rows:])]
    return "{" + ", ".join(sizes) + "}"


def _map(statement: Map, parameters: Parameters, rows: bool = False) -> list[str]:
    axes = _axes(len(statement.axes))
    extents = _braced(statement.axes, parameters, rows)
    outer, lines = _stored(statement, axes, parameters)
    if not axes:
        return outer + lines
    declared = _declared(axes, _used(statement))
    if _reads_across(statement):
        template = "map_tiled"
    elif _is_spread(statement):
        template = "map_strided"
    else:
        template = "map_large_body" if len(statement.body) >= _LONG else "map"
    return _nested(f"{parameters.nests}::{template}({extents}, ", declared[:-1], outer, declared[-1], lines, rows)


def _nested(head: str, others: list[str], outer: list[str], inner: str, lines: list[str], rows: bool) -> list[str]:
    """A call of a template whose body says what is the same along the inner loop and returns what is not."""
    if rows and inner == _FIRST:
        inner, lines = f"{_PARAMETER} row", [_ROW, *lines]
    elif rows and _FIRST in others:
        others, outer = [f"{_PARAMETER} row", *others[1:]], [_ROW, *outer]
    element = [f"return [=]({inner}) {{", *_indented(lines), "};"]
    return [f"{head}[=]({', '.join(others)}) {{", *_indented(outer + element), "});"]


def _stored(statement: Map | Contraction, axes: tuple[str, ...], parameters: Parameters) -> tuple[list[str], list[str]]:
    """The body, and its values put where they belong: before the inner loop, and in it."""
    columns = statement.columns if isinstance(statement, Contraction) else None
    registers = [store.register for store in statement.stores] + ([columns.register] if columns else [])
    # What is stored after something else has a name before, as that may overwrite what it is computed from.
    registers += registers[1:]
    scalars = Scalars(statement.body, registers, axes, len(axes) - 1, parameters)
    lines = list(scalars.lines)
    for store in statement.stores:
        target = f"{parameters.buffer(store.buffer)}[{scalars.index(store.index)}]"
        lines.append(f"{target} = {_kept(scalars, store.register, store.buffer, parameters)};")
    if columns:
        lines.append(f"return {_kept(scalars, columns.register, columns.buffer, parameters)};")
    return scalars.outer, lines


def _kept(scalars: Scalars, register: int, buffer: int, parameters: Parameters) -> str:
    """A value as a buffer takes it: where kernels flush subnormals, variables hold none."""
    text = scalars.text[register]
    if parameters.is_real_update(buffer) and not is_never_subnormal(scalars.body, register):
        return f"tdsl::flush_subnormal({text})"
    return text


def _reduce(statement: Reduce, parameters: Parameters, rows: bool = False) -> list[str]:
    # The templates want at least one axis of each sort; one of size 1 changes nothing.
    kept = _braced(statement.kept or (ONE,), parameters, rows)
    reduced = _braced(statement.reduced or (ONE,), parameters)
    by_columns = statement.combiner not in _COMBINERS and _is_by_columns(statement)
    inner = len(statement.kept) + (0 if by_columns else len(statement.reduced)) - 1
    names = _axes(len(statement.kept) + len(statement.reduced))
    target = parameters.buffer(statement.buffer)
    if rows:
        size = parameters.size(element_count(statement.kept[1:]))
        target += " + first" if size == "1" else f" + first * {size}"
    scalars = Scalars(statement.body, [statement.value], names, inner, parameters)
    declared = _declared(names, _used(statement))
    left, right = declared[: len(statement.kept)], declared[len(statement.kept) :]
    how = f"tdsl::{_COMBINERS.get(statement.combiner, statement.combiner.capitalize())}<{statement.dtype.c}>"
    if statement.combiner in _COMBINERS:
        template = f"tdsl::arg_reduce<{how}>"
    else:
        template = f"{parameters.nests}::reduce_{'columns' if by_columns else 'rows'}<{how}>"
    left, right = left or [_PARAMETER], right or [_PARAMETER]
    along = (left if by_columns else right).pop()
    head = f"{template}({kept}, {reduced}, {target}, "
    # What is added to a zero is flushed by that.
    value = scalars.text[statement.value]
    if statement.combiner != "sum":
        value = _kept(scalars, statement.value, statement.buffer, parameters)
    return _nested(head, left + right, scalars.outer, along, [*scalars.lines, f"return {value};"], rows)


def _is_stored(statement: Contraction) -> bool:
    """Whether elements only go, row by row, to the one buffer that they fill."""
    if len(statement.body) > 1 or len(statement.stores) != 1 or statement.columns:
        return False
    (store,) = statement.stores
    return statement.n == ONE or store.index.coefficient(len(statement.batch) + 1) == ONE


def _row(statement: Contraction) -> Dim:
    """How far apart rows are stored."""
    step = statement.stores[0].index.coefficient(len(statement.batch))
    return step if step.terms else statement.n


def _products(statement: Contraction, parameters: Parameters) -> list[str]:
    names = _axes(len(statement.axes))
    axes = names[: len(statement.batch)]
    m, n, k = (parameters.size(size) for size in (statement.m, statement.n, statement.k))

    def place(buffer: int, index: Index) -> str:
        text = index_text(index, axes, None, {}, parameters)
        return parameters.buffer(buffer) + ("" if text == "0" else f" + ({text})")

    given = [m, n, k]
    for operand in (statement.left, statement.right):
        steps = tuple((axis, step) for axis, step in enumerate(operand.batch) if step.terms)
        at = place(operand.buffer, Index(operand.offset, steps))
        given.append(f"{{{at}, {parameters.size(operand.row)}, {parameters.size(operand.column)}}}")
    if _is_stored(statement):
        (store,) = statement.stores
        whole = tuple((axis, step) for axis, step in store.index.axes if axis < len(axes))
        target = place(store.buffer, Index(store.index.offset, whole))
        lines = [f"{parameters.nests}::gemm({', '.join([*given, target, parameters.size(_row(statement))])});"]
    else:
        declared = ", ".join([*_declared(names, _used(statement))[len(axes) :], f"{statement.dtype.c} value"])
        template = "gemm_epilogue_column_sums" if statement.columns else "gemm_epilogue"
        if statement.columns:
            given.append(parameters.buffer(statement.columns.buffer))
        head = f"{parameters.nests}::{template}<{statement.dtype.c}>({', '.join(given)}, [=]({declared}) {{"
        outer, inner = _stored(statement, names, parameters)
        lines = [head, *_indented(outer + inner), "});"]
    if not axes:
        return lines
    batch, numbers = _braced(statement.batch, parameters), ", ".join(f"{_PARAMETER} {axis}" for axis in axes)
    return [f"tdsl::parallel_for_each({batch}, [=]({numbers}) {{", *_indented(lines), "});"]


def _scatter(statement: Scatter, parameters: Parameters) -> list[str]:
    """Elements that certainly lie apart in any order, as those of a map; others in order where they may meet, which is
    nowhere along the axes before the first on which positions depend."""
    axes = _axes(len(statement.axes))
    met = _walked(statement.body, [register for register, _ in statement.position.registers])
    outputs = [statement.value, *(register for register, _ in statement.position.registers)]
    outputs += [] if statement.guard is None else [statement.guard]
    scalars = Scalars(statement.body, outputs, axes, len(axes) - 1, parameters)
    element = f"{parameters.buffer(statement.buffer)}[{scalars.index(statement.position)}]"
    add = f"{element} = tdsl::add({element}, {scalars.text[statement.value]});"
    if statement.guard is not None:
        add = f"if ({scalars.text[statement.guard]}) {add}"
    lines = [*scalars.lines, add]
    if not axes:
        return scalars.outer + lines
    template = "map"
    if met:
        template = f"{'scatter_add_elements' if len(axes) - 1 in met else 'scatter_add_rows'}<{min(met)}>"
    declared = _declared(axes, _used(statement))
    head = f"tdsl::{template}({_braced(statement.axes, parameters)}, "
    return _nested(head, declared[:-1], scalars.outer, declared[-1], lines, False)


def _walked(body: Body, registers: list[int]) -> set[int]:
    """The axes that some registers depend on."""
    found: set[int] = set()
    stack = list(registers)
    while stack:
        instruction = body[stack.pop()]
        if isinstance(instruction, Indexed):
            found |= {axis for axis, _ in instruction.index.axes}
        stack += operands(instruction)
    return found


def _reads_across(statement: Map) -> bool:
    """Whether something read lies side by side along the last axis but one."""
    last = len(statement.axes) - 1
    loads = [instruction.index for instruction in statement.body if isinstance(instruction, Load)]
    return last > 0 and any(index.coefficient(last - 1) == ONE and index.coefficient(last).terms for index in loads)


def _is_spread(statement: Map) -> bool:
    """Whether something read or stored lies at known distances along the last axis, but not side by side."""
    last = len(statement.axes) - 1
    places = [line.index for line in statement.body if isinstance(line, Load)]
    places += [store.index for store in statement.stores]
    steps = (index.coefficient(last).constant for index in places)
    return any(step is not None and abs(step) > 1 for step in steps)


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


def _used(nest: Map | Contraction | Reduce | Scatter) -> set[int]:
    """The axes that a nest mentions."""
    places = indices(nest.body)
    if isinstance(nest, Map | Contraction):
        places += [store.index for store in nest.stores]
    if isinstance(nest, Scatter):
        places.append(nest.position)
    return {axis for index in places for axis, _ in index.axes}


def _declared(axes: tuple[str, ...], used: set[int]) -> list[str]:
    """The parameters of a lambda over axes: one that it does not use has no name, or compilers would warn."""
    return [f"{_PARAMETER} {name}" if axis in used else _PARAMETER for axis, name in enumerate(axes)]


def _indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]
