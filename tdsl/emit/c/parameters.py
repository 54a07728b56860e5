"""What a kernel is given, numbered in the order in which its text mentions it.

Kernels that do the same to other buffers, of other sizes, then have the same text, and equal texts are compiled once.
"""

from __future__ import annotations

from collections.abc import Mapping

from tdsl.emit.c.numbers import literal_text, size_text, stored
from tdsl.loops.language import Buffer
from tdsl.types import Dim, DType, Kind

# A small size often decides how a loop is best compiled, so it stays visible.
_SMALL = 4


class Parameters:
    """The parameters of one kernel.  `written` are the buffers it fills; `names` the C++ names of the dims outside."""

    def __init__(
        self, buffers: tuple[Buffer, ...], written: set[int], names: Mapping[str, str], nests: str = "tdsl"
    ) -> None:
        self.nests = nests
        self._buffers, self._written, self._names = buffers, written, names
        self._sizes: dict[Dim, str] = {}
        self._pointers: dict[int, str] = {}
        self._others: dict[tuple[str, str], str] = {}
        self._asks_call = False

    def size(self, size: Dim) -> str:
        constant = size.constant
        if constant is not None and abs(constant) <= _SMALL:
            return str(constant)
        return self._sizes.setdefault(size, f"n{len(self._sizes)}")

    def buffer(self, number: int) -> str:
        return self._pointers.setdefault(number, f"p{len(self._pointers)}")

    def is_real_update(self, number: int) -> bool:
        buffer = self._buffers[number]
        return buffer.role == "update" and buffer.dtype.kind is Kind.REAL

    def site(self, number: int) -> str:
        return self._other("int32_t", str(number))

    def stream(self, number: int) -> str:
        return self._other("int64_t", str(number))

    def constant(self, value: int | float, dtype: DType) -> str:
        return self._other(dtype.c, literal_text(value, dtype))

    def call(self) -> str:
        self._asks_call = True
        return "call"

    def _other(self, kind: str, argument: str) -> str:
        return self._others.setdefault((kind, argument), f"c{len(self._others)}")

    def declared(self) -> str:
        """The parameters of the function."""
        parts = ["tdsl_call *call"] if self._asks_call else []
        parts += [f"int64_t {name}" for name in self._sizes.values()]
        for number, name in self._pointers.items():
            const = "" if number in self._written else "const "
            parts.append(f"{const}{stored(self._buffers[number].dtype)} *{name}")
        return ", ".join(parts + [f"{kind} {name}" for (kind, _), name in self._others.items()])

    def passed(self) -> str:
        """The arguments of its call in a routine, where buffers are b0, b1 …"""
        parts = ["call"] if self._asks_call else []
        parts += [size_text(size, self._names) for size in self._sizes]
        parts += [f"b{number}" for number in self._pointers]
        return ", ".join(parts + [argument for _, argument in self._others])
