"""The cache by itself: sealing, foul contents, folders that may not be used, trimming, abandoned folders."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tdsl.build import cache as cache_module
from tdsl.build.cache import Cache
from tdsl.build.housekeeping import clear, entries, sweep, sweeping, trim
from tdsl.build.identity import content_digest, digest
from tdsl.build.locks import claimed
from tdsl.build.seals import CONTENTS
from tdsl.source import UserError

FIRST, SECOND, THIRD, FOURTH = (digest(word) for word in ("first", "second", "third", "fourth"))


def fill_with(text: str) -> Callable[[Path], None]:
    def fill(folder: Path) -> None:
        (folder / "file").write_text(text)

    return fill


def codes(cache: Cache) -> list[str]:
    return [warning.code for warning in cache.warnings]


def test_a_folder_is_made_once(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 1 << 30)
    assert cache.find("modules", FIRST) is None
    folder = cache.make("modules", FIRST, fill_with("first"))
    assert cache.make("modules", FIRST, fill_with("second")) == folder == cache.find("modules", FIRST)
    assert (folder / "file").read_text() == "first"
    assert (tmp_path / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")


def restate(change: Callable[[dict[str, object]], object]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        stated = json.loads((folder / CONTENTS).read_text())
        change(stated)
        (folder / CONTENTS).write_text(json.dumps(stated))

    return spoil


def in_its_place(make: Callable[[Path], object], name: str = "") -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / name if name else folder
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        make(path)

    return spoil


SPOILT: dict[str, Callable[[Path], object]] = {
    "a file changed": lambda folder: (folder / "file").write_text("bad!"),
    "a file removed": lambda folder: (folder / "file").unlink(),
    "a file more": lambda folder: (folder / "more").write_text("?"),
    "no list": lambda folder: (folder / CONTENTS).unlink(),
    "the list a list": lambda folder: (folder / CONTENTS).write_text("[1]"),
    "the list empty": lambda folder: (folder / CONTENTS).write_text("{}"),
    "no files in the list": restate(lambda stated: stated.update(files={})),
    "files no table": restate(lambda stated: stated.update(files=["file"])),
    "a digest a number": restate(lambda stated: stated.update(files={"file": 1})),
    "of another kind": restate(lambda stated: stated.update(kind="objects")),
    "of another key": restate(lambda stated: stated.update(key=SECOND)),
    "nested a million deep": lambda folder: (folder / CONTENTS).write_text("[" * 1_000_000),
    "the list a pipe": in_its_place(os.mkfifo, CONTENTS),
    "the list without end": in_its_place(lambda path: path.symlink_to("/dev/zero"), CONTENTS),
    "a file a pipe": in_its_place(os.mkfifo, "file"),
    "a file a link": in_its_place(lambda path: path.symlink_to("/etc/passwd"), "file"),
    "a file a folder": in_its_place(Path.mkdir, "file"),
    "itself a file": in_its_place(lambda path: path.write_text("a file")),
    "itself a pipe": in_its_place(os.mkfifo),
    "itself a link": in_its_place(lambda path: path.symlink_to("/")),
    "itself a link to nothing": in_its_place(lambda path: path.symlink_to("nothing")),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_damaged_entries_are_made_again(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    cache = Cache(tmp_path, 1 << 30)
    spoil(cache.make("modules", FIRST, fill_with("good")))
    assert cache.find("modules", FIRST) is None
    assert (cache.make("modules", FIRST, fill_with("good")) / "file").read_text() == "good"
    assert not cache.warnings
    assert not list((tmp_path / "tmp").iterdir())


def test_an_entry_holds_the_requested_parts(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 1 << 30)
    folder = cache.make("modules", FIRST, fill_with("good"))
    assert cache.find("modules", FIRST, ("file",)) == folder
    assert cache.find("modules", FIRST, ("file", "model.so")) is None
    assert cache.find("modules", f"../modules/{FIRST}") is None
    (folder / "__pycache__").mkdir()
    assert cache.find("modules", FIRST) == folder, "Python may keep byte code beside what it imports"


TEXTS: dict[str, Callable[[Path], object]] = {
    "changed": lambda path: path.write_text(path.read_text() + "!"),
    "without its first line": lambda path: path.write_text("good"),
    "of another key": lambda path: path.write_text(f"tdsl manifests {SECOND} {content_digest(b'good')}\ngood"),
    "a pipe": in_its_place(os.mkfifo),
    "without end": in_its_place(lambda path: path.symlink_to("/dev/zero")),
    "a folder": in_its_place(lambda path: (path / "inner").mkdir(parents=True)),
    "a link": in_its_place(lambda path: path.symlink_to("/etc/passwd")),
}


@pytest.mark.parametrize("spoil", TEXTS.values(), ids=TEXTS)
def test_texts_that_are_not_as_expected_are_written_anew(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    cache = Cache(tmp_path, 1 << 30)
    path = cache.write_text("manifests", FIRST, "good")
    assert cache.read_text("manifests", FIRST) == "good"
    spoil(path)
    assert cache.read_text("manifests", FIRST) is None
    cache.write_text("manifests", FIRST, "good")
    assert cache.read_text("manifests", FIRST) == "good"
    assert not cache.warnings


def test_no_files_are_left_by_a_failure(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 1 << 30)

    def fill(folder: Path) -> None:
        (folder / "half").write_text("")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.make("modules", FIRST, fill)
    assert cache.find("modules", FIRST) is None
    assert not list((tmp_path / "tmp").iterdir())


def refused(root: Path) -> str:
    """The reason why the cache there is left alone, after a failed use."""
    before = sorted(root.rglob("*")) if root.is_dir() else None
    cache = Cache(root, 1 << 30)
    folder = cache.make("modules", SECOND, fill_with("good"))
    assert (folder / "file").read_text() == "good" and not folder.is_relative_to(root)
    assert codes(cache) == ["TD0410"] and cache.warnings[0].severity == "warning"
    assert before is None or sorted(root.rglob("*")) == before
    return cache.warnings[0].message


def test_a_cache_that_is_no_folder_is_replaced_with_a_warning(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    assert "it is no folder" in refused(tmp_path / "cache")
    assert "there is no home folder" in refused(Path("~/.cache/tdsl"))


def test_a_cache_that_everybody_may_write_is_refused(tmp_path: Path) -> None:
    Cache(tmp_path / "cache", 1 << 30).make("modules", FIRST, fill_with("planted"))
    (tmp_path / "cache").chmod(0o777)
    assert "everybody may write it" in refused(tmp_path / "cache")
    assert Cache(tmp_path / "cache", 1 << 30).find("modules", FIRST) is None
    (tmp_path / "cache").chmod(0o700)
    assert Cache(tmp_path / "cache", 1 << 30).find("modules", FIRST) is not None
    (tmp_path / "cache" / "modules").chmod(0o777)
    assert "modules: everybody may write it" in refused(tmp_path / "cache")


@pytest.fixture
def give_away(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Makes a file another user's: really so for root, else by being somebody else."""

    def give(path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, 65533, 65533, follow_symlinks=False)
        else:
            monkeypatch.setattr(os, "geteuid", lambda: 65533)

    return give


