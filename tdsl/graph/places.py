"""The cluster of each value: the function, the call and the loop that it is computed in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from tdsl.graph.picture import Cluster
from tdsl.ir.attributes import Named
from tdsl.ir.node import Node
from tdsl.record import record
from tdsl.source import Span
from tdsl.syntax import nodes as syntax

WIDEST_TITLE = 40
DERIVATIVES = ("derivatives",)


@record(frozen=True)
class Definition:
    """A function or rule of the program, and the model that it is of."""

    name: str
    span: Span
    model: str = ""


def definitions(items: Iterable[syntax.Item]) -> list[Definition]:
    """The functions and rules of the user's files among some items, those of models included."""
    own = [item for item in items if not item.span.source.is_library]
    models = [item for item in own if isinstance(item, syntax.Model)]
    found = {item: "" for item in own if isinstance(item, syntax.Fn | syntax.Rule)}
    for model in models:
        found |= {member: model.name.name for member in model.members if isinstance(member, syntax.Fn)}
    return [Definition(item.name.name, item.span, model) for item, model in found.items()]


Path = tuple[str, ...]


class Places:
    """Titles of clusters by the places of values; `derived` values are steps of derivatives."""

    def __init__(self, definitions: Sequence[Definition], spans: Mapping[Node, Span], derived: Iterable[Node]) -> None:
        self._definitions, self._spans, self._derived = definitions, spans, frozenset(derived)
        self._instances: dict[tuple[str, Node], str] = {}
        self._variables: dict[Node, Node] = {}

    def captured(self, parameter: Node, value: Node) -> None:
        """Tells the value that a parameter of the next loop's body stands for."""
        self._variables[parameter] = self._variables.get(value, value)

    def paths(self, order: Sequence[Node]) -> dict[Node, Path]:
        """The titles of the clusters around each value, the outermost first."""
        spans = {node: self._spans.get(node) for node in order}
        derived = {node for node in order if node in self._derived and not spans[node]}
        # A part of an expression has no place of its own: it belongs to the step that takes it.
        for node in reversed(order):
            for operand in node.operands:
                if operand in spans and not spans[operand] and operand not in derived:
                    spans[operand] = spans[node]
                    if node in derived:
                        derived.add(operand)
        ops = {(span, node.op.name) for node, span in spans.items() if span and node.op.family != "view"}
        uses = Counter(span for span, _ in ops)
        return {node: DERIVATIVES if node in derived else self._path(node, spans[node], uses) for node in order}

    def _path(self, node: Node, span: Span | None, uses: Counter[Span]) -> Path:
        if span is None:
            return ()
        around = [one for one in self._definitions if one.span.holds(span)]
        path = [self._title(min(around, key=lambda one: one.span.end - one.span.start), node)] if around else []
        text = " ".join(span.text.split())
        if uses[span] > 1 and text.endswith(")") and text[0].isalpha():
            path.append(text if len(text) <= WIDEST_TITLE else f"{text[: WIDEST_TITLE - 1]}…")
        return tuple(path)

    def _title(self, definition: Definition, node: Node) -> str:
        if not definition.model:
            return definition.name
        instance = self._instance(definition, node)
        return f"{instance or definition.model}.{definition.name}"

    def _instance(self, definition: Definition, node: Node) -> str:
        """The instance of a model whose values a step of its function reads, itself or through its operands there."""
        key = (definition.name, node)
        if key not in self._instances:
            read = [self._variables.get(operand, operand) for operand in node.operands]
            owners = [one.get(Named).name.rpartition(".")[0] for one in read if one.op.name == "variable"]
            owners += [self._instances.get((definition.name, operand), "") for operand in node.operands]
            self._instances[key] = next(filter(None, owners), "")
        return self._instances[key]


def convex(
    order: Sequence[Node], paths: Mapping[Node, Path], operands: Mapping[Node, Sequence[Node]]
) -> dict[Node, Cluster | None]:
    """Clusters of these titles; those that values leave and come back to are several, one after the other."""
    entered: dict[Node, Counter[Path]] = {}
    inside: dict[Node, set[Path]] = {}
    made: dict[Node, Cluster | None] = {}
    for node in order:
        path = paths[node]
        prefixes = [path[: length + 1] for length in range(len(path))]
        counts: Counter[Path] = Counter()
        for operand in operands[node]:
            for prefix, count in entered[operand].items():
                left = prefix in inside[operand] and prefix not in prefixes
                counts[prefix] = max(counts[prefix], count + left)
        for prefix in prefixes:
            counts[prefix] += 0
        entered[node], inside[node] = counts, set(prefixes)
        cluster: Cluster | None = None
        for prefix in prefixes:
            cluster = Cluster(prefix[-1], cluster, counts[prefix])
        made[node] = cluster
    return made
