"""Stale byte code of a module: Python identifies it only by the length of the text and its time in whole seconds.

Therefore a new text is dated later than every text whose byte code may exist.
"""

from __future__ import annotations

import contextlib
import glob
import importlib.util
import os
import time
from pathlib import Path

from tdsl.files import read_regular

_HEADER = 16
_MOST = 256 << 20


def outdate(text: Path, target: Path) -> None:
    """Dates the text that becomes `target`, so that Python does not take byte code of the old file for the new one."""
    latest = -1
    with contextlib.suppress(OSError):
        latest = int(target.lstat().st_mtime)
    for code in _written(target):
        latest = max(latest, _time_of_text(code))
    if latest >= int(time.time()):
        os.utime(text, (latest + 1, latest + 1))


def _written(target: Path) -> list[Path]:
    own = importlib.util.cache_from_source(str(target.absolute()))
    folders = dict.fromkeys((target.absolute().parent / "__pycache__", Path(own).parent))
    pattern = f"{glob.escape(target.stem)}.*.pyc"
    return [code for folder in folders for code in folder.glob(pattern)]


def _time_of_text(code: Path) -> int:
    """The time of the text that this byte code was compiled from; -1 if it records a hash instead."""
    try:
        header = read_regular(code, _MOST, follow=False)[:_HEADER]
    except OSError:
        return -1
    kind = int.from_bytes(header[4:8], "little")
    if kind == 1:
        # This kind is never compared with its text.
        with contextlib.suppress(OSError):
            code.unlink()
    return int.from_bytes(header[8:12], "little") if kind == 0 else -1
