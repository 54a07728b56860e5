"""The cache by itself: sealing, foul contents, folders that cannot be written, trimming, abandoned rooms."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tdsl.build.cache import CONTENTS, Cache
from tdsl.build.housekeeping import clear, entries, sweep, trim


def fill_with(text: str):
    def fill(folder: Path) -> None:
        (folder / "file").write_text(text)

    return fill


def test_a_folder_is_made_once(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 1 << 30)
    assert cache.find("modules", "ab1") is None
    folder = cache.make("modules", "ab1", fill_with("first"))
    assert cache.make("modules", "ab1", fill_with("second")) == folder == cache.find("modules", "ab1")
    assert (folder / "file").read_text() == "first"
    assert (tmp_path / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")


@pytest.mark.parametrize("spoil", ["change", "remove", "unseal", "garble", "replace"])
def test_foul_contents_are_made_anew(tmp_path: Path, spoil: str) -> None:
    cache = Cache(tmp_path, 1 << 30)
    folder = cache.make("modules", "ab1", fill_with("good"))
    if spoil == "change":
        (folder / "file").write_text("bad!")
    elif spoil == "remove":
        (folder / "file").unlink()
    elif spoil == "unseal":
        (folder / CONTENTS).unlink()
    elif spoil == "garble":
        (folder / CONTENTS).write_text("[1]")
    else:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
        folder.write_text("a file")
    assert cache.find("modules", "ab1") is None
    assert (cache.make("modules", "ab1", fill_with("good")) / "file").read_text() == "good"
    assert not cache.warnings
    assert not list((tmp_path / "tmp").iterdir())


def test_nothing_is_left_of_a_failure(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 1 << 30)

    def fill(folder: Path) -> None:
        (folder / "half").write_text("")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.make("modules", "ab1", fill)
    assert cache.find("modules", "ab1") is None
    assert not list((tmp_path / "tmp").iterdir())


def test_a_cache_that_is_no_folder_is_replaced_with_a_warning(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    cache = Cache(tmp_path / "cache", 1 << 30)
    folder = cache.make("modules", "ab1", fill_with("good"))
    assert (folder / "file").read_text() == "good"
    assert [warning.code for warning in cache.warnings] == ["TD0410"]
    assert cache.warnings[0].severity == "warning"


@pytest.fixture
def nobody() -> Iterator[Path]:
    """A folder that this process may read but not write, even if root runs the tests."""
    import filelock  # noqa: F401  what is imported later might not be readable for nobody

    root = Path(tempfile.mkdtemp())
    Cache(root, 1 << 30).make("modules", "ab1", fill_with("good"))
    for folder in (root, *(path for path in root.rglob("*") if path.is_dir())):
        folder.chmod(0o555)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield root
    if user == 0:
        os.seteuid(0)
    for folder in (root, *(path for path in root.rglob("*") if path.is_dir())):
        folder.chmod(0o755)
    shutil.rmtree(root)


def test_a_read_only_cache_is_read_and_then_replaced(nobody: Path) -> None:
    cache = Cache(nobody, 1 << 30)
    assert cache.find("modules", "ab1") == nobody / "modules" / "ab1"
    folder = cache.make("modules", "cd2", fill_with("new"))
    assert (folder / "file").read_text() == "new"
    assert [warning.code for warning in cache.warnings] == ["TD0410"]


def test_the_longest_unused_go_first(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 1 << 30)
    now = time.time()
    for age, key in enumerate(("a1", "b2", "c3", "d4")):
        folder = cache.make("modules", key, fill_with("x" * 1000))
        os.utime(folder / CONTENTS, (now - 10000 + age, now - 10000 + age))
    cache.find("modules", "a1")
    size = sum(entry.size for entry in entries(tmp_path))
    trim(tmp_path, size - 1, recent_seconds=0)
    assert {path.name for path in (tmp_path / "modules").iterdir()} == {"a1", "c3", "d4"}
    trim(tmp_path, 1)
    assert {path.name for path in (tmp_path / "modules").iterdir()} == {"a1"}, "what is in use stays"
    assert clear(tmp_path) > 1000
    assert not list((tmp_path / "modules").iterdir())


def test_rooms_of_the_dead_are_swept(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    host = socket.gethostname()
    dead = tmp_path / "tmp" / f"{host}@999999999@modules-ab"
    mine = tmp_path / "tmp" / f"{host}@{os.getpid()}@modules-ab"
    elsewhere = tmp_path / "tmp" / "otherhost@999999999@modules-ab"
    for path in (dead, mine, elsewhere):
        path.mkdir()
    sweep(tmp_path)
    assert not dead.exists()
    assert mine.exists() and elsewhere.exists()
