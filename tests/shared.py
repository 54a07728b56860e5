"""Folders that all workers of one run share, each filled once: modules compiled for several tests."""

from __future__ import annotations

import atexit
import os
import tempfile
from collections.abc import Callable
from functools import cache
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


@cache
def _own() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="tdsl-tests-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def once(name: str, fill: Callable[[Path], None]) -> Path:
    """The folder of that name, filled by the first process that asks for it; one of this process where no run of the
    tests shares any."""
    root = _root or _own()
    folder = root / name
    with locked(root / f"{name}.lock"):
        if not (folder / "done").exists():
            folder.mkdir(exist_ok=True)
            fill(folder)
            (folder / "done").touch()
    return folder
