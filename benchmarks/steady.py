"""Rows of work that is done again and again: every contender waits in its process for its turns."""

from __future__ import annotations

import statistics
from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks.place import Place
from benchmarks.plan import Contender, ContenderError, interleave, paired_ratio
from benchmarks.results import Result, Share
from benchmarks.row import EXPECTED, OWN, REFERENCE, Limit, Row
from benchmarks.served import Served

UNIT = 1e9  # the unit of the program that measures limits


@dataclass(frozen=True)
class _Allowed:
    """The shortest time that a step could take at this moment."""

    served: Served
    limit: Limit

    def sample(self) -> float:
        question = "fma" if self.limit.kind == "fma" else f"copy {self.limit.memory // 2}"
        return self.limit.amount / (self.served.ask(question) * UNIT)


def measure(row: Row, place: Place, rounds: int, seconds: float) -> Result:
    contenders: dict[str, Contender] = {}
    errors: dict[str, float] = {}
    failed: dict[str, str] = {}
    (place.modules(row.name) / EXPECTED).unlink(missing_ok=True)
    with ExitStack() as stack:
        for name in row.contenders:
            if name == REFERENCE and place.device != "cpu":
                continue  # the others are compared with it, but it computes on the CPU
            try:
                if name == OWN:
                    place.compile(row.program, row.name)
                served = stack.enter_context(place.worker(row.name, name, seconds))
                errors[name] = served.ready()
                contenders[name] = served
            except ContenderError as error:
                failed[name] = str(error)
        if row.limit:
            contenders[row.limit.kind] = _Allowed(stack.enter_context(place.peak()), row.limit)
        samples, lost = interleave(contenders, rounds)
    share = None
    if row.limit and (allowed := samples.pop(row.limit.kind, None)) and OWN in samples:
        speed = row.limit.amount / statistics.median(allowed)
        share = Share(row.limit.kind, speed, paired_ratio(allowed, samples[OWN]))
    return Result.of(row.name, row.group, row.title, "s", samples, {**failed, **lost}, errors, share)
