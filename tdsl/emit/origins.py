"""The program inside a module that refuses NaN or is in debug mode: node by node, as NumPy text with places.
`runtime/python/evaluation.py` computes it, `origins.py` there finds where NaN arose, and `debugging.py` compares it
with the values that native code notes.

    {"real": dtype, "operations": text, "places": [[position, excerpt, instance], …],
     "calculations": [[kind, text, spelled], …],
     "nodes": [[calculation, place, *operands], …],
     "loops": [{"operands": […], "results": […], "states": …, "sequences": …, "trip": formula, "reverse": …,
                "until": …, "limited": …, "stacked": [[dtype, shape], …]}, …],
     "slopes": [node, …],
     "entries": [{"memory": formula, "results": [[node, place], …], "updates": …,
                  "spans": {node: place, …}, "steps": …,
                  "probes": [[node, name, text, place, dtype, shape, *loops], …],
                  "written": {probe: [node, *loops], …}, "guarded": {probe: [name, guard, …], …}}, …],
     "guards": [[condition, [[formula, text], …], document], …], "inputs": {name: [guard, …], …}}

`kind` is "each" if an element depends on those at the same index, "if", "parameter" of the body of a loop, "item" of a
loop, "sum" if an element is a sum of products of many, "exchanged" with other processes, or "whole".  The text of a
parameter or an item is its number, and the operand of an item the number of the loop.  Everything else is a number; -1
means no place, or no node to compare with.  `written` are the nodes of the program as written that those of probes
stand for, with the loops around them there.  `slopes` are derivatives of functions, whose formulas by results may err
by a unit in the last place of 1.  A guard has such a document of its own, of an entry of one argument, and formulas of
the number of elements that must not be negative; `inputs` are the arguments and variables with guards.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from tdsl.check.guard_conditions import Guard, check_names
from tdsl.describe.facts import kept_memory
from tdsl.describe.table import formula
from tdsl.emit.numpy.operations import Spelling, operations_of
from tdsl.ir.attributes import FunctionParameter, Item, Named
from tdsl.ir.function import owner, with_bodies
from tdsl.ir.node import Node
from tdsl.ir.program import Entry, Program
from tdsl.loops.language import Loop, Module, Probe, Routine, Statement, walk
from tdsl.lower.norms import without_norms
from tdsl.ops.scan import LoopAttributes, Scan
from tdsl.source import Span, excerpt
from tdsl.types import Dim, Kind, Tuple
from tdsl.visible import visible

_KINDS = {
    "elementwise": "each",
    "branch": "if",
    "exchange": "exchanged",
    **dict.fromkeys(("contraction", "reduction", "cumulative", "scatter", "overlap", "write"), "sum"),
}


def origins(program: Program, noted: Module | None = None, guards: Sequence[Guard] = ()) -> str:
    """JSON, for every entry of the module's table; `noted` are the loops whose probes note values, which fulfil
    `guards`."""
    made = _Origins(without_norms(program) if noted else program, noted, guards)
    document = made.document()
    if noted:
        document["guards"] = [_guard(guard) for guard in guards]
        check_names(guards, made.found)
    return json.dumps(document, separators=(",", ":"))


def _guard(guard: Guard) -> list[object]:
    made, (entry,) = _Origins(guard.program, None, ()), guard.program.entries
    needs = [[formula(need.size, made.dims), need.text] for need in entry.requirements]
    return [guard.condition, needs, made.document()]


class _Origins:
    def __init__(self, program: Program, noted: Module | None, guards: Sequence[Guard]) -> None:
        self.program, self.noted, self.guards = program, noted, guards
        self.found: set[str] = set()  # the names of values
        self.entries = program.routines()
        roots = [root for entry in self.entries for root in entry.roots()]
        every = list(with_bodies([*roots, *(program.written.values())]))
        # The loops as written around the nodes of each owner; outer ones come later in the order.
        self.owners, self.around = _owners(every), dict[int, tuple[Node, ...]]()
        originals = set(program.written.values())
        for node in reversed(every):
            if node in originals and isinstance(node.attributes, LoopAttributes):
                outer = self.around.get(self.owners[node], ())
                self.around.setdefault(owner(node.attributes.body), (*outer, node))
        self.order = [node for node in every if not isinstance(node.type, Tuple)]
        self.numbers = {node: number for number, node in enumerate(self.order)}
        loops = [node for node in every if isinstance(node.attributes, LoopAttributes)]
        self.loops = {node: number for number, node in enumerate(loops)}
        self.dims = {name: number for number, name in enumerate(program.dims())}
        # Faults have been reported before.
        self.spelling = Spelling(self._size, {node: 0 for node in every if node.may_fault})
        self.places: dict[tuple[Span, str], int] = {}
        self.calculations: dict[tuple[str, str, str], int] = {}

    def document(self) -> dict[str, object]:
        nodes = [self._node(node) for node in self.order]
        entries = [self._entry(number, entry) for number, entry in enumerate(self.entries)]
        given = [(one.name, one.node) for entry in self.entries for one in entry.parameters]
        given += [(variable.name, variable.node) for variable in self.program.variables]
        return {
            "real": str(self.program.real),
            "inputs": {name: self._named({name}) for name, node in given if node.type.is_real},
            "operations": operations_of(text for _, text, _ in self.calculations),
            "calculations": list(self.calculations),
            "places": [[visible(span.position), excerpt(span), instance] for span, instance in self.places],
            "nodes": nodes,
            "loops": [self._loop(node) for node in self.loops],
            "slopes": [number for node, number in self.numbers.items() if node.op.name.endswith("_slope")],
            "entries": entries,
        }

    def _size(self, size: object) -> str:
        return formula(size, self.dims)  # type: ignore[arg-type]

    def _sizes(self, shape: tuple[Dim, ...]) -> list[str]:
        return [self._size(size) for size in shape]

    def _place(self, span: Span | None) -> int:
        return -1 if span is None else self.places.setdefault((span, span.instance), len(self.places))

    def _node(self, node: Node) -> list[int]:
        kind, text, operands = self._calculation(node)
        place = self._place(self.program.spans.get(node)) if _has_place(node) else -1
        calculation = self.calculations.setdefault((kind, text, _spelled(node)), len(self.calculations))
        return [calculation, place, *operands]

    def _calculation(self, node: Node) -> tuple[str, str, list[int]]:
        made_of = node.operands[0].operands if node.op.name == "item" else node.operands
        names = [f"v{position}" for position in range(len(made_of))]
        operands = [self.numbers[operand] for operand in made_of]
        match node.op.name:
            case "argument" | "variable":
                return "whole", f"{node.op.name}s[{node.get(Named).name!r}]", []
            case "parameter":
                return "parameter", str(node.get(FunctionParameter).index), []
            case "item":
                (several,) = node.operands
                index = node.get(Item).index
                if several in self.loops:
                    return "item", str(index), [self.loops[several]]
                return "whole", f"{self.spelling.text(several, names)}[{index}]", operands
            case "if":
                return "if", "", operands
        return _KINDS.get(node.op.family, "whole"), self.spelling.text(node, names), operands

    def _loop(self, node: Node) -> dict[str, object]:
        scan = Scan.of(node)
        return {
            "operands": [self.numbers[operand] for operand in scan.operands],
            "results": [self.numbers[result] for result in scan.body.results],
            "states": scan.states,
            "sequences": scan.sequences,
            "trip": self._size(scan.trip),
            "reverse": scan.reverse,
            "until": scan.until,
            "limited": scan.limited,
            "stacked": [[str(result.type.dtype), self._sizes(result.type.shape)] for result in scan.stacked],
        }

    def _entry(self, number: int, entry: Entry) -> dict[str, object]:
        made: dict[str, object] = {
            "memory": self._size(kept_memory(entry).total),
            "results": [[self.numbers[result.node], self._place(result.span)] for result in entry.results],
            "updates": [[self.numbers[update.value], self._place(update.span)] for update in entry.updates],
            "spans": self._own(entry.spans),
            "steps": self._own(entry.steps),
        }
        if self.noted:
            routine = self.noted.routines[number]
            probes = list(_probes(routine))
            made["probes"] = [self._probe(probe, routine, entry, loops) for probe, loops in probes]
            states = dict(_states(routine, self.program))
            guarded = ((probe, self._guards_of(probe, routine, entry, states)) for probe, _ in probes)
            made["guarded"] = {
                probe.number: [visible(states.get(probe.buffer, probe.origins[0].name)), *guards]
                for probe, guards in guarded
                if guards
            }
            written = {probe.number: self._written(probe, loops) for probe, loops in probes}
            made["written"] = {probe: node for probe, node in written.items() if node}
        return made

    def _written(self, probe: Probe, loops: tuple[Node, ...]) -> list[int]:
        """The node as written that a probe's stands for, if it is not that itself."""
        (origin,) = probe.origins
        node = origin.value
        written = self.program.written.get(node) if node in self.numbers else None
        if node is None or written not in self.numbers or node.type != written.type:
            return []
        inner = self.owners[written]
        around = self.around.get(inner, ())
        if (inner and not around) or len(around) > len(loops) or (node is written and around == loops):
            return []
        return [self.numbers[written], *(self.loops[loop] for loop in around)]

    def _guards_of(self, probe: Probe, routine: Routine, entry: Entry, states: Mapping[int, str]) -> list[int]:
        """Those of its own name and of the state or variable that it is the new value of."""
        (origin,) = probe.origins
        buffer, names = routine.buffers[probe.buffer], {origin.name, states.get(probe.buffer, "")}
        if origin.value is not None:
            names.add(self.program.names.get(origin.value, ""))
        if buffer.role == "update":
            names.add(entry.updates[buffer.number].variable)
        return self._named(names) if buffer.dtype.kind is Kind.REAL else []

    def _named(self, names: set[str]) -> list[int]:
        """The guards of a value with these names."""
        self.found |= names
        return [number for number, guard in enumerate(self.guards) if not guard.name or guard.name in names]

    def _own(self, spans: Mapping[Node, Span]) -> dict[int, int]:
        used = (node for node in spans if node in self.numbers and _has_place(node))
        return {self.numbers[node]: self._place(spans[node]) for node in used}

    def _probe(self, probe: Probe, routine: Routine, entry: Entry, loops: tuple[Node, ...]) -> list[object]:
        (origin,) = probe.origins
        buffer, node = routine.buffers[probe.buffer], origin.value
        # Native code has the factors of a matrix where NumPy has the matrix.
        factors = node is None or (node.op.name == "item" and node.operands[0].op.family == "factorization")
        number = -1 if factors or node is None else self.numbers.get(node, -1)
        # A buffer may have the shape of a view of the node.
        # Steps of derivatives have the place of their loop.
        tables = (entry.spans, self.program.spans, entry.steps)
        nearest = (table[loop] for loop in reversed(loops) for table in tables if loop in table)
        shape = self._sizes(node.type.shape if node and node.type.dtype == buffer.dtype else buffer.shape)
        return [
            number,
            visible(origin.name),
            visible(origin.text),
            self._place(origin.span or next(nearest, None)),
            str(buffer.dtype),
            shape,
            *(self.loops[loop] for loop in loops),
        ]


