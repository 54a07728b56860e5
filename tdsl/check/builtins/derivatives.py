"""`grad` and the other derivatives, and `stop_grad`."""

from __future__ import annotations

from dataclasses import replace

from tdsl.check.builtins.define import BuiltinArgument, BuiltinCall, builtin, from_table
from tdsl.check.checker import Checker
from tdsl.check.derivatives import derivatives, scalar_cost, trained
from tdsl.check.jacobians import alike, jacobians, product, real_operand, transposed_product
from tdsl.check.shapes import Operand
from tdsl.check.sparse_updates import touched
from tdsl.check.values import Instance, TupleValue, Value, leaves, same_tuples, shared_of, with_leaves
from tdsl.ir.node import apply
from tdsl.source import fail
from tdsl.syntax import nodes as syntax


@from_table("stop_grad")
def _stop_grad(checker: Checker, call: BuiltinCall) -> Value:
    """x itself, whose derivative is zero."""
    return checker.note(apply("stop_grad", call.node(checker, "x")), call.span)


@builtin("touched", "g")
def _touched(checker: Checker, call: BuiltinCall) -> Value:
    """Which elements of a value a cost reads, g being its derivative by the value."""
    return touched(checker, call.node(checker, "g"), call.span)


@builtin("grad", "cost", "wrt", needed=1)
def _grad(checker: Checker, call: BuiltinCall) -> Value:
    """The derivative of a real scalar by a real, or by each of a tuple, of the shared values of a model, or of all
    those that the cost is made of."""
    cost = call.operand(checker, "cost")
    if "wrt" not in call.arguments:
        operands = trained(checker, scalar_cost(checker, cost), cost.span)
        return TupleValue(tuple(derivatives(checker, cost, operands, call.span)))
    wrt = _by(call)
    found = derivatives(checker, cost, _operands(checker, wrt), call.span)
    return with_leaves(wrt.value, found)


@builtin("vjp", "y", "wrt", "u")
def _vjp(checker: Checker, call: BuiltinCall) -> Value:
    """The derivative of sum(y * u), u held."""
    wrt, y = _by(call), real_operand(checker, call.name, call.operand(checker, "y"))
    seed = alike(checker, call.name, "u", call.operand(checker, "u"), y)
    found = transposed_product(checker, y, seed, _operands(checker, wrt), call.span)
    checker.differentiated.update(dict.fromkeys(found))
    return with_leaves(wrt.value, found)


@builtin("jvp", "y", "wrt", "v")
def _jvp(checker: Checker, call: BuiltinCall) -> Value:
    """The derivative of y along v, the sum over all that it is taken by."""
    wrt, y = _by(call), real_operand(checker, call.name, call.operand(checker, "y"))
    along_values = _by(call, "v")
    operands, along = _operands(checker, wrt), _operands(checker, along_values)
    if not same_tuples(wrt.value, along_values.value):
        what = f"{call.name} takes a direction for each value that it differentiates by"
        raise fail("TD0212", what, call.arguments["v"].span, hint="jvp(y, (a, b), (v, w)) takes two")
    directions = [
        alike(checker, call.name, "v", direction, operand) for direction, operand in zip(along, operands, strict=True)
    ]
    found = product(checker, y, operands, directions, call.span)
    checker.differentiated[found] = None
    return found


@builtin("jacobian", "y", "wrt")
def _jacobian(checker: Checker, call: BuiltinCall) -> Value:
    """The derivative of each element of y."""
    wrt, y = _by(call), real_operand(checker, call.name, call.operand(checker, "y"))
    found = jacobians(checker, y, _operands(checker, wrt), call.span)
    checker.differentiated.update(dict.fromkeys(found))
    return with_leaves(wrt.value, found)


@builtin("hessian", "cost", "wrt")
def _hessian(checker: Checker, call: BuiltinCall) -> Value:
    """The Jacobian of the derivative."""
    wrt = _by(call)
    operands = _operands(checker, wrt)
    rows: list[Value] = []
    for gradient in derivatives(checker, call.operand(checker, "cost"), operands, call.span):
        row = jacobians(checker, Operand(gradient, call.span), operands, call.span)
        checker.differentiated.update(dict.fromkeys(row))
        rows.append(with_leaves(wrt.value, row))
    return with_leaves(wrt.value, rows)


def _by(call: BuiltinCall, name: str = "wrt") -> BuiltinArgument:
    """The values to derive by; an instance stands for the tuple of its shared values."""
    wrt = call.arguments[name]
    found: list[Value] = []
    for leaf in leaves(wrt.value):
        nodes = shared_of(leaf) if isinstance(leaf, Instance) else []
        if isinstance(leaf, Instance) and not nodes:
            raise fail("TD0225", f"{leaf.spelled} has no shared values to derive by", wrt.span)
        found.append(TupleValue(tuple(nodes)) if nodes else leaf)
    return replace(wrt, value=with_leaves(wrt.value, found))


def _operands(checker: Checker, argument: BuiltinArgument) -> list[Operand]:
    """The parts of a tuple and of those in it, each with its place; any other value alone."""
    found: list[Operand] = []
    stack: list[tuple[Value, syntax.Expression]] = [(argument.value, argument.syntax)]
    while stack:
        value, written = stack.pop()
        if not isinstance(value, TupleValue):
            found.append(checker.operand(value, written.span))
            continue
        parts = written.items if isinstance(written, syntax.Tuple) else ()
        places = parts if len(parts) == len(value.items) else (written,) * len(value.items)
        stack += reversed([*zip(value.items, places, strict=True)])
    return found
