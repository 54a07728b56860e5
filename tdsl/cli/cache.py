"""`tdsl cache dir|info|clear`"""

from __future__ import annotations

from pathlib import Path

import click

from tdsl.build.cache_folder import KINDS, cache_root, objection
from tdsl.build.housekeeping import clear, entries
from tdsl.cli.options import Asked, with_settings
from tdsl.cli.table import print_rows
from tdsl.source import fail


@click.group("cache")
def cache_command() -> None:
    """The cache of compiled modules."""


def _root(asked: Asked) -> Path:
    root = cache_root(asked.resolved(Path.cwd()).settings)
    if not root.is_absolute():
        raise fail("TD0410", "there is no home folder for the cache", None, hint="name one with --cache-dir")
    return root


@cache_command.command("dir")
@with_settings("cache_dir", compiles=False)
def directory(asked: Asked) -> None:
    """Print the folder of the cache."""
    click.echo(str(_root(asked)))


@cache_command.command()
@with_settings("cache_dir", "cache_limit", compiles=False)
def info(asked: Asked) -> None:
    """Print the size of the cache."""
    root = _root(asked)
    found = list(entries(root))
    rows = [("folder", str(root), "")]
    for kind in KINDS:
        sizes = [entry.size for entry in found if entry.kind == kind]
        rows.append((kind, str(len(sizes)), readable(sum(sizes))))
    limit = asked.resolved(Path.cwd()).settings.cache_limit << 20
    rows.append(("total", str(len(found)), f"{readable(sum(entry.size for entry in found))} of {readable(limit)}"))
    print_rows(asked.report, ("what", "number", "size"), rows)


@cache_command.command("clear")
@with_settings("cache_dir", compiles=False)
def clear_all(asked: Asked) -> None:
    """Remove everything in the cache."""
    root = _root(asked)
    reason = objection(root)
    if reason is not None:
        raise fail("TD0410", f"{root} is not cleared: {reason}", None)
    freed, problems = clear(root)
    asked.report.summary(f"{readable(freed)} freed")
    if problems:
        left = f"{len(problems)} entries of {root} cannot be removed: {problems[0].strerror}"
        raise fail("TD0410", left, None)


def readable(size: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"
