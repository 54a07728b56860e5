"""Stubs pass `mypy --strict`, also for programs with names and comments that Python does not like."""

from __future__ import annotations

import ast
import builtins
import collections.abc
import re
import subprocess
import sys
import typing
from dataclasses import replace
from pathlib import Path

import pytest

from tdsl.check.items import RESERVED
from tdsl.driver import generate
from tdsl.emit.stub import emit_stub
from tdsl.ir.node import apply
from tdsl.ir.program import (
    Entry,
    Parameter,
    Program,
    Result,
    Update,
    Variable,
)
from tdsl.settings import Settings
from tdsl.source import Source
from tdsl.types import (
    BOOL,
    F32,
    F64,
    I64,
    Dim,
    Type,
)
from tests.lower.cases import Case, argument, program
from tests.modules.test_names import usable

USE = """
import plain
model = plain.Model(seed=1)
cost: float = model.train([[1.0, 2.0]], rate=0.1)
model.W = [[1.0]]
total = float(model.W.sum()) + model.get_value("W").sum()
model.load("x.npz", strict=False).missing.append("y")

import io
from pathlib import Path
import numpy as np
class Mine(plain.Model): ...
twin: Mine = Mine(np.int64(3)).copy()
twin.load_state_dict(model)
twin.save(io.BytesIO())
def told(epoch: int, cost: float, model: plain.Model) -> None:
    raise model.StopTraining
twin.fit([[1]], epochs=np.int32(2), batch_size=np.uint8(3), seed=np.int64(1), callback=told)
spent = plain.profile().rows[0].seconds * plain.profile().rows[0].values[0].share
plain.profile().reset()
Path("trace.json").write_text(plain.profile().chrome_trace())
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


def named(names: list[str]) -> dict[str, str]:
    """Programs that use all names at once: as entries, as methods, as values and as arguments."""
    free = [name for name in names if name != "build_info"]
    own = [name for name in names if name not in RESERVED]
    arguments = ", ".join(f"{name}: real" for name in names)
    return {
        "entries": "\n".join(f"entry {name}({name}: real[2]) -> ({name}, {name}[0])" for name in free),
        "methods": "\n".join(["shared w: real = 0", *(f"entry {name}({name}: real) -> {name} + w" for name in own)]),
        "values": "\n".join([*(f"shared {name}: real[2] = 0" for name in own), f"entry get_it() -> {own[0]}"]),
        "taken": f"shared w: real = 0\nentry f({arguments}) -> w",
        "plain_taken": f"entry f({arguments}) -> 1.0",
    }


def test_every_name_of_python(tmp_path: Path) -> None:
    """A stub is valid Python with the right types, for any names of the program."""
    words = {*dir(builtins), *vars(typing), *vars(collections.abc), "np", "numpy", "self", "cls", "seed", "out"}
    names = sorted(filter(usable, {*words, *re.findall(r"\w+", USE)}))
    assert len(names) > 200 and {"float", "property", "Any", "self", "tuple", "list", "object"} < set(names)
    for module, text in named(names).items():
        stub = generate(Source(f"{module}.tdsl", text), Settings(), Path.read_text).stub
        (tmp_path / f"{module}.pyi").write_text(stub)
        ast.parse(stub)
    use = ["import entries, methods, taken, values", "number: float = methods.Model().float(1)"]
    use += ["one: float = methods.Model().self(self=1)", "taken.Model().f(*[0.0])", "values.Model().dict[0] + 1"]
    (tmp_path / "use.py").write_text("\n".join(use))
    check("use.py", "entries.pyi", "methods.pyi", "values.pyi", "taken.pyi", "plain_taken.pyi", folder=tmp_path)


def check(*files: str, folder: Path) -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(folder.parent / "mypy-cache"), *files]
    found = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize(("made", "use"), [(stateful(), USE), (stateless(), "from plain import *\ng()\nh(out=1.0)\n")])
def test_mypy(made: Program, use: str, tmp_path: Path) -> None:
    (tmp_path / "plain.pyi").write_text(emit_stub(made, has_profile=bool(made.variables)))
    (tmp_path / "use.py").write_text(use)
    check("use.py", "plain.pyi", folder=tmp_path)


RESULTS = """
dim N
shared w: real[3] = 1
entry train(x: real[N, 3], dim N) -> (loss = sum(x @ w), count = N, parts = (w, (x, N))) { w <- 2 * w }
entry grow[i in 2](x: real[N]) -> (index = x, size = N + i)
entry each[k in (1, 0.5)](x: real) -> k * x
"""
USE_RESULTS = """
import numpy as np
import results
m = results.Model()
r = m.train([[1.0, 2, 3]], N=np.int64(1))
loss: float = r.loss
count: int = r.count
w, (x, n) = r.parts
number: int = n
size: int = m.grow[1]([1.0]).size
half: float = m.each[1](x=1.0)
unpacked, _ = m.grow[0]([1.0])
unpacked.sum()
"""


def test_named_results_and_lists(tmp_path: Path) -> None:
    stub = generate(Source("results.tdsl", RESULTS), Settings(), Path.read_text).stub
    (tmp_path / "results.pyi").write_text(stub)
    (tmp_path / "use.py").write_text(USE_RESULTS)
    check("use.py", "results.pyi", folder=tmp_path)
