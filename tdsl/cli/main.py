"""`tdsl COMMAND`: the group of commands, imported on demand, and the exit code of every failure."""

from __future__ import annotations

import atexit
import contextlib
import importlib
import io
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

import click

import tdsl
from tdsl.cli.report import VERBOSE, Report
from tdsl.source import CompilerBug, UserError
from tdsl.spelling import closest
from tdsl.visible import visible

COMMANDS = {
    "compile": "compile",
    "check": "check",
    "fmt": "fmt",
    "show": "show",
    "info": "info",
    "profile": "profile",
    "grad": "show",
    "rewrites": "rewrites",
    "graph": "graph",
    "explain": "explain",
    "sample": "sample",
    "run": "run",
    "doctor": "doctor",
    "config": "config",
    "cache": "cache",
}

UNABLE = 2
INTERRUPTED = 130
BROKEN_PIPE = 141
BUG = 70


class _Commands(click.Group):
    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        found = getattr(importlib.import_module(f"tdsl.cli.{COMMANDS[name]}"), f"{name}_command")
        assert isinstance(found, click.Command)
        return found

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if arguments and arguments[0] not in COMMANDS and not arguments[0].startswith("-"):
            wanted = arguments[0]
            near = closest(wanted, COMMANDS)
            if wanted.endswith(".tdsl"):
                hint = f" Did you mean `tdsl compile {wanted}`?"
            else:
                hint = f" Did you mean {near!r}?" if near else ""
            context.fail(f"There is no command {wanted!r}.{hint}")
        return super().resolve_command(context, arguments)


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(tdsl.__version__, "-V", "--version", prog_name="tdsl", message="%(prog)s %(version)s")
@click.option("-q", "--quiet", is_flag=True, help="No warnings, no summary.")
@click.option("-v", "--verbose", count=True, help=VERBOSE)
@click.pass_obj
def group(report: Report, quiet: bool, verbose: int) -> None:
    """Compile small programs of tensors, costs and gradients to native Python modules."""
    report.quiet, report.verbosity = quiet, verbose


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line and ends the process with its exit code."""
    heed_signals()
    sys.exit(run(arguments))


def heed_signals() -> None:
    """SIGTERM, SIGHUP and SIGQUIT end the process in order, unless it was started to ignore them."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _end)
            if number == signal.SIGQUIT:
                atexit.register(_quit)


def _end(number: int, _frame: FrameType | None) -> None:
    """Raises an exception, so that running compilers end too and temporary files are removed."""
    if number == signal.SIGQUIT:
        signal.signal(number, signal.SIG_DFL)
    raise SystemExit(128 + number)


def _quit() -> None:
    """The sender of SIGQUIT may want a core dump.  Registered first, this runs last."""
    if signal.getsignal(signal.SIGQUIT) == signal.SIG_DFL:
        signal.raise_signal(signal.SIGQUIT)


def run(arguments: Sequence[str] | None = None) -> int:
    report = Report()
    _take_any_stream()
    try:
        code = _run(arguments, report)
        report.finish()
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_output()
        return BROKEN_PIPE
    except OSError as problem:
        _tell_trouble(problem, report)
        _forget_output()
        return UNABLE
    return code


def _take_any_stream() -> None:
    """Replaces closed streams, and streams with too few characters for messages.  No file opened later gets the number
    of a closed stream, where it would receive the output of others."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    # sys.stdin remains None: reading a program from there is an error.
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _forget_output() -> None:
    """Redirects a broken stream, as Python flushes it at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
    except OSError:
        raise
    except SystemExit as ended:
        # Click ends with 1 by itself when a pipe is closed, and with 0 after shell completion.
        if ended.code == 1:
            raise BrokenPipeError from None
        return ended.code if isinstance(ended.code, int) else 0
    except Exception as error:
        _tell_bug(error, report)
        return BUG


def _tell_trouble(problem: OSError, report: Report) -> None:
    """A failure of the file system or the output: neither a mistake in the program nor one of tdsl."""
    what = problem.filename or "the output cannot be written"
    lines = [f"tdsl: error: {what}: {problem.strerror or problem}", *_trace(problem, report)]
    with contextlib.suppress(OSError):
        click.echo(visible("\n".join(lines)), err=True)


def _trace(error: Exception, report: Report) -> list[str]:
    if report.verbosity == 0:
        return []
    import traceback

    return ["".join(traceback.format_exception(error)).rstrip()]


def _tell_bug(error: Exception, report: Report) -> None:
    kind = "" if isinstance(error, CompilerBug) else f"{type(error).__name__}: "
    lines = [
        f"tdsl: this is a bug in tdsl, not in your program: {kind}{error}",
        f"Please report it with the program and the versions: tdsl {tdsl.__version__}, "
        f"Python {sys.version.split()[0]}, {sys.platform}.",
    ]
    lines += _trace(error, report) or ["With -v the place in tdsl is shown."]
    click.echo("\n".join(lines), err=True)
