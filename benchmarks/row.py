"""Rows of the table: data, and contenders that do the same work on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np

PROGRAMS = Path(__file__).parent / "programs"
CHECKED_CALLS = 3
OWN, REFERENCE = "tdsl", "NumPy"
BY_HAND = "tdsl by hand"
"""The same work, written so that nothing is left to the compiler."""

EXPECTED = "expected.npz"
"""The file with NumPy's outcome in f64, in the folder of a row's modules."""

Data = Mapping[str, Any]
Outcome = Mapping[str, Any]


@dataclass(frozen=True)
class Timed:
    """A call to be timed, and its computed values, given its last result.

    A step that draws random values has a form beside it that takes them from the data: `checked` calls it.
    """

    function: Callable[..., object]
    arguments: tuple[object, ...]
    outcome: Callable[[Any], Outcome]
    steps: int = 1
    checked: Callable[[], object] | None = None


@dataclass(frozen=True)
class Program:
    """A tdsl program, compiled before its row is measured and imported by name."""

    name: str
    text: str
    defines: Mapping[str, int] = field(default_factory=dict)
    precision: str = "ieee"


@dataclass(frozen=True)
class Limit:
    """The work of a step that the machine limits, in FLOP or in bytes read and written, and its bytes of memory."""

    kind: Literal["fma", "copy"]
    amount: float
    memory: int = 0


@dataclass(frozen=True)
class Row:
    """Contenders for the same work; an outcome further than `tolerance` from NumPy's in f64 is not timed."""

    name: str
    group: str
    title: str
    data: Callable[[], Data]
    contenders: Mapping[str, Callable[[Data], Timed]]
    program: Program
    tolerance: float = 1e-4
    limit: Limit | None = None
    checked_calls: int = CHECKED_CALLS


def program(name: str, path: Path | None = None, **defines: int) -> Program:
    return Program(name, (path or PROGRAMS / f"{name}.tdsl").read_text(encoding="utf-8"), defines)


def in_double(data: Data) -> Data:
    return {name: np.float64(value) if _is_single(value) else value for name, value in data.items()}


def _is_single(value: Any) -> bool:
    return getattr(value, "dtype", None) == np.float32


def outcome(build: Callable[[Data], Timed], data: Data, calls: int = CHECKED_CALLS) -> tuple[Timed, Outcome]:
    """The contender after its first calls, ready for more, and the outcome of those."""
    timed = build(data)
    call = timed.checked or partial(timed.function, *timed.arguments)
    result: object = None
    for _ in range(calls):
        result = call()
    return timed, timed.outcome(result)


def difference(data: Data, found: Outcome, expected: Outcome, steps: int = CHECKED_CALLS) -> float:
    """The largest error, relative to the largest value; of values that the data initialise, the change counts.

    A difference that rounding stored values to f32 after each step explains is no error: a step may change them by
    little more.
    """
    if missing := set(expected) ^ set(found):
        raise ValueError(f"not computed by both: {', '.join(sorted(missing))}")
    worst = 0.0
    for name, value in expected.items():
        exact, first = np.float64(value), np.float64(data.get(name, 0))
        rounding = steps * np.finfo(np.float32).eps / 2 * np.abs(exact) if name in data else 0.0
        error = np.abs(np.float64(found[name]) - exact)
        beyond = np.where(np.isfinite(error), np.maximum(error - rounding, 0), np.inf).max()
        worst = max(worst, float(beyond / (np.abs(exact - first).max() or 1)))
    return worst
