"""A unit compiled in parts, side by side, gives the bits of the whole."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tdsl.api import load
from tdsl.build import native
from tdsl.build.cache import Cache
from tdsl.build.native import NativeBuild
from tdsl.build.toolchain import locate
from tdsl.clock import Clock
from tdsl.compilation import Artefact
from tdsl.driver import Generated, generate
from tdsl.emit.c import parts as cpp_parts
from tdsl.emit.c.functions import Definition
from tdsl.settings import Settings
from tdsl.source import Source
from tdsl.targets import TARGETS
from tests.large.programs import PROGRAMS

_CHAIN = "\n".join(
    [
        *("dim N", "input x: real[N]", "shared w: real[3] = normal(0, 1)", "let v0 = x * w[0]"),
        *(f"let v{n} = tanh(v{n - 1} * w[{n % 3}] + x) / (1 + exp(-v{n - 1}))" for n in range(1, 50)),
        *("cost C = mean(v49 ** 2)", "entry f(x) -> (C, v49) { w <- w - 0.1 * grad(C, w) }", ""),
    ]
)


def _module(made: Generated, settings: Settings) -> object:
    cache = Cache.of(settings)
    with NativeBuild(settings, locate(settings), cache, Clock()) as build:
        folder = build.finish(made.name, made.unit, made.stub)
    return load(Artefact(made.name, TARGETS["cpp"], folder, reused=False), cache)


def test_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpp_parts, "_PART", 60)
    settings = Settings()
    made = generate(Source("parted.tdsl", _CHAIN), settings, Path.read_text)
    assert made.unit.parts > 3
    x = np.random.default_rng(1).normal(size=3001).astype("f")
    values = []
    for unit, processors in ((made.unit, 1), (made.unit, 100), (replace(made.unit, parts=1), 1)):
        monkeypatch.setattr(native, "cpus", lambda processors=processors: processors)
        another = replace(made, unit=unit, stub=f"{made.stub}# {processors}\n")
        model = _module(another, settings).Model(seed=3)  # type: ignore[attr-defined]
        results = [model.f(x), model.f(x[:7])]
        values.append(b"".join(np.asarray(one).tobytes() for pair in results for one in pair) + model.w.tobytes())
    assert values[0] == values[1] == values[2]


def test_long_bodies_do_not_depend_on_how_many_elements_there_are() -> None:
    """A vector, part of one, or none."""
    settings = Settings()
    made = generate(
        Source("long.tdsl", _CHAIN.replace("entry f", "entry g(x) -> v49\nentry f")), settings, Path.read_text
    )
    assert "tdsl::map_large_body(" in made.unit.text
    model = _module(made, settings).Model(seed=3)  # type: ignore[attr-defined]
    x = np.random.default_rng(1).normal(size=100_001).astype("f")
    whole = model.g(x)
    assert np.isfinite(whole).all()
    for size in (0, 1, 2, 3, 15, 16, 17, 31, 33, 1000):
        assert model.g(x[:size]).tobytes() == whole[:size].tobytes()


@pytest.mark.parametrize("lengths", [[], [5], [1] * 1000, [900, 1, 1], [1, 1, 900], [400] * 9, list(range(120))])
def test_parts_hold_about_as_much_each(lengths: list[int]) -> None:
    functions = [Definition(f"f{number}", (), (), length + 8) for number, length in enumerate(lengths)]
    parts = cpp_parts.function_parts(functions, 0)
    assert [function for part in parts for function in part] == functions
    weights = [sum(function.weight for function in part) for part in parts]
    longest = max((function.weight for function in functions), default=0)
    assert max(weights) <= sum(weights) / len(parts) + longest
    assert len(parts) <= 1 + 1.5 * sum(weights) / cpp_parts._PART


@pytest.mark.parametrize(("name", "size"), [("network", 400), ("lattice", 1500), ("entries", 400), ("counters", 1500)])
def test_no_part_grows_with_the_program(name: str, size: int) -> None:
    """The table, and the declarations of functions for it, are in the first part and do not count."""
    text = generate(Source("large.tdsl", PROGRAMS[name](size)), Settings(), Path.read_text).unit.text
    text = re.sub(r" *//.*$", "", text.partition("namespace {")[0], flags=re.MULTILINE)
    text = re.sub(r"^TDSL_[^;{]*;\n", "", text, flags=re.MULTILINE)
    parts = re.findall(r"^#if TDSL_IN_PART\(\d+\)\n(.*?)^#endif", text, flags=re.MULTILINE | re.DOTALL)
    assert len(parts) > 5 and max(map(len, parts)) < 200_000
