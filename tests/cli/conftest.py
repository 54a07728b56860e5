"""The stand-in compiler of `tests/build`, and the command line run in this process."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

_path = Path(__file__).parent.parent / "build" / "conftest.py"
_spec = importlib.util.spec_from_file_location("tdsl_build_fixtures", _path)
assert _spec and _spec.loader
_fixtures = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_fixtures)

stand_in, runtime, warm_cache = _fixtures.stand_in, _fixtures.runtime, _fixtures.warm_cache
compiler, settings, spawn = _fixtures.compiler, _fixtures.settings, _fixtures.spawn

Ran = tuple[int, str, str]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has its own folder as the current one: commands write beside their programs."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def tdsl_runs(capfd: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Exit code, stdout and stderr of a command line."""
    from tdsl.cli.main import run

    def call(*arguments: object) -> Ran:
        capfd.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return call
