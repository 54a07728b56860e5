"""Thousands of random entries by the interpreter of the IR, typed and after every pass, against that of the syntax."""

from __future__ import annotations

import numpy as np
import pytest

from .compare import expected, misses, type_check
from .generator import Generator
from .selection import INTERPRETED, interpreted
from .values import Value

FILES_PER_TEST = 10


@pytest.mark.parametrize("chunk", range(len(INTERPRETED) // FILES_PER_TEST))
def test_the_ir_means_what_the_syntax_means(chunk: int) -> None:
    for seed in INTERPRETED[chunk * FILES_PER_TEST : (chunk + 1) * FILES_PER_TEST]:
        found = misses(interpreted(seed))
        assert not found, f"seed {seed}: {found[0]}"


def test_compared_values_are_mostly_known() -> None:
    """A bound that tells nothing compares nothing; faults and whole NaN results are few."""
    known = total = faults = entries = gradients = 0
    for seed in range(16):
        program = interpreted(seed)
        for one in expected(program, type_check(program)):
            entries += 1
            gradients += "grad(" in str(one.entry.span.text if one.entry.span else "")
            if isinstance(one.values, str):
                faults += 1
                continue
            known += sum(_known(value) for value in one.values)
            total += sum(value.array.size for value in one.values)
    assert known > 0.85 * total
    assert 0 < faults < 0.05 * entries


def _known(value: Value) -> int:
    return int((np.isfinite(value.bound) & ~((value.array != value.array) if value.is_real else False)).sum())


def test_a_seed_gives_one_text() -> None:
    assert Generator(5).file().text == Generator(5).file().text != Generator(6).file().text
