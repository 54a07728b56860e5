"""Calls of one row's step by a module of tdsl's, compiled by settings of its own: turns of `profiled` and `modes`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import tdsl
from benchmarks.row import OWN, Row

SECONDS = 0.1  # of one turn


class Steps:
    """A contender: as many calls in each turn."""

    def __init__(self, row: Row, **settings: Any) -> None:
        program = row.program
        self.module: Any = tdsl.compile(program.text, name=program.name, defines=program.defines, **settings)
        sys.modules[program.name] = self.module  # the contender imports it by name
        timed = row.contenders[OWN](row.data())
        self._call: Callable[[], object] = lambda: timed.function(*timed.arguments)
        self.calls = 1
        while self.sample() * self.calls < SECONDS / 2:
            self.calls *= 2

    def sample(self) -> float:
        """The seconds of one call, on average over a turn."""
        start = time.perf_counter()
        for _ in range(self.calls):
            self._call()
        return (time.perf_counter() - start) / self.calls
