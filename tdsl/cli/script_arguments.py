"""Scripts on the command line: the options behind one are its own, and it has to be there."""

from __future__ import annotations

from pathlib import Path

import click

from tdsl.source import fail


def require_script(script: Path) -> None:
    if script.suffix == ".tdsl" and script.is_file():
        message = f"{script} is a program in tdsl; what runs is a Python script, which compiles or imports it"
        raise fail("TD0407", message, None, hint=f"tdsl compile {script} makes a module of it")
    if not script.is_file():
        problem = f"{script} is a folder, not a script" if script.is_dir() else f"there is no file {script}"
        raise fail("TD0407", problem, None)


class ProgramAndScript(click.Command):
    """A command whose options may stand before and behind its first argument, and that leaves all behind the second one
    alone."""

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        context.allow_interspersed_args = False
        before, rest = self._divided(context, arguments)
        behind, script = self._divided(context, rest[1:])
        return super().parse_args(context, [*before, *behind, "--", *rest[:1], *script])

    def _divided(self, context: click.Context, arguments: list[str]) -> tuple[list[str], list[str]]:
        """The options at the beginning with their values, and the rest."""
        options = [parameter for parameter in self.params if isinstance(parameter, click.Option)]
        _, rest, _ = click.Command(None, params=[*options]).make_parser(context).parse_args(list(arguments))
        begin = arguments[: len(arguments) - len(rest)]
        return (begin[:-1] if begin[-1:] == ["--"] else begin), rest
