"""What a file says, as written: items, statements and expressions, each with its span and none with a type."""

from __future__ import annotations

from dataclasses import dataclass

from tdsl.source import Source, Span


@dataclass(frozen=True, eq=False)
class Syntax:
    span: Span


# Expressions


class Expression(Syntax):
    """Anything with a value."""


@dataclass(frozen=True, eq=False)
class Number(Expression):
    value: int | float


@dataclass(frozen=True, eq=False)
class Text(Expression):
    value: str


@dataclass(frozen=True, eq=False)
class Name(Expression):
    name: str


@dataclass(frozen=True, eq=False)
class Unary(Expression):
    operator: str
    operand: Expression


@dataclass(frozen=True, eq=False)
class Binary(Expression):
    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, eq=False)
class Conditional(Expression):
    condition: Expression
    chosen: Expression
    otherwise: Expression


@dataclass(frozen=True, eq=False)
class Argument(Syntax):
    name: str | None
    value: Expression


@dataclass(frozen=True, eq=False)
class Call(Expression):
    function: Expression
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, eq=False)
class NewAxis(Syntax):
    """`new` among indices."""


@dataclass(frozen=True, eq=False)
class Ellipsis(Syntax):
    """`...` among indices."""


@dataclass(frozen=True, eq=False)
class Slice(Syntax):
    start: Expression | None
    stop: Expression | None
    step: Expression | None


Indexer = Expression | NewAxis | Ellipsis | Slice


@dataclass(frozen=True, eq=False)
class Index(Expression):
    value: Expression
    indices: tuple[Indexer, ...]


@dataclass(frozen=True, eq=False)
class Attribute(Expression):
    value: Expression
    name: str
    name_span: Span


@dataclass(frozen=True, eq=False)
class Tuple(Expression):
    items: tuple[Expression, ...]


@dataclass(frozen=True, eq=False)
class Array(Expression):
    items: tuple[Expression, ...]


# Statements and what items are made of


@dataclass(frozen=True, eq=False)
class TypeSyntax(Syntax):
    dtype: str
    sizes: tuple[Expression, ...]


@dataclass(frozen=True, eq=False)
class Parameter(Syntax):
    name: Name
    type: TypeSyntax | None
    default: Expression | None


class Statement(Syntax):
    """A line of a block; the value of a function's block is an expression in the last one."""


@dataclass(frozen=True, eq=False)
class Block(Syntax):
    statements: tuple[Syntax, ...]


@dataclass(frozen=True, eq=False)
class Update(Statement):
    target: Name
    value: Expression


@dataclass(frozen=True, eq=False)
class Minimize(Statement):
    """`minimize` or `maximize`."""

    verb: str
    cost: Expression
    over: tuple[Name, ...] | None
    rule: Expression


@dataclass(frozen=True, eq=False)
class Assert(Statement):
    condition: Expression
    message: str | None


@dataclass(frozen=True, eq=False)
class Print(Statement):
    values: tuple[Expression, ...]


# Items


@dataclass(frozen=True, eq=False)
class Item(Statement):
    """A declaration of a file; some may stand in blocks too.  `doc` is the text of its `##` lines."""

    doc: str


@dataclass(frozen=True, eq=False)
class Use(Item):
    """`use std.nn: relu` has a dotted module, `use "layers.tdsl"` a file."""

    module: str
    is_file: bool
    names: tuple[Name, ...] | None
    module_span: Span


@dataclass(frozen=True, eq=False)
class Dims(Item):
    names: tuple[Name, ...]


@dataclass(frozen=True, eq=False)
class Const(Item):
    name: Name
    value: Expression


@dataclass(frozen=True, eq=False)
class Input(Item):
    name: Name
    type: TypeSyntax


@dataclass(frozen=True, eq=False)
class Stored(Item):
    """`shared` or `state`."""

    kind: str
    name: Name
    type: TypeSyntax | None
    initial: Expression | None


@dataclass(frozen=True, eq=False)
class Let(Item):
    names: tuple[Name, ...]
    value: Expression


@dataclass(frozen=True, eq=False)
class Cost(Item):
    name: Name
    value: Expression


@dataclass(frozen=True, eq=False)
class Fn(Item):
    name: Name
    parameters: tuple[Parameter, ...]
    body: Expression | Block


@dataclass(frozen=True, eq=False)
class Rule(Item):
    name: Name
    parameters: tuple[Parameter, ...]
    parameter: Name
    gradient: Name
    body: Block


@dataclass(frozen=True, eq=False)
class Entry(Item):
    name: Name
    parameters: tuple[Parameter, ...]
    results: Expression | None
    body: Block | None


@dataclass(frozen=True)
class File:
    """A parsed file; `doc` is the `##` block at its top."""

    source: Source
    doc: str
    items: tuple[Item, ...]
