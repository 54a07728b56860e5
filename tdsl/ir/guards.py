"""Cotangents with the conditions they came through.

A cotangent behind a `switch` or an `if` is zero wherever the other side was taken.  Local derivatives may be infinite
or undefined there, and 0 · ∞ is NaN; so the conditions are kept beside the cotangent as guards.  Rules are linear:
they apply to the value without guards, and the guards to the result.  A value guarded by an `if` is computed only if
that side is taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import replace
from math import isfinite
from typing import Literal, NamedTuple

from tdsl.ir.attributes import Place
from tdsl.ir.masks import parts_of, same_element, union
from tdsl.ir.node import (
    Node,
    apply,
    broadcast,
    constant,
    constant_value,
    full,
)
from tdsl.ir.regions import Region, are_apart, have_size
from tdsl.record import record
from tdsl.types import BOOL, Tuple

MOST_MASKS = 8


@record(frozen=True, eq=False)
class Guard:
    """An `if` or `select` that took one side, itself inside of `outer`.  Equal guards of one derivative are one.  One
    that is `lasting` is also remembered for a sum over its elements; `masks` counts the selects up to here."""

    outer: Guard | None
    op: str
    condition: Node
    side: bool
    lasting: bool
    depth: int
    masks: int

    def of(self, inside: Node, outside: Node) -> Node:
        """The choice between a value for this side and one for the other."""
        return apply(self.op, self.condition, *((inside, outside) if self.side else (outside, inside)))

    def alone(self, value: Node) -> Node:
        """The value on this side, zero on the other."""
        return self.of(value, full(0, value.type))

    @property
    def mask(self) -> Node:
        return self.condition if self.side else apply("not", self.condition)


@record(frozen=True)
class Cotangent:
    """`value` where all guards hold, zero elsewhere.  The value itself is zero where a guard that is `done` does not
    hold; the others still have to be applied for that."""

    value: Node
    guard: Guard | None = None
    done: Set[Guard] = frozenset()

    def chain(self, within: Guard | None = None) -> list[Guard]:
        """The guards inside of one, or all; outermost first."""
        found = []
        guard = self.guard
        while guard is not within:
            assert guard is not None
            found.append(guard)
            guard = guard.outer
        return found[::-1]

    def applied(self, within: Guard | None = None) -> Node:
        """The value with every guard applied that is inside of one."""
        value = self.value
        for guard in reversed(self.chain(within)):
            if guard not in self.done:
                value = guard.alone(value)
        return value


class Condition(NamedTuple):
    """Its op, "if" or "select", and itself."""

    op: str
    node: Node
    lasting: bool


@record(frozen=True)
class _Sum:
    """A cotangent being added up; within its guards it is zero but `where` a condition holds."""

    cotangent: Cotangent
    where: Condition | None = None


class Guards:
    """The guards of one derivative."""

    def __init__(self, made: Callable[[Node, Node], None]) -> None:
        self._made = made
        self._known: dict[tuple[Guard | None, str, Node, bool], Guard] = {}

    def _inside(self, outer: Guard | None, op: str, condition: Node, side: bool, lasting: bool) -> Guard:
        # An `if` keeps its own condition, by which lowering finds the values that its sides have computed.
        while op == "select" and condition.op.name == "not":
            condition, side = condition.operands[0], not side
        key = outer, op, condition, side
        if key not in self._known:
            depth, masks = (outer.depth, outer.masks) if outer else (0, 0)
            self._known[key] = Guard(*key, lasting, depth + 1, masks + (op == "select"))
        return self._known[key]

    def _other_side(self, guard: Guard) -> Guard | None:
        return self._known.get((guard.outer, guard.op, guard.condition, not guard.side))

    def backwards(self, node: Node, cotangent: Cotangent) -> Iterator[Cotangent | None]:
        """The cotangents of the operands of a node, given its own."""
        assert node.op.cotangents is not None
        masks = cotangent.guard.masks if cotangent.guard else 0
        mask: Condition | None = None
        if masks and (node.op.mixes or masks > MOST_MASKS):
            cotangent, mask = self._masked(cotangent, all_of_them=not node.op.mixes)
        lasting = node.op.family != "elementwise" or node.op.name == "select"
        for place, part in enumerate(node.op.cotangents(cotangent.value, node, *node.operands)):
            if part is None:
                yield None
                continue
            choices, value = _split(part)
            moved = _only_moved(value, cotangent.value)
            guard, done = cotangent.guard, cotangent.done if moved else frozenset()
            if node.op.masks is not same_element:
                guard, done = self._through(cotangent, done, node, place)
            if node.op.leaves_out and mask is None and not (guard and guard.masks):
                mask = Condition("select", full(True, node.type.with_dtype(BOOL)), True)
            if mask:
                there = self._mask(mask.node, node, place)
                if not _fill(parts_of(there)):
                    guard = self._inside(guard, "select", there, True, mask.lasting)
                    done = done | {guard} if moved else done
            for op, condition, side in choices:
                guard = self._inside(guard, op, condition, side, lasting)
            self._made(value, node)
            yield Cotangent(value, guard, done)

    def backwards_of_several(self, node: Node, parts: Mapping[int, Cotangent]) -> Iterator[Cotangent | None]:
        """The cotangents of the operands of a node with several results, given those of some of these.  The rule runs
        inside of the `if`s that contain all of them; masks and the other `if`s apply to its operands."""
        assert node.op.cotangents is not None and isinstance(node.type, Tuple)
        plain = {index: self._masked(part, all_of_them=True)[0] for index, part in parts.items()}
        chains = [part.chain() for part in plain.values()]
        shared = [level[0] for level in zip(*chains, strict=False) if len(set(level)) == 1]
        guard = shared[-1] if shared else None
        given = [plain[index].applied(guard) if index in plain else None for index in range(len(node.type.items))]
        for part in node.op.cotangents(given, node, *node.operands):
            if part is not None:
                self._made(part, node)
            yield Cotangent(part, guard) if part is not None else None

    def _mask(self, mask: Node, node: Node, place: int) -> Node:
        """The mask of an operand, given that of a node."""
        assert node.op.masks is not None
        found = node.op.masks(mask, node, *node.operands)[place]
        for new in (found, *found.operands):
            self._made(new, node)
        return found

    def _through(
        self, cotangent: Cotangent, done: Set[Guard], node: Node, place: int
    ) -> tuple[Guard | None, Set[Guard]]:
        """The guards where a node has the elements of an operand."""
        if not cotangent.guard or not cotangent.guard.masks:
            return cotangent.guard, {old for old in done if old.op == "if"}
        guard: Guard | None = None
        still = set()
        for old in cotangent.chain():
            condition = old.condition
            if old.op == "select":
                condition = self._mask(condition, node, place)
            guard = self._inside(guard, old.op, condition, old.side, old.lasting)
            if old in done:
                still.add(guard)
        return guard, still

    def _masked(self, cotangent: Cotangent, all_of_them: bool) -> tuple[Cotangent, Condition | None]:
        """The cotangent with its masks applied, under the rest of its guards; and the masks as one, all of them or only
        the lasting ones."""
        chain = cotangent.chain()
        value, guard, done = cotangent.value, None, set()
        mask: Condition | None = None
        for old in reversed(chain):
            if old.op == "select" and old not in cotangent.done:
                value = old.alone(value)
        for old in chain:
            if old.op != "select":
                guard = self._inside(guard, old.op, old.condition, old.side, old.lasting)
                if old in cotangent.done:
                    done.add(guard)
            elif old.lasting or all_of_them:
                both = apply("and", mask.node, old.mask) if mask else old.mask
                mask = Condition("select", both, old.lasting and (not mask or mask.lasting))
        return Cotangent(value, guard, done), mask

    def total(self, parts: dict[Guard | None, Cotangent]) -> Cotangent:
        """The sum of cotangents with different guards.  Both sides of one condition become one choice; the common
        guards of the others remain."""
        levels: dict[int, dict[Guard | None, _Sum]] = defaultdict(dict)
        for guard, part in parts.items():
            levels[guard.depth if guard else 0][guard] = _Sum(part)
        count = len(parts)
        for depth in range(max(levels), 0, -1):
            level = levels[depth]
            while level:
                guard, mine = next(iter(level.items()))
                if count == 1:
                    return self._finished(mine)
                assert guard is not None
                del level[guard]
                theirs = level.pop(self._other_side(guard), None)
                count -= theirs is not None
                combined = _one_side(guard, mine) if theirs is None else _both_sides(guard, mine, theirs)
                before = levels[depth - 1].get(guard.outer)
                count -= before is not None
                levels[depth - 1][guard.outer] = combined if before is None else _added(before, combined)
        return self._finished(levels[0][None])

    def _finished(self, sum: _Sum) -> Cotangent:
        if sum.where is None:
            return sum.cotangent
        op, condition, lasting = sum.where
        if op == "select":
            parts = parts_of(condition)
            if _fill(parts):
                return sum.cotangent
            condition = union(parts)
        guard = self._inside(sum.cotangent.guard, op, condition, True, lasting)
        return replace(sum.cotangent, guard=guard, done=sum.cotangent.done | {guard})


def add(parts: dict[Guard | None, Cotangent], part: Cotangent) -> None:
    """One more cotangent of the same node; those with the same guards are added up."""
    before = parts.get(part.guard)
    if before is not None:
        part = Cotangent(before.value + part.value, part.guard, before.done & part.done)
    parts[part.guard] = part


def _split(part: Node) -> tuple[list[tuple[str, Node, bool]], Node]:
    """The choices between something and zero that a node is, and the thing."""
    found = []
    while part.op.name in ("if", "select"):
        condition, a, b = part.operands
        if not (_is_zero(a) or _is_zero(b)):
            break
        found.append((part.op.name, condition, _is_zero(b)))
        part = a if _is_zero(b) else b
    return found, part


def _one_side(guard: Guard, sum: _Sum) -> _Sum:
    value, done = sum.cotangent.value, sum.cotangent.done
    if guard not in done:
        value = guard.alone(value)
    return _Sum(Cotangent(value, guard.outer, done), _chosen(guard, sum.where, False, value))


def _both_sides(guard: Guard, mine: _Sum, theirs: _Sum) -> _Sum:
    value = guard.of(mine.cotangent.value, theirs.cotangent.value)
    where = _chosen(guard, mine.where, theirs.where, value) if mine.where or theirs.where else None
    return _Sum(Cotangent(value, guard.outer, mine.cotangent.done & theirs.cotangent.done), where)


def _added(a: _Sum, b: _Sum) -> _Sum:
    value = a.cotangent.value + b.cotangent.value
    where = None
    if a.where and b.where:
        op = "if" if a.where.op == b.where.op == "if" else "select"
        either = apply("or", _shaped(a.where, op, value), _shaped(b.where, op, value))
        where = Condition(op, either, a.where.lasting and b.where.lasting)
    return _Sum(Cotangent(value, a.cotangent.guard, a.cotangent.done & b.cotangent.done), where)


def _chosen(guard: Guard, mine: Condition | None, theirs: Condition | Literal[False] | None, value: Node) -> Condition:
    """A condition that is one value on the guard's side and another on the other side; None holds always."""
    inner = [condition for condition in (mine, theirs) if condition]
    lasting = guard.lasting and all(condition.lasting for condition in inner)
    if mine is None and theirs is False:
        return Condition(guard.op, guard.mask, lasting)
    op = "if" if guard.op == "if" and all(condition.op == "if" for condition in inner) else "select"
    return Condition(op, guard.of(_shaped(mine, op, value), _shaped(theirs, op, value)), lasting)


