"""Products with a Jacobian from the left and from the right, and the Jacobian itself."""

from __future__ import annotations

from tdsl.check.annotations import storable
from tdsl.check.checker import Checker
from tdsl.check.derivatives import heard, mentioning, pulled_back
from tdsl.check.shapes import Operand, reshape
from tdsl.ir.function import closed, fresh, replacements, with_bodies
from tdsl.ir.grad import pullback
from tdsl.ir.node import Node, apply, broadcast, full, topological
from tdsl.ops.functions import items
from tdsl.ops.scan import Scan
from tdsl.source import Span, fail
from tdsl.types import I64, Dim, Type, element_count


def real_operand(checker: Checker, name: str, operand: Operand) -> Operand:
    """An operand as a node; raises `UserError` TD0202 unless it is real."""
    node = checker.types.node(operand.value)
    if not node.type.is_real:
        what = f"{name} differentiates reals, got {checker.types.describe(node)}"
        raise fail("TD0202", what, operand.span, hint=f"real({operand.span.text}) has a derivative of zero")
    return Operand(node, operand.span)


def alike(checker: Checker, name: str, what: str, operand: Operand, like: Operand) -> Node:
    """An operand in the type of another one; raises `UserError` TD0219 if it does not stretch to that."""
    type = checker.types.node(like.value).type
    node = checker.types.fitted(operand, type, like.span, name)
    if node is None:
        got = checker.types.describe(operand.value)
        what = f"{name} takes {what} in the type of {like.span.text}, {checker.types.spell(type)}, got {got}"
        raise fail("TD0219", what, operand.span)
    return node


def transposed_product(checker: Checker, y: Operand, seed: Node, wrt: list[Operand], span: Span) -> list[Node]:
    """The derivative of `sum(y * seed)` by each operand, the seed held."""
    found = pulled_back(checker, y, seed, wrt, span)
    mentioned = checker.types.node(y.value), seed
    return [mentioning(checker, part, operand, *mentioned) for part, operand in zip(found, wrt, strict=True)]


def product(checker: Checker, y: Operand, wrt: list[Operand], directions: list[Node], span: Span) -> Node:
    """The derivative of y along a direction for each operand: that of the transposed product, which is linear in its
    seed, by the seed."""
    node = checker.types.node(y.value)
    seed = fresh(node.type)
    found = pulled_back(checker, y, seed, wrt, span)
    reached = [(part, along) for part, along in zip(found, directions, strict=True) if part is not None]
    parts, along = [part for part, _ in reached], [along for _, along in reached]
    with checker.clock.stage("gradient"):
        value = pullback(parts, along, [seed], heard(checker, span)).get(seed)
    if value is not None and seed in topological([value]):
        # A derivative of its own that is not linear, such as one that is clipped, counts as it is near zero.
        after = replacements([value], {seed: full(0, seed.type)})
        checker.move({node: moved for node, moved in after.items() if node is not seed})
        value = after[value]
    return mentioning(checker, value, y, node, *directions)


def jacobians(checker: Checker, y: Operand, wrt: list[Operand], span: Span) -> list[Node]:
    """The derivative of each element of y by each operand: the axes of y, then those of the operand.  A loop over the
    elements; it computes what does not depend on the element once, outside."""
    node = checker.types.node(y.value)
    types = [checker.types.node(operand.value).type for operand in wrt]
    for type in types:
        storable((*node.type.shape, *type.shape), span)
    if not node.type.rank:
        return transposed_product(checker, y, full(1, node.type), wrt, span)
    size = element_count(node.type.shape)
    number = checker.note(fresh(Type(I64)), span)
    place = reshape(apply("iota", shape=(size,), axis=0), node.type.shape)
    here = apply("eq", place, broadcast(number, place.type, ())).cast(node.type.dtype)
    found = pulled_back(checker, y, here, wrt, span)
    rows = iter(_loop(checker, number, size, [part for part in found if part is not None], _always(node), span))
    results: list[Node] = []
    for part, operand, type in zip(found, wrt, types, strict=True):
        whole = full(0, node.type.with_shape((size, *type.shape))) if part is None else next(rows)
        result = reshape(whole, (*node.type.shape, *type.shape))
        by = checker.everywhere.names.get(checker.types.node(operand.value))
        if node in checker.everywhere.names and by:
            checker.name(result, f"d{checker.everywhere.names[node]}_d{by}")
        results.append(checker.note(checker.marks.mentioning(result, node), span))
    return results


def _loop(checker: Checker, number: Node, size: Dim, rows: list[Node], computed: set[Node], span: Span) -> list[Node]:
    """The rows for all numbers below a size."""
    if not rows:
        return []
    body, captured = closed([number], rows, computed, views=False)
    checker.move(replacements(rows, dict(zip((number, *captured), body.parameters, strict=True))))
    numbers = apply("iota", shape=(size,), axis=0)
    loop = Scan(body, 0, 1, size, False, (numbers, *captured)).apply()
    checker.require(loop, [need for node in with_bodies(rows) for need in checker.needs(node)])
    return items(checker.note(loop, span))


def _always(root: Node) -> set[Node]:
    """The nodes that are computed with another one in every call: none that only a side of an `if` needs."""
    found, stack = {root}, [root]
    while stack:
        node = stack.pop()
        below = node.operands[:1] if node.op.name == "if" else node.operands
        new = [operand for operand in below if operand not in found]
        found.update(new)
        stack += new
    return found
