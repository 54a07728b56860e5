"""Reading programs, and recording the files that a compilation has read and their content."""

from __future__ import annotations

import sys
from pathlib import Path

from tdsl.build.identity import content_digest
from tdsl.files import read_regular, regular_digest, too_large
from tdsl.source import Source, fail
from tdsl.spelling import closest

MOST_PROGRAM = 64 << 20
STANDARD_INPUT = "-"


def program_name(path: Path, name: str = "") -> str:
    """The path, or the name of the program from standard input."""
    return f"{name or 'stdin'}.tdsl" if str(path) == STANDARD_INPUT else str(path)


def read_source(path: Path, name: str = "") -> Source:
    """The source is named by its file only, so that generated text is the same in every folder.

    `-` is standard input, with `name` as the program's name.
    """
    try:
        if str(path) == STANDARD_INPUT:
            return Source(program_name(path, name), _decoded(_standard_input()))
        return Source(path.name, _decoded(read_regular(path, MOST_PROGRAM)), path.absolute())
    except FileNotFoundError:
        hint = f"it is a link to {path.readlink()}, which is missing" if path.is_symlink() else neighbour(path)
        raise fail("TD0407", f"there is no file {path}", None, hint=hint) from None
    except OSError as problem:
        hint = "`-` is standard input" if "pipe" in str(problem.strerror) else None
        message = f"{_called(path)} cannot be read: {problem.strerror or problem}"
        raise fail("TD0407", message, None, hint=hint) from None
    except UnicodeDecodeError as problem:
        raise fail("TD0407", f"{_called(path)} is not UTF-8 text: byte {problem.start} is wrong", None) from None
    except ValueError:
        raise fail("TD0407", f"no file can be called {str(path)!r}", None) from None


def _called(path: Path) -> str:
    return "standard input" if str(path) == STANDARD_INPUT else str(path)


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise OSError(0, "it is closed")
    content = sys.stdin.buffer.read(MOST_PROGRAM + 1)
    if len(content) > MOST_PROGRAM:
        raise too_large(Path(STANDARD_INPUT), MOST_PROGRAM)
    return content


def _decoded(content: bytes) -> str:
    return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def neighbour(path: Path) -> str | None:
    try:
        names = [one.stem for one in path.parent.iterdir() if one.suffix == ".tdsl"]
    except OSError:
        return None
    near = closest(path.name.removesuffix(".tdsl"), names)
    return f"did you mean {path.parent / near}.tdsl?" if near else None


class RecordingLoader:
    """Reads imported files; missing files are recorded too.  OSError and UnicodeDecodeError are left to the caller, who
    knows the place of the import."""

    def __init__(self) -> None:
        self.seen: dict[str, str] = {}

    def __call__(self, path: Path) -> str:
        name = str(path.absolute())
        self.seen[name] = ""
        content = read_regular(path, MOST_PROGRAM)
        self.seen[name] = content_digest(content)
        return _decoded(content)


def fingerprint(path: Path) -> str:
    """The digest of a file's content, or "" if it cannot be read."""
    try:
        return regular_digest(path, MOST_PROGRAM)
    except OSError:
        return ""
