"""`tdsl COMMAND`: the group of commands, imported when asked for, and what every failure becomes."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

import click

import tdsl
from tdsl.cli.report import Report
from tdsl.source import CompilerBug, UserError

_COMMANDS = {
    "compile": "compile",
    "check": "check",
    "show": "show",
    "info": "info",
    "grad": "show",
    "explain": "explain",
    "sample": "sample",
    "doctor": "doctor",
    "config": "config",
    "cache": "cache",
}

INTERRUPTED = 130
BROKEN_PIPE = 141
BUG = 70


class _Commands(click.Group):
    def list_commands(self, context: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        found = getattr(importlib.import_module(f"tdsl.cli.{_COMMANDS[name]}"), f"{name}_command")
        assert isinstance(found, click.Command)
        return found

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if arguments and arguments[0] not in _COMMANDS and not arguments[0].startswith("-"):
            import difflib

            wanted = arguments[0]
            near = difflib.get_close_matches(wanted, _COMMANDS, n=1)
            if wanted.endswith(".tdsl"):
                hint = f" Did you mean `tdsl compile {wanted}`?"
            else:
                hint = f" Did you mean {near[0]!r}?" if near else ""
            context.fail(f"There is no command {wanted!r}.{hint}")
        return super().resolve_command(context, arguments)


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(tdsl.__version__, "-V", "--version", prog_name="tdsl", message="%(prog)s %(version)s")
def group() -> None:
    """Compile small programs of tensors, costs and gradients to native Python modules."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line and ends the process with its exit code."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    report = Report()
    try:
        code = _run(arguments, report)
        report.finish()
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone; what Python still wants to flush at exit must go somewhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    return code


def _run(arguments: Sequence[str] | None, report: Report) -> int:
    try:
        result = group.main(arguments, prog_name="tdsl", standalone_mode=False, obj=report)
        return result if isinstance(result, int) else 0
    except UserError as error:
        report.diagnostics(error.diagnostics)
        return report.exit_code()
    except click.ClickException as error:
        error.show(sys.stderr)
        return 2
    except (KeyboardInterrupt, click.Abort):
        click.echo("tdsl: interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except SystemExit as ended:
        # Click ends with 1 by itself when a pipe is closed, and with 0 after shell completion.
        if ended.code == 1:
            raise BrokenPipeError from None
        return 0
    except Exception as error:
        _tell_bug(error, report)
        return BUG


def _tell_bug(error: Exception, report: Report) -> None:
    kind = "" if isinstance(error, CompilerBug) else f"{type(error).__name__}: "
    lines = [
        f"tdsl: this is a bug in tdsl, not in your program: {kind}{error}",
        f"Please report it with the program and the versions: tdsl {tdsl.__version__}, "
        f"Python {sys.version.split()[0]}, {sys.platform}.",
    ]
    if report.verbosity > 0:
        import traceback

        lines.append("".join(traceback.format_exception(error)).rstrip())
    else:
        lines.append("With -v the place in tdsl is shown.")
    click.echo("\n".join(lines), err=True)
