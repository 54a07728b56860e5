"""Marks of the files that tdsl has made and that are unchanged: name, first line and hash."""

from __future__ import annotations

import re
from pathlib import Path

from tdsl.build.identity import MARK, content_digest
from tdsl.files import read_regular

MOST_MODULE = 1 << 30
_FIRST = re.compile(rf"(?:#|//) {MARK}(?:, sha256 ([0-9a-f]{{64}}))?; changes are lost\.".encode())
_BINARY = (b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")


def marked(text: str) -> str:
    """The text with a first line that marks it."""
    return f"# {MARK}, sha256 {content_digest(text.encode())}; changes are lost.\n{text}"


def header_marked(text: str) -> str:
    """The same for a header of C."""
    return f"// {MARK}, sha256 {content_digest(text.encode())}; changes are lost.\n{text}"


def made_by_tdsl(path: Path, name: str) -> bool:
    """Whether this is an unchanged file of the module or library `name`; a link is not."""
    try:
        content = read_regular(path, MOST_MODULE, follow=False)
    except OSError:
        return False
    if path.suffix in (".py", ".pyi", ".h"):
        first, _, rest = content.partition(b"\n")
        found = _FIRST.fullmatch(first)
        return found is not None and found[1] in (None, content_digest(rest).encode())
    if not content.startswith(_BINARY):
        return False
    if path.name.startswith("lib") and f"{MARK}, library {name}\0".encode() in content:
        return True
    return MARK.encode() in content and f"PyInit_{name}".encode() in content
