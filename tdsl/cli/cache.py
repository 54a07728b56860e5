"""`tdsl cache dir|info|clear`"""

from __future__ import annotations

from pathlib import Path

import click

from tdsl.build.cache import cache_root
from tdsl.build.housekeeping import KINDS, clear, entries
from tdsl.cli.options import Asked, with_settings
from tdsl.cli.table import print_rows


@click.group("cache")
def cache_command() -> None:
    """The compiled things that are kept."""


def _root(asked: Asked) -> Path:
    return cache_root(asked.resolved(Path.cwd()).settings)


@cache_command.command("dir")
@with_settings
def directory(asked: Asked) -> None:
    """Print where the cache is."""
    click.echo(str(_root(asked)))


@cache_command.command()
@with_settings
def info(asked: Asked) -> None:
    """Print how much it holds."""
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
@with_settings
def clear_all(asked: Asked) -> None:
    """Remove everything in it."""
    asked.report.summary(f"{readable(clear(_root(asked)))} freed")


def readable(size: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"
