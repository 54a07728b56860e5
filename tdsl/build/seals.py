"""The seal of a cache entry: a list of its files with their digests, or a first line with the digest of the rest.

An entry that does not fit its seal exactly, because it is damaged, foreign or incomplete, does not count.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection
from pathlib import Path

from tdsl.build.identity import content_digest
from tdsl.files import read_regular, regular_digest

CONTENTS = "contents.json"
# Python puts it beside a module that it imports from here.
_BESIDE = {CONTENTS, "__pycache__"}
_MOST_FILE = 1 << 30
_MOST_TEXT = 16 << 20
_MOST_CONTENTS = 1 << 20
_KEY = re.compile(r"[0-9a-f]{40}|[A-Za-z0-9_-]{1,120}-[0-9a-f]{12}\.log")


def is_key(name: str) -> bool:
    """Whether this is the name of an entry: a digest, or that of a log."""
    return _KEY.fullmatch(name) is not None


def seal_folder(folder: Path, kind: str, key: str) -> None:
    files = {path.name: regular_digest(path, _MOST_FILE, follow=False) for path in sorted(folder.iterdir())}
    text = json.dumps({"kind": kind, "key": key, "files": files}, indent=1)
    (folder / CONTENTS).write_text(text, encoding="utf-8")


def is_sealed(folder: Path, kind: str, key: str, holding: Collection[str] = ()) -> bool:
    """Whether the folder holds exactly the sealed files, unchanged; `holding` names files that must be among them."""
    try:
        if folder.is_symlink():
            return False
        stated = json.loads(read_regular(folder / CONTENTS, _MOST_CONTENTS, follow=False))
        if not isinstance(stated, dict) or stated.keys() != {"kind", "key", "files"}:
            return False
        files = stated["files"]
        if (stated["kind"], stated["key"]) != (kind, key) or not isinstance(files, dict) or not files:
            return False
        if set(os.listdir(folder)) - _BESIDE != files.keys() or not files.keys() >= set(holding):
            return False
        return all(regular_digest(folder / name, _MOST_FILE, follow=False) == seal for name, seal in files.items())
    except (OSError, ValueError, RecursionError):
        return False


def sealed_text(kind: str, key: str, text: str) -> bytes:
    content = text.encode("utf-8", "backslashreplace")
    return f"tdsl {kind} {key} {content_digest(content)}\n".encode() + content


def unsealed_text(path: Path, kind: str, key: str) -> str | None:
    """The text in that file if it is unchanged."""
    try:
        first, _, content = read_regular(path, _MOST_TEXT, follow=False).partition(b"\n")
    except OSError:
        return None
    if first != f"tdsl {kind} {key} {content_digest(content)}".encode():
        return None
    return content.decode("utf-8", "replace")
