"""`tdsl show FILE [--stage …]` and `tdsl grad FILE [COST] [--wrt …]`: a program at a stage of its compilation."""

from __future__ import annotations

from pathlib import Path

import click

from tdsl.build.reading import RecordingLoader, read_source
from tdsl.cli.options import GENERATED, Asked, one_of, with_settings


def _stages() -> list[str]:
    from tdsl.driver import STAGES

    return list(STAGES)


@click.command("show")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--stage",
    metavar="STAGE",
    default="inputs",
    help="syntax, typed, optimised, cpp, after:PASS, …",
    shell_complete=one_of(_stages),
)
@with_settings(*GENERATED)
def show_command(asked: Asked, file: Path, stage: str) -> None:
    """Show a FILE's inputs, shared variables and entries, or the program at some stage of its compilation.

    FILE may be - for standard input.
    """
    from tdsl.driver import STAGES, show

    if stage not in STAGES and not stage.startswith("after:"):
        known = ", ".join([*STAGES, "after:PASS"])
        raise click.BadParameter(f"there is no stage {stage!r}; the stages are {known}", param_hint="--stage")
    settings = asked.resolved(file.absolute().parent).settings
    _print(show(read_source(file), settings, RecordingLoader(), stage))


@click.command("grad")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("cost", required=False)
@click.option("--wrt", metavar="NAME", multiple=True, help="With respect to what; several, or separated by commas.")
@click.option("--latex", is_flag=True, help="As a LaTeX document of formulas.")
@click.option("--html", is_flag=True, help="As a page with the program beside it, and formulas.")
@with_settings("float", "defines", "outside", "unstable")
def grad_command(asked: Asked, file: Path, cost: str | None, wrt: tuple[str, ...], latex: bool, html: bool) -> None:
    """Print the gradient of COST as a program in the same language, or as formulas.

    FILE may be - for standard input.
    """
    from tdsl.driver import gradient

    if latex and html:
        raise click.UsageError("--latex and --html are two forms of one result: choose one")
    form = "latex" if latex else "html" if html else "tdsl"
    settings = asked.resolved(file.absolute().parent).settings
    names = tuple(name.strip() for given in wrt for name in given.split(",") if name.strip())
    _print(gradient(read_source(file), settings, RecordingLoader(), cost, names, form))


def _print(text: str) -> None:
    click.echo(text, nl=not text.endswith("\n"))
