"""Invariants of loops, as lowered and after each pass; a violation is a bug of the compiler, never the user's.

Registers and axes are declared before they are used; every element read was written, and not overwritten since through
another buffer in its place; slots are large enough; every result is filled on every path through the branches.  The
commit of a routine cannot fail, and all of this holds with the replaced variables in the memory of their updates.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tdsl.ir.blocks import Block
from tdsl.loops.body import Body, ContractionValue, Index, Indexed, Load, loaded, operands
from tdsl.loops.language import (
    AffineMatrix,
    Branch,
    Buffer,
    Call,
    Contraction,
    Lap,
    Leaf,
    Loop,
    Map,
    Module,
    Place,
    Reduce,
    Routine,
    RowGroup,
    Scatter,
    Statement,
    checked_positions,
    may_be_committed,
    read,
    storage,
    walk,
    written,
)
from tdsl.loops.routines import ROUTINES
from tdsl.loops.rows import Touch, row_axes, touches
from tdsl.record import record
from tdsl.source import CompilerBug
from tdsl.types import BOOL, I64, ONE, ZERO, Dim, Kind, Shape, element_count


def verify(module: Module) -> Module:
    """The module itself; raises `CompilerBug` at the first violation."""
    for routine in module.routines:
        _Verifier(routine).verify()
    return module


@dataclass
class _Memory:
    """The buffer that last filled each slot, result and update, and the sides on which that has happened."""

    owners: dict[Place, int] = field(default_factory=dict)
    filled: dict[int, set[Block]] = field(default_factory=dict)

    def holds(self, place: Place, buffer: int, side: Block) -> bool:
        if self.owners.get(place) != buffer:
            return False
        sides = self.filled.get(buffer, set())
        # Most buffers are filled where they are read, or at the top.
        return side.at(0) in sides or any(block in sides for block in side.outwards())

    def put(self, place: Place, buffer: int, side: Block) -> None:
        before = self.owners.get(place)
        if before is not None and before != buffer:
            self.filled[before] = set()
        self.owners[place] = buffer
        self.filled.setdefault(buffer, set()).add(side)


@record(frozen=True)
class _Step:
    """The end of a step of a loop."""

    loop: Loop


@record(frozen=True)
class _Done:
    """The end of a loop."""

    loop: Loop


# The other side of a branch, or the end of a branch with the buffers filled on its first side.
_Otherwise = tuple[Branch, None]
_End = tuple[Branch, set[int]]


class _Verifier:
    def __init__(self, routine: Routine) -> None:
        self.routine = routine
        self.places: list[Place] = [buffer.place for buffer in routine.buffers]
        loops = [statement for statement in walk(routine.statements) if isinstance(statement, Loop)]
        self.filled_windows = {
            window for loop in loops for window in loop.windows if routine.buffers[window].number in loop.outputs
        }
        self.memory = _Memory()
        self.following: dict[int, int] = {}
        self.side = Block()
        self.written: list[set[int]] = [set()]
        for number, place in enumerate(self.places):
            if routine.buffers[number].is_given:
                self.memory.put(place, number, self.side)
        self.numbers: list[int] = []
        # Buffers in the memory of a result or update, until that is filled, come after it.
        self.outputs: dict[Place, int] = {}
        for number, buffer in enumerate(routine.buffers):
            if buffer.role in ("result", "update"):
                self.outputs.setdefault((buffer.role, buffer.number), number)

    def verify(self) -> None:
        self._places()
        self._commit()
        # Dead buffers have no slot.
        used = {number for line in walk(self.routine.statements) for number in (*read(line), *written(line))}
        for number in sorted(used):
            self._slot(number)
        stack: list[Statement | _Otherwise | _End | _Step | _Done] = list(reversed(self.routine.statements))
        while stack:
            item = stack.pop()
            if isinstance(item, Branch):
                self._reads(item, item.condition)
                self._demand(self.routine.buffers[item.condition].dtype == BOOL, item, "a condition is no bool")
                stack += [(item, None), *reversed(item.then)]
                self._enter(item, True)
            elif isinstance(item, Loop):
                self._loop(item)
                body = [_Step(item), *reversed(item.body)]
                stack += [_Done(item), *reversed(item.end), *body, *reversed(item.start)]
            elif isinstance(item, _Step):
                self._step(item.loop)
            elif isinstance(item, _Done):
                self._forget(item.loop.states)
            elif isinstance(item, RowGroup):
                self._rows(item)
                stack += reversed(item.statements)
            elif isinstance(item, Lap):
                self.numbers.append(item.number)
            elif not isinstance(item, tuple):
                self._leaf(item)
            elif item[1] is None:
                branch, _ = item
                stack += [(branch, self._leave()), *reversed(branch.otherwise)]
                self._enter(branch, False)
            else:
                branch, first = item
                filled = first | self._leave()
                sides = [self.side.inside(branch.condition, taken) for taken in (True, False)]
                for number in filled:
                    place = self._place(number)
                    if all(self.memory.holds(place, number, side) for side in sides):
                        self.memory.put(place, number, self.side)
                        self.written[-1].add(number)
        for (role, position), number in self.outputs.items():
            ready = self.memory.holds((role, position), number, self.side)
            self._demand(ready, None, f"{role} {position} is not filled")
        self._demand(self.numbers == [*range(len(self.numbers))], None, "its laps are out of order")

    def _loop(self, loop: Loop) -> None:
        """Before its first step.  Each of two buffers that change places may be where the other one is."""
        for number in loop.inputs:
            self._reads(loop, number)
        for number in loop.outputs:
            self._demand(not self._is_given(number), loop, f"b{number} must not be written")
            self._puts(number)
        for now, following in loop.carried:
            if self._place(now) != self._place(following):
                self._puts(following)
                self.following[now] = following
        self._forget(loop.states)
        for scalar, wanted in ((loop.until, BOOL), (loop.limit, I64), (loop.done, I64)):
            if scalar is not None:
                buffer = self.routine.buffers[scalar]
                self._demand(buffer.dtype == wanted and not buffer.shape, loop, f"b{scalar} is no {wanted}")
        self._demand(loop.limit is None or loop.limit in loop.inputs, loop, "its limit is no input")
        self._demand(loop.done is None or loop.done in loop.outputs, loop, "its number of steps is no output")
        inside = list(walk(loop.body))
        inner = [line for line in (loop, *inside) if isinstance(line, Loop)]
        known = {*loop.inputs, *loop.outputs, *(window for line in inner for window in line.windows)}
        known.update(number for line in (loop, *inside) for number in written(line))
        strange = {number for line in inside for number in read(line)} - known
        self._demand(not strange, loop, f"its inputs lack {sorted(strange)}")
        for line in inside:
            if isinstance(line, Contraction):
                kept = [side for side in (line.left, line.right) if side.kept and side.kept.counter == loop.counter]
                same = all(side.buffer in loop.inputs and side.buffer not in loop.outputs for side in kept)
                self._demand(same, line, "a step changes an operand that is kept")
        for number in loop.windows:
            part, whole = (self.routine.buffers[n] for n in (number, self.routine.buffers[number].number))
            held, count = element_count(whole.shape), element_count(part.shape)
            if part.number in loop.outputs:
                here = part.offset == count * Dim.symbol(loop.counter) and held == count * loop.trip
            else:
                here = part.number in loop.inputs and _is_window(part, whole, loop)
            fits = part.role == "window" and part.dtype == whole.dtype and here
            self._demand(fits, loop, f"b{number} is no part of b{part.number}")

    def _step(self, loop: Loop) -> None:
        """After a step: all that it fills is there, all that the next one reads still is, and the states are
        swapped."""
        for number in loop.windows:
            if self.routine.buffers[number].number in loop.outputs:
                ready = self.memory.holds(self._place(number), number, self.side)
                self._demand(ready, loop, f"b{number} is not filled")
                self._forget([number])
        for number in (*loop.inputs, *loop.outputs):
            self._reads(loop, number)
        if loop.until is not None:
            self._reads(loop, loop.until)
        for now, following in loop.carried:
            self._reads(loop, following)
            kinds = [(self.routine.buffers[n].dtype, self.routine.buffers[n].shape) for n in (now, following)]
            self._demand(kinds[0] == kinds[1], loop, f"b{following} cannot take the place of b{now}")
            self._forget([following])
        for now, _ in loop.carried:
            self._puts(now)

    def _forget(self, buffers: Iterable[int]) -> None:
        """Their places are still theirs, but nothing is there."""
        for number in buffers:
            self.memory.filled[number] = set()

    def _puts(self, number: int) -> None:
        self.memory.put(self._place(number), number, self.side)
        self.written[-1].add(number)

    def _enter(self, branch: Branch, taken: bool) -> None:
        self.side = self.side.inside(branch.condition, taken)
        self.written.append(set())

    def _leave(self) -> set[int]:
        """The buffers that a side has filled."""
        assert self.side.parent is not None
        self.side = self.side.parent
        return self.written.pop()

    def _places(self) -> None:
        """Arguments, results and variables are in the call's memory, except for variables replaced in place."""
        replaced = {("variable", variable): ("update", update) for update, variable in self.routine.in_place}
        for update, variable in self.routine.in_place:
            self._demand(self.routine.updates[update] == variable, None, f"update {update} is of no such variable")
        for number, buffer in enumerate(self.routine.buffers):
            own = (buffer.role, buffer.number)
            if buffer.role not in ("workspace", "window"):
                self._demand(buffer.place == replaced.get(own, own), None, f"b{number} lies elsewhere")

    def _commit(self) -> None:
        head, last = self.routine.parts
        self._demand(len(last) == self.routine.commit, None, "it commits more than there is")
        checked = checked_positions(walk(head))
        for statement in walk(last):
            sure = isinstance(statement, Map | Scatter) and may_be_committed(statement, self.routine.buffers, checked)
            self._demand(sure or isinstance(statement, RowGroup | Lap), statement, "its commit may fail")
        early = {self.places[buffer] for statement in walk(head) for buffer in written(statement)}
        for update, variable in self.routine.in_place:
            self._demand(("update", update) not in early, None, f"variable {variable} is replaced too early")

    def _rows(self, group: RowGroup) -> None:
        """All statements have one number of rows, and no row touches an element that another row writes."""
        found: dict[Place, list[Touch]] = {}
        for statement in group.statements:
            self._demand(row_axes(statement)[:1] == row_axes(group.statements[0])[:1], statement, "it has other rows")
            for place, touch in touches(statement, self.routine.buffers).items():
                found.setdefault(place, []).append(touch)
        for shared in found.values():
            apart = not any(touch.writes for touch in shared) or len(shared) == 1
            rows = {touch.row for touch in shared}
            self._demand(apart or (len(rows) == 1 and None not in rows), group, "its rows are not independent")

    def _is_given(self, number: int) -> bool:
        return self.routine.buffers[storage(self.routine.buffers, number)].is_given

    def _slot(self, number: int) -> None:
        buffer = self.routine.buffers[number]
        kind, place = buffer.place
        if kind == "workspace":
            self._demand(place < len(self.routine.slots), None, f"there is no slot {place}")
            slot = self.routine.slots[place]
            fits = slot.dtype == buffer.dtype and (slot.count - element_count(buffer.shape)).at_least(0)
            self._demand(fits, None, f"slot {place} cannot hold b{number}")
        elif kind in ("result", "update"):
            output = self.routine.buffers[self.outputs[buffer.place]]
            fits = output.dtype == buffer.dtype and element_count(output.shape) == element_count(buffer.shape)
            self._demand(fits, None, f"{kind} {place} cannot hold b{number}")

    def _leaf(self, statement: Leaf) -> None:
        match statement:
            case Map():
                self._nest(statement)
            case Reduce():
                self._body(statement.body, len(statement.kept) + len(statement.reduced), statement)
                self._demand(statement.value < len(statement.body), statement, "its value is no register")
            case Scatter():
                self._body(statement.body, len(statement.axes), statement)
                self._index(statement.position, len(statement.axes), len(statement.body), statement.body, statement)
                guard = statement.guard
                self._demand(guard is None or statement.body[guard].dtype == BOOL, statement, "its guard is no bool")
            case Contraction():
                self._operand(statement, statement.left, statement.rows, statement.depth)
                self._operand(statement, statement.right, statement.depth, statement.columns)
                self._nest(statement)
            case Call():
                self._demand(statement.routine in ROUTINES, statement, f"the runtime has no {statement.routine}")
        for buffer in read(statement):
            self._reads(statement, buffer)
        self._writes(statement)

    def _operand(self, statement: Contraction, operand: AffineMatrix, rows: Shape, columns: Shape) -> None:
        """One stride for each axis, and no element beyond its buffer."""
        axes = (*statement.batch, rows, columns)
        steps = (*operand.batch, operand.rows, operand.columns)
        same = [len(each) for each in axes] == [len(each) for each in steps]
        self._demand(same, statement, f"b{operand.buffer} is walked along other axes")
        held = self.routine.buffers[operand.buffer]
        self._demand(held.dtype == statement.dtype, statement, f"it multiplies {held.dtype}")
        self._demand(_is_inside(operand, sum(axes, ()), held), statement, f"it reads beyond b{operand.buffer}")

    def _nest(self, statement: Map | Contraction) -> None:
        self._body(statement.body, len(statement.axes), statement)
        for store in statement.stores:
            self._index(store.index, len(statement.axes), 0, statement.body, statement)
            stored = statement.body[store.register].dtype
            self._demand(stored == self.routine.buffers[store.buffer].dtype, statement, "a store converts")
        if isinstance(statement, Contraction) and statement.column_sum:
            summed = statement.body[statement.column_sum.register].dtype
            fits = summed == statement.dtype == self.routine.buffers[statement.column_sum.buffer].dtype
            self._demand(fits and summed.kind is Kind.REAL, statement, f"columns of {summed} cannot be summed")
            self._demand(not statement.batch, statement, "columns of a batch cannot be summed")

    def _body(self, body: Body, axes: int, statement: Leaf) -> None:
        for number, instruction in enumerate(body):
            first = isinstance(statement, Contraction) and number == 0
            self._demand(
                isinstance(instruction, ContractionValue) == first, statement, f"t{number} is no element of a product"
            )
            before = all(operand < number for operand in operands(instruction))
            self._demand(before, statement, f"t{number} uses a later register")
            guard = getattr(instruction, "guard", None)
            self._demand(guard is None or body[guard].dtype == BOOL, statement, f"the guard of t{number} is no bool")
            if isinstance(instruction, Indexed):
                self._index(instruction.index, axes, number, body, statement)
            if isinstance(instruction, Load):
                held = self.routine.buffers[instruction.buffer].dtype
                self._demand(held == instruction.dtype, statement, f"t{number} loads {held}")

    def _index(self, index: Index, axes: int, registers: int, body: Body, statement: Leaf) -> None:
        """Only axes of the nest, and whole numbers among the first registers."""
        self._demand(all(axis < axes for axis, _ in index.axes), statement, "an index uses an axis of no nest")
        whole = all(
            register < registers and body[register].dtype.kind is Kind.INTEGER for register, _ in index.registers
        )
        self._demand(whole, statement, "an index uses a register that is no whole number")

    def _reads(self, statement: Statement, number: int) -> None:
        if self.routine.buffers[number].role == "window" and number not in self.filled_windows:
            number = storage(self.routine.buffers, number)
        ready = self.memory.holds(self._place(number), number, self.side)
        other = self.following.get(number)
        if other is not None:
            ready = ready and self.memory.owners[self._place(other)] == other
        self._demand(ready, statement, f"b{number} is read but not there")

    def _writes(self, statement: Leaf) -> None:
        """Only the body of a Map or of a product may overwrite memory that it reads, element by element; no two
        elements store to the same place.  A scatter reads its own target alone."""
        places = {self._place(buffer): buffer for buffer in written(statement)}
        self._demand(len(places) == len(set(written(statement))), statement, "two results share their memory")
        for buffer in read(statement):
            if self._place(buffer) in places:
                self._demand(self._is_in_place(statement, buffer), statement, f"b{buffer} is overwritten while read")
        for number in written(statement):
            self._demand(not self._is_given(number), statement, f"b{number} must not be written")
            self._puts(number)

    def _place(self, number: int) -> Place:
        return self.places[number]

    def _is_in_place(self, statement: Leaf, buffer: int) -> bool:
        if isinstance(statement, Scatter):
            return buffer == statement.buffer and buffer not in loaded(statement.body)
        if not isinstance(statement, Map | Contraction):
            return False
        if isinstance(statement, Contraction) and buffer in (statement.left.buffer, statement.right.buffer):
            return False
        loads = [line for line in statement.body if isinstance(line, Load) and line.buffer == buffer]
        stores = [store for store in statement.stores if self._place(store.buffer) == self._place(buffer)]
        return bool(stores) and all(
            load.guard is None and any(load.index == store.index for store in stores) for load in loads
        )

    def _demand(self, holds: bool, statement: Statement | None, problem: str) -> None:
        if not holds:
            filling = f" in a {type(statement).__name__} that fills {written(statement)}" if statement else ""
            raise CompilerBug(f"loops of {self.routine.name}: {problem}{filling}")


def _is_window(part: Buffer, whole: Buffer, loop: Loop) -> bool:
    """Whether the first and the last step read a part of a buffer, as far as sizes can be compared.  Of a part that is
    not read as a whole the shape is that of the buffer."""
    length = ZERO if part.shape == whole.shape else element_count(part.shape)
    for step in (ZERO, loop.trip - ONE) if loop.trip.terms else ():
        first = part.offset.substitute({loop.counter: step})
        if (-first).at_least(1) or (first + length - element_count(whole.shape)).at_least(1):
            return False
    return True


def _is_inside(operand: AffineMatrix, axes: Shape, held: Buffer) -> bool:
    """Whether the first and the last element that an operand walks lie in its buffer, or cannot be compared with it; it
    has no elements if an axis has none."""
    first = last = operand.offset
    for size, step in zip(axes, operand.steps, strict=True):
        if not size.terms:
            return True
        if step.at_least(0):
            last = last + step * (size - ONE)
        else:
            first = first + step * (size - ONE)
    return not ((ZERO - first).at_least(1) or (last - element_count(held.shape)).at_least(0))
