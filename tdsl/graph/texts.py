"""A picture as Mermaid, which GitHub draws, and as DOT, which Graphviz draws."""

from __future__ import annotations

import re
from collections.abc import Callable

from tdsl.graph.picture import Cluster, Picture, Vertex

MERMAID = {
    "input": ("([", "])"),
    "shared": ("[(", ")]"),
    "state": ("[(", ")]"),
    "value": ("[", "]"),
    "cost": ("{{", "}}"),
    "update": ("[/", "/]"),
    "result": ("[[", "]]"),
}
"""The brackets that give a vertex its shape."""

DOT = {
    "input": "shape=ellipse",
    "shared": "shape=cylinder",
    "state": "shape=cylinder",
    "value": "shape=box, style=rounded",
    "cost": "shape=hexagon",
    "update": "shape=parallelogram",
    "result": "shape=box, peripheries=2",
}


def mermaid(picture: Picture) -> str:
    lines = ["flowchart TD"]

    def vertex(one: Vertex, indent: str) -> str:
        before, after = MERMAID[one.kind]
        return f'{indent}v{one.number}{before}"{"<br/>".join(map(_entities, caption(one)))}"{after}'

    def cluster(one: Cluster, number: int, indent: str) -> tuple[str, str]:
        return f'{indent}subgraph c{number}["{_entities(one.title)}"]', f"{indent}end"

    lines += _nested(picture, vertex, cluster)
    for edge in picture.edges:
        arrow = "-.->" if edge.back else "-->"
        label = f'|"{_entities(edge.size)}"|' if edge.size else ""
        lines.append(f"    v{edge.tail} {arrow}{label} v{edge.head}")
    return "\n".join(lines) + "\n"


def dot(picture: Picture) -> str:
    lines = [
        f"digraph {_quoted(picture.title)} {{",
        '    node [fontname="monospace"];',
        '    edge [fontname="monospace"];',
    ]

    def vertex(one: Vertex, indent: str) -> str:
        label = "\\n".join(map(_escaped, caption(one)))
        return f'{indent}v{one.number} [label="{label}", {DOT[one.kind]}];'

    def cluster(one: Cluster, number: int, indent: str) -> tuple[str, str]:
        return f"{indent}subgraph cluster_{number} {{\n{indent}    label={_quoted(one.title)};", f"{indent}}}"

    lines += _nested(picture, vertex, cluster)
    for edge in picture.edges:
        given = [f"label={_quoted(edge.size)}"] * bool(edge.size) + ["style=dashed, constraint=false"] * edge.back
        attributes = f" [{', '.join(given)}]" if given else ""
        lines.append(f"    v{edge.tail} -> v{edge.head}{attributes};")
    return "\n".join([*lines, "}"]) + "\n"


def caption(vertex: Vertex) -> list[str]:
    """The lines of a vertex: the name of its value, and the step."""
    if vertex.kind in ("input", "shared", "state"):
        return [f"{vertex.name}: {vertex.text}"]
    return [line for line in (vertex.name, vertex.text) if line]


def _nested(
    picture: Picture, vertex: Callable[[Vertex, str], str], cluster: Callable[[Cluster, int, str], tuple[str, str]]
) -> list[str]:
    """The lines of all vertices within those of their clusters."""
    inside: dict[Cluster | None, list[Vertex | Cluster]] = {None: []}
    for one in picture.vertices:
        item: Vertex | Cluster = one
        around = one.cluster
        while around not in inside:
            assert around is not None
            inside[around] = [item]
            item, around = around, around.parent
        inside[around].append(item)
    lines: list[str] = []
    waiting: list[tuple[Vertex | Cluster | str, str]] = [(one, "    ") for one in reversed(inside[None])]
    number = 0
    while waiting:
        item_or_end, indent = waiting.pop()
        if isinstance(item_or_end, str):
            lines.append(item_or_end)
        elif isinstance(item_or_end, Vertex):
            lines.append(vertex(item_or_end, indent))
        else:
            begin, end = cluster(item_or_end, number, indent)
            number += 1
            lines.append(begin)
            waiting.append((end, indent))
            waiting += [(one, indent + "    ") for one in reversed(inside[item_or_end])]
    return lines


def _entities(text: str) -> str:
    """Text in quotes of Mermaid, without the signs that mean something even there."""
    return re.sub(r'["#;<>&`|{}\\\\]|[^ -~·…]', lambda found: f"#{ord(found[0])};", text)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'
