"""`tdsl explain TD0203`"""

from __future__ import annotations

import sys
from pathlib import Path

import click

import tdsl
from tdsl.cli.options import one_of, with_report
from tdsl.cli.report import Report
from tdsl.cli.table import print_rows
from tdsl.spelling import closest

PAGES = Path(tdsl.__file__).with_name("explain")


@click.command("explain")
@click.argument(
    "code", required=False, shell_complete=one_of(lambda: sorted(page.stem for page in PAGES.glob("TD*.md")))
)
@click.option("--list", "listed", is_flag=True, help="All codes with their titles.")
@with_report
def explain_command(report: Report, code: str | None, listed: bool) -> None:
    """Explain the error CODE, with a wrong example and the fixed one."""
    pages = {page.stem: page for page in sorted(PAGES.glob("TD*.md"))}
    if listed or code is None:
        print_rows(report, ("code", "meaning"), [(name, title(page)) for name, page in pages.items()])
        return
    wanted = code.strip().strip("[]").upper()
    wanted = f"TD{wanted.zfill(4)}" if wanted.isdigit() else wanted
    if wanted not in pages:
        near = closest(wanted, pages)
        hint = f"; did you mean {near}?" if near else ""
        raise click.BadParameter(f"there is no code {code!r}{hint} (tdsl explain --list)", param_hint="CODE")
    text = pages[wanted].read_text(encoding="utf-8")
    if sys.stdout.isatty() and report.colored(sys.stdout):
        from rich.console import Console
        from rich.markdown import Markdown

        Console(width=min(Console().width, 100)).print(Markdown(text))
    else:
        click.echo(text.rstrip())


def title(page: Path) -> str:
    """The first line without `# TD0203: `."""
    first = page.read_text(encoding="utf-8").partition("\n")[0]
    return first.lstrip("# ").removeprefix(page.stem).lstrip(": ")
