"""`tdsl graph FILE [--entry …] [--stage …] [--format …]`: a picture of a program."""

from __future__ import annotations

from pathlib import Path

import click

from tdsl.build.reading import RecordingLoader, read_source
from tdsl.cli.options import PROGRAM, Asked, with_settings


@click.command("graph")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--entry", metavar="NAME", help="Only this entry; otherwise all, with the values that they share.")
@click.option(
    "--stage",
    type=click.Choice(("typed", "optimised")),
    default="typed",
    show_default=True,
    help="The program as it is written, with its derivatives, or after all passes.",
)
@click.option(
    "--format",
    type=click.Choice(("mermaid", "dot", "svg")),
    default="mermaid",
    show_default=True,
    help="Text that GitHub draws, text for Graphviz, or a drawing.",
)
@with_settings(*PROGRAM)
def graph_command(asked: Asked, file: Path, entry: str | None, stage: str, format: str) -> None:
    """Draw FILE: inputs, kept values, steps, costs, updates and results, in boxes of functions and loops.

    FILE may be - for standard input.
    """
    from tdsl.driver import graph

    settings = asked.resolved(file.absolute().parent).settings
    click.echo(graph(read_source(file), settings, RecordingLoader(), entry, stage, format), nl=False)
