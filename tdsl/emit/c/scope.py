"""The names of a routine's dims and buffers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from tdsl.emit.c import syntax as c
from tdsl.emit.c.names import Names
from tdsl.emit.c.numbers import integer, size_expression
from tdsl.loops.language import Kept, Loop, Place, Routine, kept_operands, storage, walk
from tdsl.types import Dim

CALL = c.Parameter("tdsl_call *", "call")


def of_call(name: str) -> c.Expression:
    return c.Member(c.Name(CALL.name), name, pointer=True)


class Scope:
    """`dims` are the C++ names of the dims of the module, `sizes` also those of the steps of loops, which are sizes
    inside of them; buffers have the names of their values."""

    def __init__(self, routine: Routine, dims: Mapping[str, c.Name]) -> None:
        self.routine, self.buffers, self.dims = routine, routine.buffers, dims
        names = Names(name.text for name in dims.values())
        self._names = [c.Name(names.add(buffer.origin.name)) for buffer in routine.buffers]
        loops = [statement for statement in walk(routine.statements) if isinstance(statement, Loop)]
        self._counters = {loop.counter: c.Name(names.add("step")) for loop in loops}
        self.sizes = {**dims, **self._counters}
        self._kept = {kept: c.Name(names.add("kept")) for kept in kept_operands(routine.statements)}
        self._exchanged = {state: pair for loop in loops for pair in loop.carried for state in pair}
        # The windows that are not only read.
        self.filled = {
            window for loop in loops for window in loop.windows if self.buffers[window].number in loop.outputs
        }
        self._numbers = {name.text: number for number, name in enumerate(self._names)}
        self._places = {dim: place for place, dim in enumerate(dims)}

    @property
    def names(self) -> Iterator[str]:
        return (name.text for name in (*self.dims.values(), *self._names))

    def buffer(self, number: int) -> c.Name:
        return self._names[number]

    def buffers_among(self, names: Set[str]) -> list[int]:
        """The buffers that have one of these names, in order."""
        return sorted(self._numbers[name] for name in names & self._numbers.keys())

    def counter(self, name: str) -> c.Name:
        return self._counters[name]

    def kept_state(self, operand: Kept) -> c.Name:
        """The variable of an operand that a loop keeps packed."""
        return self._kept[operand]

    def kept(self, operand: Kept) -> c.Expression:
        return c.Unary("&", self.kept_state(operand))

    def is_one_place(self, first: int, second: int) -> bool:
        """Whether two buffers share memory."""
        return self.buffers[first].place == self.buffers[second].place

    def may_share(self, read: int, filled: int) -> bool:
        """Whether a buffer that a kernel reads may lie where one that it fills lies."""
        places = self._memory(filled)
        old = {("variable", variable) for update, variable in self.routine.in_place if ("update", update) in places}
        return not (places | old).isdisjoint(self._memory(read))

    def _memory(self, number: int) -> set[Place]:
        """The places where a buffer may lie; those of a state change with each step."""
        number = storage(self.buffers, number)
        both = (self.buffers[one] for one in (number, *self._exchanged.get(number, ())))
        return {(buffer.role, buffer.number) if buffer.is_given else buffer.place for buffer in both}

    def size(self, size: Dim) -> c.Expression:
        return size_expression(size, self.sizes)

    def offset(self, offset: Dim) -> c.Expression:
        return self.size(offset)

    def dim_of_call(self, dim: str) -> c.Expression:
        """The expression of a dim's size in a call."""
        return c.Element(of_call("dims"), integer(self._places[dim]))
