"""Every line of tdsl in docs/coming-from.md compiles, and those beside a line of NumPy have its value."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tdsl

TEXT = (Path(__file__).parent.parent / "docs" / "coming-from.md").read_text(encoding="utf-8")
PROGRAM, LOOP = re.findall(r"^```\n(.*?)^```$", TEXT, re.M | re.S)
INPUTS = ", ".join(name for name in re.findall(r"^input (\w+)", PROGRAM, re.M) if name != "training")
ROWS = {
    title: [[cell.strip() for cell in line.strip("|").split(" | ")] for line in part.splitlines() if line[:3] == "| `"]
    for title, part in re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", TEXT, re.M | re.S)
}


def first_code(cell: str) -> str:
    found = re.search(r"`([^`]*)`", cell)
    assert found, cell
    return found[1]


def lines(title: str) -> list[str]:
    assert len(ROWS[title]) > 5
    return [first_code(row[0]) for row in ROWS[title]]


def arguments() -> dict[str, Any]:
    random = np.random.default_rng(0)
    shapes = {
        "x": (3, 4),
        "y": (3, 4),
        "r": (3,),
        "v": (4,),
        "A": (4, 4),
        "E": (5, 3),
        "z": (3, 2, 3),
        "i": (3, 1, 6, 6),
        "K": (2, 1, 3, 3),
    }
    return {**{name: random.normal(size=shape) for name, shape in shapes.items()}, "k": np.array([2, 0, 1])}


def test_declarations() -> None:
    made = PROGRAM + "\n".join(lines("Declarations"))
    module = tdsl.compile(made, name="lines", target="numpy")
    assert np.array_equal(module.Model().squares(np.full((2, 4), 3)), np.full((2, 4), 9))


def test_expressions() -> None:
    found = [*lines("Expressions"), *lines("Derivatives"), *lines("Random values")]
    entries = [f"entry line_{number}({INPUTS}) -> {line}" for number, line in enumerate(found)]
    model = tdsl.compile(PROGRAM + "\n".join(entries), name="lines", target="numpy", float=64).Model()
    given, compared = arguments(), 0
    for number, (line, row) in enumerate(zip(lines("Expressions"), ROWS["Expressions"], strict=True)):
        result = getattr(model, f"line_{number}")(**given)
        wanted = first_code(row[3])
        if "jax." not in wanted and ".at[" not in wanted:
            np.testing.assert_allclose(result, eval(wanted, {"jnp": np, **given}), err_msg=line)
            compared += 1
    assert compared > 25
    for number in range(len(ROWS["Expressions"]), len(found)):
        getattr(model, f"line_{number}")(**given)


def test_statements() -> None:
    for number, line in enumerate(lines("Statements of an entry")):
        inputs = INPUTS.replace("x, ", "") if line.startswith("given x") else INPUTS
        text = f"{PROGRAM}entry line({inputs}) -> C {{\n    {line}\n}}\n"
        model = tdsl.compile(text, name="lines", target="numpy").Model(seed=number)
        given = {name: value for name, value in arguments().items() if name in inputs.split(", ")}
        before = model.W
        model.line(**given)
        changed = not np.array_equal(before, model.W)
        assert changed == line.startswith(("W <-", "minimize"))


def test_loop() -> None:
    x = np.arange(8.0).reshape(2, 4)
    assert np.allclose(tdsl.compile(LOOP, name="loop", target="numpy").running(x), 0.09 * x[0] + 0.1 * x[1])


def test_from_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TDSL_FLAGS", "target=numpy")
    Path("lines.tdsl").write_text(PROGRAM, encoding="utf-8")
    names: dict[str, Any] = {"np": np, "tdsl": tdsl, **arguments()}
    for line in lines("From Python"):
        exec(line, names)
    assert not np.any(names["model"].W)