def _probes(routine: Routine) -> Iterator[tuple[Probe, tuple[Node, ...]]]:
    """Each probe with the loops around it, in the order of their numbers."""
    stack: list[tuple[Statement, tuple[Node, ...]]] = [(line, ()) for line in reversed(routine.statements)]
    while stack:
        statement, loops = stack.pop()
        if isinstance(statement, Probe):
            yield statement, loops
        for number, block in reversed(list(enumerate(statement.children))):
            around = loops
            if isinstance(statement, Loop) and number == 1:
                (origin,) = statement.origins
                assert origin.value is not None
                around = (*loops, origin.value)
            stack += [(line, around) for line in reversed(block)]


def _states(routine: Routine, program: Program) -> Iterator[tuple[int, str]]:
    """The buffers of states with the names of these."""
    for statement in walk(routine.statements):
        if isinstance(statement, Loop):
            (origin,) = statement.origins
            assert origin.value is not None
            parameters = Scan.of(origin.value).body.parameters
            for parameter, pair in zip(parameters, statement.carried, strict=False):
                if parameter in program.names:
                    yield from ((buffer, program.names[parameter]) for buffer in pair)


def _owners(order: Sequence[Node]) -> dict[Node, int]:
    """The owner of the parameters below each node; 0 if there are none."""
    found: dict[Node, int] = {}
    for node in order:
        own = node.get(FunctionParameter).owner if node.op.name == "parameter" else 0
        found[node] = own or next((found[operand] for operand in node.operands if found[operand]), 0)
    return found


def _has_place(node: Node) -> bool:
    """A literal may occur in many places, and only reals can be NaN."""
    return node.type.is_real and not node.is_constant


def _spelled(node: Node) -> str:
    """The calculation of an element, with a hole for each operand; the name of any other."""
    op = node.op
    if op.family != "elementwise":
        return node.operands[0].op.name if op.name == "item" else op.tdsl if op.family == "factorization" else op.name
    if op.infix:
        return f"{{}} {op.tdsl} {{}}"
    name = node.type.dtype.name if op.name == "cast" else op.tdsl
    return "-{}" if op.name == "neg" else f"{name}({', '.join(['{}'] * len(node.operands))})"
