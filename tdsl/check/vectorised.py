"""Definitions by elements as expressions over whole arrays.

Each scalar of the element becomes an array that has an axis for each index it depends on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import mul, truediv
from typing import TypeAlias

from tdsl.check import indexing
from tdsl.check.builtins.define import BuiltinArgument, BuiltinCall, stretched
from tdsl.check.checker import Checker
from tdsl.check.elements import Definition, Element, Index, Reduction, unmarked
from tdsl.check.indexing import Indexer, KnownPosition, Positions, Range
from tdsl.check.products import Contract, Multiply, Product, Step, plan, product_of
from tdsl.check.runs import Run, run_of, sliced, windowed
from tdsl.check.shapes import MOST_AXES, reshape
from tdsl.check.values import Builtin, CompileTime, TupleValue
from tdsl.ir.node import Node, apply, broadcast
from tdsl.record import record
from tdsl.source import Span, fail
from tdsl.syntax import nodes as syntax
from tdsl.types import I64, Dim, Kind, Shape, element_count

Axis: TypeAlias = tuple[Index | None, Node, Span]
"""An axis of an array: the index that runs over it alone, and the positions along it."""


@record(frozen=True, eq=False)
class Wide:
    """The values of a scalar at all indices: an array with an axis for each of `names`."""

    names: tuple[Index, ...]
    node: Node


def reduced(
    checker: Checker,
    builtin: Builtin,
    node: Node,
    axes: Sequence[int],
    written: syntax.Expression,
    call: syntax.Call,
) -> Node:
    """A reduction of an array over axes, as its builtin computes it."""
    over = TupleValue(tuple(CompileTime(Dim.of(axis)) for axis in axes))
    arguments = {"x": BuiltinArgument(node, written.span, written), "axis": BuiltinArgument(over, call.span, call)}
    value = builtin.work(checker, BuiltinCall(builtin.name, call.span, arguments))
    assert isinstance(value, Node)
    return value


class Vectoriser:
    """Makes arrays of the scalars of one definition."""

    def __init__(self, checker: Checker, definition: Definition) -> None:
        self.checker, self.definition = checker, definition
        self._own = frozenset(definition.indices.values())
        for index in self._own:
            if index.size is None:
                hint = f"an array indexed by {index.name} alone says it: x[{index.name}]"
                if index in definition.left:
                    hint += f"; so does {index.name} in N on the left"
                raise fail("TD0233", f"nothing says how large index {index.name} is", index.span, hint=hint)
        self._order = {index: place for place, index in enumerate(_merged([*definition.sequences, definition.left]))}
        for index in definition.indices.values():
            self._order.setdefault(index, len(self._order))
        self._left = {index: place for place, index in enumerate(definition.left)}
        self._wide: dict[Node, Wide] = {}
        self._plans: dict[Node, tuple[Product, list[Step]] | None] = {}

    def array(self, element: Node) -> Node:
        """The array of all elements, its axes as on the left."""
        stack = [element]
        while stack:
            node = stack[-1]
            missing = [] if node in self._wide else [need for need in self._needs(node) if need not in self._wide]
            if missing:
                stack += missing
            elif stack.pop() not in self._wide:
                self._wide[node] = self._made(node)
        moved = {node: wide.node for node, wide in self._wide.items() if wide.node is not node}
        self.checker.move(moved)
        return self._stretched(self._wide[element], self.definition.left)

    def _names(self, node: Node) -> frozenset[Index]:
        """The indices that a scalar depends on."""
        return self._own & self.checker.dependence.of(node)

    def _is_known(self, node: Node) -> bool:
        """Whether a value has nothing to do with the definition."""
        return self.definition not in self.checker.dependence.of(node)

    def _needs(self, node: Node) -> Iterable[Node]:
        """The scalars whose arrays that of a node is made of."""
        if self._is_known(node):
            return ()
        if node in self.definition.elements:
            positions = (position.value for position in self.definition.elements[node].positions)
            return [value for value in positions if isinstance(value, Node)]
        if node in self.definition.reductions:
            planned = self._planned(node)
            if planned is None:
                return [self.definition.reductions[node].body]
            product, _ = planned
            return [*(part for factor, own in product.factors for part in (factor, *own)), *product.outside]
        return node.operands

    def _made(self, node: Node) -> Wide:
        if self._is_known(node):
            return Wide((), node)
        if node in self.definition.reductions:
            return self._reduced(node)
        if node in self.definition.indices:
            index = self.definition.indices[node]
            return Wide((index,), apply("iota", shape=self._shape([index]), axis=0))
        if node in self.definition.elements:
            return self._element(self.definition.elements[node])
        if node.op.name == "identity":
            return self._marked(node)
        if node.op.family not in ("elementwise", "branch") and node.op.name != "stop_grad":
            self._refuse(node)
        operands = [self._wide[operand] for operand in node.operands]
        if any(operand.type.rank for operand in node.operands):
            self._refuse(node)
        if node.op.family == "branch":
            names, sides = self._aligned(operands[1:])
            return Wide(names, node.with_operands(operands[0].node, *sides))
        names, nodes = self._aligned(operands)
        return Wide(names, node.with_operands(*nodes))

    def _refuse(self, node: Node) -> None:
        span = self.checker.everywhere.spans.get(node, self.definition.left[0].span)
        what = "a definition by elements computes with single numbers, and this makes arrays of them"
        if node.op.name in ("scan", "item"):
            what = "a loop cannot depend on an index"
        raise fail("TD0233", what, span, hint="compute it with whole arrays, in a let of its own, and index that")

    def _marked(self, node: Node) -> Wide:
        """Values without marks, unless the text mentions others."""
        (operand,) = node.operands
        wide = self._wide[operand]
        mentioned = self.checker.marks.mentions.get(node)
        if mentioned is None:
            return wide
        arrays = (self.definition.elements[m].array if m in self.definition.elements else m for m in mentioned)
        kept = [other for other in arrays if self._is_known(other)]
        return Wide(wide.names, self.checker.marks.mentioning(wide.node, *kept))

    # Axes

    def _shape(self, names: Iterable[Index]) -> Shape:
        sizes = tuple(index.size for index in names)
        return tuple(size for size in sizes if size is not None)

    def _stretched(self, wide: Wide, names: Sequence[Index]) -> Node:
        """The array with an axis for each name, in this order."""
        places = [names.index(index) for index in wide.names]
        node = wide.node
        if places != sorted(places):
            order = sorted(range(len(places)), key=places.__getitem__)
            node = apply("transpose", node, axes=tuple(order))
        return broadcast(node, node.type.with_shape(self._shape(names)), tuple(sorted(places)))

    def _aligned(self, wides: Sequence[Wide]) -> tuple[tuple[Index, ...], list[Node]]:
        """The arrays over all indices that any of them has, in the order of the first that has all."""
        union = frozenset(index for wide in wides for index in wide.names)
        if len(union) > MOST_AXES:
            raise fail("TD0221", f"an array has at most {MOST_AXES} axes", self.definition.left[0].span)
        names = next((wide.names for wide in wides if len(wide.names) == len(union)), None)
        names = tuple(sorted(union, key=self._order.__getitem__)) if names is None else names
        return names, [self._stretched(wide, names) for wide in wides]

    def _combined(self, operator: Callable[[Node, Node], Node], first: Wide, second: Wide) -> Wide:
        names, (one, other) = self._aligned([first, second])
        return Wide(names, operator(one, other))

    # Elements of arrays

    def _element(self, element: Element) -> Wide:
        """The array with its axes named, after positions that no index has a part in and before all others."""
        span = element.span
        known: list[Indexer] = []
        axes: list[Axis] = []
        for position in element.positions:
            value = position.value
            if isinstance(value, Dim):
                known.append(KnownPosition(value, position.span))
            elif not self._is_known(value):
                axes.append((self.definition.indices.get(unmarked(value)), value, position.span))
                known.append(Range(None, None, 1, position.span))
            else:
                known.append(Positions(value, position.span))
        array = element.array
        if len(axes) < len(known):
            array = indexing.index(self.checker, array, known, span)
        runs = self._runs(array, axes)
        array = self._sliced(array, axes, runs, span)
        if (wide := self._windowed(array, axes, runs, span)) is not None:
            return wide
        kept = self._kept(axes)
        if len(kept) == len(axes):
            return Wide(tuple(kept), array)
        taken = [place for place in range(len(axes)) if place not in kept.values()]
        names, positions = self._aligned([self._wide[axes[place][1]] for place in taken])
        # The axes with positions stand side by side, in the place of the first.
        before = [place for place in kept.values() if place < taken[0]]
        behind = [place for place in kept.values() if place > taken[0]]
        order = (*before, *taken, *behind)
        if order != tuple(range(len(axes))):
            array = apply("transpose", array, axes=order)
        whole = Range(None, None, 1, span)
        indexers: list[Indexer] = [whole] * len(before)
        indexers += [Positions(node, axes[place][2]) for node, place in zip(positions, taken, strict=True)]
        indexers += [whole] * len(behind)
        by_place = {place: index for index, place in kept.items()}
        around = [tuple(by_place[place] for place in places) for places in (before, behind)]
        return Wide((*around[0], *names, *around[1]), indexing.index(self.checker, array, indexers, span))

    def _runs(self, array: Node, axes: Sequence[Axis]) -> dict[int, Run]:
        """The axes that indices run over, none of them alone, certainly inside."""
        found: dict[int, Run] = {}
        for place, (index, value, _) in enumerate(axes):
            run = run_of(self.definition, value) if index is None else None
            if run is not None and run.is_inside(array.type.shape[place]):
                found[place] = run
        return found

    def _sliced(self, array: Node, axes: list[Axis], runs: Mapping[int, Run], span: Span) -> Node:
        """The array with the axes that one index runs over at even distances cut to these; the index then stands alone
        for them."""
        single = {place: run for place, run in runs.items() if len(run.steps) == 1}
        for place, run in single.items():
            (index,) = run.indices
            axes[place] = (index, index.node, axes[place][2])
        return self.checker.note(sliced(array, single), span) if single else array

    def _windowed(self, array: Node, axes: Sequence[Axis], runs: Mapping[int, Run], span: Span) -> Wide | None:
        """The array with an axis for each index, where sums of two indices run over some axes and each index runs over
        one axis; that of a reduction runs over the elements of a window."""
        pairs = {
            place: Run(run.start, tuple(sorted(run.steps, key=lambda step: step[0] not in self._left)))
            for place, run in runs.items()
            if len(run.steps) == 2
        }
        kept = [index for place, (index, _, _) in enumerate(axes) if index is not None and place not in pairs]
        names = [*kept, *(index for run in pairs.values() for index in run.indices)]
        if not pairs or len(kept) + len(pairs) < len(axes) or len(set(names)) < len(names):
            return None
        made = windowed(array, pairs)
        return None if made is None else Wide((*kept, *made[1]), self.checker.note(made[0], span))

    def _kept(self, axes: Sequence[Axis]) -> dict[Index, int]:
        """The axes that an index runs over alone, and that no position along another axis depends on."""
        kept: dict[Index, int] = {}
        for place, (index, _, _) in enumerate(axes):
            if index is not None:
                kept.setdefault(index, place)
        while True:
            others = [node for place, (_, node, _) in enumerate(axes) if place not in kept.values()]
            used = {index for node in others for index in self._names(node)} & kept.keys()
            if not used:
                return kept
            for index in used:
                del kept[index]

    # Reductions

    def _planned(self, node: Node) -> tuple[Product, list[Step]] | None:
        """The products that a sum is made of, where they are cheaper than the sum as it is written."""
        if node not in self._plans:
            self._plans[node] = self._new_plan(self.definition.reductions[node])
        return self._plans[node]

    def _new_plan(self, reduction: Reduction) -> tuple[Product, list[Step]] | None:
        dtype = reduction.body.type.dtype
        if reduction.builtin.name not in ("sum", "mean") or not (dtype.kind is Kind.REAL or dtype == I64):
            return None
        over = frozenset(reduction.indices)
        product = product_of(reduction.body, self._names, over)
        if product is None or len(product.factors) < 2:
            return None
        steps = plan([self._names(factor) for factor, _ in product.factors], over)
        return (product, steps) if steps else None

    def _reduced(self, node: Node) -> Wide:
        reduction, planned = self.definition.reductions[node], self._planned(node)
        if planned is None:
            return self._over_axes(reduction, self._wide[reduction.body])
        product, steps = planned
        total = self._contracted(reduction, product, steps)
        if reduction.builtin.name == "mean":
            count = CompileTime(element_count(self._shape(reduction.indices)))
            total = Wide(
                total.names,
                total.node / stretched(self.checker.types.node(count, total.node.type.dtype), total.node.type),
            )
        self.checker.note(total.node, reduction.call.span)
        return total

    def _over_axes(self, reduction: Reduction, body: Wide) -> Wide:
        """The reduction over the axes of the indices; the last index is that of the last axis."""
        kept = tuple(index for index in body.names if index not in reduction.indices)
        ordered = reduction.builtin.name in syntax.OF_POSITIONS
        if ordered or not set(reduction.indices) <= set(body.names):
            body = Wide((*kept, *reduction.indices), self._stretched(body, (*kept, *reduction.indices)))
        axes = [place for place, index in enumerate(body.names) if index in reduction.indices]
        node = reduced(self.checker, reduction.builtin, body.node, axes, reduction.written, reduction.call)
        return Wide(kept, node)

    def _contracted(self, reduction: Reduction, product: Product, steps: Sequence[Step]) -> Wide:
        factors: list[Wide] = []
        for numerator, divisors in product.factors:
            wide = self._wide[numerator]
            for divisor in divisors:
                wide = self._combined(truediv, wide, self._wide[divisor])
            factors.append(wide)
        for step in steps:
            match step:
                case Contract():
                    second = factors.pop(step.second)
                    factors[step.first] = self._product(factors[step.first], second, step.over)
                case Multiply():
                    second = factors.pop(step.second)
                    factors[step.first] = self._combined(mul, factors[step.first], second)
                case _:
                    factors[step.factor] = self._summed(factors[step.factor], step.over)
        total = factors[0]
        for factor in factors[1:]:
            total = self._combined(mul, total, factor)
        total = self._summed(total, frozenset(reduction.indices).intersection(total.names))
        for divisor in product.outside:
            total = self._combined(truediv, total, self._wide[divisor])
        return Wide(total.names, -total.node) if product.negative else total

    def _summed(self, wide: Wide, over: frozenset[Index]) -> Wide:
        axes = tuple(place for place, index in enumerate(wide.names) if index in over)
        kept = tuple(index for index in wide.names if index not in over)
        return Wide(kept, apply("sum", wide.node, axes=axes)) if axes else wide

    def _product(self, a: Wide, b: Wide, over: frozenset[Index]) -> Wide:
        """The sum over indices of the product, batched over those that both sides share."""
        names = frozenset(a.names) | frozenset(b.names)
        order = self._left if names - over <= self._left.keys() else self._order
        kept = sorted(names - over, key=order.__getitem__)
        batch = [index for index in kept if index in a.names and index in b.names]
        rows = [index for index in kept if index not in b.names]
        columns = [index for index in kept if index not in a.names]
        if rows and columns:
            exchanged = kept.index(columns[0]) < kept.index(rows[0])
        else:
            # A vector stands where the matrix is read as it is.
            matrix, free = (a, rows) if rows else (b, columns)
            is_left = not free or matrix.names.index(free[0]) < min(map(matrix.names.index, over))
            exchanged = is_left == bool(columns)
        if exchanged:
            a, b, rows, columns = b, a, columns, rows
        depth = [index for index in a.names if index in over]
        left = self._merged(a, batch, (rows, depth), bool(columns) or bool(batch))
        right = self._merged(b, batch, (depth, columns), bool(rows) or bool(batch))
        node = reshape(left @ right, self._shape([*batch, *rows, *columns]))
        return Wide((*batch, *rows, *columns), node)

    def _merged(self, wide: Wide, batch: Sequence[Index], sides: tuple[list[Index], list[Index]], matrix: bool) -> Node:
        """An array as a stack of matrices; without an index on one side it is a vector, unless it must be a matrix."""
        node = self._stretched(wide, [*batch, *sides[0], *sides[1]])
        sizes = [element_count(self._shape(side)) for side in sides if side or (matrix and batch)]
        return reshape(node, (*self._shape(batch), *sizes))


def _merged(sequences: Iterable[Sequence[Index]]) -> list[Index]:
    """One order of the indices, which keeps that of arrays where they agree."""
    order: list[Index] = []
    for sequence in sequences:
        for place, index in enumerate(sequence):
            if index not in order:
                behind = [order.index(other) for other in sequence[place + 1 :] if other in order]
                order.insert(min(behind, default=len(order)), index)
    return order
