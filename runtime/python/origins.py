"""The origin of a value that is not finite.  The call is repeated node by node in NumPy; from the refused element the
search goes back to the first element that is not finite although all elements that it depends on are, into the steps of
loops too.

Nothing here knows an op: dependencies between elements are found by replacing operands with NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from .description import EntryTable, ModuleTable, evaluate
from .elements import Element, element_text
from .evaluation import Evaluation, Scope, entry_number, names_of_call
from .memory import memory_limit

Test = Callable[[np.ndarray], np.ndarray]
Found = tuple[Scope, int, Element]

_PROBE = 0.5  # where most functions are finite
_UNKNOWN = "\nwhere that arose is not known: as NumPy computes it, all is finite"
_TOO_LARGE = "\nwhere that arose is not known: finding it needs more memory than the limit"


def origin_text(
    module: ModuleTable,
    entry: EntryTable,
    role: str,
    index: int,
    first: Element,
    arguments: Sequence[np.ndarray],
    dims: list[int],
    variables: Sequence[np.ndarray],
) -> str:
    """The lines of a message that name the calculations behind an element of a result or update."""
    import json

    document = json.loads(module["origins"])
    own = document["entries"][entry_number(module, entry)]
    if evaluate(own["memory"], dims) > memory_limit(module):
        return _TOO_LARGE
    names = names_of_call(module, entry, arguments, variables)
    root, place = own[f"{role}s"][index]
    flushes = bool(module["options"]["flush_subnormals"])
    try:
        with np.errstate(all="ignore"):
            return Search(document, own, Evaluation(document, names, dims, flushes)).explained(root, first, place)
    except MemoryError:
        return _TOO_LARGE


class Search:
    """A search in one repeated call."""

    def __init__(self, document: dict, own: dict, evaluation: Evaluation) -> None:
        self.places, self.own, self.evaluation = document["places"], own, evaluation

    def explained(self, root: int, element: Element, place: int) -> str:
        scope, number = self.evaluation.root, root
        value = scope.value(root)
        if not _is_bad(value)[element]:
            others = np.argwhere(_is_bad(value))
            if not len(others):
                return _UNKNOWN
            element = tuple(int(at) for at in others[0])
        lines: list[str] = []
        derivative = False
        # NaN comes from NaN; at its origin, an infinity may have come from elsewhere.
        tests: list[Test] = [np.isnan, _is_bad] if np.isnan(value[element]) else [_is_bad]
        for test in tests:
            moved = not lines
            place, derivative = self._place(number, place, derivative)
            while (back := self._source(scope, number, element, test)) is not None:
                scope, number, element = back
                place, derivative = self._place(number, place, derivative)
                moved = True
            if moved:
                lines.append(self._line(scope, number, element, derivative, place, "before that, " * bool(lines)))
        return "".join(lines)

    def line(self, scope: Scope, number: int, element: Element, place: int) -> str:
        """The line on an element that has been computed, with an excerpt; a place of the node itself comes first."""
        place, derivative = self._place(number, place, False)
        return self._line(scope, number, element, derivative, place, "")

    def _source(self, scope: Scope, number: int, element: Element, test: Test) -> Found | None:
        """An operand with an element that passes the test and that the given element depends on."""
        kind, text, _, operands = self.evaluation.node(number)
        if kind in ("parameter", "item"):
            found = self._around(scope, int(text), element) if kind == "parameter" else None
            found = found or (self._within(scope, operands[0], int(text), element) if kind == "item" else None)
            return found if found and test(found[0].value(found[1]))[found[2]] else None
        if kind == "if":
            side = operands[1 if scope.values[operands[0]] else 2]
            return (scope, side, element) if test(scope.values[side])[element] else None
        for position, operand in enumerate(operands):
            value = scope.values[operand]
            if value.dtype.kind != "f":
                continue
            if kind == "each":
                if test(value)[element] and self._feeds(scope, number, element, position, ()):
                    return scope, operand, element
                continue
            bad = np.argwhere(test(value))
            if not len(bad) or not self._feeds(scope, number, element, position, bad):
                continue
            while len(bad) > 1:
                half = bad[: len(bad) // 2]
                bad = half if self._feeds(scope, number, element, position, half) else bad[len(half) :]
            return scope, operand, tuple(int(at) for at in bad[0])
        return None

    def _around(self, scope: Scope, index: int, element: Element) -> Found:
        """The element of the step before, or of a value around the loop, that a parameter has."""
        run = scope.outer
        assert run is not None
        source, number = run.source(index, scope.place)
        first = run.table["states"]
        is_element = first <= index < first + run.table["sequences"]
        return source, number, (run.step(scope.place), *element) if is_element else element

    def _within(self, scope: Scope, loop: int, index: int, element: Element) -> Found | None:
        """The element of a step that a result of a loop has; none of a step that was not done."""
        run = scope.run(loop)
        states = run.table["states"]
        if index < states:
            return *run.last(index), element
        step, *rest = element
        place = run.step(step)
        return (run.at(place), run.table["results"][index], tuple(rest)) if place < run.done() else None

    def _feeds(self, scope: Scope, number: int, element: Element, position: int, places: object) -> bool:
        """Whether NaN at some places of an operand reaches an element; all else is finite."""
        kind, text, _, operands = self.evaluation.node(number)
        given: list[np.ndarray] = []
        for operand in operands:
            value = scope.values[operand]
            if kind == "each":
                value = value[element]
            if value.dtype.kind == "f":
                value = np.where(np.isfinite(value) & (kind == "each"), value, value.dtype.type(_PROBE))
            given.append(np.array(value))
        if kind == "each":
            given[position][...] = np.nan
            return bool(np.isnan(self.evaluation.computed(text, given)))
        given[position][tuple(np.transpose(places))] = np.nan  # type: ignore[call-overload]
        return bool(np.isnan(self.evaluation.computed(text, given)[element]))

    def _place(self, number: int, place: int, derivative: bool) -> tuple[int, bool]:
        """The place of the node, or of a node that depends on it; and whether the node is a derivative there."""
        key = str(number)
        if key in self.own["spans"]:
            return self.own["spans"][key], False
        if key in self.own["steps"]:
            return self.own["steps"][key], True
        found = self.evaluation.nodes[number][1]
        return (found, False) if found >= 0 else (place, derivative)

    def _line(self, scope: Scope, number: int, element: Element, derivative: bool, place: int, before: str) -> str:
        where = "in the derivative of this, " if derivative else "here "
        at = f" at {element_text('', element)}" if element else ""
        text = f"{where}{self._calculation(scope, number, element)}{at}{steps_text(scope.steps)}"
        return place_text(self.places, place, before + text)

    def _calculation(self, scope: Scope, number: int, element: Element) -> str:
        kind, _, spelled, operands = self.evaluation.node(number)
        result = str(scope.values[number][element])
        if kind in ("parameter", "item"):
            return f"{spelled} = {result}"
        values = [scope.values[operand] for operand in operands if kind != "if" or operand in scope.values]
        if not values:
            return f"{result} is given"
        if kind == "each":
            return f"{spelled.format(*(str(value[element]) for value in values))} = {result}"
        sizes = [str(np.abs(value).max()) for value in values if value.dtype.kind == "f" and value.size]
        return f"{spelled} of values up to {' and '.join(sizes)} = {result}"


def place_text(places: Sequence[tuple[str, str, str]], place: int, text: str) -> str:
    """The lines on a place, with the instance of a model that it is in."""
    if place < 0:
        return f"\n{text}"
    position, excerpt, instance = places[place]
    within = f", in {instance}" if instance else ""
    return f"\n{position}: {text}{within}" + (f"\n{excerpt}" if excerpt else "")


def steps_text(steps: Sequence[int]) -> str:
    """The steps of the loops around a value, the outermost first."""
    return "".join(f", in step {step}{' of the loop within' * (level > 0)}" for level, step in enumerate(steps))


def _is_bad(value: np.ndarray) -> np.ndarray:
    bad: np.ndarray = ~np.isfinite(value)
    return bad
