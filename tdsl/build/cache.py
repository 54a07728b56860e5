"""The cache: entries named by the hash of their inputs, complete or absent, shared by any number of processes.

A folder is filled elsewhere, sealed with a list of its contents, and renamed into place under a lock which the
kernel drops with its holder.  A cache that cannot be used is replaced by a temporary folder and a warning.
"""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tdsl.build.cache_folder import cache_root, objection, prepare
from tdsl.build.locks import claimed, locked
from tdsl.build.seals import (
    CONTENTS,
    is_key,
    is_sealed,
    seal_folder,
    sealed_text,
    unsealed_text,
)
from tdsl.settings import Settings
from tdsl.source import Diagnostic, UserError

_FULL = (errno.ENOSPC, errno.EDQUOT)


class Cache:
    def __init__(self, root: Path, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.warnings: list[Diagnostic] = []
        self._asked = root
        self._used: Path | None = None
        self._spare: object = None
        self._replacing = threading.RLock()

    @staticmethod
    def of(settings: Settings) -> Cache:
        return Cache(cache_root(settings), settings.cache_limit << 20)

    @property
    def root(self) -> Path:
        """The folder asked for, or a temporary one in its place."""
        with self._replacing:
            if self._used is None:
                reason = objection(self._asked)
                self._used = self._asked if reason is None else self._replace(reason)
            return self._used

    @property
    def is_temporary(self) -> bool:
        return self._spare is not None

    def find(self, kind: str, key: str, holding: Collection[str] = ()) -> Path | None:
        """The folder of that key if it exists, complete and unchanged."""
        folder = self.root / kind / key
        if not is_key(key) or not is_sealed(folder, kind, key, holding):
            return None
        _mark_used(folder / CONTENTS)
        return folder

    def make(self, kind: str, key: str, fill: Callable[[Path], None]) -> Path:
        """The folder of that key, filled by `fill` unless somebody else has done so."""
        found = self.find(kind, key)
        return found or self._persistently(lambda: self._make(kind, key, fill))

    def read_text(self, kind: str, key: str) -> str | None:
        path = self.root / kind / key
        text = unsealed_text(path, kind, key) if is_key(key) else None
        if text is not None:
            _mark_used(path)
        return text

    def write_text(self, kind: str, key: str, text: str) -> Path:
        return self._persistently(lambda: self._write_text(kind, key, text))

    def _persistently(self, write: Callable[[], Path]) -> Path:
        """Retries in a temporary folder; a second failure there is raised."""
        used = self.root
        try:
            return write()
        except OSError as problem:
            with self._replacing:
                # Another thread may have replaced it.
                if self.root == used:
                    if self.is_temporary:
                        raise self._hopeless(problem) from None
                    self._used = self._replace(_reason(problem), full=problem.errno in _FULL)
        try:
            return write()
        except OSError as problem:
            raise self._hopeless(problem) from None

    def _make(self, kind: str, key: str, fill: Callable[[Path], None]) -> Path:
        from tdsl.build.housekeeping import remove, trim

        prepare(self.root, kind)
        target = self.root / kind / key
        # A fixed set of lock files: none ever needs to be deleted, which could not be done without a race.
        with locked(self.root / "locks" / f"{kind}-{key[:2]}.lock"):
            found = self.find(kind, key)
            if found is not None:
                return found
            with self._temporary_folder() as folder:
                fill(folder)
                seal_folder(folder, kind, key)
                if os.path.lexists(target):
                    remove(self.root, target)
                os.replace(folder, target)
        trim(self.root, self.limit_bytes)
        return target

    @contextmanager
    def _temporary_folder(self) -> Iterator[Path]:
        """A new folder under tmp, claimed so that no other process sweeps it away."""
        from tdsl.build.housekeeping import remove, sweep, sweeping

        folder = self.root / "tmp" / os.urandom(16).hex()
        with sweeping(self.root):
            sweep(self.root)
            folder.mkdir(mode=0o700)
            claim = claimed(folder)
            claim.__enter__()
        try:
            yield folder
        finally:
            claim.__exit__(None, None, None)
            with suppress(OSError):
                remove(self.root, folder)

    def _write_text(self, kind: str, key: str, text: str) -> Path:
        from tdsl.build.housekeeping import remove, sweeping

        prepare(self.root, kind)
        target = self.root / kind / key
        written = self.root / "tmp" / os.urandom(16).hex()
        with sweeping(self.root):
            try:
                written.write_bytes(sealed_text(kind, key, text))
                if target.is_dir() and not target.is_symlink():
                    remove(self.root, target)
                os.replace(written, target)
            finally:
                written.unlink(missing_ok=True)
        return target

    def _replace(self, reason: str, full: bool = False) -> Path:
        import tempfile

        spare = tempfile.TemporaryDirectory(
            prefix="tdsl-", dir=_emptiest_folder() if full else None, ignore_cleanup_errors=True
        )
        self._spare = spare
        self.warnings.append(
            Diagnostic(
                "TD0410",
                f"the cache {self._asked} cannot be used ({reason}); nothing is remembered this time",
                None,
                hints=("choose another with --cache-dir, TDSL_CACHE_DIR or cache_dir in .tdslrc",),
                severity="warning",
            )
        )
        return Path(spare.name)

    def _hopeless(self, problem: OSError) -> UserError:
        return UserError(
            Diagnostic(
                "TD0410",
                f"neither the cache {self._asked} nor the temporary folder {self.root} can be used "
                f"({_reason(problem)})",
                None,
                hints=("choose another with --cache-dir or TDSL_CACHE_DIR, or another temporary place with TMPDIR",),
            )
        )


def _reason(problem: OSError) -> str:
    where = f": {problem.filename}" if problem.filename else ""
    return f"{problem.strerror or problem}{where}"


def _emptiest_folder() -> str:
    """The folder for temporary files with most free space."""
    import shutil
    import tempfile

    places = [place for place in (tempfile.gettempdir(), "/tmp", "/var/tmp") if os.access(place, os.W_OK)]
    return max(places, key=lambda place: shutil.disk_usage(place).free, default=tempfile.gettempdir())


def _mark_used(path: Path) -> None:
    """The time of a file records its last use; it is written at most once a minute, and never on read-only media."""
    try:
        if time.time() - path.stat().st_mtime > 60:
            os.utime(path)
    except OSError:
        return
