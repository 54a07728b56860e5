"""What must hold of every program between passes; a breach is the compiler's bug, never the user's."""

from __future__ import annotations

from tdsl.ir.attributes import Named
from tdsl.ir.node import IllTyped, Node, topological
from tdsl.ir.program import Entry, Program
from tdsl.source import CompilerBug
from tdsl.types import BOOL, Type


def verify(program: Program, after: str, known: set[Node] | None = None) -> Program:
    """The program itself; raises `CompilerBug` that names the pass `after` which broke it.  Nodes that are `known` to
    be well-typed are not asked again; those found to be are added."""
    known = set() if known is None else known
    types = {variable.name: variable.node.type for variable in program.variables}
    for entry in program.all_entries():
        _entry(entry, types, after, known)
    return program


def _node(node: Node, after: str) -> None:
    try:
        type = node.op.infer([operand.type for operand in node.operands], **node.attributes.given())
    except IllTyped as problem:
        raise CompilerBug(f"after {after}: {node} is ill-typed: {problem}") from problem
    if type != node.type:
        raise CompilerBug(f"after {after}: {node} should be {type}")


def _entry(entry: Entry, types: dict[str, Type], after: str, known: set[Node]) -> None:
    arguments = {parameter.node for parameter in entry.parameters}
    for node in topological(entry.roots()):
        if node not in known:
            _node(node, after)
            known.add(node)
        if node.op.name == "variable" and types.get(node.get(Named).name) != node.type:
            raise CompilerBug(f"after {after}: variable {node.get(Named).name} is not {node.type}")
        if node.op.name == "argument" and node not in arguments:
            raise CompilerBug(f"after {after}: {entry.name} has no argument {node.get(Named).name}")
    for update in entry.updates:
        if update.value.type != types[update.variable]:
            raise CompilerBug(f"after {after}: {entry.name} makes {update.value.type} of {update.variable}")
    for result in entry.results:
        if result.role == "assert" and (result.node.type.dtype != BOOL or result.node.type.rank):
            raise CompilerBug(f"after {after}: {entry.name} asserts {result.node.type}")
