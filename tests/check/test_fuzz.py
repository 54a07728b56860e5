"""For any text the front end gives a program or errors of the user, nothing else."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.check import mutants


def test_the_good_program() -> None:
    assert mutants.survives(mutants.GOOD)


@pytest.mark.parametrize(("make", "count"), [*zip(mutants.MAKERS, (1500, 600, 350, 550), strict=True)])
def test_only_errors_of_the_user(make: Callable[[random.Random], str], count: int) -> None:
    for seed in range(count):
        mutants.tried(make, f"{seed}")


def test_a_miss_is_reported(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def breaks(text: str) -> bool:
        raise RecursionError(text[:1])

    monkeypatch.setattr(mutants, "survives", breaks)
    with pytest.raises(AssertionError, match=r"soup 7: RecursionError"):
        mutants.tried(mutants.soup, "7")
