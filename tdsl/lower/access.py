"""Accesses: the element of a node that a loop nest is at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from tdsl.loops.body import Index
from tdsl.types import Dim


@dataclass(frozen=True)
class Access:
    """An element of a node: one index for each of its axes, and the bounds within which it is real."""

    indices: tuple[Index, ...]
    guards: tuple[tuple[Index, Dim], ...] = ()

    @cached_property
    def _hash(self) -> int:
        return hash((self.indices, self.guards))

    def __hash__(self) -> int:
        return self._hash

    def with_indices(self, indices: tuple[Index, ...]) -> Access:
        """Another element under the same guards."""
        return Access(indices, self.guards)


def identity_access(rank: int) -> Access:
    """The element whose indices are the axes of the loop nest themselves."""
    return Access(tuple(Index.axis(axis) for axis in range(rank)))
