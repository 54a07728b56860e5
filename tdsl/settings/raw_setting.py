"""A setting as a layer states it: its name, the unchecked value, and its origin."""

from __future__ import annotations

from tdsl.record import record
from tdsl.source import Span


@record(frozen=True)
class RawSetting:
    name: str
    value: object
    origin: str
    span: Span | None = None
    doubt: str | None = None
    """Other users who may have written it: some settings are not taken from their files."""
