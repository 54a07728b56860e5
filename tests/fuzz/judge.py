"""What must hold for any text: a program, or errors of the user; and a layout that stays."""

from __future__ import annotations

from pathlib import Path

from tdsl.driver import examine
from tdsl.formatting.layout import formatted
from tdsl.settings import Settings
from tdsl.source import Source, UserError

LONGEST_MESSAGE = 20_000


def judge(text: str) -> bool:
    """Whether the text is a program; any exception but the user's is a miss."""
    source = Source("fuzz.tdsl", text)
    try:
        layout = formatted(source)
    except UserError:
        pass
    else:
        assert formatted(Source("fuzz.tdsl", layout)) == layout
    try:
        examine(source, Settings(pedantic=True), _text)
    except UserError as error:
        for diagnostic in error.diagnostics:
            assert len(str(diagnostic)) < LONGEST_MESSAGE
        return False
    return True


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
