"""A program → a picture of it, as its author sees it: literals, sizes and stretched operands are part of the steps that
take them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tdsl.graph.picture import Cluster, Edge, Picture, Vertex
from tdsl.graph.places import Definition, Places, convex
from tdsl.ir.node import Node, topological
from tdsl.ir.program import Entry, Program
from tdsl.ops.functions import items
from tdsl.ops.scan import Scan
from tdsl.source import Span
from tdsl.types import Type
from tdsl.unparse.printer import Fragment, Printer

UNNAMED = "·"
WIDEST_LITERAL = 24
"""A value made of literals and sizes alone is a part of the text of its step, up to this length."""


End = tuple[int, str]
"""A vertex and the size of its value."""


def picture(
    program: Program, entries: Sequence[Entry], costs: Iterable[str], definitions: Sequence[Definition]
) -> Picture:
    """That of some entries, with the values that they share; `costs` are the names of costs."""
    spans, steps = dict(program.spans), dict[Node, Span]()
    for entry in entries:
        spans |= {node: span for node, span in entry.spans.items() if node not in spans}
        steps |= entry.steps
    drawing = _Drawing(program, frozenset(costs), Places(definitions, spans, steps), spans)
    roots = [root for entry in entries for root in entry.roots()]
    used = set(topological(roots))
    for entry in entries:
        for parameter in entry.parameters:
            if parameter.node in used:
                drawing.leaf(parameter.node, "input", parameter.name)
    for variable in program.variables:
        if variable.node in used:
            drawing.leaf(variable.node, "shared" if variable.kind == "shared" else "state", variable.name)
    drawing.scope(roots, None)
    for entry in entries:
        for result in entry.results:
            name = result.text or result.name if result.role == "return" else result.role
            title = f"{entry.name}: {name}" if name else entry.name
            drawing.last("result", title, result.node)
        for update in entry.updates:
            drawing.last("update", f"{update.variable} <-", update.value)
    return Picture(program.name, tuple(drawing.vertices), tuple(dict.fromkeys(drawing.edges)))


@dataclass
class _Drawing:
    """`ends` are the vertices that a value is one of, or that the text of a literal or stretched value is made of."""

    program: Program
    costs: frozenset[str]
    places: Places
    spans: Mapping[Node, Span]
    vertices: list[Vertex] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    ends: dict[Node, tuple[End, ...]] = field(default_factory=dict)
    texts: dict[Node, Fragment] = field(default_factory=dict)

    def leaf(self, node: Node, kind: str, name: str, cluster: Cluster | None = None) -> None:
        if node not in self.ends:
            self._vertex(node, kind, name, _typed(node.type, self.program), cluster)
            self.texts[node] = Fragment(name)

    def last(self, kind: str, title: str, node: Node) -> None:
        """A vertex for a result or an update; its text is that of a literal."""
        ends = self.ends[node]
        self.vertices.append(Vertex(len(self.vertices), kind, title, "" if ends else self.texts[node].text, None))
        self._connected(ends)

    def scope(self, roots: Sequence[Node], around: Cluster | None) -> None:
        """Draws the steps that the results of entries or of a loop need."""
        order = [node for node in topological(roots) if node not in self.ends]
        known = set(order)
        operands = {node: [operand for operand in node.operands if operand in known] for node in order}
        clusters = convex(order, self.places.paths(order), operands)
        for node in order:
            if node.op.name == "scan":
                self._loop(node, _within(clusters[node], around))
            elif node in self.ends:
                continue  # a result of a loop
            else:
                self._step(node, _within(clusters[node], around))

    def _step(self, node: Node, cluster: Cluster | None) -> None:
        name = self.program.names.get(node, "")
        text = Printer(self.program, self.texts).expression(node)
        ends = tuple(dict.fromkeys(end for operand in node.operands for end in self.ends[operand]))
        if self._is_drawn(node, name, text, ends):
            self._vertex(node, "cost" if name in self.costs else "value", name, text.text, cluster)
            self._connected(ends)
            self.texts[node] = Fragment(name or UNNAMED)
        else:
            self.ends[node] = ends
            # A view of a value without a name is as anonymous as that.
            self.texts[node] = Fragment(UNNAMED) if ends and text.text.startswith(UNNAMED) else text

    def _is_drawn(self, node: Node, name: str, text: Fragment, ends: Sequence[End]) -> bool:
        """Whether a value is a step of its own, and not as clear in the text of another."""
        if node.op.name == "lu" or (node.op.name == "item" and node.operands[0].op.name == "lu"):
            return False
        if node.op.name in ("identity", "broadcast") or (node.op.family == "view" and not name):
            return False
        return bool(name or ends or len(text.text) > WIDEST_LITERAL)

    def _loop(self, node: Node, around: Cluster | None) -> None:
        """A cluster with a vertex for each state and each element; its results are those of the last step."""
        loop, span = Scan.of(node), self.spans.get(node)
        title = " ".join(span.text.partition("{")[0].split()) if span else "for, in a derivative"
        cluster = Cluster(title, around, len(self.vertices))
        outside, outer_texts = self.ends, self.texts
        self.ends, self.texts = {}, {}
        parameters = loop.body.parameters
        for place, (parameter, operand) in enumerate(zip(parameters, loop.operands, strict=False)):
            if place < loop.captures:
                name = self.program.names.get(parameter, UNNAMED)
                self.leaf(parameter, "state" if place < loop.states else "input", name, cluster)
                self._connected(outside[operand])
            else:
                self.ends[parameter], self.texts[parameter] = outside[operand], outer_texts[operand]
                self.places.captured(parameter, operand)
        self.scope(loop.body.results, cluster)
        made = [(self.ends[result], self.texts[result]) for result in loop.body.results]
        for parameter, (ends, _) in zip(parameters[: loop.states], made, strict=False):
            ((state, size),) = self.ends[parameter]
            self.edges += [Edge(number, state, size, True) for number, _ in ends if number != state]
        self.ends, self.texts = outside, outer_texts
        for item, (ends, text) in zip(items(node), made, strict=False):
            name = self.program.names.get(item, "")
            self.ends[item] = tuple((number, _size(item.type)) for number, _ in ends)
            self.texts[item] = Fragment(name) if name else text
        self.ends[node], self.texts[node] = (), Fragment(UNNAMED)
        for item in items(node)[len(made) :]:
            self.ends[item], self.texts[item] = (), Fragment("steps")

    def _vertex(self, node: Node, kind: str, name: str, text: str, cluster: Cluster | None) -> None:
        self.ends[node] = ((len(self.vertices), _size(node.type)),)
        self.vertices.append(Vertex(len(self.vertices), kind, name, text, cluster))

    def _connected(self, ends: Iterable[End]) -> None:
        """Gives the newest vertex edges from those that it takes."""
        head = len(self.vertices) - 1
        self.edges += [Edge(tail, head, size) for tail, size in ends]


def _within(cluster: Cluster | None, around: Cluster | None) -> Cluster | None:
    """A cluster of a loop's body, inside of the cluster of the loop."""
    if cluster is None:
        return around
    return Cluster(cluster.title, _within(cluster.parent, around), cluster.copy)


def _size(type: object) -> str:
    return f"[{', '.join(map(str, type.shape))}]" if isinstance(type, Type) and type.rank else ""


def _typed(type: object, program: Program) -> str:
    return type.spell(program.real) if isinstance(type, Type) else ""
