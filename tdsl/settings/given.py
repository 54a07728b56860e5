"""One thing a layer says: a setting, a value not yet checked, and where it was said."""

from __future__ import annotations

from dataclasses import dataclass

from tdsl.source import Span


@dataclass(frozen=True)
class Given:
    name: str
    value: object
    origin: str
    span: Span | None = None
    doubt: str | None = None
    """Who else may have said it: another user's file is not believed in all things."""
