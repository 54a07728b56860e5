"""The texts that a program uses, and their hash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from tdsl.source import Source

Loader = Callable[[Path], str]


class HashedTexts:
    """Loads the texts that a program uses; `hash` is of its own and theirs."""

    def __init__(self, source: Source, load: Loader) -> None:
        self._load, self.hash = load, hashlib.sha256()
        self._add(source.text)

    def __call__(self, path: Path) -> str:
        return self._add(self._load(path))

    def _add(self, text: str) -> str:
        self.hash.update(text.encode("utf-8", "surrogatepass"))
        return text
