"""Folders that all workers of one run share, each filled once: modules compiled for several tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tdsl.build.locks import locked

_root: Path | None = None


def share(factory: pytest.TempPathFactory) -> Path:
    """The folder around all others, from here on."""
    global _root
    base = factory.getbasetemp()
    _root = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "shared"
    _root.mkdir(exist_ok=True)
    return _root


def once(name: str, fill: Callable[[Path], None]) -> Path:
    """The folder of that name, filled by the first process that asks for it."""
    assert _root is not None, "tests/conftest.py shares it"
    folder = _root / name
    with locked(_root / f"{name}.lock"):
        if not (folder / "done").exists():
            folder.mkdir(exist_ok=True)
            fill(folder)
            (folder / "done").touch()
    return folder
