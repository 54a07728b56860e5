"""Beside the source: atomically, without touching other people's files, and without leaving the old target."""

from __future__ import annotations

from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from tdsl.build.identity import MARK
from tdsl.build.install import install
from tdsl.source import UserError


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return made(tmp_path / "cache", EXTENSION_SUFFIXES[0])


def made(folder: Path, suffix: str) -> list[Path]:
    folder.mkdir(exist_ok=True)
    found = [folder / f"model{suffix}", folder / "model.pyi"]
    for file in found:
        file.write_text(f"# {MARK}\n{suffix}")
    return found


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_other_target_is_removed(tmp_path: Path, files: list[Path]) -> None:
    out = tmp_path / "out"
    install("model", files, out)
    assert names(out) == sorted(file.name for file in files)
    install("model", made(tmp_path / "pure", ".py"), out)
    assert names(out) == ["model.py", "model.pyi"]
    install("model", files, out)
    assert names(out) == sorted(file.name for file in files)


@pytest.mark.parametrize("present", ["model.py", "model.pyi", f"model{EXTENSION_SUFFIXES[0]}", "model/__init__.py"])
def test_what_tdsl_has_not_made_stays(tmp_path: Path, files: list[Path], present: str) -> None:
    out = tmp_path / "out"
    (out / present).parent.mkdir(parents=True)
    (out / present).write_text("mine")
    before = names(out)
    with pytest.raises(UserError, match="TD0408"):
        install("model", files, out)
    assert names(out) == before
    assert (out / present).read_text() == "mine"


def test_an_unchanged_file_is_not_touched(tmp_path: Path, files: list[Path]) -> None:
    out = tmp_path / "out"
    targets = install("model", files, out)
    before = [target.stat().st_mtime_ns for target in targets]
    install("model", files, out)
    assert [target.stat().st_mtime_ns for target in targets] == before


def test_what_a_killed_installation_left_is_removed(tmp_path: Path, files: list[Path]) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / ".model.pyi.999999999.tmp").write_text("half")
    install("model", files, out)
    assert names(out) == sorted(file.name for file in files)


def test_a_failed_copy_changes_nothing(tmp_path: Path, files: list[Path]) -> None:
    out = tmp_path / "out"
    files[1].unlink()
    with pytest.raises(UserError, match="TD0409"):
        install("model", files, out)
    assert names(out) == []


def test_a_folder_that_cannot_be_written(tmp_path: Path, files: list[Path]) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(UserError, match="TD0409"):
        install("model", files, tmp_path / "out")
