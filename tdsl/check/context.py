"""What every part of the checker shares: the side tables, and how values become operands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tdsl.check.foreign_names import type_advice
from tdsl.check.shapes import MOST_AXES, Operand, Unifier
from tdsl.check.trampoline import Step
from tdsl.check.values import (
    BoundRule,
    Function,
    Poison,
    Poisoned,
    RuleDefinition,
    Scope,
    Several,
    Static,
    Text,
    Value,
)
from tdsl.clock import Clock
from tdsl.ir.node import Node, apply
from tdsl.ir.program import Requirement, Variable
from tdsl.source import MOST_ERRORS, Diagnostic, Span, UserError, fail
from tdsl.spelling import closest
from tdsl.syntax import nodes as syntax
from tdsl.syntax.habits import NAMED_SIZE
from tdsl.types import (
    DTYPES,
    F32,
    F64,
    I64,
    Dim,
    DType,
    Shape,
    Type,
)

MOST_ELEMENTS = 2**48


@dataclass(frozen=True)
class Options:
    """What changes the meaning of a program: the width of `real`, the consts replaced from outside, and whether it may
    use files outside its folder."""

    float: int = 32
    defines: tuple[tuple[str, str], ...] = ()
    outside: bool = False

    @property
    def real(self) -> DType:
        return F64 if self.float == 64 else F32


@dataclass(frozen=True)
class Initialising:
    """The declaration whose initial value is being checked: random sources take its type."""

    name: str
    type: Type | None


@dataclass
class Places:
    """Where an entry says what it computes, and what that needs."""

    spans: dict[Node, Span] = field(default_factory=dict)
    steps: dict[Node, Span] = field(default_factory=dict)  # of derivatives: where what they are of stands
    requirements: dict[Node, list[Requirement]] = field(default_factory=dict)


def kind_of(value: Value) -> str:
    """What something that is no number is, in words."""
    names = {Several: "a tuple", Text: "a string", RuleDefinition: "a rule", BoundRule: "a rule"}
    return names.get(type(value), "a function")


def storable(sizes: Sequence[Dim], span: Span) -> Shape:
    """The sizes as a shape; raises `UserError` TD0221 for more than any machine holds."""
    if len(sizes) > MOST_AXES:
        raise fail("TD0221", f"an array has at most {MOST_AXES} axes", span)
    whole = 1
    for size in sizes:
        whole *= max(size.constant or 1, 1)
    if whole >= MOST_ELEMENTS:
        raise fail("TD0221", "this is more elements than any machine holds", span)
    return tuple(sizes)


class Enough(Exception):
    """So many errors were found that further ones would help nobody."""


class Context:
    """The state of one check."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self.options = options
        self.clock = clock
        self.units = Unifier(options.real, self.mentioning)
        self.errors: list[Diagnostic] = []
        self.names: dict[Node, str] = {}
        self.spans: dict[Node, Span] = {}
        self.steps: dict[Node, Span] = {}
        self.requirements: dict[Node, list[Requirement]] = {}
        self.mentions: dict[Node, tuple[Node, ...]] = {}
        self.decided: set[Node] = set()
        self.here = Places()
        self.variables: dict[str, Variable] = {}
        self.initial: dict[str, Node] = {}
        self.active: list[tuple[Function, Span]] = []
        self.callers: list[Span] = []  # of functions and rules
        self.initialising: Initialising | None = None
        self.seed = apply("argument", name="seed", type=Type(I64))
        self.streams = 0
        self.tags = 0
        self.calls = 0
        self.repeated = 0  # steps of derivatives of derivatives
        self.docs: dict[str, str] = {}
        self.owners: dict[str, syntax.Rule] = {}

    def note(self, node: Node, span: Span, name: str | None = None) -> Node:
        """Remembers where a node came from, and what it is called; the first to make it counts, in each entry anew.
        Inside the standard library it came from the call that led there."""
        for call in reversed(self.callers):
            if not span.source.is_library:
                break
            span = call
        self.spans.setdefault(node, span)
        self.here.spans.setdefault(node, span)
        if name:
            self.names.setdefault(node, name)
        return node

    def report(self, *diagnostics: Diagnostic) -> None:
        """Keeps errors for the end; raises `Enough` when there are very many."""
        self.errors += diagnostics
        if len(self.errors) >= MOST_ERRORS:
            raise Enough

    def require(self, node: Node, needs: list[Requirement]) -> None:
        """What a call must satisfy where it computes a node."""
        for table in (self.requirements, self.here.requirements):
            known = table.setdefault(node, []) if needs else []
            known += [need for need in needs if all(need.size != other.size for other in known)]

    def mentioning(self, node: Node, *mentioned: Node) -> Node:
        """A value whose text speaks of others that it is not made of: derivatives by them are zero, not missing."""
        self.tags += 1
        marked = apply("identity", node, tag=self.tags)
        self.mentions[marked] = mentioned
        return marked

    def behind(self, *roots: Node, stopped: bool = True) -> set[Node]:
        """Everything that values are made of or speak of; unless `stopped`, not beyond a stop_grad."""
        found, stack = set(roots), list(roots)
        while stack:
            node = stack.pop()
            below = node.operands if stopped or node.op.name != "stop_grad" else ()
            new = [other for other in (*below, *self.mentions.get(node, ())) if other not in found]
            found.update(new)
            stack += new
        return found

    def collect(self, work: Callable[[], object]) -> bool:
        """Does it; errors are kept for the report.  Whether there were none."""
        try:
            work()
        except UserError as error:
            self.report(*error.diagnostics)
        except Poisoned:
            pass
        else:
            return True
        return False

    def operand(self, value: Value, span: Span) -> Operand:
        """A value that computes; anything else is an error."""
        if isinstance(value, Node | Static):
            return Operand(value, span)
        if isinstance(value, Poison):
            raise Poisoned
        hint = "call it with its arguments" if kind_of(value) == "a function" else None
        raise fail("TD0213", f"{kind_of(value)} is not a number", span, hint=hint)

    def dtype(self, written: syntax.TypeSyntax) -> DType:
        """`real` is the build's float dtype, `int` is i64."""
        known = {"real": self.options.real, "int": DTYPES["i64"], **DTYPES}
        if written.dtype not in known:
            span = Span(written.span.source, written.span.start, written.span.start + len(written.dtype))
            close = closest(written.dtype, known)
            meant = f"did you mean '{close}'?" if close else "types are " + ", ".join(known)
            hint = type_advice(written.dtype) or meant
            raise fail("TD0201", f"there is no type '{written.dtype}'", span, hint=hint)
        return known[written.dtype]

    def type(self, written: syntax.TypeSyntax, scope: Scope) -> Step:
        """The type a declaration says."""
        sizes: list[Dim] = []
        for size in written.sizes:
            sizes.append((yield self.size(size, scope)))
        return Type(self.dtype(written), storable(sizes, written.span))

    def size(self, expression: syntax.Expression, scope: Scope) -> Step:
        """A size of a shape."""
        value = yield self.expression(expression, scope)
        if not (isinstance(value, Static) and isinstance(value.value, Dim)):
            got = "a string" if isinstance(value, Text) else "a value of a call"
            if isinstance(value, Static):
                got = self.units.describe(value)
            raise fail("TD0221", f"a size is made of integers, consts and dims, this is {got}", expression.span)
        number = value.value.constant
        if number is not None and number < 0:
            hint = NAMED_SIZE if expression.span.text == "-1" else None
            raise fail("TD0221", f"a size cannot be {number}", expression.span, hint=hint)
        return value.value

    def expression(self, expression: syntax.Expression, scope: Scope) -> Step:
        raise NotImplementedError
