"""Derivatives in the language: the values that may be differentiated, by which others, and the errors otherwise."""

from __future__ import annotations

from functools import partial

from tdsl.check.checker import Checker, needing
from tdsl.check.shapes import Operand
from tdsl.check.values import CompileTime
from tdsl.ir.attributes import Item, Named
from tdsl.ir.function import Applied
from tdsl.ir.grad import Made, pullback
from tdsl.ir.node import Node, full, topological
from tdsl.ir.program import Suggested
from tdsl.ops.functions import Derived
from tdsl.source import Span, fail
from tdsl.stability import GROUPS, stabilised

JACOBIAN = "jacobian(y, x) is the derivative of each element, vjp(y, x, u) that of sum(y * u)"

MOST_REPEATED = 50_000


def scalar_cost(checker: Checker, cost: Operand, jacobian: str = "") -> Node:
    """The cost as a node; raises `UserError` TD0206 unless it is one real number.  `jacobian` is added to the
    hint."""
    node = checker.types.node(cost.value)
    if not node.type.is_real or node.type.rank:
        got = checker.types.describe(node)
        raise fail(
            "TD0206",
            f"a cost is one real number, got {got}",
            cost.span,
            hint=f"sum(…) or mean(…) makes one number of it{jacobian}" if node.type.rank else "real(…) makes it real",
        )
    return node


def derivatives(checker: Checker, cost: Operand, wrt: list[Operand], span: Span) -> list[Node]:
    """The derivative of the cost by each operand: zero where only steps without one lead to it, an error where
    nothing does."""
    node = scalar_cost(checker, cost, f"; {JACOBIAN}")
    found = pulled_back(checker, Operand(node, cost.span), full(1, node.type), wrt, span)
    made = [mentioning(checker, part, operand, node) for part, operand in zip(found, wrt, strict=True)]
    checker.differentiated.update(dict.fromkeys((node, *made)))
    return made


def pulled_back(checker: Checker, y: Operand, seed: Node, wrt: list[Operand], span: Span) -> list[Node | None]:
    """The derivative of `sum(y * seed)` by each operand, the seed held; None where only steps without a derivative lead
    to it.  Raises `UserError` where nothing does."""
    node = checker.types.node(y.value)
    targets = [_behind(checker, node, operand, _target(checker, operand)) for operand in wrt]
    with checker.clock.stage("gradient"):
        stable = stabilised(GROUPS, node, targets, partial(_carry, checker), checker.rewrites.append)
        found = pullback([stable], [seed], targets, heard(checker, span))
    for reached, cotangent in found.items():
        named = seed.is_constant and cotangent.operands and not cotangent.is_constant
        if named and reached in checker.everywhere.names:
            checker.name(cotangent, _named(checker, node, reached))
    for operand, target in zip(wrt, targets, strict=True):
        if target not in found:
            _connected(checker, y, operand, node, target)
    return [found.get(target) for target in targets]


def trained(checker: Checker, cost: Node, span: Span) -> list[Operand]:
    """All shared values that the cost is made of, except those that it reaches only through stop_grad."""
    inside, kept = behind(checker, cost), behind(checker, cost, stopped=False)
    shared = [v.node for v in checker.variables.values() if v.kind == "shared" and v.node in inside]
    if not shared:
        text = span.text if len(span.text) <= 40 else "this"
        hint = "declare the trained values: shared W: real[…] = …"
        raise fail("TD0207", f"{text} depends on no shared value", span, hint=hint)
    return [Operand(node, span) for node in shared if node in kept]


def heard(checker: Checker, span: Span) -> Made:
    """Gives each part of a derivative the place, faults and requirements of the step that it is of."""

    def made(part: Node, step: Node) -> None:
        _refuse_growth(checker, step, span)
        here = checker.here.spans.get(step) or checker.here.steps.get(step)
        here = here or checker.everywhere.spans.get(step) or checker.everywhere.steps.get(step) or span
        needs = checker.derived.get(step.attributes.derivative, {}) if isinstance(step.attributes, Derived) else {}
        for node in _written(checker, part, step):
            checker.everywhere.steps.setdefault(node, here)
            checker.here.steps.setdefault(node, here)
            if needs:
                checker.require(node, needs.get(needing(node), []))
            if node.may_fault:
                checker.note(node, here)
        if part.op.name == "place":
            checker.require(part, checker.needs(step))
        elif isinstance(step.attributes, Applied):
            for node in _loops_of(checker, part):
                checker.require(node, checker.needs(step))
                checker.everywhere.steps.setdefault(node, here)
                checker.here.steps.setdefault(node, here)
                if node.may_fault:
                    checker.note(node, here)

    return made


def _written(checker: Checker, part: Node, step: Node) -> list[Node]:
    """A part of a derivative; of a function's own, of a factor, an order and a write, all new nodes."""
    found = [part]
    if isinstance(step.attributes, Derived) or step.op.family in ("factorization", "sorting", "write"):
        known = {*step.operands, step, part}
        for node in found:
            new = [operand for operand in node.operands if operand not in known]
            new = [operand for operand in new if operand not in checker.everywhere.steps]
            known.update(new)
            found += [operand for operand in new if operand not in checker.everywhere.spans]
    return found


def _loops_of(checker: Checker, part: Node) -> list[Node]:
    """A part of a derivative, with the nodes that apply functions for it and are new."""
    found, known = [part], checker.everywhere.spans
    for node in found:
        new = (operand for operand in node.operands if operand not in known and operand not in found)
        found += [operand for operand in new if isinstance(operand.attributes, Applied | Item)]
    return found


