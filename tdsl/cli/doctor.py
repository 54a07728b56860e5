"""`tdsl doctor`: found and missing parts of the machine, with a fix for each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from tdsl.build.cache import Cache
from tdsl.build.identity import digest
from tdsl.cli.findings import Finding, optional_findings, python_findings
from tdsl.cli.gpus import gpu_findings
from tdsl.cli.options import Asked, with_settings
from tdsl.cli.table import print_rows
from tdsl.settings import Settings
from tdsl.source import UserError


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_settings("mode", "compiler", "flags", "march", "cuda_compiler", "cache_dir", compiles=False)
def doctor_command(asked: Asked, as_json: bool) -> int:
    """Check the machine; exit code 1 if a required part is missing."""
    settings = asked.resolved(Path.cwd()).settings
    found = [*python_findings(), *_compiler(settings), _cache(settings), *optional_findings(), *gpu_findings(settings)]
    if as_json:
        click.echo(json.dumps([vars(finding) for finding in found], indent=2))
    else:
        rows = [(finding.status, finding.what, finding.detail, finding.fix) for finding in found]
        print_rows(asked.report, ("", "what", "found", "fix"), rows)
    wrong = sum(finding.status == "missing" for finding in found)
    asked.report.summary(
        f"{wrong} needed {'thing is' if wrong == 1 else 'things are'} missing" if wrong else "all well"
    )
    return 1 if wrong else 0


def _compiler(settings: Settings) -> Iterator[Finding]:
    from tdsl.build.toolchain import locate, version
    from tdsl.build.trial import try_compiler

    cache = Cache.of(settings)
    try:
        toolchain = locate(settings)
        detail = f"{' '.join(toolchain.command)}: {version(toolchain, cache)}"
        try_compiler(settings, toolchain, cache)
    except UserError as error:
        problem = error.diagnostics[0]
        yield Finding("missing", "C++ compiler", problem.message, "; ".join(problem.hints))
    except OSError as trouble:
        yield Finding("missing", "C++ compiler", f"cannot be tried: {trouble}", "free some space")
    else:
        yield Finding("ok", "C++ compiler", detail)


def _cache(settings: Settings) -> Finding:
    cache = Cache.of(settings)
    try:
        cache.write_text("logs", digest("doctor"), "The cache can be written.\n")
        problems = list(cache.warnings)
    except UserError as error:
        problems = list(error.diagnostics)
    if problems:
        return Finding("missing", "cache", problems[0].message, problems[0].hints[0])
    return Finding("ok", "cache", str(cache.root))
