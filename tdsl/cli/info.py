"""`tdsl info FILE [--dims B=1000] [--json]`: inputs, values and costs of a module."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tdsl.cli.options import PROGRAM, Asked, with_settings
from tdsl.cli.output import Output, with_output

if TYPE_CHECKING:
    from tdsl.describe.information import EntryInformation, Information
    from tdsl.types import Dim

_LABELS = {
    "workspace": "workspace, bytes",
    "results": "results, bytes",
    "updates": "new values, bytes",
    "memory": "memory in all, bytes",
    "flop": "FLOP",
    "functions": "functions",
    "bytes": "bytes moved",
}


@click.command("info")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--dims", metavar="NAME=SIZE", multiple=True, help="Sizes to put into the formulas; several, or with commas."
)
@with_output(json="As JSON.")
@with_settings(*PROGRAM)
def info_command(asked: Asked, file: Path, dims: tuple[str, ...], output: Output) -> None:
    """Print the inputs and values of FILE's module, and the memory and operations of a call of each entry."""
    from tdsl.driver import inform

    found = asked.read(file, inform)
    sizes = sizes_given(dims, found.dims)
    output.write(json.dumps(_as_json(found, sizes), indent=2) if output.form == "json" else _page(found, sizes))


def sizes_given(given: tuple[str, ...], known: tuple[str, ...]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for item in (item.strip() for text in given for item in text.split(",")):
        name, _, size = (part.strip() for part in item.partition("="))
        if name not in known:
            listed = f"the dims are {', '.join(known)}" if known else "the program has no dims"
            raise click.BadParameter(f"there is no dim {name!r}; {listed}", param_hint="--dims")
        if not size.isdecimal():
            raise click.BadParameter(f"expected NAME=SIZE with a whole number, got {item!r}", param_hint="--dims")
        sizes[name] = int(size)
    return sizes


def _value(formula: Dim, sizes: Mapping[str, int]) -> int | None:
    """The value of a formula, if the sizes determine it."""
    return formula.evaluate(sizes) if formula.symbols() <= sizes.keys() else None


def _as_json(found: Information, sizes: Mapping[str, int]) -> dict[str, object]:
    entries = [
        {
            **{key: value for key, value in asdict(entry).items() if key != "facts"},
            "costs": {name: {"formula": str(size), "value": _value(size, sizes)} for name, size in entry.facts.items()},
        }
        for entry in found.entries
    ]
    return {**asdict(found), "entries": entries}


def _page(found: Information, sizes: Mapping[str, int]) -> str:
    given = "".join(f", {name} = {size}" for name, size in sizes.items())
    lines = [f"{found.name} (real is {found.real}{given})", *(f"    {line}" for line in found.doc.splitlines())]
    if found.values:
        rows = [(f"{value.name}: {value.type}", value.bytes) for value in found.values]
        rows.append(("in all", sum(value.bytes for value in found.values)))
        width = max(len(text) for text, _ in rows)
        lines += ["", "values, bytes", *(f"    {text:<{width}}  {count:>15,}" for text, count in rows)]
    for entry in found.entries:
        lines += ["", *_entry(entry, sizes)]
    return "\n".join(lines)


def _entry(entry: EntryInformation, sizes: Mapping[str, int]) -> list[str]:
    arguments = [
        f"{argument.name}: {argument.type}" + ("" if argument.default is None else f" = {argument.default}")
        for argument in entry.arguments
    ]
    returns = f" -> {', '.join(entry.results)}" if entry.results else ""
    lines = [f"{entry.name}({', '.join(arguments)}){returns}"]
    if entry.updates:
        lines.append(f"    updates {', '.join(entry.updates)}")
    labels = {name: _LABELS.get(name, f"{name}, bytes") for name in entry.facts}
    width = max(map(len, labels.values()))
    for name, formula in entry.facts.items():
        value = _value(formula, sizes)
        number = "" if value is None else f"{value:,}"
        text = number if formula.constant is not None else f"{formula} = {number}" if number else str(formula)
        lines.append(f"    {labels[name]:<{width}}  {text}")
    return lines