def _carry(checker: Checker, old: Node, new: Node, whole: bool) -> None:
    """The name, place and requirements of a node are also those of one that a rewrite puts in its place; a part of that
    has another value and no name."""
    for places in (checker.everywhere, checker.here):
        if old in places.spans and new not in checker.everywhere.steps:
            places.spans.setdefault(new, places.spans[old])
        elif old in places.steps and new not in checker.everywhere.spans:
            places.steps.setdefault(new, places.steps[old])
        if whole and old in places.names:
            places.names.setdefault(new, places.names[old])
    if old in checker.states:
        checker.states.setdefault(new, checker.states[old])
    if new.op is old.op:
        checker.require(new, checker.needs(old))
    if isinstance(new.attributes, Derived) and isinstance(old.attributes, Derived):
        needs = checker.derived.get(old.attributes.derivative)
        if needs is not None:
            checker.derived.setdefault(new.attributes.derivative, needs)


def _refuse_growth(checker: Checker, step: Node, span: Span) -> None:
    """A derivative of a derivative has more than twice its steps."""
    if step not in checker.everywhere.steps or step in checker.everywhere.spans:
        return
    checker.repeated += 1
    if checker.repeated > MOST_REPEATED:
        hint = "each further derivative of a derivative has two or three times its steps; take fewer of them"
        what = f"derivatives of derivatives are more than {MOST_REPEATED} steps"
        raise fail("TD0227", what, span, hint=hint)


def _named(checker: Checker, cost: Node, by: Node) -> str:
    own = checker.everywhere.names[by]
    name = f"d{checker.everywhere.names.get(cost, 'cost')}_d{own}".replace(".", "_")
    return Suggested(name) if isinstance(own, Suggested) else name


def mentioning(checker: Checker, value: Node | None, operand: Operand, *mentioned: Node) -> Node:
    """A derivative by an operand, zero if there is none; its text mentions the values that it was taken of."""
    value = value or full(0, checker.types.node(operand.value).type)
    marked = checker.marks.mentioning(value, *mentioned)
    if value in checker.everywhere.names:
        checker.everywhere.names[marked] = checker.everywhere.names[value]
    return marked


def _target(checker: Checker, operand: Operand) -> Node:
    if isinstance(operand.value, CompileTime):
        raise fail("TD0225", "this is a constant: nothing varies with it", operand.span)
    if not operand.value.type.is_real:
        got = checker.types.describe(operand.value)
        raise fail("TD0225", f"derivatives are taken by reals, this is {got}", operand.span)
    return _itself(checker, operand.value)


def _itself(checker: Checker, node: Node) -> Node:
    """The chosen side of an `if` that a const decides."""
    while node in checker.decided:
        (node,) = node.operands
    return node


def _behind(checker: Checker, cost: Node, operand: Operand, target: Node) -> Node:
    """A parameter of a function is a variable of its own.  If the cost is not made of it, but was computed from its
    argument before the call, the derivative by that argument is meant; both at once would be a guess."""
    for outer in _arguments(checker, target):
        if not _reaches(cost, outer, target):
            continue
        if _reaches(cost, target, None):
            raise fail(
                "TD0225",
                f"this depends on {operand.span.text} itself and through another argument",
                operand.span,
                hint="take the derivative of each part, or stop_grad one of them",
            )
        return outer
    return target


def _arguments(checker: Checker, parameter: Node) -> list[Node]:
    """The arguments that a parameter represents, through any number of calls."""
    found = []
    while parameter.op.name == "identity" and parameter not in checker.marks.mentions:
        parameter = _itself(checker, parameter.operands[0])
        found.append(parameter)
    return found


def _connected(checker: Checker, cost: Operand, operand: Operand, node: Node, target: Node) -> None:
    """Raises `UserError` TD0207 if no path of operations leads from the cost to a value."""
    if not behind(checker, node).isdisjoint([target, *_arguments(checker, target)]):
        return
    name, by = _short(checker, cost), _short(checker, operand)
    by = checker.everywhere.names.get(target, by) if by == name or _is_member(target) else by
    raise fail("TD0207", f"{name} has no derivative by {by}", operand.span, hint=f"{name} is not made of {by}")


def _is_member(node: Node) -> bool:
    """Whether this is a value of an instance, which a whole instance may stand for."""
    return node.op.name == "variable" and "." in node.get(Named).name


def _short(checker: Checker, operand: Operand) -> str:
    text = operand.span.text
    return text if len(text) <= 40 and "\n" not in text else "the cost"


def behind(checker: Checker, *roots: Node, stopped: bool = True) -> set[Node]:
    """Everything that values are made of or mention; unless `stopped`, not beyond a stop_grad."""
    found, stack = set(roots), list(roots)
    while stack:
        node = stack.pop()
        below = node.operands if stopped or node.op.name != "stop_grad" else ()
        new = [other for other in (*below, *checker.marks.mentions.get(node, ())) if other not in found]
        found.update(new)
        stack += new
    return found


def _passes(node: Node) -> bool:
    return node.type.is_real and node.op.cotangents is not None


def _reaches(cost: Node, start: Node, without: Node | None) -> bool:
    """Whether a derivative flows from the cost to a node; past `without`, also not through other parameters that stand
    for the very same node."""
    found = {start}
    for node in topological([cost]):
        alias = without is not None and node.op.name == "identity" and node.operands[0] is start
        if node is not without and not alias and _passes(node) and not found.isdisjoint(node.operands):
            found.add(node)
    return cost in found
