"""A miss among many entries becomes a program to look at."""

from __future__ import annotations

from tdsl.ir.attributes import Axes
from tdsl.ir.node import Node, apply
from tdsl.ir.program import Program as Typed
from tdsl.ir.rewrite import rewrite

from .compare import misses
from .generator import Generator
from .program import Program
from .shrink import shrunk


def largest_for_sum(program: Typed) -> Typed:
    def rule(node: Node) -> Node:
        return apply("max", node.operands[0], axes=node.get(Axes).axes) if node.op.name == "sum" else node

    return rewrite(program, rule)


def test_a_small_program_has_the_same_miss() -> None:
    def still(program: Program) -> bool:
        return bool(misses(program, (largest_for_sum,)))

    program = Generator(2).file(3)
    assert still(program)
    small = shrunk(program, still)
    assert still(small)
    assert small.text.count("entry") == 1
    assert len(small.text) < len(program.text) / 5
    assert small.text.count("let") <= 2
