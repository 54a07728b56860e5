"""Replacing a program by another text."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from tdsl.build.install import written_beside
from tdsl.source import fail


def rewrite(path: Path, text: str) -> None:
    """Replaces a file at once, so that a reader finds the old text or the new one; links to it, its permissions and its
    owner stay."""
    try:
        target = path.resolve(strict=True)
        before = target.stat()
        with written_beside(text.encode(), target) as temporary:
            with contextlib.suppress(PermissionError):
                os.chown(temporary, before.st_uid, before.st_gid)
            temporary.chmod(stat.S_IMODE(before.st_mode))
            os.replace(temporary, target)
    except OSError as problem:
        raise fail("TD0409", f"{path} cannot be written: {problem.strerror or problem}", None) from None
