"""Event files of TensorBoard that are read in the order in which they were made."""

from __future__ import annotations

import pytest


@pytest.fixture
def event_files_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are read in the order of their names, where those of one second differ by a number: 9 comes after 10."""
    from tensorboard.summary.writer import event_file_writer

    monkeypatch.setattr(event_file_writer, "_global_uid", event_file_writer.AtomicCounter(1000))
