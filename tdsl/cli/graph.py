"""`tdsl graph FILE [--entry …] [--stage …] [--dot|--svg]`: a picture of a program."""

from __future__ import annotations

import re
from pathlib import Path

import click

from tdsl.cli.options import PROGRAM, Asked, with_settings
from tdsl.cli.output import Output, with_output

MERMAID_EDGES, MERMAID_CHARACTERS = 500, 50_000
"""Its limits maxEdges and maxTextSize, where a page does not set others."""
EDGE = re.compile(r"^    v\d+ -", re.M)


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
    "--updates/--no-updates",
    default=True,
    show_default=True,
    help="Whether updates of kept values are drawn, with the derivatives that only they need.",
)
@with_output(dot="As text for Graphviz.", svg="As a drawing.")
@with_settings(*PROGRAM)
def graph_command(asked: Asked, file: Path, entry: str | None, stage: str, updates: bool, output: Output) -> None:
    """Draw FILE: inputs, kept values, steps, costs, updates and results, in boxes of functions and loops.

    The picture is a text for Mermaid, which GitHub draws, or has another form.

    FILE may be - for standard input.
    """
    from tdsl.driver import graph

    text = asked.read(file, graph, entry, stage, output.form or "mermaid", updates)
    output.write(text)
    edges = len(EDGE.findall(text))
    if not output.form and (edges > MERMAID_EDGES or len(text) > MERMAID_CHARACTERS):
        found = f"the picture has {edges:,} edges and {len(text):,} characters"
        limits = f"Mermaid draws {MERMAID_EDGES} and {MERMAID_CHARACTERS:,} unless maxEdges and maxTextSize allow more"
        asked.report.summary(f"{found}; {limits}: try --no-updates, --entry NAME or --svg")
