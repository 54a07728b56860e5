"""The syntax of a file: items, statements and expressions, each with its span and none with a type."""

from __future__ import annotations

from tdsl.record import record
from tdsl.source import Diagnostic, Source, Span


@record(frozen=True, eq=False)
class Syntax:
    span: Span


# Expressions

# The functions that reduce over indices, `sum[j](A[i, j])`.
OF_POSITIONS = {"argmax", "argmin"}
REDUCTIONS = {"sum", "prod", "mean", "var", "std", "norm", "max", "min", "any", "all"} | OF_POSITIONS


@record(frozen=True, eq=False)
class Number(Syntax):
    value: int | float


@record(frozen=True, eq=False)
class String(Syntax):
    value: str


@record(frozen=True, eq=False)
class Name(Syntax):
    name: str


@record(frozen=True, eq=False)
class Unary(Syntax):
    operator: str
    operand: Expression


@record(frozen=True, eq=False)
class Binary(Syntax):
    operator: str
    left: Expression
    right: Expression


@record(frozen=True, eq=False)
class Conditional(Syntax):
    condition: Expression
    chosen: Expression
    otherwise: Expression


@record(frozen=True, eq=False)
class Argument(Syntax):
    name: str | None
    value: Expression


@record(frozen=True, eq=False)
class Call(Syntax):
    function: Expression
    arguments: tuple[Argument, ...]


@record(frozen=True, eq=False)
class NewAxis(Syntax):
    """`new` among indices."""


@record(frozen=True, eq=False)
class Ellipsis(Syntax):
    """`...` among indices."""


@record(frozen=True, eq=False)
class Slice(Syntax):
    start: Expression | None
    stop: Expression | None
    step: Expression | None


@record(frozen=True, eq=False)
class Index(Syntax):
    value: Expression
    indices: tuple[Indexer, ...]


@record(frozen=True, eq=False)
class Write(Syntax):
    """`value with [indices] = part`, or `+=`; `place` is that of the brackets."""

    value: Expression
    place: Span
    indices: tuple[Indexer, ...]
    operator: str
    part: Expression


@record(frozen=True, eq=False)
class Attribute(Syntax):
    value: Expression
    name: str
    name_span: Span


@record(frozen=True, eq=False)
class Tuple(Syntax):
    items: tuple[Expression, ...]


@record(frozen=True, eq=False)
class Array(Syntax):
    items: tuple[Expression, ...]


@record(frozen=True, eq=False)
class Binding(Syntax):
    """`x_t in x` in the header of a loop."""

    name: Name
    over: Expression


@record(frozen=True, eq=False)
class For(Syntax):
    """A loop; `header` is its place without the body."""

    header: Span
    bindings: tuple[Binding, ...]
    checkpoint: Expression | None
    body: Block


@record(frozen=True, eq=False)
class IndexAxis(Syntax):
    """`i` or `i in N` on the left of a definition by elements."""

    name: Name
    size: Expression | None


@record(frozen=True, eq=False)
class Elements(Syntax):
    """The array that `let C[i, k] = e` defines by its element; `place` is that of the brackets."""

    place: Span
    axes: tuple[IndexAxis, ...]
    element: Expression


Expression = (
    Number | String | Name | Unary | Binary | Conditional | Call | Index | Write | Attribute | Tuple | Array
) | (For | Elements)
Indexer = Expression | NewAxis | Ellipsis | Slice

# Statements and the parts of items


@record(frozen=True, eq=False)
class TypeSyntax(Syntax):
    dtype: str
    sizes: tuple[Expression, ...]


@record(frozen=True, eq=False)
class Parameter(Syntax):
    """`is_dim` says that it is written `dim B`."""

    name: Name
    type: TypeSyntax | None
    default: Expression | None
    is_dim: bool = False


@record(frozen=True, eq=False)
class Block(Syntax):
    """The value of a function's block is an expression in the last line."""

    statements: tuple[Statement | Expression, ...]


@record(frozen=True, eq=False)
class Update(Syntax):
    """`target` is a name, or an instance's member: `layers[0].W`."""

    target: Expression
    value: Expression


@record(frozen=True, eq=False)
class Minimize(Syntax):
    """`minimize` or `maximize`."""

    verb: str
    cost: Expression
    over: tuple[Expression, ...] | None
    rule: Expression


