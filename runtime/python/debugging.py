"""The checks of a call in debug mode, which has run twice over memory filled with other signs each time.

Native code has noted the value of each node, once for each step of the loops around it.  Each value is computed again
in NumPy from the noted values of its operands; so is the same value of the program as written, which no pass has
rewritten.  Errors therefore do not add up, and the first value that differs is the one that is wrong.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from .description import DTYPES, EntryTable, ModuleTable, evaluate, in_place_text, sizes_of
from .elements import Element, element_text, first_element
from .evaluation import Evaluation, Scope, entry_number, names_of_call
from .origins import Search, place_text, steps_text

_SIGNS = 0xFF, 0x5A  # Notes::signs of bind.hpp
_OURS = "\nthis is a mistake of tdsl, not of the program: please report it with the program; the call changed nothing"
_FAULT = "in which an index is out of bounds, a divisor is zero or a matrix has no factors"
# Multiples of the unit in the last place: of one operation by its bytes, as NumPy is no more accurate than f64, and of
# all terms of a sum.
_ULPS, _ULPS_OF_SUMS = {4: 64, 8: 512}, 256
# Multiples of the least normal number, below which intermediate values underflow.
_LEAST = 1e6
# Multiples of the error that NumPy makes in the program's own precision.
_FACTOR = 64
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
    """`exact` computes in f64, `rough` in f32 with errors: the difference shows how many digits an expression loses."""

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
        wrong = self._wrong(*scopes, number, value, native=True)
        if wrong:
            element, expected = wrong
            computed = f"the compiled code computes {element_text(name, element)} = {value[element]!s}"
            return f"{computed}, NumPy computes {expected!s} from the same operands{where}"
        written, *around = self.own["written"].get(str(one.probe), [-1])
        if written >= 0:
            steps = one.steps[: len(around)]
            scopes = [evaluation.root.inside(around, steps) for evaluation in (self.exact, self.rough)]
            wrong = self._wrong(*scopes, written, value, native=False)
            if wrong:
                element, expected = wrong
                computed = f"the optimised program computes {element_text(name, element)} = {value[element]!s}"
                return f"{computed}, the program as written {expected!s}{where}"
        return ""

    def _wrong(
        self, exact: Scope, rough: Scope, number: int, value: np.ndarray, native: bool
    ) -> tuple[Element, object] | None:
        """An element of a node that differs from that of NumPy, and the latter.  From now on the node has the value.
        One that is not `native` code's may lose digits that the value keeps."""
        try:
            expected = exact.value(number)
            if exact.evaluation.node(number)[0] == "exchanged":
                return None  # values of other processes are in it
            allowed = self._allowed(exact, rough, number, value, native) if value.dtype.kind == "f" else np.zeros(())
        except (ArithmeticError, IndexError, np.linalg.LinAlgError):
            return None  # the call itself reports that
        finally:
            for scope in (exact, rough):
                scope.values[number] = value
        wrong = _unlike(value, expected, allowed)
        if wrong and not native and value.dtype.kind != "f":
            return self._undecided(exact, number, value, expected)
        if not wrong or not native or value.dtype.kind != "f":
            return wrong
        if exact.evaluation.node(number)[0] == "each":
            return _unlike(value, expected, allowed + _error_of_operands(exact, number, expected, value.dtype))
        return _unlike(value, expected, allowed + self._out_of_range(exact, rough, number, value))

    def _undecided(
        self, exact: Scope, number: int, value: np.ndarray, expected: np.ndarray
    ) -> tuple[Element, object] | None:
        """An element of a bool or an integer that differs, also if reals that it depends on are a little larger or
        smaller, or equal where they nearly are."""
        kind, text, _, operands = exact.evaluation.node(number)
        if kind == "item":
            return None  # such as the steps of a loop that reals end
        if kind == "if":
            return _unlike(value, expected, np.zeros(()))
        values = [exact.values[operand] for operand in operands]
        reals = [place for place, one in enumerate(values) if one.dtype.kind == "f"]
        finite = [np.max(np.abs(values[place]), where=np.isfinite(values[place]), initial=0) for place in reals]
        grid = _ULPS_OF_SUMS * self.unit * max(finite, default=0)
        changed = [{place: values[place] + error} for place in reals for error in (grid, -grid)]
        if grid:
            changed += [{place: turn(values[place] / grid) * grid for place in reals} for turn in (np.round, np.floor)]
        for one in changed:
            nearby = exact.evaluation.computed(text, [one.get(place, given) for place, given in enumerate(values)])
            expected = np.where(nearby == value, value, expected)
        return _unlike(value, expected, np.zeros(()))

    def _out_of_range(self, exact: Scope, rough: Scope, number: int, value: np.ndarray) -> np.ndarray:
        """The error of each element that is no mistake as some order of its sums or products leaves the range, or as
        it is small beside others that were computed with it."""
        del rough.values[number]
        overflows = ~np.isfinite(rough.value(number))
        rough.values[number] = value
        limits = np.finfo(value.dtype)
        kind, text, _, operands = exact.evaluation.node(number)
        if kind != "sum":
            largest = np.max(np.abs(value), where=np.isfinite(value), initial=0)
            return np.where(overflows, np.inf, _ULPS_OF_SUMS * limits.eps * largest)
        values = [exact.value(operand) for operand in operands]
        most = np.abs(exact.evaluation.computed(text, [_of_size(v, lambda size: np.maximum(size, 1)) for v in values]))
        least = np.abs(exact.evaluation.computed(text, [_of_size(v, lambda size: np.minimum(size, 1)) for v in values]))
        lost = np.where(least < limits.tiny, most * _LEAST * limits.tiny, 0)
        return np.where(overflows | (most > limits.max), np.inf, lost)

    def _allowed(self, exact: Scope, rough: Scope, number: int, value: np.ndarray, native: bool) -> np.ndarray:
        """The error of each element that is no mistake."""
        expected, unit = exact.values[number], np.finfo(value.dtype).eps
        kind, text, _, operands = exact.evaluation.node(number)
        allowed = _ULPS[value.itemsize] * unit * np.abs(expected)
        if native and kind == "each":
            return allowed
        if kind == "sum":
            sizes = [_of_size(exact.value(operand)) for operand in operands]
            allowed = allowed + _ULPS_OF_SUMS * unit * np.abs(exact.evaluation.computed(text, sizes))
            if native:
                return allowed
        lost = _FACTOR * unit / np.finfo(np.float32).eps * np.abs(rough.value(number) - expected)
        if native:
            return allowed + np.max(lost, where=np.isfinite(lost), initial=0)
        known = np.isfinite(lost) & np.isfinite(expected)
        largest = np.max(np.abs(expected), where=known, initial=0)
        return np.where(known, allowed + lost + _ULPS_OF_SUMS * unit * largest, np.inf)

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
        wrong = _unlike(value, self.exact.root.value(number), np.zeros(()))
        if not wrong:
            return ""
        element, expected = wrong
        ended = f"at the end of the call {element_text(name, element)} is {value[element]!s}"
        return f"{ended}, before it was {expected!s}{where}"

    def _where(self, place: int, text: str, steps: Sequence[int]) -> str:
        return place_text(self.document["places"], place, f"in {text}{steps_text(steps)}")


