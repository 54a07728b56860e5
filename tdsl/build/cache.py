"""The cache: folders named by what they were made from, complete or absent, shared by any number of processes.

A folder is filled elsewhere, sealed with a list of its contents, and renamed into place under a lock which the
operating system drops with its holder.  A cache that cannot be used is replaced by a temporary folder and a warning.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

from tdsl.build.identity import content_digest
from tdsl.settings import Settings
from tdsl.source import Diagnostic

CONTENTS = "contents.json"
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# Made by tdsl; may be removed at any time.\n"


def cache_root(settings: Settings) -> Path:
    if settings.cache_dir:
        return Path(settings.cache_dir)
    import platformdirs

    return Path(platformdirs.user_cache_dir("tdsl"))


class Cache:
    def __init__(self, root: Path, limit_bytes: int) -> None:
        self.root = root
        self.limit_bytes = limit_bytes
        self.warnings: list[Diagnostic] = []
        self._spare: object = None

    @staticmethod
    def of(settings: Settings) -> Cache:
        return Cache(cache_root(settings), settings.cache_limit << 20)

    def find(self, kind: str, key: str) -> Path | None:
        """The folder of that key if it is there with all it should hold, unchanged."""
        folder = self.root / kind / key
        try:
            contents = json.loads((folder / CONTENTS).read_bytes())
            if any(content_digest((folder / name).read_bytes()) != seal for name, seal in contents.items()):
                return None
        except (OSError, ValueError, AttributeError, TypeError):
            return None
        _mark_used(folder / CONTENTS)
        return folder

    def make(self, kind: str, key: str, fill: Callable[[Path], None]) -> Path:
        """The folder of that key, filled by `fill` unless somebody else has done so."""
        found = self.find(kind, key)
        if found is not None:
            return found
        try:
            return self._make(kind, key, fill)
        except OSError as problem:
            self._give_up(problem)
            return self._make(kind, key, fill)

    def read_text(self, kind: str, key: str) -> str | None:
        path = self.root / kind / key
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, ValueError):
            return None
        _mark_used(path)
        return text

    def write_text(self, kind: str, key: str, text: str) -> Path:
        try:
            return self._write_text(kind, key, text)
        except OSError as problem:
            self._give_up(problem)
            return self._write_text(kind, key, text)

    def _make(self, kind: str, key: str, fill: Callable[[Path], None]) -> Path:
        from filelock import FileLock

        from tdsl.build.housekeeping import remove, sweep, trim

        self._prepare(kind)
        target = self.root / kind / key
        # A fixed set of lock files: none ever needs to be deleted, which could not be done without a race.
        with FileLock(self.root / "locks" / f"{kind}-{key[:2]}.lock"):
            found = self.find(kind, key)
            if found is not None:
                return found
            sweep(self.root)
            room = self._temporary(kind, key)
            room.mkdir()
            try:
                fill(room)
                seals = {path.name: content_digest(path.read_bytes()) for path in sorted(room.iterdir())}
                (room / CONTENTS).write_text(json.dumps(seals, indent=1), encoding="utf-8")
                if target.exists() or target.is_symlink():
                    remove(self.root, target)
                os.replace(room, target)
            finally:
                remove(self.root, room)
        trim(self.root, self.limit_bytes)
        return target

    def _write_text(self, kind: str, key: str, text: str) -> Path:
        self._prepare(kind)
        room = self._temporary(kind, key)
        target = self.root / kind / key
        try:
            room.write_text(text, encoding="utf-8")
            os.replace(room, target)
        finally:
            room.unlink(missing_ok=True)
        return target

    def _prepare(self, kind: str) -> None:
        for folder in (self.root, self.root / "locks", self.root / "tmp", self.root / kind):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        tag = self.root / "CACHEDIR.TAG"
        if not tag.exists():
            tag.write_text(_TAG, encoding="utf-8")

    def _temporary(self, kind: str, key: str) -> Path:
        return self.root / "tmp" / f"{socket.gethostname()}@{os.getpid()}@{kind}-{key}-{time.monotonic_ns()}"

    def _give_up(self, problem: OSError) -> None:
        """Works on in a temporary folder; a second failure there is the machine's and is raised."""
        if self._spare is not None:
            raise problem
        import tempfile

        spare = tempfile.TemporaryDirectory(prefix="tdsl-", ignore_cleanup_errors=True)
        self._spare = spare
        self.warnings.append(
            Diagnostic(
                "TD0410",
                f"the cache {self.root} cannot be used ({problem}); nothing is remembered this time",
                None,
                hints=("choose another with --cache-dir, TDSL_CACHE_DIR or cache_dir in .tdslrc",),
                severity="warning",
            )
        )
        self.root = Path(spare.name)


def _mark_used(path: Path) -> None:
    """The time of a file is its last use; written at most once a minute, and not at all where one may only read."""
    try:
        if time.time() - path.stat().st_mtime > 60:
            os.utime(path)
    except OSError:
        return
