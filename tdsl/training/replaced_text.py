"""Text files that are replaced as a whole: readers see the old one or the new one."""

from __future__ import annotations

import os
from pathlib import Path


def replace_text(path: Path, text: str) -> None:
    """Writes beside the target and renames; the folder is made if it is missing."""
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    # One name for all tries: a killed process leaves one file at most.
    written = path.with_name(f".{path.name}.tmp")
    try:
        written.write_text(text, encoding="utf-8")
        os.replace(written, path)
    except BaseException:
        written.unlink(missing_ok=True)
        raise
