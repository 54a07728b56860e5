"""`tdsl graph`: the texts are golden, and a drawing has every box in its place."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tdsl.driver import graph
from tdsl.graph.layout import Box, Layout, layout
from tdsl.graph.picture import Cluster, Edge, Picture, Vertex
from tdsl.resources import SAMPLES
from tdsl.settings import Settings
from tdsl.source import Source, UserError

HERE = Path(__file__).parent
PROGRAM = HERE / "layers.tdsl"
SVG = "{http://www.w3.org/2000/svg}"


def drawn(path: Path, format: str, entry: str | None = None, stage: str = "typed") -> str:
    source = Source(path.name, path.read_text(encoding="utf-8"), path)
    return graph(source, Settings(), Path.read_text, entry, stage, format)


@pytest.mark.parametrize(("format", "suffix"), [("mermaid", "mmd"), ("dot", "dot")])
def test_text(format: str, suffix: str, update_golden: bool) -> None:
    text, expected = drawn(PROGRAM, format), HERE / f"layers.{suffix}"
    if update_golden:
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")


def test_one_entry() -> None:
    text = drawn(PROGRAM, "mermaid", "predict")
    assert "predict" in text
    assert "train" not in text
    assert "target" not in text


def test_optimised_programs_have_other_steps() -> None:
    assert "softplus" not in drawn(SAMPLES / "13_xor" / "xor.tdsl", "mermaid")
    assert "softplus" in drawn(SAMPLES / "13_xor" / "xor.tdsl", "mermaid", stage="optimised")


def test_an_unknown_entry() -> None:
    with pytest.raises(UserError) as caught:
        drawn(PROGRAM, "svg", "tain")
    assert str(caught.value) == ("tdsl: error[TD0404]: there is no entry 'tain'\n= hint: did you mean 'train'?")


def test_a_file_without_entries() -> None:
    with pytest.raises(UserError, match="TD0224"):
        graph(Source("parts.tdsl", "fn f(x) = x\n"), Settings(), Path.read_text)


@pytest.mark.parametrize("name", ["miku/miku.tdsl", "13_xor/xor.tdsl"])
def test_drawing(name: str) -> None:
    """It is XML, every vertex of the text is in it, and nothing lies outside of it."""
    root = ElementTree.fromstring(drawn(SAMPLES / name, "svg"))
    boxes = [group for group in root.iter(f"{SVG}g") if group.get("class") != "cluster"]
    assert len(boxes) == len(re.findall(r"^ +v\d+[\[({]", drawn(SAMPLES / name, "mermaid"), re.MULTILINE))
    left, top, width, height = map(float, root.attrib["viewBox"].split())
    for rectangle in root.iter(f"{SVG}rect"):
        x, y = float(rectangle.attrib["x"]), float(rectangle.attrib["y"])
        assert left <= x
        assert top <= y
        assert x + float(rectangle.attrib["width"]) <= left + width
        assert y + float(rectangle.attrib["height"]) <= top + height


OUTER = Cluster("outer")
INNER = Cluster("inner", OUTER)
PICTURE = Picture(
    "made",
    tuple(
        Vertex(n, "value", "", "", cluster) for n, cluster in enumerate([None, OUTER, INNER, INNER, OUTER, None, None])
    ),
    tuple(Edge(*ends, "") for ends in [(0, 1), (1, 2), (2, 3), (1, 4), (3, 4), (4, 5), (0, 5), (0, 6)]),
)


def laid_out() -> Layout:
    return layout(PICTURE, lambda number: (40.0 + number, 20.0), lambda title: 200.0)


def test_operands_are_above_and_boxes_apart() -> None:
    found = laid_out()
    for edge in PICTURE.edges:
        tail, head = found.boxes[edge.tail], found.boxes[edge.head]
        assert tail.y + tail.height < head.y
    boxes = [found.boxes[one.number] for one in PICTURE.vertices]
    assert not [(a, b) for a in boxes for b in boxes if a is not b and overlap(a, b)]


def test_clusters_hold_their_own_alone() -> None:
    found = laid_out()
    for cluster, members in ((OUTER, {1, 2, 3, 4}), (INNER, {2, 3})):
        for vertex in PICTURE.vertices:
            assert overlap(found.boxes[cluster], found.boxes[vertex.number]) == (vertex.number in members)
    assert found.boxes[OUTER].width > found.boxes[INNER].width >= 200


def overlap(a: Box, b: Box) -> bool:
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height


def test_names_are_quoted() -> None:
    """The text of an assertion or a loop may hold any sign."""
    from tdsl.graph.svg import svg
    from tdsl.graph.texts import dot, mermaid

    picture = Picture('a"b', (Vertex(0, "value", "<n>", 'say "#;\\"', Cluster("&")),), ())
    assert 'v0["#60;n#62;<br/>say #34;#35;#59;#92;#34;"]' in mermaid(picture)
    assert 'v0 [label="<n>\\nsay \\"#;\\\\\\"", shape=box, style=rounded];' in dot(picture)
    assert ElementTree.fromstring(svg(picture)).findtext(f"{SVG}title") == 'a"b'
