"""The analysis of a file with mistakes: everything that does not depend on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tdsl.check import Analysis, Options, analyse, trampoline
from tdsl.check.values import Poison
from tdsl.source import Source, UserError
from tdsl.syntax import nodes as syntax
from tdsl.syntax.parse import read


def analysed(text: str) -> Analysis:
    file = read(Source("test.tdsl", text))
    return analyse(file, Options(), Path.read_text, "test")


def described(analysis: Analysis) -> dict[str, str | None]:
    """The types of the expressions of the file by their text."""
    return {
        expression.span.text: analysis.describe(expression)
        for expression in analysis.values
        if expression.span.source is analysis.file.source
    }


WRONG = """
use std.optim: sgd
dim B
const H = 2 + 3
input x: real[B, 3]
shared W: real[3, 2] = normal(0, 1)
state count: int = 1 - 1
let h, pair = (x @ W, (1, 2.5))
let wrong = x @ x
let after = wrong + 1
fn twice(a) {
    let half = a / 2
    half * 4
}
rule descend(rate) for p, g {
    state seen = p * 0
    p <- p - rate * g
    seen <- seen + g
}
cost C = sum(twice(h) ** 2)
entry broken(x, s: real = 0.5) -> (h, nothing) {
    let inner = -h * s
    let silent = after * s
    count <- count + 1.5
    W <- W * s
}
entry right(x) -> twice(x)[0, 1:] {
    minimize C over W with descend(0.1)
}
"""

KNOWN = {
    "H": "int",
    "2 + 3": "int",
    "x": "real[B, 3]",
    "W": "real[3, 2]",
    "h": "real[B, 2]",
    "x @ W": "real[B, 2]",
    "pair": "a tuple",
    "2.5": "real",
    "twice": "a function",
    "descend": "a rule",
    "descend(0.1)": "a rule",
    "C": "real",
    "twice(h) ** 2": "real[B, 2]",
    "s": "real",
    "inner": "real[B, 2]",
    "-h": "real[B, 2]",
    "count + 1.5": None,
    "W * s": "real[3, 2]",
    "count": "int",
    "half": "real[B, 3]",  # as last called
    "half * 4": "real[B, 3]",
    "twice(x)[0, 1:]": "real[2]",
    "p": "real[3, 2]",
    "rate * g": "real[3, 2]",
    "seen": "real[3, 2]",
    "x @ x": None,
    "wrong": None,
    "after": None,
    "silent": None,
    "nothing": None,
}


@pytest.fixture(scope="module")
def wrong() -> Analysis:
    return analysed(WRONG)


@pytest.mark.parametrize("text", KNOWN)
def test_expressions_have_types_beside_mistakes(wrong: Analysis, text: str) -> None:
    assert described(wrong).get(text) == KNOWN[text]


def test_all_mistakes_are_reported_and_there_is_no_program(wrong: Analysis) -> None:
    found = [(error.code, error.span.line if error.span else 0) for error in wrong.diagnostics]
    assert found == [("TD0203", 9), ("TD0201", 21), ("TD0202", 24)]
    assert wrong.program is None
    with pytest.raises(UserError) as raised:
        wrong.program_or_raise()
    assert raised.value.diagnostics == wrong.diagnostics


def test_names_are_in_scope_beside_mistakes(wrong: Analysis) -> None:
    (entry, _) = (item for item in wrong.file.items if isinstance(item, syntax.Entry))
    names = {name for name, value in wrong.scopes[entry].values.items() if not isinstance(value, Poison)}
    assert names == {"s", "inner"}
    outside = {name for name, value in wrong.scope.values.items() if not isinstance(value, Poison)}
    assert outside == {"sgd", "B", "H", "x", "W", "count", "h", "pair", "twice", "descend", "C"}
    (function,) = (item for item in wrong.file.items if isinstance(item, syntax.Fn))
    assert set(wrong.scopes[function].values) == {"a", "half"}


def test_an_item_that_cannot_be_parsed_leaves_the_others_known() -> None:
    analysis = analysed("input x: real\nlet y = x + )\nlet z = sum(y) + undeclared\nlet v = x * 2\nentry f(x) -> v\n")
    assert [error.code for error in analysis.diagnostics] == ["TD0103"]
    assert described(analysis)["x * 2"] == "real" and analysis.program is None


def test_without_mistakes_there_is_the_program() -> None:
    analysis = analysed("entry f(x: real[3]) -> sum(x)\n")
    assert analysis.program is not None and not analysis.diagnostics
    assert analysis.program_or_raise() is analysis.program
    (entry,) = analysis.program.entries
    assert described(analysis) == {"x": "real[3]", "sum(x)": "real", "sum": "a function", "3": "int"}
    assert entry.results[0].node in analysis.values.values()


def test_each_expression_is_evaluated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keeping the values costs no evaluation."""
    count = 0
    run = trampoline.run

    def counted(first: object, begin: object, done: object) -> object:
        def counting(expression: syntax.Expression, value: object) -> None:
            nonlocal count
            count += not expression.span.source.is_library
            done(expression, value)  # type: ignore[operator]

        return run(first, begin, counting)  # type: ignore[arg-type]

    monkeypatch.setattr(trampoline, "run", counted)
    lines = "".join(f"let v{i + 1} = v{i} * 2\n" for i in range(100))
    analysed(f"input x: real\nlet v0 = x\n{lines}entry f(x) -> v100\n")
    assert count == 1 + 100 * 3 + 1