def test_a_cache_of_another_user_is_refused(tmp_path: Path, give_away: Callable[[Path], None]) -> None:
    Cache(tmp_path / "cache", 1 << 30).make("modules", FIRST, fill_with("planted"))
    give_away(tmp_path / "cache")
    assert "it belongs to user " in refused(tmp_path / "cache")
    assert Cache(tmp_path / "cache", 1 << 30).find("modules", FIRST) is None


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / FIRST).write_text("mine")
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "notes.log").write_text("mine")
    assert "it holds files that are not tdsl's" in refused(tmp_path)
    assert clear(tmp_path) == (0, []) and trim(tmp_path, 0, recent_seconds=0) == 0
    sweep(tmp_path)
    assert (tmp_path / "modules" / FIRST).exists() and (tmp_path / "logs" / "notes.log").exists()


def test_only_entries_are_removed(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache", 1 << 30)
    cache.make("modules", FIRST, fill_with("good"))
    cache.write_text("logs", "model-cpp-0123456789ab.log", "good")
    mine = [cache.root / "modules" / "mine.py", cache.root / "logs" / "mine.log", cache.root / "tmp" / "mine"]
    for path in mine:
        path.write_text("mine")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / SECOND).write_text("mine")
    (cache.root / "objects").symlink_to(tmp_path / "elsewhere")
    trim(cache.root, 0, recent_seconds=0)
    clear(cache.root)
    assert all(path.read_text() == "mine" for path in mine)
    assert (tmp_path / "elsewhere" / SECOND).exists()
    assert not (cache.root / "modules" / FIRST).exists()
    assert [path.name for path in (cache.root / "logs").iterdir()] == ["mine.log"]


