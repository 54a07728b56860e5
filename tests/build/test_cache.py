"""The cache by itself: sealing, foul contents, folders that cannot be written, trimming, abandoned rooms."""

from __future__ import annotations

import os
import socket
import time
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


def test_a_read_only_cache_is_read_and_then_replaced(tmp_path: Path) -> None:
    if os.getuid() == 0:
        read_only = Path("/proc/1")
        cache = Cache(read_only, 1 << 30)
    else:
        Cache(tmp_path, 1 << 30).make("modules", "ab1", fill_with("good"))
        tmp_path.chmod(0o500)
        (tmp_path / "modules").chmod(0o500)
        (tmp_path / "tmp").chmod(0o500)
        cache = Cache(tmp_path, 1 << 30)
        assert cache.find("modules", "ab1") is not None
    folder = cache.make("modules", "cd2", fill_with("new"))
    assert (folder / "file").read_text() == "new"
    assert cache.warnings


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
