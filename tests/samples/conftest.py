"""Samples are compiled for both targets."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import tdsl

TARGETS = ("cpp", "numpy")


@pytest.fixture(scope="session", autouse=True)
def without_settings() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TDSL_FLAGS", raising=False)
        # the commands that samples start find this tdsl
        found = str(Path(tdsl.__file__).parent.parent)
        patch.setenv("PYTHONPATH", os.pathsep.join([found, *filter(None, [os.environ.get("PYTHONPATH")])]))
        yield


@pytest.fixture(params=TARGETS)
def target(request: pytest.FixtureRequest) -> str:
    return str(request.param)
