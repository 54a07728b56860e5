"""Errors of the files of recorders."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """An OSError names the file that the user has named."""
    try:
        yield
    except OSError as error:
        raise type(error)(f"{path} cannot be written: {error.strerror or error}") from None
