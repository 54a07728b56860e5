"""One program of many loops: each an entry that gives its results and their first and second derivatives."""

from __future__ import annotations

from collections.abc import Sequence

from tdsl.ir.attributes import Named
from tdsl.ir.node import Node, apply
from tdsl.ir.program import Entry, Parameter, Program, Result
from tdsl.passes import optimise
from tdsl.types import F64, I64, Type
from tests.ops.differences import gradient

from .loops import LoopCase, total


def cost_of(roots: Sequence[Node]) -> Node:
    """A real scalar of all real results."""
    reals = [root for root in roots if root.type.is_real]
    parts = [total(root * root * 0.5 + root) * (1 + 0.3 * place) for place, root in enumerate(reals)]
    result = parts[0]
    for part in parts[1:]:
        result = result + part
    return result


def with_derivatives(loop: LoopCase) -> list[Node]:
    """The results, their derivatives, and those of the first of these."""
    first = gradient(cost_of(loop.roots), loop.reals)
    second = gradient(cost_of(first[:1]), loop.reals)
    return [*loop.roots, *first, *second]


def entry(name: str, given: Sequence[Node], roots: Sequence[Node]) -> Entry:
    parameters = tuple(Parameter(node.get(Named).name, node, None, "", None) for node in given)
    results = tuple(Result("return", root, "", "", 0, None) for root in roots)
    return Entry(name, parameters, results, (), (), "", None)


def program_of(entries: Sequence[Entry]) -> Program:
    """Optimised, without anything to initialise."""
    seed = Parameter("seed", apply("argument", name="seed", type=Type(I64)), None, "", None)
    nothing = Entry("initialise", (seed,), (), (), (), "", None)
    return optimise(Program("loops", "", F64, (), tuple(entries), nothing, {}, {}))


def spelled(loop: LoopCase) -> str:
    """Its name as that of an entry."""
    return loop.name.replace(" ", "_")
