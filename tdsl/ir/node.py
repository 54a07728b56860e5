"""The typed intermediate form: immutable, interned nodes.

Building the same node twice for one program gives the same object, so equality is identity and common subexpressions
are shared by construction.  Spans and names live in side tables of the program.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum, auto
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from tdsl.ir.attributes import NONE, Attributes, Constant
from tdsl.record import record
from tdsl.source import CompilerBug
from tdsl.types import DType, Kind, Type

Family = TypeVar("Family", bound=Attributes)
FamilyClass = type[Family]


class Work(IntEnum):
    """The cost of computing an element from those of the operands."""

    COPY = auto()
    """No arithmetic."""
    LIGHT = auto()
    """One operation that costs no more than a load."""
    OPERATION = auto()
    """One operation of any processor."""
    FUNCTION = auto()


@record(frozen=True, eq=False)
class Op:
    """One operation; the table in `tdsl/ops` makes them all.

    `infer(types, **attributes)` gives the result's type or raises `IllTyped`; `numpy(*operands, **attributes)` is its
    meaning on arrays, `attributes` their record; `cotangents(g, y, *operands)` gives one node or None for each
    operand.

    `masks(m, y, *operands)` are the masks of the operands' cotangents, outside of which they are zero, if g is zero
    outside of m; every op with cotangents has it.  `mixes` says whether elements of a cotangent are sums over several
    of g, `leaves_out` whether an element of the first operand may have no part in the result: its cotangent is zero
    for any g.

    `kinds` are those of the operands of an elementwise op or a reduction, and `cost` is that of one element; integer
    arithmetic that `wraps` does not overflow.  `tdsl` and `c` spell the op, as an operator if it is `infix`, and
    `python`, with holes for operands and attributes, in modules of the NumPy target; without it they call `numpy`.
    `signature` names the parameters of the builtin function, those that may be left out with a `?`; without one the
    line makes no builtin.  The builtin of an op that `promotes` converts bools and integers to i64; that of one that is
    `nonempty` needs an element.
    """

    name: str
    family: str
    infer: Callable[..., Type]
    numpy: Callable[..., Any]
    attributes: type[Attributes] = Attributes
    cotangents: Callable[..., tuple[Node | None, ...]] | None = None
    masks: Callable[..., tuple[Node, ...]] | None = None
    mixes: bool = True
    leaves_out: bool = False
    tdsl: str = ""
    c: str = ""
    python: str = ""
    infix: bool = False
    wraps: bool = False
    cost: Work = Work.FUNCTION
    kinds: frozenset[Kind] = frozenset(Kind)
    signature: tuple[str, ...] = ()
    promotes: bool = False
    nonempty: bool = False
    fault: str | None = None

    def __repr__(self) -> str:
        return f"Op({self.name})"


class IllTyped(Exception):
    """Operands of a wrong type for an op: a diagnostic in the checker, a bug anywhere else."""


OPS: dict[str, Op] = {}


_Interned = MutableMapping[tuple[Op, tuple["Node", ...], Attributes], "Node"]
_anywhere: _Interned = WeakValueDictionary()
_interned: ContextVar[_Interned] = ContextVar("_interned", default=_anywhere)
# The last orders of many nodes: passes that change nothing ask for the same one again and again.
_Orders = dict[tuple["Node", ...], list["Node"]]
_orders: ContextVar[_Orders | None] = ContextVar("_orders", default=None)
_MOST_ORDERS, _MANY = 8, 100


@contextmanager
def own_nodes() -> Iterator[None]:
    """A scope of interning: its nodes are separate from those outside and in other threads.  Two programs that shared a
    node would share the spelling of its sizes, which takes no part in equality."""
    nodes, orders = _interned.set({}), _orders.set({})
    try:
        yield
    finally:
        _interned.reset(nodes)
        _orders.reset(orders)


class Node:
    """An op applied to operands; made by `apply` only."""

    __slots__ = ("__weakref__", "attributes", "op", "operands", "type")

    op: Op
    operands: tuple[Node, ...]
    attributes: Attributes
    type: Type

    def get(self, family: FamilyClass[Family]) -> Family:
        """The attributes, for an op with a record of this type."""
        if isinstance(self.attributes, family):
            return self.attributes
        raise CompilerBug(f"{self.op.name} has no {family.__name__}")

    def with_operands(self, *operands: Node) -> Node:
        """The same op with the same attributes on other operands."""
        return self if operands == self.operands else made(self.op, operands, self.attributes)

    @property
    def is_constant(self) -> bool:
        """A literal, or one stretched to a shape."""
        node = self.operands[0] if self.op.name == "broadcast" else self
        return node.op.name == "constant"

    @property
    def may_fault(self) -> bool:
        """Whether computing it could end a call: a position outside its axis, an integer divided by zero, a matrix
        without a factor or inverse, or such a thing in the function that it applies."""
        if self.op.fault == "division":
            return self.type.dtype.kind is Kind.INTEGER
        return self.op.fault is not None or self.attributes.may_fault

    def __repr__(self) -> str:
        return f"<{self.op.name}: {self.type}>"

    def __add__(self, other: Operand) -> Node:
        return apply("add", *_pair(self, other))

    def __radd__(self, other: Operand) -> Node:
        return apply("add", *reversed(_pair(self, other)))

    def __sub__(self, other: Operand) -> Node:
        return apply("sub", *_pair(self, other))

    def __rsub__(self, other: Operand) -> Node:
        return apply("sub", *reversed(_pair(self, other)))

    def __mul__(self, other: Operand) -> Node:
        return apply("mul", *_pair(self, other))

    def __rmul__(self, other: Operand) -> Node:
        return apply("mul", *reversed(_pair(self, other)))

    def __truediv__(self, other: Operand) -> Node:
        return apply("div", *_pair(self, other))

    def __rtruediv__(self, other: Operand) -> Node:
        return apply("div", *reversed(_pair(self, other)))

    def __pow__(self, other: Operand) -> Node:
        return apply("pow", *_pair(self, other))

    def __neg__(self) -> Node:
        return apply("neg", self)

    def __matmul__(self, other: Node) -> Node:
        return apply("matmul", self, other)

    def __gt__(self, other: Operand) -> Node:
        return apply("gt", *_pair(self, other))

    def __lt__(self, other: Operand) -> Node:
        return apply("lt", *_pair(self, other))

    def __ge__(self, other: Operand) -> Node:
        return apply("ge", *_pair(self, other))

    def __le__(self, other: Operand) -> Node:
        return apply("le", *_pair(self, other))

    def equals(self, other: Operand) -> Node:
        """Element by element; `==` on nodes themselves is identity."""
        return apply("eq", *_pair(self, other))

    def cast(self, dtype: DType) -> Node:
        """Cast to another dtype; itself if it has that already."""
        return self if self.type.dtype == dtype else apply("cast", self, dtype=dtype)


Operand = Node | int | float


def _pair(node: Node, other: Operand) -> tuple[Node, Node]:
    return node, other if isinstance(other, Node) else full(other, node.type)


def apply(name: str, /, *operands: Node, **attributes: Any) -> Node:
    """The one node of this op, these operands and attributes."""
    op = OPS[name]
    return made(op, operands, op.attributes(**attributes) if attributes else NONE)


def made(op: Op, operands: tuple[Node, ...], attributes: Attributes) -> Node:
    key = (op, operands, attributes)
    interned = _interned.get()
    node = interned.get(key)
    if node is None:
        node = Node()
        node.op, node.operands, node.attributes = key
        node.type = op.infer([operand.type for operand in operands], **attributes.given())
        interned[key] = node
    return node


def constant(value: int | float | bool, dtype: DType) -> Node:
    """A scalar literal.  Reals are kept as hexadecimal text: -0.0, NaN and equality of bits then come right."""
    text = float(value).hex() if dtype.kind is Kind.REAL else int(value)
    return apply("constant", value=text, dtype=dtype)


def constant_value(node: Node) -> int | float | None:
    """The number of a literal or stretched literal."""
    if not node.is_constant:
        return None
    value = (node.operands[0] if node.operands else node).get(Constant).value
    return float.fromhex(value) if isinstance(value, str) else int(value)


def full(value: int | float | bool, like: Type) -> Node:
    """A literal in the dtype and shape of a type."""
    return broadcast(constant(value, like.dtype), like, ())


def broadcast(node: Node, like: Type, axes: tuple[int, ...]) -> Node:
    """Stretched to the shape of a type; `axes[i]` is where the operand's axis i goes."""
    if len(axes) == like.rank:
        return node
    return apply("broadcast", node, shape=like.shape, axes=axes)


