"""The derivative of each cost of each sample, as it is printed, has the canonical layout, compiles again and has the
same values."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tdsl
from tdsl.check import Options, analyse, differentiate
from tdsl.driver import gradient
from tdsl.formatting.breaking import WIDTH
from tdsl.formatting.layout import formatted
from tdsl.ir.interp import evaluate
from tdsl.ir.node import own_nodes, topological
from tdsl.ir.program import Program
from tdsl.resources import SAMPLES
from tdsl.settings import Settings
from tdsl.source import Source
from tdsl.syntax.parse import parse
from tdsl.types import Kind, Type

COSTS = [
    (path, cost)
    for path in sorted(SAMPLES.rglob("*.tdsl"))
    for cost in re.findall(r"^cost (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
]
HERE = Path(__file__).parent


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def printed(path: Path, cost: str, width: int) -> str:
    return gradient(Source(path.name, read(path), path), Settings(float=width), read, cost, ())


@pytest.mark.parametrize(("path", "cost"), COSTS, ids=[f"{path.parent.name}-{cost}" for path, cost in COSTS])
def test_values(path: Path, cost: str, tmp_path: Path) -> None:
    source = Source(path.name, read(path), path)
    with own_nodes():
        program, _ = differentiate(analyse(parse(source), Options(64), read, "sample"), cost, ())
        dims = {dim: 3 + number for number, dim in enumerate(program.dims())}
        arguments, variables = random_values(program, dims)
        expected = evaluate(program.entries[0].roots(), arguments, dims, variables)
    text = printed(path, cost, 64)
    assert formatted(Source("again.tdsl", text)) == text
    assert max(map(len, text.splitlines())) <= WIDTH
    module = tdsl.compile(text, name="again", float=64, target="numpy", cache_dir=str(tmp_path / "cache"))
    model = module.Model() if variables else module
    for name, value in variables.items():
        model[name.replace(".", "_")] = value
    found = model.gradient(**arguments)
    for one, other in zip(found if isinstance(found, tuple) else (found,), expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


def random_values(program: Program, dims: dict[str, int]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Arguments, and values of the variables that the derivative depends on."""
    generator = np.random.default_rng(1)

    def value(type: Type, scale: float) -> Any:
        shape = [size.evaluate(dims) for size in type.shape]
        if type.dtype.kind is Kind.REAL:
            return generator.uniform(-0.1, 0.2, shape) * scale if scale < 1 else generator.uniform(0.1, 0.9, shape)
        whole = generator.integers(0, 2, shape)
        return whole.astype(type.dtype.numpy)

    arguments = {one.name: value(one.node.type, 1) for one in program.entries[0].parameters if one.size is None}
    arguments |= {one.name: dims[one.name] for one in program.entries[0].parameters if one.size is not None}
    used = set(topological(program.entries[0].roots()))
    stored = [one for one in program.variables if one.node in used]
    return arguments, {one.name: value(one.node.type, 1 if one.kind == "state" else 0.5) for one in stored}


def test_texts(update_golden: bool) -> None:
    """A network, and softmax regression."""
    for name in ("miku/miku", "40_softmax_regression/softmax"):
        path = SAMPLES / f"{name}.tdsl"
        text, expected = printed(path, "C", 32), HERE / f"{path.stem}_gradient.tdsl"
        if update_golden:
            expected.write_text(text, encoding="utf-8")
        assert text == read(expected)
