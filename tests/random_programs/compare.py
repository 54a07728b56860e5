"""One file's entries by the interpreter of the syntax, and whether others found the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tdsl.ir.interp import evaluate
from tdsl.ir.node import Node, topological
from tdsl.ir.program import Entry
from tdsl.ir.program import Program as Typed
from tdsl.ir.verify import Known, verify
from tdsl.passes import PASSES, STABILITY, Pass

from .interpreter import Interpreter
from .program import Program
from .values import Array, Value, difference

FAULTS = (IndexError, ZeroDivisionError)
# The factor by which the running bound may be exceeded: sums may be taken in another order, derivatives be grouped
# otherwise.
FACTOR = 4.0

Found = list[Array] | str
Arrays = Mapping[str, Array]


@dataclass(frozen=True, eq=False)
class Expected:
    """The outcome of an entry of a file: values, or the name of a fault."""

    entry: Entry
    arguments: dict[str, Array]
    values: list[Value] | str


@dataclass(frozen=True)
class Miss:
    """Two meanings of one program."""

    program: Program
    entry: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.entry}, {self.where}: {self.what}\n{self.program.text}"


def type_check(program: Program) -> Typed:
    return program.stages.program


def stored_values(program: Program, checked: Typed) -> dict[str, Array]:
    """The values kept between calls, before the call."""
    return {
        variable.name: program.value(
            variable.name,
            tuple(size.evaluate({}) for size in variable.node.type.shape),
            spelled(variable.node),
        )
        for variable in checked.variables
    }


def spelled(node: Node) -> str:
    return str(node.type.dtype)


def expected(program: Program, checked: Typed) -> list[Expected]:
    """Every entry by the interpreter of the syntax."""
    interpreter = Interpreter(program.stages.syntax, f"f{program.width}")
    stored = stored_values(program, checked)
    found = []
    for entry in checked.entries:
        arguments = {
            p.name: program.value(p.name, tuple(s.evaluate(program.dims) for s in p.node.type.shape), spelled(p.node))
            if p.size is None
            else np.asarray(p.size.evaluate(program.dims))
            for p in entry.parameters
        }
        values: list[Value] | str
        try:
            outcome = interpreter.call(entry.name, arguments, stored)
            values = [*outcome.results, *(outcome.updates[update.variable] for update in entry.updates)]
        except FAULTS as fault:
            values = type(fault).__name__
        found.append(Expected(entry, arguments, values))
    return found


def interpreted(entry: Entry, arguments: Arrays, dims: Mapping[str, int], stored: Arrays) -> Found:
    """An entry by the interpreter of the IR."""
    try:
        return [np.asarray(value) for value in evaluate(entry.roots(), arguments, dims, stored)]
    except FAULTS as fault:
        return type(fault).__name__


def disagreement(wanted: list[Value] | str, found: Found) -> str:
    """The difference of the values found from those wanted; empty if they agree."""
    if isinstance(wanted, str) or isinstance(found, str):
        return "" if isinstance(wanted, str) and wanted == found else f"expected {_brief(wanted)}, got {_brief(found)}"
    if len(wanted) != len(found):
        return f"expected {len(wanted)} values, got {len(found)}"
    for place, (value, array) in enumerate(zip(wanted, found, strict=True)):
        if value.shape != array.shape:
            return f"value {place}: expected shape {value.shape}, got {array.shape}"
        apart = difference(value.array, np.asarray(array, value.array.dtype))
        wrong = ~(apart <= FACTOR * value.bound)
        if wrong.any():
            at = tuple(int(place) for place in np.unravel_index(int(np.argmax(wrong)), wrong.shape))
            one, other = value.array[at], array[at]
            return f"value {place} at {at}: expected {one!r} ± {value.bound[at]:.3g}, got {other!r}"
    return ""


def _brief(found: Any) -> str:
    return found if isinstance(found, str) else "values"


def change(one: Expected, roots: list[tuple[Node, Node]], before: Found, after: Found, signs: bool = True) -> str:
    """The change of a pass beyond the rounding of sums and products that it may group otherwise; empty if none."""
    if isinstance(before, str) or isinstance(after, str):
        return "" if isinstance(before, str) and before == after else f"was {_brief(before)}, is {_brief(after)}"
    for place, (root, old, new) in enumerate(zip(roots, before, after, strict=True)):
        if old.shape != new.shape or old.dtype != new.dtype:
            return f"value {place} was {old.dtype}{old.shape}, is {new.dtype}{new.shape}"
        allowed = 0.0 if isinstance(one.values, str) else FACTOR * one.values[place].bound
        if (difference(old, new) > allowed).any():
            return f"value {place} changed"
        zero = (old == 0) & (new == 0)
        if signs and old.dtype.kind == "f" and (np.signbit(old) != np.signbit(new))[zero].any() and _has_signs(*root):
            return f"value {place} has zeros of other signs"
    return ""


def _has_signs(*roots: Node) -> bool:
    """Whether the sign of a zero is defined: NumPy does not define that of a sum."""
    return not any(node.op.name in ("sum", "matmul") for node in topological(roots))


@dataclass(frozen=True)
class Meanings:
    """A program by both interpreters: of the syntax, and of the IR as typed."""

    checked: Typed
    stored: dict[str, Array]
    wanted: list[Expected]
    found: dict[str, Found]


def meanings(program: Program) -> Meanings:
    checked = type_check(program)
    stored, wanted = stored_values(program, checked), expected(program, checked)
    found = {one.entry.name: interpreted(one.entry, one.arguments, program.dims, stored) for one in wanted}
    return Meanings(checked, stored, wanted, found)


def misses(program: Program, steps: Sequence[Pass] = PASSES, known: Meanings | None = None) -> list[Miss]:
    """The values of the interpreter of the IR, as typed and after every step."""
    before = known or meanings(program)
    checked, stored, wanted, found_before = before.checked, before.stored, before.wanted, dict(before.found)
    out = []
    verified: Known = set()
    for one in wanted:
        if what := disagreement(one.values, found_before[one.entry.name]):
            out.append(Miss(program, one.entry.name, "as typed", what))
    for step in steps:
        previous, checked = checked, step(checked)
        if checked is previous:
            continue
        verify(checked, step.__name__, verified)
        for one, old, entry in zip(wanted, previous.entries, checked.entries, strict=True):
            if entry.roots() == old.roots():
                continue
            found = interpreted(entry, one.arguments, program.dims, stored)
            pairs = list(zip(old.roots(), entry.roots(), strict=True))
            # A stable form may have a zero of another sign: `expm1(-0.0)` is one, `exp(-0.0) - 1` is not.
            if what := change(one, pairs, found_before[entry.name], found, signs=step not in STABILITY):
                out.append(Miss(program, entry.name, f"after {step.__name__}", what))
            found_before[entry.name] = found
    return out