def count_uses(order: Iterable[Node], roots: Iterable[Node]) -> Counter[Node]:
    """The number of times that each node is an operand of those of an order, or a root."""
    uses = Counter(roots)
    for node in order:
        uses.update(node.operands)
    return uses


def topological(roots: Iterable[Node], known: Iterable[Node] = ()) -> list[Node]:
    """Every node reachable, operands first, each once, in an order that depends on the roots only; without `known`
    nodes and those reachable only through them."""
    done, wanted, orders = set(known), tuple(roots), _orders.get()
    if done or orders is None:
        return _ordered(wanted, done)
    order = orders.get(wanted)
    if order is None:
        order = _ordered(wanted, done)
        if len(order) > _MANY:
            orders[wanted] = order
            if len(orders) > _MOST_ORDERS:
                del orders[next(iter(orders))]
    return [*order]


def _ordered(roots: tuple[Node, ...], done: set[Node]) -> list[Node]:
    """The same; the nodes are added to those that are `done`."""
    order: list[Node] = []
    stack = list(roots)[::-1]
    while stack:
        node = stack.pop()
        if node in done:
            continue
        if done.issuperset(node.operands):
            done.add(node)
            order.append(node)
        else:
            stack.append(node)
            stack += node.operands[::-1]
    return order


def dependents(order: Iterable[Node], nodes: Iterable[Node]) -> set[Node]:
    """The nodes of a topological order that depend on some nodes, with these."""
    found = set(nodes)
    for node in order:
        if not found.isdisjoint(node.operands):
            found.add(node)
    return found
