"""Statements of the loop language as kernels: functions that call the runtime's templates with a lambda each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar, assert_never

from tdsl.emit.c import syntax as c
from tdsl.emit.c.functions import Functions
from tdsl.emit.c.numbers import integer
from tdsl.emit.c.parameters import Parameters
from tdsl.emit.c.scalars import Scalars, Sizes, index_expression, is_never_subnormal
from tdsl.emit.c.scope import CALL, Scope
from tdsl.emit.c.starts import starts
from tdsl.loops.body import Index, Literal, indices, needed
from tdsl.loops.language import (
    AffineMatrix,
    Call,
    Contraction,
    Leaf,
    Map,
    Probe,
    Reduce,
    RowGroup,
    Scatter,
    walk,
    written,
)
from tdsl.loops.routines import ROUTINES
from tdsl.loops.rows import row_axes
from tdsl.types import I64, ONE, Dim, Shape, element_count

_COMBINERS = {"argmax": "Max", "argmin": "Min"}
_MAPS = {
    "rows": "map",
    "tiles": "map_tiled",
    "strided": "map_strided",
    "large_body": "map_large_body",
    "nothing": "map",
}
_INDEX = "int64_t"

_Statements = tuple[c.Statement, ...]
AnyParameters = TypeVar("AnyParameters", bound=Parameters)
Nest = Map | Reduce | Contraction | Scatter


class StatementPrinter:
    """Prints the statements of one routine, each a call; `nests` is the C++ namespace of the templates for nests and
    products."""

    def __init__(self, scope: Scope, functions: Functions, nests: str = "tdsl") -> None:
        self.scope, self.functions, self.nests = scope, functions, nests

    def statement(self, statement: Leaf | RowGroup) -> c.Evaluate:
        """The call of a statement, below a comment with its expression."""
        remarks = (c.Remark(made.text, made.span.place if made.span else "") for made in statement.origins)
        return c.Evaluate(self._call(statement), tuple(remarks))

    def _call(self, statement: Leaf | RowGroup) -> c.Call:
        if isinstance(statement, Call):
            call: list[c.Expression] = [] if statement.site is None else [c.Name(CALL.name), integer(statement.site)]
            if ROUTINES[statement.routine].exchanges:
                call = [c.Name(CALL.name)]
            return routine(statement, call, self.scope)
        if isinstance(statement, Probe):
            return self._probe(statement)
        if isinstance(statement, Contraction) and not statement.batch and statement.is_plain:
            return _gemm(statement, (), self.scope, self.nests)
        parameters = self._parameters(statement, Parameters)
        return self.functions.kernel(parameters, nest(statement, parameters), statement)

    def _probe(self, probe: Probe) -> c.Call:
        """The note of all elements of a buffer."""
        steps = c.Braces(tuple(self.scope.counter(counter) for counter in probe.counters))
        count = self.scope.size(element_count(self.scope.buffers[probe.buffer].shape))
        elements = self.scope.buffer(probe.buffer)
        return c.Call("tdsl::probe", (c.Name(CALL.name), integer(probe.number), steps, elements, count))

    def _parameters(self, statement: Leaf | RowGroup, kind: type[AnyParameters]) -> AnyParameters:
        written_here = {buffer for part in walk((statement,)) for buffer in written(part)}
        literals, begins = _inner_steps(statement), starts(statement, self.scope.buffers)
        return kind(self.scope, written_here, literals, begins, self.nests)


def routine(statement: Call, call: Sequence[c.Expression], names: Sizes) -> c.Call:
    """The call of a routine of the runtime; one that may fault or exchanges numbers takes what it needs for that
    first."""
    given = [*call, *map(integer, statement.numbers), *map(names.size, statement.sizes)]
    given += [names.buffer(buffer) for buffer in (*statement.outputs, *statement.inputs, *statement.scratch)]
    return c.Call(f"tdsl::{statement.routine}<{statement.dtype.c}>", tuple(given))


def _by_rows(group: RowGroup, parameters: Parameters) -> _Statements:
    sizes = dict.fromkeys(parameters.size(element_count(row_axes(statement)[1:])) for statement in group.statements)
    rows = parameters.size(row_axes(group.statements[0])[0])
    body: list[c.Statement] = []
    for statement in group.statements:
        match statement:
            case Map():
                body += _map(statement, parameters, rows=True)
            case Reduce():
                body += _reduce(statement, parameters, rows=True)
    some_rows = c.Lambda((c.Parameter(_INDEX, "first"), c.Parameter(_INDEX, "last")), tuple(body))
    return (c.Evaluate(c.Call("tdsl::for_row_blocks", (rows, c.Braces(tuple(sizes)), some_rows))),)


def nest(statement: Nest | RowGroup, parameters: Parameters) -> _Statements:
    """The body of a kernel."""
    match statement:
        case Map():
            return _map(statement, parameters)
        case Reduce():
            return _reduce(statement, parameters)
        case Contraction():
            return _contraction(statement, parameters)
        case Scatter():
            return _scatter(statement, parameters)
        case RowGroup():
            return _by_rows(statement, parameters)
    assert_never(statement)


def _inner_axis(statement: Nest) -> int:
    if isinstance(statement, Reduce):
        return len(statement.kept) + (0 if statement.along == "kept" else len(statement.reduced)) - 1
    return len(statement.axes) - 1


def _inner_steps(statement: Leaf | RowGroup) -> set[int]:
    """The strides of inner loops, which decide how they are compiled."""
    found: set[int] = set()
    for part in walk((statement,)):
        if isinstance(part, Map | Reduce | Contraction | Scatter):
            places = indices(part.body)
            if isinstance(part, Map | Contraction):
                places += [store.index for store in part.stores]
            elif isinstance(part, Scatter):
                places.append(part.position)
            steps = (place.coefficient(_inner_axis(part)).constant for place in places)
            found |= {abs(step) for step in steps if step is not None}
    return found


def extents(shape: Shape, parameters: Parameters, rows: bool = False) -> c.Braces:
    """The sizes; in a row group, the rows from the first to the last."""
    some = [c.Binary("-", c.Name("last"), c.Name("first"))] if rows else []
    return c.Braces((*some, *map(parameters.size, shape[rows:])))


def _map(statement: Map, parameters: Parameters, rows: bool = False) -> _Statements:
    axes, sizes = _axes(len(statement.axes)), extents(statement.axes, parameters, rows)
    outer, inner = _stored(statement, axes, parameters)
    if not axes:
        return outer + inner
    return _nested(c.Call(f"{parameters.nests}::{_MAPS[statement.order]}", (sizes,)), axes, outer, inner, rows)


def _nested(template: c.Call, axes: Sequence[str], outer: _Statements, inner: _Statements, rows: bool) -> _Statements:
    nest = _body(axes, outer, inner, rows)
    return (c.Evaluate(c.Call(template.function, (*template.arguments, nest))),)


def _body(axes: Sequence[str], outer: _Statements, inner: _Statements, rows: bool = False) -> c.Lambda:
    """A body for a template: it computes the invariants of the loop along the last axis, and returns the rest."""
    *others, last = axes
    if rows and last == "i0":
        last, inner = "row", _in_row(inner)
    element = c.Lambda((c.Parameter(_INDEX, last),), inner)
    body: _Statements = (*outer, c.Return(element))
    if rows and "i0" in others:
        others, body = ["row", *others[1:]], _in_row(body)
    return c.Lambda(tuple(c.Parameter(_INDEX, axis) for axis in others), body)


def _in_row(body: _Statements) -> _Statements:
    """The statements for a row of those from the first to the last."""
    number = c.Declare(f"const {_INDEX}", "i0", c.Binary("+", c.Name("first"), c.Name("row")))
    return (number, *body) if "i0" in c.free_names(body) else body


def _stored(
    statement: Map | Contraction, axes: Sequence[str], parameters: Parameters
) -> tuple[_Statements, _Statements]:
    """The body and the stores of its values: the lines before the inner loop, and in it."""
    summed = statement.column_sum if isinstance(statement, Contraction) else None
    registers = [store.register for store in statement.stores] + ([summed.register] if summed else [])
    # Later stores get a name first, as earlier stores may overwrite their operands.
    registers += registers[1:]
    scalars = Scalars(statement.body, registers, axes, len(axes) - 1 if axes else None, parameters)
    inner = list(scalars.statements)
    for store in statement.stores:
        target = scalars.element(store.buffer, store.index)
        inner.append(c.Assign(target, _kept(scalars, store.register, store.buffer, parameters)))
    if summed:
        inner.append(c.Return(_kept(scalars, summed.register, summed.buffer, parameters)))
    return tuple(scalars.outer), tuple(inner)


def _kept(scalars: Scalars, register: int, buffer: int, parameters: Parameters) -> c.Expression:
    """The stored form of a value: where kernels flush subnormals, variables hold none."""
    value = scalars.values[register]
    if parameters.is_real_update(buffer) and not is_never_subnormal(scalars.body, register):
        return c.Call("tdsl::flush_subnormal", (value,))
    return value


def _reduce(statement: Reduce, parameters: Parameters, rows: bool = False) -> _Statements:
    # The templates need at least one kept and one reduced axis; size 1 changes nothing.
    axes = (extents(statement.kept or (ONE,), parameters, rows), extents(statement.reduced or (ONE,), parameters))
    by_columns = statement.along == "kept"
    names = _axes(len(statement.kept) + len(statement.reduced))
    target = parameters.buffer(statement.buffer)
    if rows:
        first, size = c.Name("first"), parameters.size(element_count(statement.kept[1:]))
        target = c.Binary("+", target, first if size == c.Number("1") else c.Binary("*", first, size))
    scalars = Scalars(statement.body, [statement.value], names, _inner_axis(statement), parameters)
    left, right = [*names[: len(statement.kept)]] or [""], [*names[len(statement.kept) :]] or [""]
    how = f"tdsl::{_COMBINERS.get(statement.combiner, statement.combiner.capitalize())}<{statement.dtype.c}>"
    if statement.combiner in _COMBINERS:
        template = f"tdsl::arg_reduce<{how}>"
    else:
        template = f"{parameters.nests}::reduce_{'columns' if by_columns else 'rows'}<{how}>"
    along = (left if by_columns else right).pop()
    # Adding to zero flushes a value.
    value = scalars.values[statement.value]
    if statement.combiner != "sum":
        value = _kept(scalars, statement.value, statement.buffer, parameters)
    element = (*scalars.statements, c.Return(value))
    return _nested(
        c.Call(template, (*parameters.launch, *axes, target)),
        [*left, *right, along],
        tuple(scalars.outer),
        element,
        rows,
    )


def _gemm(
    statement: Contraction, axes: Sequence[str], names: Sizes, nests: str, launch: Sequence[c.Expression] = ()
) -> c.Call:
    """A product that only stores its elements row by row into one buffer."""
    (store,) = statement.stores
    steps = [(axis, step) for axis, step in store.index.axes if axis < len(axes)]
    given = [*launch, *_matrices(statement, axes, names)]
    given.append(address(store.buffer, Index(store.index.offset, tuple(steps)), axes, names))
    return c.Call(f"{nests}::{_affine(statement)}gemm", (*given, names.size(statement.row_step)))


def _affine(statement: Contraction) -> str:
    """The prefix of the templates for operands that are no matrices."""
    return "" if statement.is_strided else "affine_"


def _matrices(statement: Contraction, axes: Sequence[str], names: Sizes) -> list[c.Expression]:
    """The sizes of a product, and both operands at the indices `axes` of their batches."""
    given = [names.size(size) for size in (statement.m, statement.n, statement.k)]
    rows, columns, depth = statement.rows, statement.columns, statement.depth
    for operand, *walked in ((statement.left, rows, depth), (statement.right, depth, columns)):
        start = _first_element(statement, operand, axes, names)
        strides = map(names.size, operand.layout)
        walks = [] if statement.is_strided else map(_walk, walked, (operand.rows, operand.columns), (names, names))
        kept = [] if operand.kept is None else [names.kept(operand.kept)]
        given.append(c.Braces((start, *strides, *walks, *kept)))
    return given


def _first_element(statement: Contraction, operand: AffineMatrix, axes: Sequence[str], names: Sizes) -> c.Expression:
    """The address of an operand at the indices `axes` of its batches."""
    single: list[tuple[int, Dim]] = []
    several: list[c.Expression] = []
    for axis, (sizes, steps) in enumerate(zip(statement.batch, operand.batch, strict=True)):
        if len(sizes) > 1 and any(step.terms for step in steps):
            several.append(c.Call("tdsl::offset", (_walk(sizes, steps, names), c.Name(axes[axis]))))
        elif len(sizes) == 1 and steps[0].terms:
            single.append((axis, steps[0]))
    start = address(operand.buffer, Index(operand.offset, tuple(single)), axes, names)
    for offset in several:
        start = c.Binary("+", start, offset)
    return start


def _walk(axes: Shape, steps: Shape, names: Sizes) -> c.Braces:
    """Pairs of a size and a stride."""
    pairs = zip(axes, steps, strict=True)
    return c.Braces(tuple(c.Braces((names.size(size), names.size(step))) for size, step in pairs))


def address(buffer: int, index: Index, axes: Sequence[str], names: Sizes) -> c.Expression:
    offset, start = index_expression(index, axes, {}, names), names.buffer(buffer)
    return start if offset == c.Number("0") else c.Binary("+", start, offset)


def _contraction(statement: Contraction, parameters: Parameters) -> _Statements:
    """A product for each index of the batch, with its epilogue."""
    names = _axes(len(statement.axes))
    axes = names[: len(statement.batch)]
    if statement.is_plain:
        product = _gemm(statement, axes, parameters, parameters.nests, parameters.launch)
    else:
        given = _matrices(statement, axes, parameters)
        template = _affine(statement) + ("gemm_epilogue_column_sums" if statement.column_sum else "gemm_epilogue")
        if statement.column_sum:
            given.append(parameters.buffer(statement.column_sum.buffer))
        outer, inner = _stored(statement, names, parameters)
        taken = *names[len(axes) :], "value"
        types = _INDEX, _INDEX, statement.dtype.c
        element = c.Lambda(tuple(map(c.Parameter, types, taken)), outer + inner)
        product = c.Call(f"{parameters.nests}::{template}<{statement.dtype.c}>", (*parameters.launch, *given, element))
    if not axes:
        return (c.Evaluate(product),)
    batch = c.Lambda(tuple(c.Parameter(_INDEX, axis) for axis in axes), (c.Evaluate(product),))
    return (c.Evaluate(c.Call("tdsl::parallel_for_each", (extents(statement.axes[:-2], parameters), batch))),)


def _scatter(statement: Scatter, parameters: Parameters) -> _Statements:
    """Elements cannot conflict along the axes before the first of `conflicts`."""
    axes = _axes(len(statement.axes))
    outputs = [statement.value, *(register for register, _ in statement.position.registers)]
    outputs += [] if statement.guard is None else [statement.guard]
    scalars = Scalars(statement.body, outputs, axes, len(axes) - 1 if axes else None, parameters)
    element = scalars.element(statement.buffer, statement.position)
    value = scalars.values[statement.value]
    if statement.adds:
        value = c.Call("tdsl::add", (element, value))
    else:
        value = _kept(scalars, statement.value, statement.buffer, parameters)
    store: c.Statement = c.Assign(element, value)
    if statement.guard is not None:
        store = c.If(scalars.values[statement.guard], (store,))
    outer, inner = tuple(scalars.outer), (*scalars.statements, store)
    if not axes:
        return outer + inner
    given: list[c.Expression] = [extents(statement.axes, parameters)]
    if parameters.launch and statement.order != "any":
        given.append(_positions(statement, axes, parameters))
    return _nested(c.Call(f"tdsl::{''.join(scatter_template(statement))}", tuple(given)), axes, outer, inner, False)


def _positions(statement: Scatter, axes: Sequence[str], parameters: Parameters) -> c.Lambda:
    """A body that returns the position of an element in the target."""
    outputs = [register for register, _ in statement.position.registers]
    used = needed(statement.body, outputs)
    body = tuple(each if register in used else Literal(0, I64) for register, each in enumerate(statement.body))
    scalars = Scalars(body, outputs, axes, len(axes) - 1, parameters)
    position = scalars.element(statement.buffer, statement.position).index
    return _body(axes, tuple(scalars.outer), (*scalars.statements, c.Return(position)))


def scatter_template(statement: Scatter) -> tuple[str, str]:
    """The template of a scatter with axes, and its argument."""
    if statement.order == "any":
        return "map", ""
    return f"scatter_by_{statement.order}", f"<{min(statement.conflicts, default=len(statement.axes) - 1)}>"


def _axes(count: int) -> tuple[str, ...]:
    return tuple(f"i{axis}" for axis in range(count))
