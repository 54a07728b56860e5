"""Names of the NumPy target: those of the program where Python and the generated text leave them free."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterable

_TAKEN = frozenset(dir(builtins)) | {"np", "arguments", "dims", "variables", "faults", "exchange", "inf", "nan"}


class LocalNames:
    """Chooses the names of one function, all different."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(_TAKEN) | set(taken)
        self._count = 0

    def name(self, wish: str | None) -> str:
        """The wish if it is a plain name, with a number if it is taken; otherwise a numbered name."""
        if wish is None or not _is_plain(wish):
            wish = f"t{self._count}"
            self._count += 1
        name, number = wish, 2
        while name in self._taken:
            name, number = f"{wish}_{number}", number + 1
        self._taken.add(name)
        return name


def _is_plain(name: str) -> bool:
    return name.isascii() and name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("_")
