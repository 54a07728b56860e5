"""A picture before it is drawn: vertices in clusters, and edges between vertices."""

from __future__ import annotations

from tdsl.record import record


@record(frozen=True)
class Cluster:
    """A function, a call of the standard library or a loop; clusters nest."""

    title: str
    parent: Cluster | None = None
    copy: int = 0


@record(frozen=True)
class Vertex:
    """`kind` is "input", "shared", "state", "value", "cost", "update" or "result"; `name` may be empty, `text` is the
    step that makes the value, over the names of others."""

    number: int
    kind: str
    name: str
    text: str
    cluster: Cluster | None


@record(frozen=True)
class Edge:
    """From a value to a step that takes it; `size` is that of the value.  One that is `back` leads to the next step of
    a loop."""

    tail: int
    head: int
    size: str
    back: bool = False


@record(frozen=True)
class Picture:
    """Vertices have their positions as numbers, operands first."""

    title: str
    vertices: tuple[Vertex, ...]
    edges: tuple[Edge, ...]

    def clusters(self) -> list[Cluster]:
        """All of them, outer ones first."""
        found: dict[Cluster, None] = {}
        for vertex in self.vertices:
            path = [vertex.cluster]
            while path[-1] is not None:
                path.append(path[-1].parent)
            found |= dict.fromkeys(cluster for cluster in reversed(path) if cluster is not None)
        return list(found)
