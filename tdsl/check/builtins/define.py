"""How a builtin is made: registration, its call, and the arguments that several of them read alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tdsl.check.context import storable
from tdsl.check.shapes import Operand
from tdsl.check.trampoline import Step
from tdsl.check.values import Scope, Several, Static, Value
from tdsl.ir.node import Node, apply
from tdsl.ir.program import Requirement
from tdsl.source import Span, fail
from tdsl.syntax import nodes as syntax
from tdsl.types import Dim, Shape, Type

if TYPE_CHECKING:
    from tdsl.check.calls import Given
    from tdsl.check.checker import Checker


@dataclass(frozen=True)
class Site:
    """One call of a builtin: its arguments by parameter."""

    name: str
    span: Span
    given: dict[str, Given]

    def operand(self, checker: Checker, name: str) -> Operand:
        argument = self.given[name]
        return checker.operand(argument.value, argument.span)

    def node(self, checker: Checker, name: str) -> Node:
        return checker.units.node(self.operand(checker, name).value)

    def flag(self, checker: Checker, name: str) -> bool:
        """A true or false that is known at compile time; false if it is left out."""
        argument = self.given.get(name)
        if argument is None:
            return False
        value = checker.operand(argument.value, argument.span).value
        if not (isinstance(value, Static) and isinstance(value.value, bool)):
            raise fail("TD0221", f"{name} is true or false, known at compile time", argument.span)
        return value.value


@dataclass(frozen=True, eq=False)
class Builtin:
    """`work(checker, site)` gives the value; `needed` parameters have no default."""

    name: str
    parameters: tuple[str, ...]
    needed: int
    work: Callable[[Any, Site], Value]

    def call(self, checker: Any, call: syntax.Call, scope: Scope) -> Step:
        from tdsl.check.calls import Given

        found = checker.match(f"'{self.name}'", self.parameters, self.needed, call)
        given = {}
        for name, expression in found.items():
            given[name] = Given((yield checker.expression(expression, scope)), expression.span, expression)
        return self.work(checker, Site(self.name, call.span, given))


BUILTINS: dict[str, Builtin] = {}


def builtin(name: str, *parameters: str, needed: int | None = None) -> Callable[..., Any]:
    """Registers the function below under a name; parameters beyond `needed` may be left out."""

    def register(work: Callable[[Any, Site], Value]) -> Callable[[Any, Site], Value]:
        BUILTINS[name] = Builtin(name, parameters, len(parameters) if needed is None else needed, work)
        return work

    return register


def sizes_of(checker: Checker, given: Given) -> tuple[Dim, ...]:
    """A size, or a tuple of sizes, of either sign."""
    items = given.value.items if isinstance(given.value, Several) else (given.value,)
    sizes = []
    for item in items:
        value = checker.operand(item, given.span).value
        if not (isinstance(value, Static) and isinstance(value.value, Dim)):
            got = checker.units.describe(value)
            what = f"a shape is made of integers, consts and dims, this is {got}"
            computed = isinstance(value, Node) and not value.type.rank
            hint = "arguments bind sizes by their shape: dim N, then x: real[N]" if computed else "for example (B, 10)"
            raise fail("TD0221", what, given.span, hint=hint)
        sizes.append(value.value)
    return tuple(sizes)


def shape_of(checker: Checker, given: Given) -> Shape:
    """The sizes of an array."""
    sizes = sizes_of(checker, given)
    for size in sizes:
        if size.constant is not None and size.constant < 0:
            raise fail("TD0221", f"a size cannot be {size}", given.span)
    return storable(sizes, given.span)


def size_of(checker: Checker, given: Given) -> Dim:
    """One size."""
    sizes = shape_of(checker, given)
    if len(sizes) != 1:
        raise fail("TD0221", f"one size is needed here, these are {len(sizes)}", given.span)
    return sizes[0]


def numbers_of(checker: Checker, given: Given, what: str) -> tuple[int, ...]:
    """Integers known at compile time."""
    numbers = [size.constant for size in sizes_of(checker, given)]
    known = tuple(number for number in numbers if number is not None)
    if len(known) != len(numbers):
        raise fail("TD0214", f"{what} known at compile time", given.span)
    return known


def axes_given(checker: Checker, given: Given, rank: int) -> tuple[int, ...]:
    """Axes as numbers known at compile time, negative ones counted from the end."""
    numbers = numbers_of(checker, given, "axes are numbers")
    return tuple(number + rank if -rank <= number < 0 else number for number in numbers)


def existing(checker: Checker, node: Node, given: Given) -> Node:
    """A node whose shape was asked for: a call must give its formulas sizes of 0 or more."""
    needs = [
        Requirement(size, f"{size} >= 0", given.span)
        for size in node.type.shape
        if size.constant is None and not size.at_least(0)
    ]
    checker.require(node, needs)
    return node


def stretched(scalar: Node, like: Type) -> Node:
    """A scalar over a whole shape."""
    return apply("broadcast", scalar, shape=like.shape, axes=()) if like.rank else scalar
