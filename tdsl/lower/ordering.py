"""The order of statements within a block: some run as soon as the buffers that they read are filled."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate
from operator import itemgetter

from tdsl.loops.language import Statement, read, walk, written


class StatementList:
    """Statements in order of their places: by default where they were added."""

    def __init__(self) -> None:
        self._placed: list[tuple[int, int, Statement]] = []
        self._filled: dict[int, int] = {}  # the place that fills each buffer, among the first `_scanned` statements
        self._scanned = 0

    def add(self, statements: Iterable[Statement]) -> None:
        for statement in statements:
            self._put(len(self._placed), statement)

    def add_early(self, statements: list[Statement]) -> None:
        """Statements that fill one buffer, each as soon as its inputs are filled.  Zeros come before the
        values written over them, and additions to the buffer keep their order."""
        now = len(self._placed)
        places = [max((self._filled[buffer] for buffer in self._inputs(line)), default=now) for line in statements]
        if statements and not read(statements[0]):
            places[0] = min(places)
        if any(not set(read(line)).isdisjoint(written(line)) for line in statements):
            places = list(accumulate(places, max))
        for place, statement in zip(places, statements, strict=True):
            self._put(place, statement)

    def add_check(self, statement: Statement) -> None:
        """A statement that fills nothing, as soon as its inputs are filled."""
        self._put(max((self._filled[buffer] for buffer in self._inputs(statement)), default=-1), statement)

    def in_order(self) -> tuple[Statement, ...]:
        return tuple(statement for _, _, statement in sorted(self._placed, key=itemgetter(0, 1)))

    def _inputs(self, statement: Statement) -> list[int]:
        """The buffers it reads that this block fills."""
        for place, _, placed in self._placed[self._scanned :]:
            for part in walk((placed,)):
                for buffer in written(part):
                    self._filled[buffer] = max(place, self._filled.get(buffer, place))
        self._scanned = len(self._placed)
        return [buffer for buffer in read(statement) if buffer in self._filled]

    def _put(self, place: int, statement: Statement) -> None:
        self._placed.append((place, len(self._placed), statement))
