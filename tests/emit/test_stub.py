"""Stubs pass `mypy --strict`, also for programs with names and comments that Python does not like."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tdsl.emit.stub import emit_stub
from tdsl.ir import Entry, Parameter, Program, Result, Update, Variable, apply
from tdsl.types import BOOL, F32, F64, I64, Dim, Type
from tests.lower.cases import Case, argument, program

USE = """
import plain
model = plain.Model(seed=1)
cost: float = model.train([[1.0, 2.0]], rate=0.1)
model.W = [[1.0]]
total = float(model.W.sum()) + model.get_value("W").sum()
model.load("x.npz", strict=False)["missing"].append("y")
"""


def stateful() -> Program:
    x, rate = argument("x", F32, Dim.symbol("B"), 2), argument("rate", F32)
    w = Variable("W", apply("variable", name="W", type=Type(F32, (Dim.of(2),))), "shared", 'Weights "here".', None)
    dotted = Variable("W.m.v", apply("variable", name="W.m.v", type=Type(F32)), "rule state", "", None)
    cost = Result("return", apply("sum", x, axes=(0, 1)), "C", "", 0, None)
    parameters = (Parameter("x", x, None, "", None), Parameter("rate", rate, 0.1, "", None))
    doc = 'Ends in a quote"\nand a backslash \\'
    train = Entry("train", parameters, (cost,), (Update("W", w.node, None),), (), doc, None)
    seed = Parameter("seed", argument("seed", I64), None, "", None)
    start = Entry("initialise", (seed,), (), (), (), "", None)
    return Program("plain", doc, F32, (w, dotted), (train,), start, {}, {})


def stateless() -> Program:
    a, b, out = argument("a", F64, 3), argument("lambda", BOOL), argument("out", F64)
    cases = [Case("f", (a, b), (a, b)), Case("g", (), ()), Case("h", (out,), (out,))]
    return replace(program(cases, "plain"), doc="\x00 \u2028 doc")


@pytest.mark.parametrize(("made", "use"), [(stateful(), USE), (stateless(), "from plain import *\ng()\nh(out=1.0)\n")])
def test_mypy(made: Program, use: str, tmp_path: Path) -> None:
    (tmp_path / "plain.pyi").write_text(emit_stub(made))
    (tmp_path / "use.py").write_text(use)
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "use.py", "plain.pyi"]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + emit_stub(made)
