"""A checked program that runs in the reference interpreter, for tests of the meaning of programs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tdsl.check import Options, check
from tdsl.ir.interp import evaluate
from tdsl.ir.program import Entry, Program
from tdsl.ir.verify import verify
from tdsl.source import Source
from tdsl.syntax.parse import parse
from tdsl.types import DTYPES


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


class Model:
    """One set of values of a program; entries are methods."""

    def __init__(self, text: str, float: int = 64, seed: int = 0, path: Path | None = None, **defines: object) -> None:
        source = Source("test.tdsl", text, path)
        given = tuple((name, str(value)) for name, value in defines.items())
        self.program: Program = verify(check(parse(source), Options(float, given), read, "test"), "check")
        self.values: dict[str, Any] = {}
        initialise = self.program.initialise
        found = evaluate(initialise.roots(), {"seed": np.int64(seed)}, {}, {})
        for update, value in zip(initialise.updates, found, strict=True):
            self.values[update.variable] = value
        self.effects: list[tuple[str, str, Any]] = []

    def entry(self, name: str) -> Entry:
        return next(entry for entry in self.program.entries if entry.name == name)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *arguments, **named: self.call(name, *arguments, **named)

    def call(self, name: str, *arguments: Any, **named: Any) -> Any:
        """The results of an entry, its updates committed; a failed requirement or assertion is a ValueError."""
        entry = self.entry(name)
        values: dict[str, Any] = {p.name: p.default for p in entry.parameters if p.default is not None}
        values.update(zip((parameter.name for parameter in entry.parameters), arguments, strict=False))
        values.update(named)
        dims: dict[str, int] = {}
        for parameter in entry.parameters:
            type = parameter.node.type
            array = values[parameter.name] = np.asarray(values[parameter.name], dtype=type.dtype.numpy)
            assert array.ndim == type.rank, parameter.name
            given = array.shape if parameter.size is None else (int(array),)
            for size, number in zip(parameter.sizes, given, strict=True):
                if str(size).isidentifier():
                    assert dims.setdefault(str(size), number) == number, parameter.name
        for parameter in entry.parameters:
            expected = tuple(size.evaluate(dims) for size in parameter.sizes)
            array = values[parameter.name]
            assert expected == (array.shape if parameter.size is None else (int(array),)), parameter.name
        for need in entry.requirements:
            if need.size.evaluate(dims) < 0:
                raise ValueError(need.text)
        found = evaluate(entry.roots(), values, dims, self.values)
        for node, value in zip(entry.roots(), found, strict=True):
            assert value.shape == tuple(size.evaluate(dims) for size in node.type.shape)
            assert value.dtype == DTYPES[node.type.dtype.name].numpy
        results = found[: len(entry.results)]
        self.effects = [(r.role, r.text, v) for r, v in zip(entry.results, results, strict=True) if r.role != "return"]
        for role, text, value in self.effects:
            if role == "assert" and not value:
                raise ValueError(text)
        for update, value in zip(entry.updates, found[len(entry.results) :], strict=True):
            self.values[update.variable] = value
        returned = [value for result, value in zip(entry.results, results, strict=True) if result.role == "return"]
        return returned[0] if len(returned) == 1 else tuple(returned)


@pytest.fixture
def model() -> type[Model]:
    return Model
