"""The checks of a call in debug mode, which has run twice over memory filled with other signs each time.

Native code has noted the value of each node, once for each step of the loops around it.  Each value is computed again
in NumPy from the noted values of its operands; so is the same value of the program as written, which no pass has
rewritten.  Errors therefore do not add up, and the first value that differs is the one that is wrong.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator, Sequence

import numpy as np

from .description import DTYPES, EntryTable, ModuleTable, evaluate, in_place_text, sizes_of
from .elements import Element, element_text, first_element
from .evaluation import Evaluation, entry_number, names_of_call
from .origins import Search, place_text, steps_text
from .rounding import unlike_element, wrong_element

_SIGNS = 0xFF, 0x5A  # Notes::signs of bind.hpp
_OURS = "\nthis is a mistake of tdsl, not of the program: please report it with the program; the call changed nothing"
_FAULT = "in which an index is out of bounds, a divisor is zero or a matrix has no factors"
_CALL = tuple[list[np.ndarray], list[int], list[np.ndarray]]


class Note(typing.NamedTuple):
    """The value of a probe; of a negative number that of a result or an update, when the call ended."""

    probe: int
    steps: tuple[int, ...]
    data: bytes


def failed_check(
    module: ModuleTable,
    entry: EntryTable,
    call: _CALL | None,
    first: bytes,
    second: bytes,
    changed: int,
    found: bytes,
) -> Exception | None:
    """The exception of the first check that fails.  `changed` is the number of an argument, or of a variable behind
    these, that a run has written to, so that it was `found`; -1 if there is none."""
    import json

    if call is None:
        return MemoryError(f"{module['name']}.{entry['name']}: the checks of debug mode need more memory")
    if changed >= 0:
        return _written_to(module, entry, call, changed, found)
    with np.errstate(all="ignore"):
        return _Checks(module, entry, json.loads(module["origins"]), call).failure(first, second)


def _written_to(module: ModuleTable, entry: EntryTable, call: _CALL, changed: int, found: bytes) -> Exception:
    arguments, _, variables = call
    before = [*arguments, *variables][changed]
    tables = [*entry["arguments"], *module["variables"]]
    is_argument = changed < len(arguments)
    name = tables[changed]["name"]
    after = np.frombuffer(found, before.dtype, before.size).reshape(before.shape)
    element = first_element(_bits(before) != _bits(after))
    kind = "argument" if is_argument else "value"
    text = f"the compiled code writes to {kind} '{name}': {element_text(name, element)} was {before[element]!s}"
    return RuntimeError(f"{module['name']}.{entry['name']}: {text} and became {after[element]!s}{_OURS}")


def _notes(data: bytes) -> Iterator[Note]:
    place = 0
    while place < len(data):
        probe, depth, size = (int(number) for number in np.frombuffer(data, np.int64, 3, place))
        steps = tuple(int(step) for step in np.frombuffer(data, np.int64, depth, place + 24))
        place += 24 + 8 * depth
        yield Note(probe, steps, data[place : place + size])
        place += (size + 7) // 8 * 8


class _Checks:
    """Those of a call, by its evaluations `exact` and `rough` (rounding.py); `unit` is the last place of its reals."""

    def __init__(self, module: ModuleTable, entry: EntryTable, document: dict, call: _CALL) -> None:
        self.module, self.entry, self.document = module, entry, document
        arguments, self.dims, variables = call
        names = names_of_call(module, entry, arguments, variables)
        self.own = document["entries"][entry_number(module, entry)]
        flush = bool(module["options"]["flush_subnormals"])
        self.exact = Evaluation(document, names, self.dims, flush, np.float64)
        self.search = Search(document, self.own, self.exact)
        # There are no values yet where the first ones are computed.
        kept = [] if entry is module["initialise"] else zip(module["variables"], variables, strict=True)
        self.inputs = [*zip(entry["arguments"], arguments, strict=True), *kept]
        self.rough = Evaluation(document, names, self.dims, flush, np.float32, rough=True)
        dtypes = (np.dtype(DTYPES[dtype]) for _, _, _, _, dtype, *_ in self.own["probes"])
        self.unit = max((np.finfo(dtype).eps for dtype in dtypes if dtype.kind == "f"), default=0)

    def failure(self, first: bytes, second: bytes) -> Exception | None:
        where = f"{self.module['name']}.{self.entry['name']}"
        for table, value in self.inputs:
            problem = self._refused(self.document["inputs"].get(table["name"], []), table["name"], value)
            if problem:
                return AssertionError(f"{where}: {problem[0]}{in_place_text(table['place'])}")
        for one, other in zip(_notes(first), _notes(second), strict=False):
            if one[:2] != other[:2] or len(one.data) != len(other.data):
                problem = "two runs of this call take different ways through the program" + _OURS
            else:
                problem = self._probe(one, other) if one.probe >= 0 else self._end(one, other)
            if problem:
                return RuntimeError(f"{where}: {problem}")
            if one.probe >= 0 and (refused := self._unguarded(one)):
                return AssertionError(f"{where}: {refused}")
        return None

    def _refused(self, guards: Sequence[int], name: str, value: np.ndarray) -> tuple[str, Element | None] | None:
        """The text on a value that does not fulfil one of some guards, and its first element that does not; none if the
        guard cannot be computed for the value."""
        for guard in guards:
            condition, needs, document = self.document["guards"][guard]
            unmet = next((text for formula, text in needs if evaluate(formula, [value.size]) < 0), "")
            if unmet:
                return f"{name} does not fulfil {condition}, which needs {unmet} with N = {value.size}", None
            names: dict[str, object] = {"arguments": {"value": value.reshape(-1)}, "variables": {}}
            (root, _), *_ = document["entries"][0]["results"]
            evaluation = Evaluation(document, names, [value.size])
            holds = np.broadcast_to(evaluation.root.value(root), (value.size,))
            if evaluation.space["faults"]:
                return f"{name} does not fulfil {condition}, {_FAULT}", None
            if not holds.all():
                element = first_element(~holds.reshape(value.shape))
                return f"{element_text(name, element)} = {value[element]!s} does not fulfil {condition}", element
        return None

    def _unguarded(self, one: Note) -> str:
        """The text on a value that a guard refuses, with its calculation."""
        name, *guards = self.own["guarded"].get(str(one.probe), [""])
        if not guards:
            return ""
        number, _, text, place, dtype, shape, *loops = self.own["probes"][one.probe]
        value = np.frombuffer(one.data, DTYPES[dtype]).reshape([evaluate(size, self.dims) for size in shape])
        found = self._refused(guards, name, value)
        if not found:
            return ""
        problem, element = found
        if number < 0 or element is None:
            return f"{problem}{self._where(place, text, one.steps)}"
        scope = self.exact.root.inside(loops, one.steps)
        return problem + self.search.line(scope, number, element, place)

    def _probe(self, one: Note, other: Note) -> str:
        number, name, text, place, dtype, shape, *loops = self.own["probes"][one.probe]
        sizes = [evaluate(size, self.dims) for size in shape]
        value, again = (np.frombuffer(note.data, DTYPES[dtype]).reshape(sizes) for note in (one, other))
        where = f"{self._where(place, text, one.steps)}{_OURS}"
        unstable = _unstable(name, value, again)
        if unstable or number < 0:
            return unstable and unstable + where
        scopes = [evaluation.root.inside(loops, one.steps) for evaluation in (self.exact, self.rough)]
        wrong = wrong_element(*scopes, number, value, self.unit, native=True)
        if wrong:
            element, expected = wrong
            computed = f"the compiled code computes {element_text(name, element)} = {value[element]!s}"
            return f"{computed}, NumPy computes {expected!s} from the same operands{where}"
        written, *around = self.own["written"].get(str(one.probe), [-1])
        if written >= 0:
            steps = one.steps[: len(around)]
            scopes = [evaluation.root.inside(around, steps) for evaluation in (self.exact, self.rough)]
            wrong = wrong_element(*scopes, written, value, self.unit, native=False)
            if wrong:
                element, expected = wrong
                computed = f"the optimised program computes {element_text(name, element)} = {value[element]!s}"
                return f"{computed}, the program as written {expected!s}{where}"
        return ""

    def _end(self, one: Note, other: Note) -> str:
        """A result or an update once more, after the last statement."""
        place = -1 - one.probe
        results = self.entry["results"]
        if place < len(results):
            table = results[place]
            name, dtype, shape = table["name"] or "the result", table["dtype"], sizes_of(table["shape"], self.dims)
            number, position = self.own["results"][place]
        else:
            variable = self.module["variables"][self.entry["updates"][place - len(results)]]
            name, dtype, shape = variable["name"], variable["dtype"], tuple(variable["shape"])
            number, position = self.own["updates"][place - len(results)]
        value, again = (np.frombuffer(note.data, DTYPES[dtype]).reshape(shape) for note in (one, other))
        where = f"{self._where(position, name, ())}{_OURS}"
        unstable = _unstable(name, value, again)
        if unstable:
            return unstable + where
        wrong = unlike_element(value, self.exact.root.value(number), np.zeros(()))
        if not wrong:
            return ""
        element, expected = wrong
        ended = f"at the end of the call {element_text(name, element)} is {value[element]!s}"
        return f"{ended}, before it was {expected!s}{where}"

    def _where(self, place: int, text: str, steps: Sequence[int]) -> str:
        return place_text(self.document["places"], place, f"in {text}{steps_text(steps)}")


def _unstable(name: str, value: np.ndarray, again: np.ndarray) -> str:
    """The text on an element that is not the same in both runs; empty if there is none."""
    differs = _bits(value) != _bits(again)
    if not differs.any():
        return ""
    element = first_element(differs)
    signs = [bytes([sign]) * value.dtype.itemsize for sign in _SIGNS]
    if [value[element].tobytes(), again[element].tobytes()] == signs:
        return f"the compiled code does not write {element_text(name, element)}"
    both = f"{element_text(name, element)} = {value[element]!s} and {again[element]!s}"
    return f"two runs of this call differ, or read memory that nothing was written to: {both}"


def _bits(value: np.ndarray) -> np.ndarray:
    return (
        np.ascontiguousarray(value).view(f"u{value.dtype.itemsize}")
        if value.ndim
        else value.view(f"u{value.dtype.itemsize}")
    )
