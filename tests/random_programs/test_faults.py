"""The faults that random programs must notice are still possible; one of each tenth is put in and noticed."""

from __future__ import annotations

import pytest

from .faults import ROOT, Fault, faults, noticed

FAULTS = faults()
INTERPRETED = [fault for fault in FAULTS if fault.way == "interpreted"]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_the_text_is_there(fault: Fault) -> None:
    assert (ROOT / fault.file).read_text().count(fault.old) == 1


@pytest.mark.parametrize("fault", INTERPRETED[::10], ids=str)
def test_noticed(fault: Fault) -> None:
    assert noticed(fault, fault.way)
