"""The tables of the parser, kept as text."""

from __future__ import annotations

from pathlib import Path

import pytest

import tdsl.syntax.parse
from tdsl import resources
from tdsl.build.cache import Cache
from tdsl.clock import Clock
from tdsl.compilation import compile_source
from tdsl.emit.syntax import emit_syntax
from tdsl.settings import Settings
from tdsl.source import Source, UserError
from tdsl.syntax.grammar import Parser
from tdsl.syntax.parse import parse

FOLDERS = (Path(__file__).parent / "errors", resources.STANDARD_LIBRARY, resources.SAMPLES)
TEXTS = sorted(path for folder in FOLDERS for path in folder.rglob("*.tdsl") if path.is_file())


@pytest.fixture(scope="module")
def fresh() -> Parser:
    return Parser()


@pytest.fixture(scope="module")
def restored(fresh: Parser) -> Parser:
    parser = Parser()
    parser.restore(fresh.tables())
    return parser


def outcome(text: str, parser: Parser, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setattr(tdsl.syntax.parse, "PARSER", parser)
    try:
        return emit_syntax(parse(Source("text.tdsl", text)))
    except UserError as error:
        return [(one.code, one.message, one.hints) for one in error.diagnostics]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_tables_restored_parse_the_same(
    path: Path, fresh: Parser, restored: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = path.read_bytes().decode("utf-8", "replace")
    assert outcome(text, restored, monkeypatch) == outcome(text, fresh, monkeypatch)


def test_a_later_process_reads_the_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two first compilations, each with a parser of its own: the first keeps the tables, the second makes none."""
    cache = Cache(tmp_path, 1 << 30)
    for number in range(2):
        own = Parser()
        monkeypatch.setattr("tdsl.syntax.grammar.PARSER", own)
        monkeypatch.setattr(tdsl.syntax.parse, "PARSER", own)
        if number:
            monkeypatch.setattr(
                "tdsl.syntax.grammar.Lark.__init__", lambda *given, **named: pytest.fail("tables were made")
            )
        source = Source("text.tdsl", f"entry f(x: real) -> x + {number}")
        compile_source(source, Settings(target="numpy"), cache, Clock())
    assert len(list((tmp_path / "grammars").iterdir())) == 1
