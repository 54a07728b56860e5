"""An update by a rule of the rows that a cost reads, where it leaves all others as they are.

    E - lr * scatter(g, ids)                       →      E with [ids] += -(lr * g)
    S + scatter(g, ids) ** 2                       →      S with [ids] = S[ids] + h ** 2
    switch(touched(scatter(g, ids)), f(M, …), M)   →      M with [ids] = f(M[ids], …)

`h` is the derivative of a row, added up over all places that read it.  The first form adds up by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from tdsl.check.checker import Checker
from tdsl.ir.attributes import Axes, SizedAxis
from tdsl.ir.node import Node, apply, broadcast, constant_value, full, topological
from tdsl.ops.views import joined
from tdsl.source import Span
from tdsl.types import BOOL, I64, ZERO, Shape, element_count


def touched(checker: Checker, gradient: Node, span: Span) -> Node:
    """Whether a cost reads an element; only rows that are read at positions can be left out."""
    return checker.place(_touched(gradient, checker.options.data_parallel), span)


def _touched(gradient: Node, shared: bool = False) -> Node:
    """With other processes, which may read other rows, the counts are reals, whose mean they are given."""
    rows = _scattered(gradient)
    if not rows:
        return full(True, gradient.type.with_dtype(BOOL))
    (size, *_), index = gradient.type.shape, _positions(rows)
    one = full(1, index.type.with_dtype(gradient.type.dtype) if shared else index.type)
    counts = apply("scatter", one, index, axis=0, size=size)
    return broadcast(counts > 0, gradient.type.with_dtype(BOOL), (0,))


def rows_alone(checker: Checker, new: Node, old: Node, gradient: Node, span: Span) -> Node:
    """The new value of a parameter or of a state of its shape, written row by row if other rows stay as they are."""
    rows = [] if checker.options.data_parallel else _scattered(gradient)
    if not rows or old.type.shape != gradient.type.shape or new is old:
        return new
    rate = _step(new, old, gradient)
    if rate is not None:
        for row in rows:
            value, index = row.operands
            old = _write("write_add", old, -(broadcast(rate, value.type, ()) * value), index)
        return checker.place(old, span)
    used = _touched(gradient)
    leaves = _leaves(new, {gradient, used})
    if leaves is None:
        return new
    unread = {gradient: full(0, gradient.type), used: full(False, used.type)}
    if _rebuilt(new, dict(zip(leaves, leaves, strict=True)) | unread, _simplified) is not old:
        return new
    index = _positions(rows)
    read = {gradient: _added_up(rows, index), used: full(True, used.type.with_shape(_row_shape(used, index)))}
    part = _rebuilt(new, {leaf: _rows(leaf, index) for leaf in leaves} | read, Node.with_operands)
    return checker.place(_write("write", old, part, index), span)


def _scattered(gradient: Node) -> list[Node]:
    """The scatters of rows that a derivative is the sum of; none if it has other terms."""
    found: list[Node] = []
    stack = [gradient]
    while stack:
        node = stack.pop()
        if node.op.name in ("add", "identity"):
            stack += reversed(node.operands)
        elif node.op.name == "scatter" and not node.get(SizedAxis).axis:
            found.append(node)
        else:
            return []
    return found


def _step(new: Node, old: Node, gradient: Node) -> Node | None:
    """The scalar `rate` of a new value `old - rate * gradient`."""
    if new.op.name != "sub" or new.operands[0] is not old or new.operands[1].op.name != "mul":
        return None
    factors = [factor for factor in new.operands[1].operands if factor is not gradient]
    if len(factors) != 1 or factors[0].op.name != "broadcast" or factors[0].get(Axes).axes:
        return None
    return factors[0].operands[0]


def _write(op: str, old: Node, part: Node, index: Node) -> Node:
    rank = old.type.rank
    return apply(op, old, part, index, axis=0, starts=(ZERO,) * rank, steps=(1,) * rank)


def _leaves(new: Node, known: Collection[Node]) -> list[Node] | None:
    """The values of its shape that a new value is computed of, element by element, besides those that are `known`: what
    is kept, and values that are the same for all rows.  None if it is computed otherwise."""
    found: dict[Node, None] = {}
    stack = [new]
    while stack:
        node = stack.pop()
        if node in known or node in found:
            continue
        if node.op.name == "variable" or (node.op.name == "broadcast" and 0 not in node.get(Axes).axes):
            found[node] = None
        elif node.op.family == "elementwise" or node.op.name == "identity":
            stack += node.operands
        else:
            return None
        if node.type.shape != new.type.shape:
            return None
    return list(found)


def _rebuilt(new: Node, known: Mapping[Node, Node], make: Callable[..., Node]) -> Node:
    """A value with its leaves replaced."""
    made = dict(known)
    for node in topological([new], known=known):
        made[node] = make(node, *(made[operand] for operand in node.operands))
    return made[new]


def _simplified(node: Node, *operands: Node) -> Node:
    """An operation on rows whose derivative is zero: a product with it counts as zero whatever the other factor is."""
    zeros = [constant_value(operand) == 0 for operand in operands]
    match node.op.name:
        case "mul" if any(zeros):
            return operands[zeros.index(True)]
        case "add" if any(zeros):
            return operands[1 - zeros.index(True)]
        case "sub" if zeros[1]:
            return operands[0]
        case "div" if zeros[0]:
            return operands[0]
        case "neg" | "abs" | "sqrt" | "sign" if zeros[0]:
            return operands[0]
        case "pow" if zeros[0] and (constant_value(operands[1]) or 0) > 0:
            return operands[0]
        case "select" if constant_value(operands[0]) is not None:
            return operands[1] if constant_value(operands[0]) else operands[2]
    return node.with_operands(*operands)


def _positions(rows: Sequence[Node]) -> Node:
    """The positions of all rows in one axis, counted from the start."""
    index = joined([_flat(index, index.type.rank).cast(I64) for row in rows for index in row.operands[1:]], 0)
    size = broadcast(apply("size", dim=rows[0].get(SizedAxis).size), index.type, ())
    return apply("select", index < 0, index + size, index)


def _added_up(rows: Sequence[Node], index: Node) -> Node:
    """The derivative of each row read, the sum over all places that read it.

    In the order of their positions, equal ones stand together: their number in this order is where they add up.
    """
    values = joined([_flat(value, index.type.rank) for row in rows for value, index in [row.operands]], 0)
    (count,) = index.type.shape
    order, place = apply("argsort", index, axis=0), apply("iota", shape=(count,), axis=0)
    ascending = apply("gather", index, order, axis=0)
    differs = apply("ne", ascending, apply("gather", ascending, place - 1, axis=0))
    number = apply("cumsum", apply("and", differs, place > 0).cast(I64), axis=0, reverse=False)
    numbers = apply("scatter", number, order, axis=0, size=count)
    return apply("gather", apply("scatter", values, numbers, axis=0, size=count), numbers, axis=0)


def _rows(leaf: Node, index: Node) -> Node:
    """The rows at some positions of what is kept, or of a value that is the same for all rows."""
    if leaf.op.name == "variable":
        return apply("gather", leaf, index, axis=0)
    return broadcast(leaf.operands[0], leaf.type.with_shape(_row_shape(leaf, index)), leaf.get(Axes).axes)


def _row_shape(leaf: Node, index: Node) -> Shape:
    return (*index.type.shape, *leaf.type.shape[1:])


def _flat(node: Node, axes: int) -> Node:
    """The first axes in one."""
    return apply("reshape", node, shape=(element_count(node.type.shape[:axes]), *node.type.shape[axes:]))
