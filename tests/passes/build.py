"""Programs of one entry, made by hand."""

from __future__ import annotations

from collections.abc import Sequence

import tdsl.ops  # noqa: F401  fills the table
from tdsl.ir.attributes import Named
from tdsl.ir.node import Node, apply, topological
from tdsl.ir.program import Entry, Parameter, Program, Result
from tdsl.types import F64, I64, Dim, DType, Type

N = Dim.symbol("N")


def argument(name: str, *shape: Dim | int, dtype: DType = F64) -> Node:
    sizes = tuple(size if isinstance(size, Dim) else Dim.of(size) for size in shape)
    return apply("argument", name=name, type=Type(dtype, sizes))


def program(roots: Sequence[Node], names: dict[Node, str] | None = None) -> Program:
    """One entry `f` that returns the roots."""
    arguments = sorted((n for n in topological(roots) if n.op.name == "argument"), key=lambda n: str(n.get(Named).name))
    parameters = tuple(Parameter(node.get(Named).name, node, None, "", None) for node in arguments)
    results = tuple(Result("return", root, "", "", 0, None) for root in roots)
    entry = Entry("f", parameters, results, (), (), "", None)
    seed = Parameter("seed", apply("argument", name="seed", type=Type(I64)), None, "", None)
    return Program("p", "", F64, (), (entry,), Entry("initialise", (seed,), (), (), (), "", None), names or {}, {})


def root(made: Program) -> Node:
    return made.entries[0].results[0].node
