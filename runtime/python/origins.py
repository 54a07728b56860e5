"""The origin of a value that is not finite.  The call is repeated node by node in NumPy; from the refused element the
search goes back to the first element that is not finite although all elements that it depends on are.

`tdsl/emit/origins.py` describes the program text that the module carries for this.  Nothing here knows an op:
dependencies between elements are found by replacing operands with NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from .description import EntryTable, ModuleTable, evaluate
from .memory import memory_limit

Element = tuple[int, ...]
Test = Callable[[np.ndarray], np.ndarray]

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
    number = next((n for n, other in enumerate(module["entries"]) if other is entry), len(module["entries"]))
    own = document["entries"][number]
    if evaluate(own["memory"], dims) > memory_limit(module):
        return _TOO_LARGE
    names: dict[str, object] = {
        "arguments": dict(zip((table["name"] for table in entry["arguments"]), arguments, strict=True)),
        "variables": dict(zip((table["name"] for table in module["variables"]), variables, strict=True)),
        "d": dims,
    }
    root, place = own[f"{role}s"][index]
    flushes = bool(module["options"]["flush_subnormals"])
    try:
        with np.errstate(all="ignore"):
            return _Search(document, own, names, flushes).explained(root, first, place)
    except MemoryError:
        return _TOO_LARGE


class _Search:
    """One repeated call; `values` are those of the nodes so far."""

    def __init__(self, document: dict, own: dict, names: dict[str, object], flush: bool) -> None:
        self.nodes, self.calculations, self.places = document["nodes"], document["calculations"], document["places"]
        self.own = own
        self.space: dict[str, object] = {"np": np}
        exec(compile(document["operations"], "<operations>", "exec"), self.space)
        self.space.update(names, faults=[])
        self.flush = flush
        self.values: dict[int, np.ndarray] = {}

    def explained(self, root: int, element: Element, place: int) -> str:
        value = self.value(root)
        if not _is_bad(value)[element]:
            others = np.argwhere(_is_bad(value))
            if not len(others):
                return _UNKNOWN
            element = tuple(int(at) for at in others[0])
        lines: list[str] = []
        derivative = False
        number = root
        # NaN comes from NaN; at its origin, an infinity may have come from elsewhere.
        tests: list[Test] = [np.isnan, _is_bad] if np.isnan(value[element]) else [_is_bad]
        for test in tests:
            moved = not lines
            place, derivative = self._place(number, place, derivative)
            while (back := self._source(number, element, test)) is not None:
                number, element = back
                place, derivative = self._place(number, place, derivative)
                moved = True
            if moved:
                text, excerpt = self._line(number, element, derivative), ""
                if place >= 0:
                    position, excerpt = self.places[place]
                    text = f"{position}: {'before that, ' * bool(lines)}{text}"
                lines += [text, excerpt]
        return "".join(f"\n{line}" for line in lines if line)

    def _node(self, number: int) -> tuple[str, str, str, list[int]]:
        calculation, _, *operands = self.nodes[number]
        kind, text, spelled = self.calculations[calculation]
        return kind, text, spelled, operands

    def value(self, root: int) -> np.ndarray:
        """Computes its dependencies; of an `if` only the side that is taken."""
        stack = [root]
        while stack:
            number = stack[-1]
            kind, text, _, operands = self._node(number)
            if kind == "if":
                condition = self.values.get(operands[0])
                operands = operands[:1] if condition is None else [operands[1 if condition else 2]]
            missing = [operand for operand in operands if operand not in self.values]
            if number in self.values:
                stack.pop()
            elif missing:
                stack += reversed(missing)
            else:
                stack.pop()
                given = [self.values[operand] for operand in operands]
                self.values[number] = given[0] if kind == "if" else self._computed(text, given)
        return self.values[root]

    def _computed(self, text: str, operands: Sequence[object]) -> np.ndarray:
        self.space.update((f"v{position}", operand) for position, operand in enumerate(operands))
        value = np.asarray(eval(text, self.space))
        if self.flush and value.dtype.kind == "f":
            tiny = np.abs(value) < np.finfo(value.dtype).tiny
            value = np.where(tiny, np.copysign(value.dtype.type(0), value), value)
        return value

    def _source(self, number: int, element: Element, test: Test) -> tuple[int, Element] | None:
        """An operand with an element that passes the test and that the given element depends on."""
        kind, _, _, operands = self._node(number)
        if kind == "if":
            side = operands[1 if self.values[operands[0]] else 2]
            return (side, element) if test(self.values[side])[element] else None
        for position, operand in enumerate(operands):
            value = self.values[operand]
            if value.dtype.kind != "f":
                continue
            if kind == "each":
                if test(value)[element] and self._feeds(number, element, position, ()):
                    return operand, element
                continue
            found = np.argwhere(test(value))
            if not len(found) or not self._feeds(number, element, position, found):
                continue
            while len(found) > 1:
                half = found[: len(found) // 2]
                found = half if self._feeds(number, element, position, half) else found[len(half) :]
            return operand, tuple(int(at) for at in found[0])
        return None

    def _feeds(self, number: int, element: Element, position: int, places: object) -> bool:
        """Whether NaN at some places of an operand reaches an element; all else is finite."""
        kind, text, _, operands = self._node(number)
        given: list[np.ndarray] = []
        for operand in operands:
            value = self.values[operand]
            if kind == "each":
                value = value[element]
            if value.dtype.kind == "f":
                value = np.where(np.isfinite(value) & (kind == "each"), value, value.dtype.type(_PROBE))
            given.append(np.array(value))
        if kind == "each":
            given[position][...] = np.nan
            return bool(np.isnan(self._computed(text, given)))
        given[position][tuple(np.transpose(places))] = np.nan  # type: ignore[call-overload]
        return bool(np.isnan(self._computed(text, given)[element]))

    def _place(self, number: int, place: int, derivative: bool) -> tuple[int, bool]:
        """The place of the node, or of a node that depends on it; and whether the node is a derivative there."""
        key = str(number)
        if key in self.own["spans"]:
            return self.own["spans"][key], False
        if key in self.own["steps"]:
            return self.own["steps"][key], True
        found = self.nodes[number][1]
        return (found, False) if found >= 0 else (place, derivative)

    def _line(self, number: int, element: Element, derivative: bool) -> str:
        where = "in the derivative of this, " if derivative else "here "
        at = f" at [{', '.join(map(str, element))}]" if element else ""
        return f"{where}{self._calculation(number, element)}{at}"

    def _calculation(self, number: int, element: Element) -> str:
        kind, _, spelled, operands = self._node(number)
        result = str(self.values[number][element])
        values = [self.values[operand] for operand in operands]
        if not values:
            return f"{result} is given"
        if kind == "each":
            return f"{spelled.format(*(str(value[element]) for value in values))} = {result}"
        sizes = [str(np.abs(value).max()) for value in values if value.dtype.kind == "f" and value.size]
        return f"{spelled} of values up to {' and '.join(sizes)} = {result}"


def _is_bad(value: np.ndarray) -> np.ndarray:
    bad: np.ndarray = ~np.isfinite(value)
    return bad
