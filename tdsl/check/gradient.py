"""`tdsl grad`: a program that gives the derivatives of a cost that a file declares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tdsl.check.analysis import Analysis
from tdsl.check.checker import Checker
from tdsl.check.derivatives import derivatives
from tdsl.check.draws import RANDOM, add_random
from tdsl.check.names import look_up
from tdsl.check.shapes import Operand
from tdsl.ir.attributes import Named, Size
from tdsl.ir.node import Node, apply, topological
from tdsl.ir.program import Entry, Parameter, Program, Result, Suggested, Update
from tdsl.source import Diagnostic, Source, Span, UserError, fail
from tdsl.syntax import nodes as syntax
from tdsl.types import I64, Dim, Type

_COMMAND = "command line"
NEAR = 3
"""The most steps before a value with a name for which names are suggested."""


def differentiate(analysis: Analysis, cost: str | None, wrt: tuple[str, ...]) -> tuple[Program, str]:
    """A program whose one entry gives the derivatives of a cost (the only one if none is named) by the names
    (all shared values if none are, or else all inputs), and the cost's name; raises `UserError` TD0406 for wrong
    names."""
    try:
        return _differentiated(analysis, cost, wrt)
    except UserError as error:
        raise UserError(*map(_of_command, error.diagnostics)) from None


def _of_command(found: Diagnostic) -> Diagnostic:
    """A mistake in the names is one of the command, not one of the program."""
    return replace(found, code="TD0406") if found.span and found.span.source.name == _COMMAND else found


def _differentiated(analysis: Analysis, cost: str | None, wrt: tuple[str, ...]) -> tuple[Program, str]:
    program, checker = analysis.program_or_raise(), analysis.checker.without_entries()

    def named(name: str) -> Operand:
        source = Source(_COMMAND, name)
        span = Span(source, 0, len(name))
        member = checker.variables.get(name) if "." in name else None
        return checker.operand(member.node if member else look_up(analysis.scope, syntax.Name(span, name)), span)

    chosen = cost or _only_cost(analysis.file)
    operand = named(chosen)
    inside = topological([checker.types.node(operand.value)])
    _suggest_names(checker, inside)
    names = wrt or tuple(v.name for v in program.variables if v.kind == "shared" and v.node in inside)
    names = names or tuple(n.get(Named).name for n in _arguments(inside) if n.type.is_real)
    gradients = derivatives(checker, operand, [named(name) for name in names], Span(analysis.file.source, 0, 0))
    results = tuple(Result("return", gradient, "", "", 0, None) for gradient in gradients)
    arguments = _arguments(topological(gradients))
    others = [parameter.node for entry in program.entries for parameter in entry.parameters if parameter.size is None]
    more, sizes = _binding(gradients, arguments, _arguments(inside) + others)
    parameters = tuple(Parameter(n.get(Named).name, n, None, "", None) for n in arguments + more) + sizes
    entry = Entry("gradient", parameters, results, (), (), "", None)
    if any(node.op.name == "variable" and node.get(Named).name == RANDOM for node in topological(gradients)):
        program = _drawing(program, checker)
    return replace(program, entries=(entry,), names=checker.here.names, spans=checker.here.spans), chosen


def _drawing(program: Program, checker: Checker) -> Program:
    """The program with the state of draws, which it may lack if only its cost draws, and no entry."""
    if any(variable.name == RANDOM for variable in program.variables):
        return program
    add_random(checker)
    first = Update(RANDOM, checker.initial[RANDOM], None)
    initialise = replace(program.initialise, updates=(*program.initialise.updates, first))
    return replace(program, variables=(*program.variables, checker.variables[RANDOM]), initialise=initialise)


def _suggest_names(checker: Checker, order: Sequence[Node]) -> None:
    """Suggests `h_in` for the operand of h, `h_in2` for those of that, and so on; derivatives by them are named so
    too."""
    names = checker.everywhere.names
    parts: dict[Node, tuple[str, int]] = {node: (names[node], 0) for node in order if node in names}
    for node in reversed(order):
        if node not in parts:
            continue
        name, distance = parts[node]
        for operand in node.operands:
            if operand not in parts:
                parts[operand] = name, distance + (operand.op.family != "view")
    for node, (name, distance) in parts.items():
        if 0 < distance <= NEAR and node.operands and not node.is_constant:
            names.setdefault(node, Suggested(f"{name}_in{distance if distance > 1 else ''}"))


def _only_cost(file: syntax.File) -> str:
    costs = [item.name.name for item in file.items if isinstance(item, syntax.Cost)]
    if len(costs) != 1:
        listed = f"it has {', '.join(costs)}" if costs else "it declares none"
        raise fail("TD0406", f"the file has not one cost: {listed}", None, hint="name the one to differentiate")
    return costs[0]


def _arguments(nodes: Iterable[Node]) -> list[Node]:
    return [node for node in nodes if node.op.name == "argument"]


def _binding(roots: list[Node], taken: list[Node], offered: list[Node]) -> tuple[list[Node], tuple[Parameter, ...]]:
    """Further arguments, for the sizes that the roots mention and no argument taken would bind: arrays of such a size,
    or else the size itself."""
    nodes = topological(roots)
    sizes = {symbol for node in nodes for size in node.type.shape for symbol in size.symbols()}
    sizes |= {symbol for node in nodes if node.op.name == "size" for symbol in node.get(Size).dim.symbols()}
    missing = [symbol for symbol in sorted(sizes) if not any(Dim.symbol(symbol) in node.type.shape for node in taken)]
    found = {symbol: next((n for n in offered if Dim.symbol(symbol) in n.type.shape), None) for symbol in missing}
    alone = tuple(
        Parameter(symbol, apply("argument", name=symbol, type=Type(I64)), None, "", None, Dim.symbol(symbol))
        for symbol, node in found.items()
        if node is None
    )
    return list(dict.fromkeys(node for node in found.values() if node is not None)), alone