@record(frozen=True, eq=False)
class Assert(Syntax):
    condition: Expression
    message: str | None

    @property
    def text(self) -> str:
        """Its message, or the condition as it is written."""
        return self.message or " ".join(self.condition.span.text.split())


@record(frozen=True, eq=False)
class Print(Syntax):
    values: tuple[Expression, ...]


@record(frozen=True, eq=False)
class Given(Syntax):
    """`given x = e`: what an entry has in the place of an input."""

    name: Name
    value: Expression


@record(frozen=True, eq=False)
class Yield(Syntax):
    """An element of a result that a loop stacks."""

    value: Expression


@record(frozen=True, eq=False)
class Until(Syntax):
    """The last statement of a loop that may end early."""

    condition: Expression


# Items


@record(frozen=True, eq=False)
class Declaration(Syntax):
    """An item of a file; `doc` is the text of its `##` lines."""

    doc: str


@record(frozen=True, eq=False)
class Use(Declaration):
    """`use std.nn: relu` has a dotted module, `use "layers.tdsl"` a file."""

    module: str
    is_file: bool
    names: tuple[Name, ...] | None
    module_span: Span


@record(frozen=True, eq=False)
class Dims(Declaration):
    names: tuple[Name, ...]


@record(frozen=True, eq=False)
class Const(Declaration):
    name: Name
    value: Expression


@record(frozen=True, eq=False)
class Input(Declaration):
    name: Name
    type: TypeSyntax
    value: Expression | None = None


@record(frozen=True, eq=False)
class Stored(Declaration):
    """`shared` or `state`."""

    kind: str
    name: Name
    type: TypeSyntax | None
    initial: Expression | None


@record(frozen=True, eq=False)
class Let(Declaration):
    names: tuple[Name, ...]
    value: Expression


@record(frozen=True, eq=False)
class Cost(Declaration):
    name: Name
    value: Expression


@record(frozen=True, eq=False)
class Fn(Declaration):
    name: Name
    parameters: tuple[Parameter, ...]
    result: TypeSyntax | None
    body: Expression | Block


@record(frozen=True, eq=False)
class Derivative(Declaration):
    """`derivative f(x) for y, g`: the derivative of a function of the same file, and the names of its result and of the
    derivative by that."""

    name: Name
    parameters: tuple[Parameter, ...]
    output: Name
    gradient: Name
    body: Expression | Block


@record(frozen=True, eq=False)
class Rule(Declaration):
    name: Name
    parameters: tuple[Parameter, ...]
    parameter: Name
    gradient: Name
    body: Block


@record(frozen=True, eq=False)
class Each(Syntax):
    """`[i in L]`: a list with an element for each number below L, or for each part of a tuple."""

    name: Name
    values: Expression


@record(frozen=True, eq=False)
class Entry(Declaration):
    """`each` makes a list of entries; `fields` are the names of results, `-> (loss = C, slope = g)`, which are a tuple
    then."""

    name: Name
    each: Each | None
    parameters: tuple[Parameter, ...]
    results: Expression | None
    fields: tuple[Name, ...]
    body: Block | None


@record(frozen=True, eq=False)
class Training(Declaration):
    """`entry run = fit(train, batch=100)`."""

    name: Name
    value: Expression


@record(frozen=True, eq=False)
class Instance(Declaration):
    """`model enc = Layer(2, 3)`, or a list of instances if there is an `each`."""

    name: Name
    each: Each | None
    value: Expression


@record(frozen=True, eq=False)
class Model(Declaration):
    """The definition of a model, which instances copy."""

    name: Name
    parameters: tuple[Parameter, ...]
    members: tuple[Member, ...]


Member = Const | Stored | Let | Fn | Derivative | Instance
Item = Use | Dims | Const | Input | Stored | Let | Cost | Fn | Derivative | Rule | Model | Instance | Entry | Training
Statement = Let | Stored | Update | Minimize | Assert | Print | Given | Yield | Until


@record(frozen=True)
class File:
    """A parsed file; `doc` is the `##` block at its top, `errors` are of items that could not be parsed."""

    source: Source
    doc: str
    items: tuple[Item, ...]
    errors: tuple[Diagnostic, ...] = ()
