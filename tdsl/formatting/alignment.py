"""Columns that the author aligned on neighbouring lines stay aligned: the `=`, `<-` or `{` of statements, and comments
at the ends of lines."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator

from tdsl.formatting.breaking import WIDTH, Line

_GAP = 2


def aligned(lines: list[Line]) -> str:
    """The text of the lines."""
    for group in _groups(lines, _anchor):
        _align_anchors(group)
    columns: dict[int, int] = {}
    for group in _groups(lines, lambda line: line.comment and line.comment.column):
        beside = max(line.width for line in group) + _GAP
        columns.update({id(line): max(line.comment.column, beside) for line in group if line.comment})
    out = []
    for number, line in enumerate(lines):
        text = " " * line.indent + line.text
        if line.comment:
            text = f"{text:<{columns[id(line)]}}{line.comment.text}"
        out.append("\n" * (line.after_blank and number > 0) + text + "\n")
    return "".join(out)


def _anchor(line: Line) -> Hashable:
    anchor = line.anchor
    return anchor and (anchor.kind, anchor.column, line.indent)


def _groups(lines: list[Line], key: Callable[[Line], Hashable]) -> Iterator[list[Line]]:
    """Runs of neighbouring lines with the same key; lines without one separate them."""
    group: list[Line] = []
    for line in lines:
        if group and (line.after_blank or key(line) != key(group[0])):
            yield group
            group = []
        if key(line) is not None:
            group.append(line)
    if group:
        yield group


def _align_anchors(group: list[Line]) -> None:
    offset = max(line.anchor.offset for line in group if line.anchor)
    gaps = [offset - line.anchor.offset for line in group if line.anchor]
    if not any(line.anchor.padding > 1 for line in group if line.anchor):
        return
    if any(line.width + gap > WIDTH for line, gap in zip(group, gaps, strict=True)):
        return
    for line, gap in zip(group, gaps, strict=True):
        if line.anchor:
            line.text = line.text[: line.anchor.offset] + " " * gap + line.text[line.anchor.offset :]