def folders(root: Path) -> list[Path]:
    return [root, *(path for path in root.rglob("*") if path.is_dir())]


@pytest.fixture
def nobody() -> Iterator[Path]:
    """A folder that this process may read but not write, even if root runs the tests."""
    import grp  # noqa: F401  later imports might not be readable for the user nobody
    import pwd  # noqa: F401

    root = Path(tempfile.mkdtemp())
    Cache(root, 1 << 30).make("modules", FIRST, fill_with("good"))
    for folder in folders(root):
        folder.chmod(0o555)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield root
    if user == 0:
        os.seteuid(0)
    for folder in folders(root):
        folder.chmod(0o755)
    shutil.rmtree(root)


def test_a_read_only_cache_is_read_and_then_replaced(nobody: Path) -> None:
    cache = Cache(nobody, 1 << 30)
    assert cache.find("modules", FIRST) == nobody / "modules" / FIRST
    folder = cache.make("modules", SECOND, fill_with("new"))
    assert (folder / "file").read_text() == "new"
    assert codes(cache) == ["TD0410"]


def test_clearing_a_read_only_cache_frees_nothing(nobody: Path) -> None:
    freed, problems = clear(nobody)
    assert freed == 0
    assert [problem.errno for problem in problems] == [errno.EACCES]


def test_the_longest_unused_go_first(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 1 << 30)
    now = time.time()
    for age, key in enumerate((FIRST, SECOND, THIRD, FOURTH)):
        folder = cache.make("modules", key, fill_with("x" * 1000))
        os.utime(folder / CONTENTS, (now - 10000 + age, now - 10000 + age))
    cache.find("modules", FIRST)
    size = sum(entry.size for entry in entries(tmp_path))
    trim(tmp_path, size - 1, recent_seconds=0)
    assert {path.name for path in (tmp_path / "modules").iterdir()} == {FIRST, THIRD, FOURTH}
    trim(tmp_path, 1)
    assert {path.name for path in (tmp_path / "modules").iterdir()} == {FIRST}, "what is in use stays"
    assert clear(tmp_path)[0] > 1000
    assert not list((tmp_path / "modules").iterdir())


def test_unclaimed_files_are_removed(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 1 << 30)
    cache.make("modules", FIRST, fill_with("good"))
    folders = [tmp_path / "tmp" / (letter * 32) for letter in "abc"]
    for folder in folders[:2]:
        folder.mkdir()
    os.mkfifo(folders[2])
    with claimed(folders[0]), sweeping(tmp_path):
        sweep(tmp_path)
        assert folders[0].exists() and not folders[1].exists() and not folders[2].exists()
    with sweeping(tmp_path):
        sweep(tmp_path)
    assert not folders[0].exists()


def test_a_running_build_is_left_alone_under_any_process_name(tmp_path: Path) -> None:
    """Two containers may share a cache and a host's name, and know nothing of each other's processes."""
    cache = Cache(tmp_path, 1 << 30)
    text = f"""
import os, sys
from pathlib import Path
from tdsl.build.cache import Cache
os.kill = os.getpid = None
Cache(Path({str(tmp_path)!r}), 1 << 30).make("objects", {SECOND!r}, lambda folder: (folder / "file").write_text("2"))
"""

    def fill(folder: Path) -> None:
        (folder / "file").write_text("1")
        subprocess.run([sys.executable, "-c", text], check=True, timeout=600)

    assert (cache.make("modules", FIRST, fill) / "file").read_text() == "1"
    assert cache.find("objects", SECOND)


def test_a_full_disk_is_left_for_another_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(tmp_path / "cache", 1 << 30)
    filled: list[Path] = []

    def fill(folder: Path) -> None:
        filled.append(folder)
        if folder.is_relative_to(tmp_path / "cache"):
            raise OSError(errno.ENOSPC, "No space left on device")
        (folder / "file").write_text("good")

    assert (cache.make("modules", FIRST, fill) / "file").read_text() == "good"
    assert codes(cache) == ["TD0410"] and "No space left on device" in cache.warnings[0].message
    assert len(filled) == 2 and cache.is_temporary
    cache = Cache(tmp_path / "cache", 1 << 30)
    monkeypatch.setattr(cache_module, "_emptiest_folder", lambda: str(tmp_path / "cache"))
    with pytest.raises(UserError, match=r"error\[TD0410\]: neither .* nor .*No space left on device"):
        cache.make("modules", FIRST, fill)
