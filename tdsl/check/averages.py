"""Entries of programs that several processes train together: each has its own rows of a batch.

    W - rate * g      →      W - rate * reshape(slice(all_reduce([g, C])))

One exchange gives all processes the means of the costs and derivatives that updates and results are made of, weighted
by their rows.  An update that depends on the batch in another way is made of the means of its largest parts of a known
shape that do; the new value of a running mean is one such part.
"""

from __future__ import annotations

from collections.abc import Iterable

from tdsl.check.builtins.joining import piece
from tdsl.check.checker import Checker
from tdsl.check.shapes import reshape
from tdsl.ir.attributes import Size
from tdsl.ir.function import replacements
from tdsl.ir.node import Node, apply, dependents, topological
from tdsl.ir.program import Entry, Update
from tdsl.ops.views import joined
from tdsl.record import record
from tdsl.source import UserError, fail
from tdsl.types import F32, F64, ONE, Dim, Type, element_count


def averaged(checker: Checker, entry: Entry) -> Entry:
    """The same entry with the means over all processes; itself if no update depends on a batch."""
    batch, order = _Batch(entry), topological(entry.roots())
    dependent = batch.dependent(order)
    kept = {node for node in checker.differentiated if node in dependent and _is_known(node.type)}
    parts = _Parts(dependent, kept, dependents(order, kept))
    found: dict[Node, None] = {}
    for update in entry.updates:
        of_update, rest = parts.of(update.value)
        found.update(dict.fromkeys(of_update))
        if rest:
            raise _without_mean(update)
    if not found:
        return entry
    for result in entry.results:
        # All other results are those of the rows of this process.
        if result.role == "return" and result.node.type.is_real and not result.node.type.rank:
            found.update(dict.fromkeys(parts.of(result.node)[0]))
    new = replacements(entry.roots(), _means(found, batch.rows))
    checker.move({node: made for node, made in new.items() if made is not node})
    return entry.with_roots([new[root] for root in entry.roots()])


def _without_mean(update: Update) -> UserError:
    what = f"'{update.variable}' would differ between processes that train together"
    hint = "they agree on means of reals of known sizes, such as derivatives and costs; make it of these"
    return fail("TD0236", what, update.span, hint=hint)


class _Batch:
    """The batch of an entry: the arrays whose first size is that of the first array, if a call gives it, else all."""

    def __init__(self, entry: Entry) -> None:
        arrays = [parameter.node for parameter in entry.parameters if parameter.node.type.rank]
        first = arrays[0].type.shape[0] if arrays else ONE
        self.symbol = next((name for name in first.symbols() if first == Dim.symbol(name)), "")
        self.rows = first if self.symbol else ONE
        self._arrays = {node for node in arrays if not self.symbol or node.type.shape[0] == first}

    def dependent(self, order: Iterable[Node]) -> set[Node]:
        """The nodes that differ between processes."""
        nodes = list(order)
        return dependents(nodes, [node for node in nodes if node in self._arrays or self._counts(node)])

    def _counts(self, node: Node) -> bool:
        if isinstance(node.attributes, Size):
            return self.symbol in node.attributes.dim.symbols()
        return isinstance(node.type, Type) and any(self.symbol in size.symbols() for size in node.type.shape)


def _is_known(type: object) -> bool:
    """Whether it is real and has as many elements in every process."""
    return isinstance(type, Type) and type.is_real and all(size.constant for size in type.shape)


@record(frozen=True)
class _Parts:
    """The parts of values that processes average: `kept` are costs and derivatives, and `made_of` what is made of
    them."""

    dependent: set[Node]
    kept: set[Node]
    made_of: set[Node]

    def of(self, root: Node) -> tuple[list[Node], list[Node]]:
        """The outermost costs and derivatives in a value, and the largest other parts that depend on the batch; then
        what is left of the batch."""
        found, rest = list[Node](), list[Node]()
        stack, seen = [root], {root}
        while stack:
            node = stack.pop()
            if node not in self.dependent:
                continue
            if node in self.kept or (node not in self.made_of and _is_known(node.type)):
                found.append(node)
            elif not node.operands:
                rest.append(node)
            else:
                new = [operand for operand in reversed(node.operands) if operand not in seen]
                seen.update(new)
                stack += new
        return found, rest


def _means(parts: Iterable[Node], rows: Dim) -> dict[Node, Node]:
    """The mean of each part over all processes, of one exchange.  Marks of one value are one number."""
    marked = {part: _unmarked(part) for part in parts}
    listed = list(dict.fromkeys(marked.values()))
    dtype = F64 if any(part.type.dtype == F64 for part in listed) else F32
    sizes = [element_count(part.type.shape) for part in listed]
    packed = joined([reshape(part.cast(dtype), (size,)) for part, size in zip(listed, sizes, strict=True)], 0)
    reduced = apply("all_reduce", packed, rows=rows)
    found: dict[Node, Node] = {}
    start = Dim.of(0)
    for part, size in zip(listed, sizes, strict=True):
        found[part] = reshape(piece(reduced, 0, start, size), part.type.shape).cast(part.type.dtype)
        start += size
    return {part: found[value] for part, value in marked.items()}


def _unmarked(node: Node) -> Node:
    while node.op.name == "identity":
        (node,) = node.operands
    return node
