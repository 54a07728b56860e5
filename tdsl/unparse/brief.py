"""The text of one value over the names of others, with its deep parts left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from tdsl.ir.node import Node, topological
from tdsl.ir.program import Program
from tdsl.ir.rewrite import rewrite_roots
from tdsl.unparse.named_forms import FORMS
from tdsl.unparse.printer import WIDEST, Fragment, Printer

LEFT_OUT = "..."
_DEEPEST = 6

Known = Callable[[Node, int], Fragment | None]
"""The text of an operand if it is not spelled out, at some depth."""


def with_named_forms(program: Program, root: Node) -> tuple[Program, Node]:
    """The value with functions of std.nn in the place of their forms, and the program with its names."""
    names = dict(program.names)
    for rule in FORMS:
        (root,), new = rewrite_roots([root], partial(_rule_of, rule))
        names |= {after: names[before] for before, after in new.items() if before in names}
    return replace(program, names=names), root


def _rule_of(rule: Callable[[Node], Node], order: Sequence[Node], roots: Sequence[Node]) -> Callable[[Node], Node]:
    return rule


def brief(program: Program, root: Node, known: Known) -> str:
    """A text of at most one line."""
    text = ""
    for depth in range(_DEEPEST, 0, -1):
        text = to_depth(program, root, depth, known).text
        if len(text) <= WIDEST:
            return text
    return text[: WIDEST - len(LEFT_OUT)] + LEFT_OUT


def to_depth(program: Program, root: Node, depth: int, known: Known) -> Fragment:
    """The text with so many levels of operations."""
    texts = _Fragments()
    depths = {root: 0}
    waiting = [root]
    for node in waiting:
        for operand in node.operands:
            if operand in depths or operand in texts:
                continue
            if text := known(operand, depth):
                texts[operand] = text
            elif depths[node] < depth or operand.op.family == "source":
                depths[operand] = depths[node] + 1
                waiting.append(operand)
            else:
                texts[operand] = Fragment(program.names.get(operand, LEFT_OUT))
    printer = Printer(program, texts)
    for node in topological([root], known=texts):
        texts[node] = printer.expression(node)
    return texts[root]


class _Fragments(dict[Node, Fragment]):
    """Texts of nodes; nodes that were not reached are omitted."""

    def __missing__(self, node: Node) -> Fragment:
        return Fragment(LEFT_OUT)
