"""The verifier names the pass that broke a program, for any kind of error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tdsl.check import Options, check
from tdsl.ir.node import Node, Type, apply, constant
from tdsl.ir.program import Program
from tdsl.ir.verify import verify
from tdsl.source import CompilerBug, Source
from tdsl.syntax.parse import parse
from tdsl.types import F32, F64, Dim

TEXT = """
shared w: real = 0
entry f(x: real) -> x * w {
    assert x > 0
    w <- x
}
"""


def program() -> Program:
    return check(parse(Source("p.tdsl", TEXT)), Options(), Path.read_text, "p")


def broken(change: Callable[[Program], Program]) -> str:
    with pytest.raises(CompilerBug, match="after breaking: ") as caught:
        verify(change(program()), "breaking")
    return str(caught.value)


def with_result(made: Node) -> Callable[[Program], Program]:
    def change(whole: Program) -> Program:
        entry = whole.entries[0]
        return replace(whole, entries=(replace(entry, results=(replace(entry.results[0], node=made),)),))

    return change


def test_a_program_that_holds() -> None:
    whole = program()
    assert verify(whole, "check") is whole


def test_an_operand_of_another_type() -> None:
    made = apply("neg", constant(1.5, F32))
    wrong = object.__new__(Node)
    wrong.op, wrong.operands, wrong.attributes, wrong.type = made.op, made.operands, made.attributes, Type(F64)
    assert "should be f32" in broken(with_result(wrong))
    wrong.operands, wrong.type = (constant(1, F32), constant(1, F64)), Type(F32)
    wrong.op = apply("add", constant(1, F32), constant(2, F32)).op
    assert "is ill-typed" in broken(with_result(wrong))


def test_strangers() -> None:
    assert "has no argument q" in broken(with_result(apply("argument", name="q", type=Type(F32))))
    assert "variable w is not f64" in broken(with_result(apply("variable", name="w", type=Type(F64))))


def test_updates_and_assertions() -> None:
    def update(whole: Program) -> Program:
        entry = whole.entries[0]
        return replace(whole, entries=(replace(entry, updates=(replace(entry.updates[0], value=constant(1, F64)),)),))

    def assertion(whole: Program) -> Program:
        entry = whole.entries[0]
        wide = apply("broadcast", entry.results[1].node, shape=(Dim.of(2),), axes=())
        return replace(whole, entries=(replace(entry, results=(replace(entry.results[1], node=wide),)),))

    assert "makes f64 of w" in broken(update)
    assert "asserts bool[2]" in broken(assertion)
