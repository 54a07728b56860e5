"""The part of a module that runs on CUDA devices: kernels with the bodies of those of the CPU, and functions that
launch them where an entry calls a kernel.

    TDSL_KERNEL map_exp(const tdsl_launch call, int64_t n0, const float *__restrict__ p0, float *p1) {
        if (tdsl::is_skipped(call)) {
            return;
        }
        tdsl::map({n0}, …
"""

from __future__ import annotations

from tdsl.emit.c import syntax as c
from tdsl.emit.c.functions import Functions
from tdsl.emit.c.kernel_names import kernel_name
from tdsl.emit.c.kernels import StatementPrinter, address, extents, nest, routine, scatter_template
from tdsl.emit.c.numbers import integer, joined
from tdsl.emit.c.parameters import Parameters
from tdsl.emit.c.printer import function_lines
from tdsl.emit.c.routines import Dialect, exchanged, pointers_of, swapped_pairs, windows_in
from tdsl.emit.c.scope import CALL, Scope
from tdsl.emit.frames import filled
from tdsl.loops.body import Index
from tdsl.loops.language import (
    AffineMatrix,
    Branch,
    Call,
    Contraction,
    Leaf,
    Loop,
    Map,
    Probe,
    Reduce,
    RowGroup,
    Scatter,
    may_fault,
)
from tdsl.source import CompilerBug
from tdsl.types import ONE, ZERO, Dim, Kind, element_count

_LAUNCH = c.Parameter("const tdsl_launch", "call")
# Of support.hpp: every unit has them, before its own.
SUPPORT = (
    *("tdsl_branch", "tdsl_begin_loop", "tdsl_begin_step", "tdsl_end_step", "tdsl_copy", "tdsl_copy_all"),
    *("tdsl_keep", "tdsl_find_nonfinite", "tdsl_gather", "tdsl_begin_batch", "tdsl_assert", "tdsl_end_batch"),
)
_NOTHING = c.Name("nullptr")
_Statements = tuple[c.Statement, ...]


class Kernels:
    """The kernels of a module, each once, in the order of their numbers."""

    def __init__(self) -> None:
        self.names = [*SUPPORT]
        self._lines: list[str] = []
        self._launchers: dict[tuple[tuple[c.Parameter, ...], _Statements, c.Expression], str] = {}

    @property
    def dialect(self) -> Dialect:
        """The text of routines that launch these kernels; printing it adds them."""
        return Dialect(lambda scope, functions: _Launches(scope, functions, self), _branch, _loop)

    @property
    def text(self) -> str:
        return filled("cuda/unit.cu", kernels="\n".join(self._lines))

    def launcher(
        self, parameters: Parameters, body: _Statements, statement: Leaf | RowGroup, functions: Functions
    ) -> str:
        """The name of the kernel with this body and of the function that launches it, which `functions` has."""
        products = _products(statement, parameters)
        how = products or _shape(statement, parameters)
        declared = parameters.declared()
        key = declared, body, how
        if (name := self._launchers.get(key)) is None:
            name = self._launchers[key] = functions.names.add(kernel_name(statement))
            skip = c.If(c.Call("tdsl::is_skipped", (c.Name(_LAUNCH.name),)), (c.Return(),))
            kernel = c.Function(name, (_LAUNCH, *declared), (skip, *body), "", "TDSL_KERNEL")
            self._lines += [*function_lines(kernel, c.free_names(kernel.body)), ""]
            given = c.Name(CALL.name), integer(len(self.names)), how, *(c.Name(each.name) for each in declared)
            template = "launch_products" if products else "launch"
            launch = c.Evaluate(c.Call(f"tdsl::cuda::{template}", given))
            functions.add(c.Function(name, (CALL, *declared), (launch,), manner="TDSL_ROUTINE"))
            self.names.append(name)
        return name


class _Parameters(Parameters):
    """The parameters after the launch."""

    launch = (c.Name(_LAUNCH.name),)

    def call(self) -> c.Expression:
        return c.Name(_LAUNCH.name)

    def _pointer_type(self, number: int) -> str:
        """Loads may overlap stores where they cannot meet."""
        apart = not any(self._scope.may_share(number, other) for other in self._written)
        return f"{super()._pointer_type(number)}{'__restrict__' if apart else ''}"


class _Launches(StatementPrinter):
    """Each statement is the launch of a kernel."""

    def __init__(self, scope: Scope, functions: Functions, kernels: Kernels) -> None:
        super().__init__(scope, functions)
        self._kernels = kernels

    def _call(self, statement: Leaf | RowGroup) -> c.Call:
        if isinstance(statement, Probe):
            return self._probe(statement)
        parameters = self._parameters(statement, _Parameters)
        if isinstance(statement, Call):
            fault = [] if statement.site is None else [parameters.site(statement.site)]
            body: _Statements = (c.Evaluate(routine(statement, [*parameters.launch, *fault], parameters)),)
        else:
            body = nest(statement, parameters)
        name = self._kernels.launcher(parameters, body, statement, self.functions)
        return c.Call(name, (c.Name(CALL.name), *parameters.passed()))


