"""The settings file of a source: the nearest `.tdslrc` or `[tool.tdsl]` of a pyproject.toml above it, else at home."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tdsl.settings.given import Given
from tdsl.source import Source, Span, fail

RC = ".tdslrc"
PROJECT = "pyproject.toml"


def given_by_file(folder: Path) -> list[Given]:
    for place in _places(folder):
        if (place / RC).is_file():
            return list(_read(place / RC))
        project = place / PROJECT
        if project.is_file() and "tool.tdsl" in _text(project):
            found = list(_read(project))
            if found:
                return found
    return []


def _places(folder: Path) -> Iterator[Path]:
    folder = folder.absolute()
    yield folder
    yield from folder.parents
    try:
        yield Path.home()
    except RuntimeError:
        return


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise fail("TD0411", f"{path} cannot be read: {problem}", None) from None


def _read(path: Path) -> Iterator[Given]:
    import tomllib

    text = _text(path)
    source = Source(str(path), text, path)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise fail("TD0411", f"{path} is not valid TOML: {problem}", _faulty(source, str(problem))) from None
    if path.name == PROJECT:
        table = table.get("tool", {}).get("tdsl", {})
    for name, value in table.items():
        span = _key(source, name)
        origin = f"{path}:{span.line}" if span else str(path)
        if name == "cache_dir" and isinstance(value, str) and value and not value.startswith("~"):
            value = str(path.parent / value)
        yield Given(name, value, origin, span)


def _key(source: Source, name: str) -> Span | None:
    """tomllib keeps no positions; the first line that opens with the key is the place to show."""
    start = max(source.text.find("[tool.tdsl"), 0) if source.name.endswith(PROJECT) else 0
    spelled = rf"^[ \t]*(?:\[(?:tool\.tdsl\.)?)?[\"']?({re.escape(name)})\b"
    found = re.compile(spelled, re.MULTILINE).search(source.text, start)
    return Span(source, *found.span(1)) if found else None


def _faulty(source: Source, message: str) -> Span | None:
    found = re.search(r"at line (\d+), column (\d+)", message)
    if not found:
        return None
    start = source.line_starts[min(int(found[1]), len(source.line_starts)) - 1] + int(found[2]) - 1
    return Span(source, start, start + 1)