def _shaped(condition: Condition | Literal[False] | None, op: str, value: Node) -> Node:
    """A condition as an `if` takes it, or a `select` of values like one."""
    node = condition.node if condition else constant(condition is None, BOOL)
    return node if op == "if" or node.type.rank else broadcast(node, value.type.with_dtype(BOOL), ())


def _fill(parts: list[Node]) -> bool:
    """Whether it is certain that one of some masks holds for every element, as of slices that fill an array."""
    regions: list[Region] = []
    for part in parts:
        if constant_value(part):
            return True
        if part.op.name == "place" and constant_value(part.operands[0]):
            regions.append((part.get(Place).starts, part.get(Place).steps, part.operands[0].type.shape))
    return bool(regions) and have_size(regions, parts[0].type.shape) and are_apart(regions)


def _is_zero(node: Node) -> bool:
    return constant_value(node) == 0 and node.type.is_real


def _only_moved(part: Node, value: Node) -> bool:
    """Whether a node depends only on elements of a value, or sums of them times numbers: then it is zero where they
    are."""
    while part is not value:
        operands = part.operands
        match part.op.name:
            case (
                "neg"
                | "cast"
                | "sum"
                | "broadcast"
                | "transpose"
                | "reshape"
                | "slice"
                | "place"
                | "gather"
                | "scatter"
                | "windows"
                | "overlap_add"
            ):
                part = operands[0]
            case "matmul":
                part = operands[operands[1] is value]
            case "mul" | "div" if _is_number(operands[1]):
                part = operands[0]
            case "mul" if _is_number(operands[0]):
                part = operands[1]
            case _:
                return False
    return True


def _is_number(node: Node) -> bool:
    """Whether this is a literal or a size, stretched or not."""
    while node.op.name in ("broadcast", "cast"):
        (node,) = node.operands
    value = constant_value(node)
    return node.op.name == "size" or (value is not None and isfinite(value) and value != 0)
