"""`tdsl show FILE [--stage …]` and `tdsl grad FILE [COST] [--wrt …]`: a program at a stage of its compilation."""

from __future__ import annotations

from pathlib import Path

import click

from tdsl.cli.options import GENERATED, Asked, one_of, with_settings
from tdsl.cli.output import Output, with_output
from tdsl.spelling import suggestion


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
@with_output()
@with_settings(*GENERATED)
def show_command(asked: Asked, file: Path, stage: str, output: Output) -> None:
    """Show a FILE's inputs, shared variables and entries, or the program at some stage of its compilation.

    FILE may be - for standard input.
    """
    from tdsl.driver import STAGES, show

    if stage not in STAGES and not stage.startswith("after:"):
        hint = suggestion(stage, STAGES, f"the stages are {', '.join([*STAGES, 'after:PASS'])}")
        raise click.BadParameter(f"there is no stage {stage!r}; {hint}", param_hint="--stage")
    output.write(asked.read(file, show, stage))


@click.command("grad")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("cost", required=False)
@click.option("--wrt", metavar="NAME", multiple=True, help="With respect to what; several, or separated by commas.")
@with_output(latex="As a LaTeX document of formulas.", html="As a page with the program beside it, and formulas.")
@with_settings("float", "defines", "outside", "unstable")
def grad_command(asked: Asked, file: Path, cost: str | None, wrt: tuple[str, ...], output: Output) -> None:
    """Print the gradient of COST as a program in the same language, or as formulas.

    FILE may be - for standard input.
    """
    from tdsl.driver import gradient

    names = tuple(name.strip() for given in wrt for name in given.split(",") if name.strip())
    output.write(asked.read(file, gradient, cost, names, output.form or "tdsl"))