def _shape(statement: Leaf | RowGroup, parameters: Parameters) -> c.Expression:
    """The call of the function of shapes.hpp for the template that a statement is printed as."""

    def shape(template: str, *given: c.Expression) -> c.Call:
        return c.Call(f"tdsl::cuda::{template}", given)

    match statement:
        case Map(axes=()) | Scatter(axes=()):
            return shape("scalar_shape")
        case Map():
            return shape(f"map_{'tiled_' * (statement.order == 'tiles')}shape", extents(statement.axes, parameters))
        case Scatter():
            template, conflict = scatter_template(statement)
            return shape(f"{template}_shape{conflict}", extents(statement.axes, parameters))
        case Reduce():
            axes = (extents(each or (ONE,), parameters) for each in (statement.kept, statement.reduced))
            along = "columns" if statement.along == "kept" else "rows"
            template = "arg_reduce" if statement.combiner.startswith("arg") else f"reduce_{along}"
            return shape(f"{template}_shape", *axes, _width(statement.dtype.c))
        case Contraction():
            return shape("gemm_shape", *_product_sizes(statement, parameters))
        case Call():
            given = [*map(integer, statement.numbers), *map(parameters.size, statement.sizes)]
            # Its scratch depends on the number of its inputs.
            given += [integer(len(statement.inputs))] * (statement.routine == "prod_others")
            return shape(f"{statement.routine}_shape<{statement.dtype.c}>", *given)
    raise CompilerBug(f"{statement} is not for devices")


def _products(statement: Leaf | RowGroup, parameters: Parameters) -> c.Braces | None:
    """The record of products.hpp, if a library could compute the products of a statement."""
    if not isinstance(statement, Contraction) or not statement.is_strided or statement.dtype.kind is not Kind.REAL:
        return None
    if len(statement.batch) > 1 or any(len(sizes) != 1 for sizes in statement.batch):
        return None

    def address_of(buffer: int, offset: Dim) -> c.Expression:
        return address(buffer, Index(offset), (), parameters)

    def operand(matrix: AffineMatrix) -> c.Braces:
        ((batch,),) = matrix.batch or ((ZERO,),)
        strides = map(parameters.size, (*matrix.layout, batch))
        return c.Braces((address_of(matrix.buffer, matrix.offset), *strides))

    result: tuple[c.Expression, ...] = _NOTHING, c.Number("0"), c.Number("0")
    if statement.is_plain:
        (store,) = statement.stores
        batch = store.index.coefficient(0) if statement.batch else ZERO
        result = address_of(store.buffer, store.index.offset), *map(parameters.size, (statement.row_step, batch))
    sizes = _product_sizes(statement, parameters)
    return c.Braces((*sizes, operand(statement.left), operand(statement.right), c.Braces(result)))


def _product_sizes(statement: Contraction, parameters: Parameters) -> tuple[c.Expression, ...]:
    """The number of products, their sizes, the bytes of an element, and whether columns are summed."""
    count = joined("*", [*map(parameters.size, statement.axes[:-2])] or [c.Number("1")])
    sizes = map(parameters.size, (statement.m, statement.n, statement.k))
    return count, *sizes, _width(statement.dtype.c), c.Name("true" if statement.column_sum else "false")


def _width(dtype: str) -> c.Expression:
    return c.Call("sizeof", (c.Name(dtype),))


def _device(function: str, *given: c.Expression) -> c.Evaluate:
    return c.Evaluate(c.Call(f"tdsl::cuda::{function}", (c.Name(CALL.name), *given)))


def _branch(branch: Branch, scope: Scope, then: _Statements, otherwise: _Statements) -> _Statements:
    """Both sides, each under a guard that the device computes."""
    begin = _device("begin_branch", scope.buffer(branch.condition))
    return begin, *then, _device("otherwise"), *otherwise, _device("end_branch")


def _loop(
    loop: Loop, scope: Scope, around: int, start: _Statements, body: _Statements, end: _Statements
) -> _Statements:
    """All steps; those after the last do nothing but keep the states."""

    def given(number: int | None) -> c.Expression:
        return _NOTHING if number is None else scope.buffer(number)

    swapped = swapped_pairs(loop, scope)
    is_open, faults = loop.limit is not None or loop.until is not None, may_fault(loop.body)
    kept = [
        _device("keep_state", scope.buffer(now), scope.buffer(next), scope.size(_bytes(scope, now)))
        for now, next in swapped * is_open
    ]
    counter = scope.counter(loop.counter)
    turn = c.Name(f"{counter.text}_done") if loop.reverse else counter
    step: list[c.Statement] = []
    if loop.reverse:
        number = c.Binary("-", c.Binary("-", scope.size(loop.trip), c.Number("1")), turn)
        step.append(c.Declare("const int64_t", counter.text, number))
    began = c.Call("tdsl::cuda::begin_step", (c.Name(CALL.name), counter))
    step += [c.If(c.Unary("!", began), (c.Break(),)), *windows_in(loop, scope, body), *body, *kept]
    step += exchanged(swapped, scope)
    step.append(_device("end_step", given(loop.until), _truth(faults)))
    begin = _device("begin_loop", _truth(is_open or faults), given(loop.limit), given(loop.done))
    steps = c.For(turn.text, scope.size(loop.trip), tuple(step))
    return *pointers_of(swapped, scope), *start, begin, steps, _device("end_loop"), *end


def _bytes(scope: Scope, number: int) -> Dim:
    buffer = scope.buffers[number]
    return element_count(buffer.shape) * (buffer.dtype.bits // 8)


def _truth(value: bool) -> c.Name:
    return c.Name("true" if value else "false")
