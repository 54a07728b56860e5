"""`tdsl.program`: the values of a program, read from Python."""

from __future__ import annotations

from pathlib import Path

import pytest

import tdsl
from tdsl.describe.values import Value

TEXT = """use std.nn: softmax
dim B
input x: real[B, 4]
shared W: real[4, 3] = 0
let z = x @ W
let p = softmax(z)
cost C = -sum(log(p[:, 0]))
entry train(x, lr: real = 0.1) -> C { W <- W - lr * grad(C, W) }
entry share(x) -> p
"""


@pytest.fixture(scope="module")
def program() -> object:
    return tdsl.program(TEXT)


def test_values(program: tdsl.describe.values.ProgramValues) -> None:
    z = program.named["z"]
    assert (z.op, z.name, z.type, z.shape, z.text) == ("matmul", "z", "real[B, 3]", ("B", 3), "x @ W")
    assert z.place.endswith(".tdsl:5:9")
    assert [one.name for one in z.operands] == ["x", "W"]
    assert repr(z) == "<z: real[B, 3]>"
    assert program.named["C"] is program.entries["train"].results[0]
    assert program.entries["share"].results == (program.named["p"],)
    assert [one.op for one in program.users(program.named["p"])] == ["slice"]
    assert program.named["W"].operands == ()
    (sliced,) = (one for one in program.walk() if one.op == "slice")
    assert sliced.attributes == {"starts": (0, 0), "steps": (1, 1), "sizes": ("B", 1)}


def test_entries(program: tdsl.describe.values.ProgramValues) -> None:
    train = program.entries["train"]
    assert list(program.entries) == ["train", "share"]
    assert list(train.inputs) == ["x", "lr"]
    assert list(train.updates) == ["W"]
    assert train.updates["W"].op == "sub"


def test_operands_come_first(program: tdsl.describe.values.ProgramValues) -> None:
    seen: set[Value] = set()
    for value in program.walk():
        assert seen.issuperset(value.operands)
        assert value not in seen
        seen.add(value)
    walked = set(program.named["z"].walk())
    assert {one.name for one in walked} == {"x", "W", "z"}
    assert walked < seen


def test_loops_have_bodies() -> None:
    text = "entry f(x: real[5]) -> for x_t in x {\n    state s = 0.0\n    s <- 0.5 * s + x_t\n}\n"
    (loop,) = (one for one in tdsl.program(text).walk() if one.body)
    assert loop.body is not None
    assert [one.name for one in loop.body.parameters] == ["s", "x_t"]
    assert [one.op for one in loop.body.walk()] == ["constant", "parameter", "mul", "parameter", "add"]
    assert next(loop.body.walk()).attributes == {"value": 0.5, "dtype": "f32"}


def test_optimised_programs_and_settings() -> None:
    found = {one.op for one in tdsl.program(TEXT, stage="optimised", float=64).walk()}
    assert "identity" not in found
    assert tdsl.program("entry f(x: real) -> x", float=64).entries["f"].inputs["x"].type == "real"
    long = tdsl.program(f"entry f(x: real) -> {' + '.join(['tanh(x)'] * 2)}{' + x' * 20_000}\n")
    assert sum(one.op == "add" for one in long.walk()) == 20_001


def test_values_are_read_only(program: tdsl.describe.values.ProgramValues) -> None:
    with pytest.raises(AttributeError):
        program.named["z"].op = "add"  # type: ignore[misc]
    with pytest.raises(TypeError):
        program.named["y"] = program.named["z"]  # type: ignore[index]


def test_mistakes(tmp_path: Path) -> None:
    with pytest.raises(tdsl.UserError, match="TD0201"):
        tdsl.program("entry f(x: real) -> y\n")
    with pytest.raises(ValueError, match=r"stage is 'typo', expected 'typed' or 'optimised'"):
        tdsl.program(TEXT, stage="typo")
    with pytest.raises(TypeError, match=r"tdsl.program takes a path or the text of a program, not a int"):
        tdsl.program(3)  # type: ignore[arg-type]
    with pytest.raises(tdsl.UserError, match="TD0407"):
        tdsl.program(tmp_path / "none.tdsl")
