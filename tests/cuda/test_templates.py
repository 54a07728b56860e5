"""A program that uses every template of kernels gives the same on a device as on the CPU, but for the order of sums."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tdsl.driver import show
from tdsl.resources import RUNTIME
from tdsl.settings import Settings
from tdsl.source import Source
from tests.cuda.programs import TEMPLATES

SIZES = ({"B": 1, "N": 3, "M": 1, "V": 2, "H": 1, "T": 1}, {"B": 4, "N": 900, "M": 33, "V": 7, "H": 40, "T": 17})
CALLS: dict[str, dict[str, Any]] = {
    "train": {"x": ("N", 5), "t": ("N", 16)},
    "images": {"image": ("B", 2, 6, 7)},
    "patches": {"v": ("N", 5, 6), "p": (6, "M")},
    "stacks": {"q": ("B", "T", 6), "p": ("B", "T", 6)},
    "turned": {"a": ("N", "M")},
    "long": {"a": ("N",)},
    "rows": {"e": ("V", "H"), "i": ("N",), "w": ("N", "H")},
    "elements": {"e": ("V",), "i": ("N",), "w": ("N",)},
    "marked": {"e": ("V", "H"), "i": ("N",)},
    "met": {"s": ("N", 9), "w": ("N", 7, 3)},
    "sums": {"a": ("N", "M")},
    "reduced": {"a": ("N", "M")},
}


def arguments(shapes: dict[str, Any], dims: dict[str, int]) -> list[Any]:
    draw, given = np.random.default_rng(0), []
    for name, shape in shapes.items():
        sizes = [dims.get(size, size) for size in shape]
        made = draw.integers(0, dims["V"], sizes) if name == "i" else draw.normal(size=sizes).astype(np.float32)
        given.append(made)
    return given


def assert_close(found: Any, expected: Any) -> None:
    if isinstance(expected, tuple):
        for pair in zip(found, expected, strict=True):
            assert_close(*pair)
    else:
        scale = float(np.max(np.abs(expected), initial=0))
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5 * scale)


@pytest.mark.sanitized
@pytest.mark.parametrize("dims", SIZES, ids=lambda dims: str(dims["N"]))
def test_results(for_gpus: Callable[..., Any], dims: dict[str, int]) -> None:
    module = for_gpus(TEMPLATES, "templates")
    here, there = module.Model(seed=1), module.Model(seed=1, device="cuda:0")
    for name, shapes in CALLS.items():
        given = arguments(shapes, dims)
        assert_close(getattr(there, name)(*given), getattr(here, name)(*given))
    for name in here:
        assert_close(there[name], here[name])
    assert there.k == 1


def test_every_template_is_used() -> None:
    """Those that devices and CPUs have; the others are parts of them.  Checks of elements call report_fault."""
    folder = RUNTIME / "include" / "tdsl"
    ours, theirs = (
        {name for header in headers for name in re.findall(r"\bvoid (\w+)\(", header.read_text())}
        for headers in ((folder / "cuda").glob("*.hpp"), [*folder.glob("*.hpp"), *folder.glob("reduce/*.hpp")])
    )
    text = show(Source("templates.tdsl", TEMPLATES), Settings(target="cuda"), Path.read_text, "cuda")
    used = {*re.findall(r"tdsl::(\w+)[<(]", text), "report_fault"}
    assert len(used & ours) > 12 and (ours & theirs) - used == set()