def _of_size(value: np.ndarray, within: Callable[[np.ndarray], np.ndarray] = np.abs) -> np.ndarray:
    """The sizes of reals; positions and conditions stay."""
    return within(np.abs(value)) if value.dtype.kind == "f" else value


def _error_of_operands(scope: Scope, number: int, expected: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """The error of each element that errors of its operands make."""
    _, text, _, operands = scope.evaluation.node(number)
    values, step = [scope.values[operand] for operand in operands], np.finfo(np.float32).eps
    found = np.zeros(expected.shape)
    for place, value in enumerate(values):
        if value.dtype.kind == expected.dtype.kind == "f":
            moved = [*values[:place], value.astype(np.float64) * (1 + step), *values[place + 1 :]]
            found = found + np.abs(scope.evaluation.computed(text, moved) - expected)
    return np.where(np.isfinite(found), found, 0) * _ULPS[dtype.itemsize] * np.finfo(dtype).eps / step


def _unlike(value: np.ndarray, expected: np.ndarray, allowed: np.ndarray) -> tuple[Element, object] | None:
    expected = np.broadcast_to(expected, value.shape)
    if value.dtype.kind != "f":
        wrong = value != expected
    else:
        narrow = expected.astype(value.dtype)
        same = (narrow == value) | (np.isnan(narrow) & np.isnan(value))
        near = np.abs(value.astype(np.float64) - expected) <= allowed + _LEAST * np.finfo(value.dtype).tiny
        wrong = ~(same | near | np.isinf(allowed))
    if not wrong.any():
        return None
    element = first_element(wrong)
    return element, expected[element].astype(value.dtype)


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
