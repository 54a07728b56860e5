"""Registration of builtins, their calls, and the arguments that several of them share."""

from __future__ import annotations

from collections.abc import Callable

from tdsl.check.annotations import storable
from tdsl.check.checker import Checker
from tdsl.check.draws import refuse_drawn
from tdsl.check.shapes import Operand
from tdsl.check.values import Builtin, CompileTime, TupleValue, Value
from tdsl.ir.node import OPS, Node, apply
from tdsl.record import record
from tdsl.source import Span, fail
from tdsl.syntax import nodes as syntax
from tdsl.types import ZERO, Dim, Shape, Type


@record(frozen=True)
class BuiltinArgument:
    """One argument of a call: its value, and how and where it was written."""

    value: Value
    span: Span
    syntax: syntax.Expression


@record(frozen=True)
class BuiltinCall:
    """One call of a builtin: its arguments by parameter."""

    name: str
    span: Span
    arguments: dict[str, BuiltinArgument]

    def operand(self, checker: Checker, name: str) -> Operand:
        argument = self.arguments[name]
        return checker.operand(argument.value, argument.span)

    def node(self, checker: Checker, name: str) -> Node:
        return checker.types.node(self.operand(checker, name).value)

    def flag(self, checker: Checker, name: str) -> bool:
        """A true or false that is known at compile time; false if it is left out."""
        argument = self.arguments.get(name)
        if argument is None:
            return False
        value = checker.operand(argument.value, argument.span).value
        if not (isinstance(value, CompileTime) and isinstance(value.value, bool)):
            raise fail("TD0221", f"{name} is true or false, known at compile time", argument.span)
        return value.value


Work = Callable[[Checker, BuiltinCall], Value]
BUILTINS: dict[str, Builtin] = {}


def builtin(name: str, *parameters: str, needed: int | None = None) -> Callable[[Work], Work]:
    """Registers the function below under a name; parameters beyond `needed` may be left out."""

    def register(work: Work) -> Work:
        BUILTINS[name] = Builtin(name, parameters, len(parameters) if needed is None else needed, work)
        return work

    return register


def from_table(name: str) -> Callable[[Work], Work]:
    """Registers the function below for an op, whose line names its parameters."""
    op = OPS[name]
    needed = sum(not parameter.endswith("?") for parameter in op.signature)
    return builtin(op.tdsl, *(parameter.removesuffix("?") for parameter in op.signature), needed=needed)


def sizes_of(checker: Checker, argument: BuiltinArgument) -> tuple[Dim, ...]:
    """A size, or a tuple of sizes, of either sign."""
    items = argument.value.items if isinstance(argument.value, TupleValue) else (argument.value,)
    sizes = []
    for item in items:
        value = checker.operand(item, argument.span).value
        if not (isinstance(value, CompileTime) and isinstance(value.value, Dim)):
            refuse_drawn(value, "a size", argument.span)
            got = checker.types.describe(value)
            what = f"a shape is made of integers, consts and dims, this is {got}"
            computed = isinstance(value, Node) and not value.type.rank
            given = "a call gives a size as the parameter dim N, or by the shape of an argument: x: real[N]"
            hint = given if computed else "for example (B, 10)"
            raise fail("TD0221", what, argument.span, hint=hint)
        sizes.append(value.value)
    return tuple(sizes)


def shape_of(checker: Checker, argument: BuiltinArgument) -> Shape:
    """The sizes of an array."""
    sizes = sizes_of(checker, argument)
    for size in sizes:
        if size.constant is not None and size.constant < 0:
            raise fail("TD0221", f"a size cannot be {size}", argument.span)
    return storable(sizes, argument.span)


def size_of(checker: Checker, argument: BuiltinArgument) -> Dim:
    """One size."""
    sizes = shape_of(checker, argument)
    if len(sizes) != 1:
        raise fail("TD0221", f"one size is needed here, these are {len(sizes)}", argument.span)
    return sizes[0]


def whole_of(checker: Checker, call: BuiltinCall, name: str) -> Dim:
    """One integer of either sign, 0 if it is left out."""
    argument = call.arguments.get(name)
    if argument is None:
        return ZERO
    value = argument.value
    if not (isinstance(value, CompileTime) and isinstance(value.value, Dim)):
        raise fail("TD0221", f"{name} is an integer known at compile time", argument.span)
    return value.value


def numbers_of(checker: Checker, argument: BuiltinArgument, what: str) -> tuple[int, ...]:
    """Integers known at compile time."""
    numbers = [size.constant for size in sizes_of(checker, argument)]
    known = tuple(number for number in numbers if number is not None)
    if len(known) != len(numbers):
        raise fail("TD0214", f"{what} known at compile time", argument.span)
    return known


def axes_given(checker: Checker, argument: BuiltinArgument, rank: int) -> tuple[int, ...]:
    """Axes as numbers known at compile time, negative ones counted from the end."""
    numbers = numbers_of(checker, argument, "axes are numbers")
    return tuple(number + rank if -rank <= number < 0 else number for number in numbers)


def existing(checker: Checker, node: Node, argument: BuiltinArgument) -> Node:
    """A node whose shape was asked for."""
    return checker.require_sizes(node, argument.span)


def stretched(scalar: Node, like: Type) -> Node:
    """A scalar over a whole shape."""
    return apply("broadcast", scalar, shape=like.shape, axes=()) if like.rank else scalar
