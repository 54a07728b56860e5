"""Every step of a program that a call could end at has a place in the text, as checked and after each pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from tdsl.driver import Stages
from tdsl.ir.node import topological
from tdsl.ir.program import Program
from tdsl.passes import passes
from tdsl.settings import Settings
from tdsl.source import Source
from tests.random_programs.generator import Generator

PROGRAMS = {
    "two positions": "dim N, M\nentry f(x: real[N, M], k: int, j: int) -> x[k, j]",
    "positions among others": "dim N\nentry f(x: real[N, N, N, 4], k: int, j: int) -> x[k, new, 1:, :, j]",
    "an array of positions": "dim N\nentry f(x: real[N, N], k: int[3], j: int) -> x[j, k]",
    "slope of two positions": "dim N\nentry f(x: real[N, N], k: int, j: int) -> grad(x[k, j] ** 2, x)",
    "second slope": "dim N\nentry f(x: real[N, N], k: int, j: int) -> grad(grad(x[k, j] ** 3, x)[k, j], x)",
    "under a switch": "entry f(x: real[3, 3], k: int, c: bool[3]) -> grad(sum(switch(c, x[k], 0)), x)",
    "integers": "entry f(n: int, m: i32) -> (n // m, n % 3, (n + 1) // (m // 2) % m)",
    "builtins": "entry f(x: real[4], k: int[2]) -> (gather(x, k), scatter(x[:2], k, 0, 5), within(k, 3))",
    "of the library": "use std.nn: pick\nentry f(x: real[3, 4], k: int[3]) -> (pick(x, k), grad(sum(pick(x, k)), x))",
    "through a function": "fn both(x, i) = x[i, i] // x[0, i]\nentry f(x: int[3, 3], i: int) -> both(x, i)",
    "first values": "state i: int = 2\nstate x: real[3, 3] = 1\nstate q: int = 7 // i\nstate y: real = x[i, i]\n"
    "entry f() -> (q, y)",
    "first values of a rule": "state d: int = 2\nrule r() for p, g {\n state s: int = 6 // d\n"
    " p <- p - g * real(s)\n}\nshared w: real = 1\nentry f() { minimize w ** 2 with r() }",
    "an update": "state i: int = 2\nstate x: real[3, 3] = 1\nentry f(d: int) { i <- i // d\n x <- x + x[i, i] }",
}


def without_place(program: Program) -> list[str]:
    return [
        f"{entry.name}: {node}"
        for entry in program.all_entries()
        for node in topological(entry.roots())
        if node.may_fault and not (entry.spans.get(node) or program.spans.get(node))
    ]


def typed(text: str) -> Program:
    return Stages(Source("places.tdsl", text), Settings(), lambda path: Path(path).read_text(encoding="utf-8")).program


def everywhere(text: str) -> None:
    program = Stages(
        Source("places.tdsl", text), Settings(), lambda path: Path(path).read_text(encoding="utf-8")
    ).program
    assert without_place(program) == []
    for name, made in passes(program):
        assert without_place(made) == [], name


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name: str) -> None:
    everywhere(PROGRAMS[name])


def test_programs_here_may_fault() -> None:
    for text in PROGRAMS.values():
        program = Stages(
            Source("places.tdsl", text), Settings(), lambda path: Path(path).read_text(encoding="utf-8")
        ).program
        assert any(node.may_fault for node in topological(program.roots())), text


@pytest.mark.parametrize("seed", range(20))
def test_random_program(seed: int) -> None:
    everywhere(Generator(seed).file().text)
