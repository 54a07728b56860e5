"""Names, places and expressions of buffers and statements, by which users find their program again in the loops."""

from __future__ import annotations

from pathlib import Path

import pytest

from tdsl.check import Options, check
from tdsl.ir.node import own_nodes
from tdsl.loops.language import Module, walk
from tdsl.lower import lower
from tdsl.passes import optimise
from tdsl.schedule import schedule
from tdsl.source import Source
from tdsl.syntax.parse import parse
from tests.random_programs.compare import type_check
from tests.random_programs.selection import native

HEAD = "dim N, K\ninput x: real[N]\ninput y: real[N]\ninput c: bool\ninput i: int[K]\ninput w: real[N, 8]\n"
TRAINING = """use std.optim: sgd
dim B
input x: real[B, 40]
shared W: real[40, 30] = normal(0, 1)
shared b: real[30] = 0
let a = tanh(x @ W + b)
cost C = sum(a)
entry train(x) -> C { minimize C with sgd(0.5) }
"""
# The statements of an entry: the line of each, and its text.
CASES = {
    "names and derivatives": (
        TRAINING,
        [
            "6 a = tanh(x @ W + b)",
            "6 sub = 1 - a ** 2",
            "8 dC_db = sum(sub, axis=0)",
            "7 C = sum(a)",
            "8 b_new = b - 0.5 * dC_db",
            "8 W_new = W - 0.5 * (x.T @ sub)",
        ],
    ),
    "a product and what follows it are one expression": (
        "dim N\nentry f(a: real[N, 9], b: real[9, 9]) -> exp(a @ b) + 1",
        ["2 result = exp(a @ b) + 1"],
    ),
    "maps that become one keep both": (
        HEAD + "entry f(x, y) -> (exp(x), x * y)",
        ["7 result = exp(x)", "7 result_2 = x * y"],
    ),
    "both sides of a branch": (
        HEAD + "entry f(c, x, y) -> if c then sum(x * y) else y[0]",
        ["7 result = (if c then ... else ...)", "7 result = sum(x * y)", "7 result = y[:1]"],
    ),
    "sides that are elsewhere": (
        HEAD + "entry f(c, x, y) -> (if c then x else y) * 2",
        ["7 branch = (if c then x else y)", "7 branch = x", "7 branch = y", "7 result = branch * 2"],
    ),
    "parts of a stack": (
        HEAD + "let s = [exp(x), y]\nentry f(x, y) -> s",
        ["7 s[0] = exp(x)", "7 s[1] = y"],
    ),
    "pieces of a derivative": (
        HEAD + "entry f(w) -> grad(sum(exp(w[:, 0:4])) + sum(tan(w[:, 4:8])), w)",
        ["7 dcost_dw[:, 4:] = tan(w[:, 4:]) ** 2 + 1", "7 dcost_dw[:, :4] = exp(w[:, :4])"],
    ),
    "what is added at positions": (
        HEAD + "entry f(x, i) -> grad(sum(exp(x[i])), x)",
        ["7 dcost_dx = 0", "7 dcost_dx[i] += exp(x[i])"],
    ),
    "positions that no kernel looks at": (
        "dim N, M, K\nentry f(w: real[N, M], i: int[K]) -> w[i]",
        ["2 check w[i]", "2 result = w[i]"],
    ),
    "copies": (HEAD + "entry f(x) -> (x, x)", ["7 x_2 = x", "7 x_3 = x"]),
    "what is printed and asserted": (
        HEAD + 'entry f(x) {\n    assert all(x > 0), "small"\n    print "sum", sum(x)\n}',
        ["8 condition = all(x > 0)", "9 printed = sum(x)"],
    ),
    "deep expressions": (
        HEAD + f"entry f(x) -> {'exp(1 + sin(' * 12}x{'))' * 12}",
        ["7 result = exp(1 + sin(exp(1 + sin(exp(...)))))"],
    ),
}


def lowered(text: str) -> Module:
    with own_nodes():
        file = parse(Source("p.tdsl", text))
        return schedule(lower(optimise(check(file, Options(32, (), False), Path.read_text, "p"))))


@pytest.mark.parametrize("name", CASES)
def test_texts(name: str) -> None:
    text, wanted = CASES[name]
    statements = walk(lowered(text).routines[0].statements)
    origins = [origin for statement in statements for origin in statement.origins]
    assert [f"{origin.span.line if origin.span else '-'} {origin.text}" for origin in origins] == wanted


def test_long_lines_are_cut() -> None:
    name = "so_long_a_name_" * 5
    (routine,) = lowered(f"dim N\ninput {name}: real[N]\nentry f({name}) -> exp({name}) * {name}").routines
    (statement,) = routine.statements
    (origin,) = statement.origins
    assert origin.text == f"result = exp({name}) * so_long_a_name..."


def test_origins_are_no_part_of_the_meaning_of_loops() -> None:
    text = HEAD + "entry f(x) -> exp(x)"
    one, other = lowered(text), lowered("# further down\n" + text)
    assert one == other
    assert one.routines[0].statements[0].origins != other.routines[0].statements[0].origins


def test_everything_has_an_origin() -> None:
    for seed in range(12):
        for routine in schedule(lower(optimise(type_check(native(seed))))).routines:
            names = [buffer.origin.name for buffer in routine.buffers]
            assert len(set(names)) == len(names)
            for statement in walk(routine.statements):
                assert statement.origins
                for origin in statement.origins:
                    assert origin.text.isprintable()
                    assert origin.name in (*names, "check", "loop")
