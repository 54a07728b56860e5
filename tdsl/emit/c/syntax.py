"""The part of C++ that generated units are made of: expressions, statements, definitions.

Nodes are immutable and equal if they spell the same text.  Names may be qualified and have template arguments; types
are text.  `free_names` are the names that a statement mentions without declaring them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import NamedTuple, assert_never

from tdsl.record import record


@record(frozen=True, slots=True)
class Name:
    text: str


@record(frozen=True, slots=True)
class Number:
    """A literal without a sign, spelled as in C++: `1.0f`, `0.1`, `42`."""

    text: str


@record(frozen=True, slots=True)
class String:
    content: bytes


@record(frozen=True, slots=True)
class Element:
    """`array[index]`"""

    array: Expression
    index: Expression


@record(frozen=True, slots=True)
class Member:
    """`of.name`, or `of->name` through a pointer."""

    of: Expression
    name: str
    pointer: bool = False


@record(frozen=True, slots=True)
class Unary:
    operator: str
    operand: Expression


@record(frozen=True, slots=True)
class Binary:
    operator: str
    left: Expression
    right: Expression


@record(frozen=True, slots=True)
class Conditional:
    condition: Expression
    then: Expression
    otherwise: Expression


@record(frozen=True, slots=True)
class Call:
    """A call of a function or a template; a cast is a call of `static_cast<T>`."""

    function: str
    arguments: tuple[Expression, ...] = ()


@record(frozen=True, slots=True)
class Braces:
    """`type{items}`, or a bare `{items}`, whose items may have designators."""

    items: tuple[Expression, ...]
    type: str = ""
    designators: tuple[str, ...] = ()


@record(frozen=True, slots=True)
class Parameter:
    """It is printed without its name where the body does not use it: compilers would warn."""

    type: str
    name: str


@record(frozen=True, slots=True)
class Lambda:
    """A lambda that captures the names it mentions by copy."""

    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...]


Expression = Name | Number | String | Element | Member | Unary | Binary | Conditional | Call | Braces | Lambda


@record(frozen=True, slots=True)
class Declare:
    """`type name = value;`, or an array if `size` is there."""

    type: str
    name: str
    value: Expression | None = None
    size: Expression | None = None


@record(frozen=True, slots=True)
class Assign:
    target: Expression
    value: Expression


class Remark(NamedTuple):
    """One line of a comment: a text, and the place in the program that it is about."""

    text: str
    place: str = ""


@record(frozen=True, slots=True)
class Evaluate:
    """An expression for its effect, with remarks that say which."""

    value: Expression
    remarks: tuple[Remark, ...] = field(default=(), compare=False)


@record(frozen=True, slots=True)
class Return:
    value: Expression | None = None


@record(frozen=True, slots=True)
class If:
    condition: Expression
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...] = ()


@record(frozen=True, slots=True)
class For:
    """`counter` from 0 to before `count`."""

    counter: str
    count: Expression
    body: tuple[Statement, ...]


@record(frozen=True, slots=True)
class Break:
    """`break` of the innermost `For`."""


@record(frozen=True, slots=True)
class Blank:
    """An empty line."""


Statement = Declare | Assign | Evaluate | Return | If | For | Break | Blank


@record(frozen=True, slots=True)
class Function:
    """`manner` is how it is compiled: attributes and linkage; `about` stands above it."""

    name: str
    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...]
    returns: str = "void"
    manner: str = ""
    about: Remark | None = field(default=None, compare=False)


def free_names(parts: Sequence[Expression | Statement]) -> set[str]:
    """The names, of functions too, that expressions or the statements of one block mention and do not declare."""
    found: set[str] = set()
    stack: list[tuple[Expression | Statement, frozenset[str]]] = []

    def enter(block: Sequence[Expression | Statement | None], bound: frozenset[str]) -> None:
        bound = bound.union([part.name for part in block if isinstance(part, Declare)])
        for part in block:
            if isinstance(part, Name):
                if part.text not in bound:
                    found.add(part.text)
            elif part is not None:
                stack.append((part, bound))

    enter(parts, frozenset())
    while stack:
        part, bound = stack.pop()
        match part:
            case Call(function, arguments):
                found.add(function)
                enter(arguments, bound)
            case Name() | Number() | String() | Break() | Blank():
                pass
            case Element(array, index):
                enter((array, index), bound)
            case Binary(_, left, right):
                enter((left, right), bound)
            case Member(of=inner) | Unary(operand=inner) | Evaluate(inner):
                enter((inner,), bound)
            case Conditional(condition, then, otherwise):
                enter((condition, then, otherwise), bound)
            case Braces(items):
                enter(items, bound)
            case Lambda(parameters, body):
                enter(body, bound.union(parameter.name for parameter in parameters))
            case Declare(_, _, value, size):
                enter((value, size), bound)
            case Assign(target, value):
                enter((target, value), bound)
            case Return(value):
                enter((value,), bound)
            case If(condition, then, otherwise):
                enter((condition,), bound)
                enter(then, bound)
                enter(otherwise, bound)
            case For(counter, count, body):
                enter((count,), bound)
                enter(body, bound | {counter})
            case _:
                assert_never(part)
    return found
