"""Matrix products and functions of them in the derivative of a loop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import reduce
from operator import add

from tdsl.ir.attributes import Axes
from tdsl.ir.node import Node, apply, dependents, topological
from tdsl.ops.define import FUNCTION
from tdsl.ops.slopes import by_results, of_products
from tdsl.types import ZERO, Dim, element_count


def from_results(made: Sequence[Node], results: Sequence[Node]) -> list[Node]:
    """The derivatives of functions of products in the place of which their results are as good."""
    rule = by_results(topological(results))
    known: dict[Node, Node] = {}
    for node in topological(made):
        known[node] = rule(node.with_operands(*(known[operand] for operand in node.operands)))
    return [known[node] for node in made]


def kept_values(results: Sequence[Node], varying: Sequence[Node], needed: Sequence[Node]) -> list[Node]:
    """The values of a step that its derivative reads instead of computing them again: functions of matrix products, if
    these are enough and few; else the products."""
    order = topological(results)
    inside = dependents(order, varying) & _always(results)
    products = {node for node in inside if node.op.family == "contraction"}
    functions = {node for node in of_products(order) & inside - products if node.op.cost is FUNCTION}
    kept, fewer = _first(needed, products | functions), _first(needed, products)
    if not kept.isdisjoint(products) or not (_elements(fewer) * 2 - _elements(kept)).at_least(0):
        kept = fewer
    return [node for node in order if node in kept]


def _first(needed: Sequence[Node], stops: Set[Node]) -> set[Node]:
    """Those of some nodes that others are made of, without the ones that only these are made of."""
    above = topological(needed, known=stops)
    return {node for node in (*needed, *(operand for node in above for operand in node.operands)) if node in stops}


def _elements(nodes: Iterable[Node]) -> Dim:
    return reduce(add, (element_count(node.type.shape) for node in nodes), ZERO)


def _always(results: Sequence[Node]) -> set[Node]:
    """The nodes that are not only on a side of an `if`."""
    done: set[Node] = set()
    stack = list(results)
    while stack:
        node = stack.pop()
        if node not in done:
            done.add(node)
            stack += node.operands[:1] if node.op.name == "if" else node.operands
    return done


class SumOverSteps:
    """The sum of something over all steps of a loop: products of the `pairs`, and the `rest`."""

    def __init__(self, part: Node, whole: bool) -> None:
        terms = list(_terms(part))
        found = [_factors(term) if whole else None for term in terms]
        self.pairs = [pair for pair in found if pair]
        rest = [term for term, pair in zip(terms, found, strict=True) if not pair]
        self.rest = reduce(add, rest) if rest else None

    def total(self, stacks: Mapping[Node, Node], rest: Node | None) -> Node:
        """Given the stack of each factor, and the sum of the rest."""
        products = [_product(stacks[a], stacks[b]) for a, b in self.pairs]
        return reduce(add, [*products, *([rest] if rest else [])])


def _terms(sum: Node) -> Iterator[Node]:
    """The nodes that are added up, from the left."""
    stack = [sum]
    while stack:
        node = stack.pop()
        if node.op.name == "add":
            stack += node.operands[::-1]
        else:
            yield node


def _factors(term: Node) -> tuple[Node, Node] | None:
    """a and b, if a term is a.T @ b of matrices or the outer product of vectors: then its sum over all steps is one
    product."""
    a, b = term.operands if len(term.operands) == 2 else (None, None)
    if a is None or b is None:
        return None
    match term.op.name, a.op.name, b.op.name:
        case "matmul", "transpose", _ if a.type.rank == b.type.rank == 2 and a.get(Axes).axes == (1, 0):
            return a.operands[0], b
        case "mul", "broadcast", "broadcast" if a.get(Axes).axes == (0,) and b.get(Axes).axes == (1,):
            return (a.operands[0], b.operands[0]) if term.type.rank == 2 else None
    return None


def _product(a: Node, b: Node) -> Node:
    """The sum of a[t].T @ b[t], or of the outer products of a[t] and b[t]."""

    def rows(stack: Node) -> Node:
        *before, columns = stack.type.shape
        return apply("reshape", stack, shape=(before[0] * before[1], columns)) if len(before) == 2 else stack

    return apply("matmul", apply("transpose", rows(a), axes=(1, 0)), rows(b))
