"""`tdsl rewrites FILE [--json]`: the forms that are computed in another way than they are written, and why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tdsl.build.reading import program_name
from tdsl.cli.options import PROGRAM, Asked, with_settings
from tdsl.cli.output import Output, with_output
from tdsl.cli.report import as_json, counted, json_span, shown_name
from tdsl.source import Span, excerpt, render
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
        output.write("\n\n".join((*map(_text, _grouped(found)), *map(render, left))))
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


def _grouped(found: Sequence[LocatedRewrite]) -> list[list[LocatedRewrite]]:
    """Those of one form, which a function may have for several instances of a model."""
    groups: dict[tuple[Span, str], list[LocatedRewrite]] = {}
    for one in found:
        groups.setdefault((one.span, one.name), []).append(one)
    return list(groups.values())


def _text(group: Sequence[LocatedRewrite]) -> str:
    first = group[0]
    line, column = first.span.source.position(first.span.start)
    gutter = " " * (len(str(line)) + 1)
    place = f"{shown_name(first.span.source)}:{line}:{column}"
    forms = [
        f"{gutter}= is computed as: {visible(one.after)}{', also before its derivative is taken' * one.in_cost}"
        for one in group
    ]
    return "\n".join([f"{visible(place)}: {first.name}", excerpt(first.span), *forms, f"{gutter}= because {first.why}"])
