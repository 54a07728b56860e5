"""Immutable records: frozen dataclasses to mypy, which refuses assignments to their fields.

At run time nothing refuses them: a frozen dataclass takes three times as long to be made, and twice as long to be
declared, and the compiler declares two hundred and makes them by the hundred thousand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal, TypeVar

Class = TypeVar("Class", bound=type)

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:

    def record(*, frozen: Literal[True], eq: bool = True, slots: bool = False) -> Callable[[Class], Class]:
        """The decorator `dataclass` for a class whose instances never change, so that equal ones may have one hash."""

        def made(kind: Class) -> Class:
            own = kind.__dict__
            if "__repr__" not in own:
                kind.__repr__ = _repr
            kind.__doc__ = kind.__doc__ or kind.__name__  # else `dataclass` works out a signature for it
            return dataclass(eq=eq, unsafe_hash=eq and "__hash__" not in own, repr=False, slots=slots)(kind)

        return made


def _repr(self: Any) -> str:
    """As that of a dataclass, but one function for all."""
    values = (f"{field.name}={getattr(self, field.name)!r}" for field in fields(self) if field.repr)
    return f"{type(self).__qualname__}({', '.join(values)})"


__all__ = ["record"]
