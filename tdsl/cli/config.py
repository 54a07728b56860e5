"""`tdsl config`: each setting, its value and the origin of that."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import click

from tdsl.cli.options import Asked, with_settings
from tdsl.cli.table import print_rows
from tdsl.settings.table import TABLE


@click.command("config")
@click.argument("folder", required=False, default=".", type=click.Path(path_type=Path, exists=True))
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_settings(*TABLE, compiles=False)
def config_command(asked: Asked, folder: Path, as_json: bool) -> None:
    """Show every setting in force for the programs of FOLDER, and its origin."""
    resolved = asked.resolved(folder.absolute() if folder.is_dir() else folder.absolute().parent)
    values = {name: getattr(resolved.settings, name) for name in TABLE}
    if as_json:
        found = {
            name: {
                "value": dict(value) if name == "defines" else value,
                "origin": resolved.origins[name],
                "help": TABLE[name].help,
            }
            for name, value in values.items()
        }
        click.echo(json.dumps(found, indent=2))
        return
    rows = [(name, _spelled(value), resolved.origins[name], TABLE[name].help) for name, value in values.items()]
    print_rows(asked.report, ("setting", "value", "origin", "meaning"), rows)


def _spelled(value: object) -> str:
    if isinstance(value, tuple):
        words = [word if isinstance(word, str) else f"{word[0]}={word[1]}" for word in value]
        return shlex.join(words) or '""'
    return str(value) if value != "" else '""'
