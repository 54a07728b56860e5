"""Reading programs, and remembering which files a compilation has looked at and what they held."""

from __future__ import annotations

from pathlib import Path

from tdsl.build.identity import content_digest
from tdsl.source import Source, fail


def read_source(path: Path) -> Source:
    """The source is named by its file alone, so that what is generated is the same in every folder."""
    try:
        return Source(path.name, _decoded(path.read_bytes()), path.absolute())
    except FileNotFoundError:
        hint = _neighbour(path)
        raise fail("TD0407", f"there is no file {path}", None, hint=hint) from None
    except OSError as problem:
        raise fail("TD0407", f"{path} cannot be read: {problem.strerror}", None) from None
    except UnicodeDecodeError as problem:
        raise fail("TD0407", f"{path} is not UTF-8 text: byte {problem.start} is wrong", None) from None


def _decoded(content: bytes) -> str:
    return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def _neighbour(path: Path) -> str | None:
    import difflib

    try:
        names = [one.name for one in path.parent.iterdir() if one.suffix == ".tdsl"]
    except OSError:
        return None
    near = difflib.get_close_matches(path.name, [*names, *(name.removesuffix(".tdsl") for name in names)], n=1)
    return f"did you mean {path.parent / (near[0].removesuffix('.tdsl') + '.tdsl')}?" if near else None


class RecordingLoader:
    """Reads imported files; a file that was looked for in vain is remembered as well.  OSError and
    UnicodeDecodeError are the caller's: it knows the place of the import."""

    def __init__(self) -> None:
        self.seen: dict[str, str] = {}

    def __call__(self, path: Path) -> str:
        name = str(path.absolute())
        self.seen[name] = fingerprint(path)
        return _decoded(path.read_bytes())


def fingerprint(path: Path) -> str:
    """The digest of a file's content, or "" if it cannot be read."""
    try:
        return content_digest(path.read_bytes())
    except OSError:
        return ""
