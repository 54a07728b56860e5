"""The three ways to compute an entry: in the interpreter, with the NumPy target, and compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tdsl.check import Options, check
from tdsl.ir.attributes import Named
from tdsl.ir.interp import evaluate
from tdsl.ir.node import Node, apply
from tdsl.passes import optimise
from tdsl.source import Source
from tdsl.syntax.parse import parse
from tests.lower.cases import Case, program
from tests.lower.native import Native
from tests.stages import stages

from .differences import gradient

Way = Callable[[Case, dict[str, Any]], list[Any]]


def ways_of(cases: list[Case]) -> dict[str, Way]:
    """All cases in one module; N is the size of the first axis of the first argument."""
    made = optimise(program(cases, "exact"))
    native = Native(made, "-O0")
    namespace: dict[str, Any] = {"__name__": "exact"}
    exec(compile(stages(made, "numpy").unit.text, "exact.py", "exec"), namespace)

    def numpy(case: Case, values: dict[str, Any]) -> list[Any]:
        given = [values[node.get(Named).name] for node in case.inputs]
        with np.errstate(all="ignore"):
            found, _, fault = namespace[case.name]._kernel(given, [len(given[0])], [])
        assert fault is None
        return list(found)

    def size(case: Case, values: dict[str, Any]) -> dict[str, int]:
        return {"N": len(values[case.inputs[0].get(Named).name])}

    return {
        "interpreted": lambda case, values: evaluate(case.roots, values, size(case, values), {}),
        "numpy": numpy,
        "native": lambda case, values: native.call(case.name, values, size(case, values)),
    }


def checked(text: str, parameters: str, width: int) -> tuple[list[Node], list[Node]]:
    """The results of an entry, and its parameters."""
    source = Source("exact.tdsl", f"use std.nn\nuse std.special\ndim N\nentry f({parameters}) -> {text}\n")
    made = check(parse(source), Options(width, ()), lambda path: path.read_text(), "exact")
    (entry,) = made.entries
    return [result.node for result in entry.results], [parameter.node for parameter in entry.parameters]


def slope(node: Node, wrt: Node) -> Node:
    """The derivative of the sum of a node."""
    (found,) = gradient(apply("sum", node, axes=tuple(range(node.type.rank))), [wrt])
    return found
