"""The program inside a module, computed node by node in NumPy; `tdsl/emit/origins.py` describes its text.

A scope holds the values of the nodes of an entry, or of one step of a loop.  Values of native code can be put into it:
all that is computed from them later uses these.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .description import DTYPES, EntryTable, ModuleTable, evaluate

_KINDS_OF_SCOPES = ("parameter", "item")


class Evaluation:
    """A call: its arguments and variables by name, and its dims.  Subnormal operands and results are zeros if they
    `flush`.  With a `precision`, reals are computed in that; if that is `rough`, each operand also has a random error
    of about its unit in the last place, and each slope one of about that of 1."""

    def __init__(
        self,
        document: dict,
        names: dict[str, object],
        dims: list[int],
        flush: bool = False,
        precision: type[np.floating] | None = None,
        rough: bool = False,
    ) -> None:
        self.nodes, self.calculations, self.loops = document["nodes"], document["calculations"], document["loops"]
        self.slopes = frozenset(document["slopes"])
        self.dims, self.precision = dims, precision
        self.least = np.finfo(DTYPES[document["real"]]).tiny if flush else 0
        self.space: dict[str, object] = {"np": np}
        exec(compile(document["operations"], "<operations>", "exec"), self.space)
        self.space.update(names, d=dims, faults=[], exchange=None)
        self.root = Scope(self, None)
        self.random = np.random.default_rng(0) if rough else None

    def node(self, number: int) -> tuple[str, str, str, list[int]]:
        calculation, _, *operands = self.nodes[number]
        kind, text, spelled = self.calculations[calculation]
        return kind, text, spelled, operands

    def errors(self, values: np.ndarray) -> np.ndarray:
        """Random errors of about the unit in the last place of 1, for each of some values."""
        assert self.random is not None
        errors = np.finfo(values.dtype).eps * self.random.uniform(0.5, 1, values.shape)
        return np.asarray(errors * self.random.choice((-1, 1), values.shape), values.dtype)

    def computed(self, text: str, operands: Sequence[np.ndarray]) -> np.ndarray:
        for position, operand in enumerate(operands):
            operand = self.flushed(operand)
            if self.precision is not None and operand.dtype.kind == "f":
                operand = operand.astype(self.precision)
                if self.random:
                    operand = operand + operand * self.errors(operand)
            self.space[f"v{position}"] = operand
        return self.flushed(np.asarray(eval(text, self.space)))

    def flushed(self, value: np.ndarray) -> np.ndarray:
        """The value with zeros in the place of subnormal numbers, if these are flushed."""
        if not self.least or value.dtype.kind != "f":
            return value
        return np.where(np.abs(value) < self.least, np.copysign(value.dtype.type(0), value), value)


class Scope:
    """The values of nodes by number; those of a step of a loop are made of `outer` ones."""

    def __init__(self, evaluation: Evaluation, outer: LoopRun | None, place: int = 0) -> None:
        self.evaluation, self.outer, self.place = evaluation, outer, place
        self.values: dict[int, np.ndarray] = {}
        self.runs: dict[int, LoopRun] = {}

    @property
    def steps(self) -> list[int]:
        """The numbers of the steps of the loops around it, the outermost first."""
        found: list[int] = []
        scope = self
        while scope.outer is not None:
            found.insert(0, scope.outer.step(scope.place))
            scope = scope.outer.scope
        return found

    def run(self, loop: int) -> LoopRun:
        if loop not in self.runs:
            self.runs[loop] = LoopRun(self, loop)
        return self.runs[loop]

    def inside(self, loops: Sequence[int], steps: Sequence[int]) -> Scope:
        """The scope of a step of a loop, and of loops within it."""
        scope = self
        for loop, step in zip(loops, steps, strict=True):
            run = scope.run(loop)
            scope = run.at(run.step(step))  # steps and places are numbered in the same or in opposite order
        return scope

    def value(self, root: int) -> np.ndarray:
        """Computes its dependencies; of an `if` only the side that is taken."""
        stack = [root]
        while stack:
            number = stack[-1]
            kind, _, _, operands = self.evaluation.node(number)
            if kind in _KINDS_OF_SCOPES:
                operands = []
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
                self.values[number] = self.made(number)
        return self.values[root]

    def made(self, number: int) -> np.ndarray:
        """A node computed from its operands, which are known; a parameter or an item from the loop."""
        kind, text, _, operands = self.evaluation.node(number)
        if kind == "parameter":
            assert self.outer is not None
            return self.outer.parameter(int(text), self.place)
        if kind == "item":
            return self.run(operands[0]).results()[int(text)]
        if kind == "if":
            return self.values[operands[1 if self.values[operands[0]] else 2]]
        value = self.evaluation.computed(text, [self.values[operand] for operand in operands])
        is_rough = self.evaluation.random and number in self.evaluation.slopes
        return value + self.evaluation.errors(value) if is_rough else value


class LoopRun:
    """A loop within a scope: the scopes of its steps, in the order in which they run."""

    def __init__(self, scope: Scope, loop: int) -> None:
        self.scope, self.table = scope, scope.evaluation.loops[loop]
        self.scopes: list[Scope] = []
        self.trip = evaluate(self.table["trip"], scope.evaluation.dims)
        if self.table["limited"]:
            limit = int(scope.value(self.table["operands"][-1]))
            self.count = min(self.trip, max(limit, 0))
        else:
            self.count = self.trip

    def step(self, place: int) -> int:
        """The number of the step that is done at a place in the order; and the other way round."""
        return self.count - 1 - place if self.table["reverse"] else place

    def at(self, place: int) -> Scope:
        while len(self.scopes) <= place:
            if self.scopes:
                for state in self.table["results"][: self.table["states"]]:
                    self.scopes[-1].value(state)
            self.scopes.append(Scope(self.scope.evaluation, self, len(self.scopes)))
        return self.scopes[place]

    def parameter(self, index: int, place: int) -> np.ndarray:
        source, number = self.source(index, place)
        value = source.value(number)
        first = self.table["states"]
        is_element = first <= index < first + self.table["sequences"]
        return np.asarray(value[self.step(place)]) if is_element else value

    def source(self, index: int, place: int) -> tuple[Scope, int]:
        """The scope and the node that a parameter of a step is, or is an element of."""
        if index < self.table["states"] and place > 0:
            return self.at(place - 1), self.table["results"][index]
        return self.scope, self.table["operands"][index]

    def done(self) -> int:
        """The number of steps that run; computes what decides it."""
        if not self.table["until"]:
            return self.count
        for place in range(self.count):
            if self.at(place).value(self.table["results"][-1]):
                return place + 1
        return self.count

    def last(self, index: int) -> tuple[Scope, int]:
        """The scope and the node of the last state."""
        done = self.done()
        if done:
            return self.at(done - 1), self.table["results"][index]
        return self.scope, self.table["operands"][index]

    def results(self) -> list[np.ndarray]:
        states, done = self.table["states"], self.done()
        made: list[np.ndarray] = []
        for index in range(states):
            scope, number = self.last(index)
            made.append(scope.value(number))
        for index, (dtype, shape) in enumerate(self.table["stacked"]):
            sizes = [evaluate(size, self.scope.evaluation.dims) for size in shape]
            values = [self.at(place).value(self.table["results"][states + index]) for place in range(done)]
            stack = np.zeros((self.trip, *sizes), values[0].dtype if values else DTYPES[dtype])
            for place, value in enumerate(values):
                stack[self.step(place)] = value
            made.append(stack)
        return [*made, *([np.asarray(done, np.int64)] if self.table["until"] else [])]


def names_of_call(
    module: ModuleTable, entry: EntryTable, arguments: Sequence[np.ndarray], variables: Sequence[np.ndarray]
) -> dict[str, object]:
    """The arrays of a call as the text of the program calls them."""
    return {
        "arguments": dict(zip((table["name"] for table in entry["arguments"]), arguments, strict=True)),
        "variables": dict(zip((table["name"] for table in module["variables"]), variables, strict=True)),
    }


def entry_number(module: ModuleTable, entry: EntryTable) -> int:
    """The place of an entry in the document; `initialise` comes last."""
    return next((n for n, other in enumerate(module["entries"]) if other is entry), len(module["entries"]))
