"""Every sample prints the text of its expected.txt on both targets, which also agree on random inputs."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tdsl
from tdsl.build.reading import RecordingLoader, read_source
from tdsl.build.samples import samples
from tdsl.driver import Stages, gradient
from tdsl.ir.program import Entry
from tdsl.resources import SAMPLES
from tdsl.settings.table import Settings
from tdsl.types import Kind

from .small import defines
from .trained import TRAINED

PROGRAMS = sorted(SAMPLES.glob("*/*.tdsl"))
SCRIPTS = sorted(path.parent for path in SAMPLES.glob("*/expected.txt"))
SIZES = (3, 4, 5, 2, 6)


@pytest.mark.parametrize("folder", SCRIPTS, ids=lambda folder: folder.name)
def test_prints_the_expected_text(
    folder: Path, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TDSL_FLAGS", f"target={target}")
    runpy.run_path(str(folder / "run.py"), run_name="__main__")
    assert capfd.readouterr().out == (folder / "expected.txt").read_text()
    assert not list(tmp_path.iterdir())


def random_arguments(entry: Entry, random: np.random.Generator) -> dict[str, object]:
    """A value for every parameter, between 0.1 and 0.9 where it is real, 0 or 1 where it is an integer or bool."""
    sizes: dict[str, int] = {}
    values: dict[str, object] = {}
    for parameter in entry.parameters:
        type = parameter.node.type
        for symbol in (symbol for size in parameter.sizes for symbol in sorted(size.symbols())):
            sizes.setdefault(symbol, SIZES[len(sizes)])
        shape = tuple(size.evaluate(sizes) for size in type.shape)
        if parameter.size is not None:
            values[parameter.name] = parameter.size.evaluate(sizes)
        elif type.dtype.kind is Kind.INTEGER:
            values[parameter.name] = random.integers(0, 2, shape)
        elif type.dtype.kind is Kind.BOOL:
            values[parameter.name] = random.integers(0, 2, shape) == 1
        else:
            assert type.dtype.kind is Kind.REAL
            values[parameter.name] = random.uniform(0.1, 0.9, shape)
    return values


def results(value: Any) -> tuple[Any, ...]:
    """The leaves of nested tuples."""
    if value is None:
        return ()
    return tuple(leaf for part in value for leaf in results(part)) if isinstance(value, tuple) else (value,)


def assert_same(left: tuple[Any, ...], right: tuple[Any, ...]) -> None:
    assert len(left) == len(right)
    for one, other in zip(left, right, strict=True):
        assert type(one) is type(other)
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_targets_agree(path: Path) -> None:
    """Results and all that is kept, after each entry called twice with random arguments."""
    small = defines(path.parent.name)
    program = Stages(read_source(path), Settings(float=64, defines=tuple(small.items())), RecordingLoader()).program
    native, plain = (tdsl.compile(path, float=64, target=target, defines=small, opt=0) for target in ("cpp", "numpy"))
    owners: list[Any] = [native, plain]
    if program.variables:
        owners = [module.Model(seed=5) for module in (native, plain)]
    random = np.random.default_rng(0)
    for entry in program.entries * 2:
        arguments = random_arguments(entry, random)
        name, _, place = entry.name.partition("[")
        functions = [getattr(owner, name) for owner in owners]
        if place:
            functions = [function[int(place[:-1])] for function in functions]
        first, second = (results(function(**arguments)) for function in functions)
        assert_same(first, second)
        if program.variables:
            first, second = (tuple(owner.values()) for owner in owners)
            assert_same(first, second)


def test_samples_are_complete() -> None:
    """Each can be run, describes itself, and is in the list for readers."""
    listed = (SAMPLES / "README.md").read_text()
    for name, sample in samples().items():
        assert sample.script is not None, name
        assert sample.title.endswith(".") and len(sample.title) <= 120, name
        assert f"({name}/)" in listed, name
        if name not in ("miku", "29_gpu", *(case.sample for case in TRAINED)):  # these have tests of their own
            assert (sample.folder / "expected.txt").is_file(), name


def test_the_list_shows_the_gradient_of_miku() -> None:
    shown = gradient(read_source(SAMPLES / "miku" / "miku.tdsl"), Settings(), RecordingLoader(), None, ())
    assert shown[shown.index("let ") :].strip() in (SAMPLES / "README.md").read_text()


def test_options_of_sample_run_reach_its_programs(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tdsl", "sample", "run", "--float", "64", "--target", "numpy", "04_functions"]
    done = subprocess.run(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout == (SAMPLES / "04_functions" / "expected.txt").read_text().replace("float32", "float64")
