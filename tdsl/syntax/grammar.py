"""The parser that Lark makes of the grammar, and its tables, which may be kept as text for a later process: to work
them out takes Lark ten times as long as to read them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import lark
from lark import Lark, Token
from lark.grammar import Rule
from lark.lexer import TerminalDef

from tdsl import resources
from tdsl.syntax.transformer import Tree


class Parser:
    """One Lark and one builder of trees for all threads."""

    def __init__(self) -> None:
        self.tree = Tree()
        self._lark: Lark | None = None

    @property
    def is_ready(self) -> bool:
        return self._lark is not None

    @property
    def lark(self) -> Lark:
        if self._lark is None:
            self._lark = Lark(_grammar(), parser="lalr", lexer="basic", transformer=self.tree, postlex=_KeepDocs())
        return self._lark

    @property
    def origin(self) -> tuple[str, str]:
        """The tables are made from this."""
        return lark.__version__, _grammar()

    def tables(self) -> str:
        data, memo = self.lark.memo_serialize([TerminalDef, Rule])
        own = ("transformer", "postlex")
        data["options"] = {name: value for name, value in data["options"].items() if name not in own}
        return json.dumps([data, memo])

    def restore(self, tables: str) -> None:
        """The parser of tables of the same origin."""
        data, memo = json.loads(tables, object_hook=_numbered)
        self._lark = Lark._load_from_dict(  # type: ignore[no-untyped-call]
            data, memo, transformer=self.tree, postlex=_KeepDocs()
        )


def _grammar() -> str:
    return (resources.GRAMMAR / "tdsl.lark").read_text(encoding="utf-8")


def _numbered(names: dict[str, object]) -> dict[str | int, object]:
    """JSON has no keys but strings; Lark's are the numbers of states and rules, and names."""
    return {int(name) if name.isdecimal() else name: value for name, value in names.items()}


class _KeepDocs:
    """Lark forgets terminals that no rule names; `always_accept` makes it keep these."""

    always_accept = (*("DOC", "_NL", "UNKNOWN", "OPEN_STRING"),)

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        return stream


PARSER = Parser()
