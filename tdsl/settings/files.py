"""The settings file of a source: the nearest `.tdslrc` or `[tool.tdsl]` of a pyproject.toml above it, else at home.

An unreadable file of another user is skipped: any user may put a file into a folder above.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from tdsl.files import read_with_doubt, who_else_writes
from tdsl.settings.paths import placed
from tdsl.settings.raw_setting import RawSetting
from tdsl.source import Diagnostic, Source, Span, UserError, fail

RC = ".tdslrc"
PROJECT = "pyproject.toml"
_MOST = 1 << 20


def given_by_file(folder: Path, warnings: list[Diagnostic]) -> list[RawSetting]:
    """The settings of the nearest file; `warnings` reports skipped files."""
    for path in _candidates(folder):
        try:
            found = _said(path)
        except UserError as error:
            doubt = _doubt(path)
            if doubt is None:
                raise
            warnings += [_passed_over(path, doubt, problem) for problem in error.diagnostics]
            continue
        if found or (found is not None and path.name == RC):
            return found
    return []


def _candidates(folder: Path) -> Iterator[Path]:
    places = [folder.absolute(), *folder.absolute().parents]
    with contextlib.suppress(RuntimeError):
        places.append(Path.home())
    for place in places:
        yield place / RC
        yield place / PROJECT


def _said(path: Path) -> list[RawSetting] | None:
    """The settings of a file, None if there is none; UserError TD0411 if it is malformed."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return None
    except OSError:
        return None
    try:
        content, doubt = read_with_doubt(path, _MOST)
        if path.name == PROJECT and b"tool.tdsl" not in content:
            return None
        return list(_read(path, content.decode("utf-8-sig"), doubt))
    except OSError as problem:
        if path.name == PROJECT:
            return None  # mostly it has no section of tdsl
        raise fail("TD0411", f"{path} cannot be read: {problem.strerror or problem}", None) from None
    except UnicodeDecodeError as problem:
        raise fail("TD0411", f"{path} cannot be read: {problem}", None) from None


def _doubt(path: Path) -> str | None:
    try:
        return who_else_writes(os.stat(path))
    except OSError:
        return "it is gone"


def _passed_over(path: Path, doubt: str, problem: Diagnostic) -> Diagnostic:
    message = f"{problem.message}; it is passed over, as {doubt}"
    return Diagnostic("TD0413", message, problem.span, severity="warning")


def _read(path: Path, text: str, doubt: str | None) -> Iterator[RawSetting]:
    import tomllib

    source = Source(str(path), text, path)
    try:
        table: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise fail("TD0411", f"{path} is not valid TOML: {problem}", _faulty(source, str(problem))) from None
    except RecursionError:
        raise fail("TD0411", f"{path} is nested too deeply", None) from None
    for name in ("tool", "tdsl") if path.name == PROJECT else ():
        table = table.get(name, {}) if isinstance(table, dict) else table
    if not isinstance(table, dict):
        raise fail("TD0411", f"tool.tdsl of {path} is no table", _key(source, "tdsl"))
    for name, value in table.items():
        span = _key(source, name)
        origin = f"{path}:{span.line}" if span else str(path)
        yield RawSetting(name, placed(name, value, path.parent), origin, span, doubt)


def _key(source: Source, name: str) -> Span | None:
    """The first line that begins with the key, as tomllib keeps no positions."""
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
