"""The faults that random programs must notice are still possible; one of each tenth is put in and noticed."""

from __future__ import annotations

import pytest

from .faults import Fault, faults, noticed

FAULTS = faults()
INTERPRETED = [fault for fault in FAULTS if fault.way == "interpreted"]


def test_every_piece_is_there_once() -> None:
    found = {str(fault): [path.name for path, *_ in fault.places()] for fault in FAULTS}
    assert {fault: files for fault, files in found.items() if len(files) != 1} == {}


@pytest.mark.parametrize("fault", INTERPRETED[::10], ids=str)
def test_noticed(fault: Fault) -> None:
    assert noticed(fault, fault.way)
