"""The parameters of a kernel, numbered in the order in which its body mentions them.

Kernels with the same operations on other buffers and sizes then have the same body, and equal bodies are compiled once.
"""

from __future__ import annotations

from collections.abc import Mapping

from tdsl.emit.c import syntax as c
from tdsl.emit.c.numbers import integer, literal, size_expression, stored
from tdsl.emit.c.scope import Scope
from tdsl.loops.language import Kept
from tdsl.types import ZERO, Dim, DType, Kind

# A small size often decides how a loop is best compiled, so it is a literal.
_SMALL = 4


class Parameters:
    """The parameters of one kernel, for the statement in `scope` that calls it; `written` are the buffers it fills,
    `literals` the sizes that the compiler needs to know, and `starts` the elements, unless 0, to which the pointers of
    buffers point; `launch` is the first argument of templates whose work a device divides."""

    launch: tuple[c.Expression, ...] = ()

    def __init__(
        self, scope: Scope, written: set[int], literals: set[int], starts: Mapping[int, Dim], nests: str = "tdsl"
    ) -> None:
        self.nests = nests
        self._scope, self._written, self._literals, self._starts = scope, written, literals, starts
        self._sizes: dict[Dim, c.Name] = {}
        self._pointers: dict[int, c.Name] = {}
        self._others: dict[tuple[str, c.Expression], c.Name] = {}
        self._asks_call = False

    def size(self, size: Dim) -> c.Expression:
        constant = size.constant
        if constant is not None and (abs(constant) <= _SMALL or abs(constant) in self._literals):
            return integer(constant)
        if (name := self._sizes.get(size)) is None:
            name = self._sizes[size] = c.Name(f"n{len(self._sizes)}")
        return name

    def offset(self, offset: Dim) -> c.Expression:
        """One near another is spelled by it: the C++ compiler then knows that their elements are neighbours."""
        for distance in range(1, _SMALL + 1):
            if offset.terms and (name := self._sizes.get(offset - distance)):
                return c.Binary("+", name, integer(distance))
        return self.size(offset)

    def buffer(self, number: int) -> c.Expression:
        if (name := self._pointers.get(number)) is None:
            name = self._pointers[number] = c.Name(f"p{len(self._pointers)}")
        return name

    def start(self, number: int) -> Dim:
        return self._starts.get(number, ZERO)

    def is_real_update(self, number: int) -> bool:
        buffer = self._scope.buffers[number]
        return buffer.place[0] == "update" and buffer.dtype.kind is Kind.REAL

    def site(self, number: int) -> c.Expression:
        return self._other("int32_t", integer(number))

    def constant(self, value: int | float, dtype: DType) -> c.Expression:
        return self._other(dtype.c, literal(value, dtype))

    def kept(self, operand: Kept) -> c.Expression:
        return self._other("tdsl::Kept *", self._scope.kept(operand))

    def call(self) -> c.Expression:
        self._asks_call = True
        return c.Name("call")

    def _other(self, type: str, argument: c.Expression) -> c.Name:
        return self._others.setdefault((type, argument), c.Name(f"c{len(self._others)}"))

    def declared(self) -> tuple[c.Parameter, ...]:
        """The parameters of the function."""
        parts = [c.Parameter("tdsl_call *", "call")] if self._asks_call else []
        parts += [c.Parameter("int64_t", name.text) for name in self._sizes.values()]
        parts += (c.Parameter(self._pointer_type(number), name.text) for number, name in self._pointers.items())
        return (*parts, *(c.Parameter(type, name.text) for (type, _), name in self._others.items()))

    def passed(self) -> tuple[c.Expression, ...]:
        """The arguments of its call."""
        return (
            *([c.Name("call")] if self._asks_call else []),
            *(size_expression(size, self._scope.sizes) for size in self._sizes),
            *map(self._pointer, self._pointers),
            *(argument for _, argument in self._others),
        )

    def _pointer_type(self, number: int) -> str:
        const = "" if number in self._written else "const "
        return f"{const}{stored(self._scope.buffers[number].dtype)} *"

    def _pointer(self, number: int) -> c.Expression:
        buffer, start = self._scope.buffer(number), self.start(number)
        return c.Binary("+", buffer, self._scope.size(start)) if start.terms else buffer
