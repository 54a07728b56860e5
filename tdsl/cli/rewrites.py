"""`tdsl rewrites FILE [--json]`: the forms that are computed in another way than they are written, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tdsl.build.reading import program_name
from tdsl.cli.options import PROGRAM, Asked, with_settings
from tdsl.cli.output import Output, with_output
from tdsl.cli.report import as_json, counted, json_span, shown_name
from tdsl.source import excerpt, render
from tdsl.visible import visible

if TYPE_CHECKING:
    from tdsl.passes.rewrites import LocatedRewrite


@click.command("rewrites")
@click.argument("file", type=click.Path(path_type=Path))
@with_output(json="As JSON.")
@with_settings(*PROGRAM)
def rewrites_command(asked: Asked, file: Path, output: Output) -> int:
    """List the naive forms in FILE that are computed in a stable way: each place, its new form, and the reason.

    Forms that need one and have none are listed too; with --unstable refuse they are errors, and the exit code is 1.

    FILE may be - for standard input.
    """
    from tdsl.driver import rewritten

    found, left = asked.read(file, rewritten)
    if output.form == "json":
        content = {"rewrites": [_as_json(one) for one in found], "unstable": [as_json(one) for one in left]}
        output.write(json.dumps(content, indent=2))
    else:
        output.write("\n\n".join((*map(_text, found), *map(render, left))))
        counts = f"{counted(len(found), 'rewrite')}, {counted(len(left), 'unstable form')}"
        asked.report.summary(f"{counts} left in {program_name(file)}")
    return int(any(one.severity == "error" for one in left))


def _as_json(one: LocatedRewrite) -> dict[str, object]:
    return {
        **json_span(one.span),
        "name": one.name,
        "before": one.before,
        "after": one.after,
        "why": one.why,
        "differentiated": one.in_cost,
    }


def _text(one: LocatedRewrite) -> str:
    line, column = one.span.source.position(one.span.start)
    gutter = " " * (len(str(line)) + 1)
    place = f"{shown_name(one.span.source)}:{line}:{column}"
    derivative = ", also before its derivative is taken" if one.in_cost else ""
    return "\n".join(
        [
            f"{visible(place)}: {one.name}",
            excerpt(one.span),
            f"{gutter}= is computed as: {visible(one.after)}{derivative}",
            f"{gutter}= because {one.why}",
        ]
    )
