"""Invariants of programs between passes; a violation is a bug of the compiler, never the user's."""

from __future__ import annotations

from tdsl.ir.attributes import FunctionParameter, Named
from tdsl.ir.function import Function, functions
from tdsl.ir.node import IllTyped, Node, topological
from tdsl.ir.program import Entry, Program
from tdsl.source import CompilerBug
from tdsl.types import BOOL, Tuple, Type

Known = set[Node | Function]


def verify(program: Program, after: str, known: Known | None = None) -> Program:
    """The program itself; raises `CompilerBug` that names the pass `after` which broke it.  Nodes and functions
    `known` to be well-typed are not checked again; checked ones are added."""
    known = set() if known is None else known
    types = {variable.name: variable.node.type for variable in program.variables}
    for entry in program.all_entries():
        _entry(entry, types, after, known)
    return program


def _node(node: Node, after: str, known: Known) -> None:
    if node in known:
        return
    try:
        type = node.op.infer([operand.type for operand in node.operands], **node.attributes.given())
    except IllTyped as problem:
        raise CompilerBug(f"after {after}: {node} is ill-typed: {problem}") from problem
    if type != node.type:
        raise CompilerBug(f"after {after}: {node} should be {type}")
    if node.op.name != "item" and any(isinstance(operand.type, Tuple) for operand in node.operands):
        raise CompilerBug(f"after {after}: {node} takes several values as one")
    known.add(node)


def _function(function: Function, after: str, known: Known) -> None:
    """Checks that it is closed."""
    for index, parameter in enumerate(function.parameters):
        if parameter.op.name != "parameter" or parameter.get(FunctionParameter).index != index:
            raise CompilerBug(f"after {after}: {parameter} is no parameter {index}")
    for node in topological(function.results):
        _node(node, after, known)
        foreign = node.op.name == "parameter" and node not in function.parameters
        if foreign or node.op.name in ("variable", "argument"):
            raise CompilerBug(f"after {after}: a function takes {node} from elsewhere")
    known.add(function)


def _entry(entry: Entry, types: dict[str, Type], after: str, known: Known) -> None:
    arguments = {parameter.node for parameter in entry.parameters}
    order = topological(entry.roots())
    for function in functions(order):
        if function not in known:
            _function(function, after, known)
    for node in order:
        _node(node, after, known)
        if node.op.name == "variable" and types.get(node.get(Named).name) != node.type:
            raise CompilerBug(f"after {after}: variable {node.get(Named).name} is not {node.type}")
        if node.op.name == "argument" and node not in arguments:
            raise CompilerBug(f"after {after}: {entry.name} has no argument {node.get(Named).name}")
        if node.op.name == "parameter":
            raise CompilerBug(f"after {after}: {entry.name} is no function with parameters")
    for update in entry.updates:
        if update.value.type != types[update.variable]:
            raise CompilerBug(f"after {after}: {entry.name} makes {update.value.type} of {update.variable}")
    for result in entry.results:
        if isinstance(result.node.type, Tuple):
            raise CompilerBug(f"after {after}: {entry.name} gives {result.node.type} as one value")
        if result.role == "assert" and (result.node.type.dtype != BOOL or result.node.type.rank):
            raise CompilerBug(f"after {after}: {entry.name} asserts {result.node.type}")
