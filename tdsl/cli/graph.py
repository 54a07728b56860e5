"""`tdsl graph FILE [--entry …] [--stage …] [--dot|--svg]`: a picture of a program."""

from __future__ import annotations

from pathlib import Path

import click

from tdsl.cli.options import PROGRAM, Asked, with_settings
from tdsl.cli.output import Output, with_output


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
@with_output(dot="As text for Graphviz.", svg="As a drawing.")
@with_settings(*PROGRAM)
def graph_command(asked: Asked, file: Path, entry: str | None, stage: str, output: Output) -> None:
    """Draw FILE: inputs, kept values, steps, costs, updates and results, in boxes of functions and loops.

    The picture is a text for Mermaid, which GitHub draws, or has another form.

    FILE may be - for standard input.
    """
    from tdsl.driver import graph

    output.write(asked.read(file, graph, entry, stage, output.form or "mermaid"))
