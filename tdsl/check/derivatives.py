"""`grad` in the language: what may be differentiated, by what, and the errors when it may not."""

from __future__ import annotations

from tdsl.check.expressions import Expressions
from tdsl.check.shapes import Operand
from tdsl.check.values import Static
from tdsl.grad import cotangents, dependents
from tdsl.ir import Node, full, topological
from tdsl.source import Label, Span, fail

JACOBIAN = "a Jacobian or Hessian is made of rows, grad(y[0], x), and H @ v is grad(sum(grad(C, x) * v), x)"


class Derivatives(Expressions):
    """The checker's part for derivatives."""

    def scalar_cost(self, cost: Operand, jacobian: str = "") -> Node:
        """The cost as a node; raises `UserError` TD0206 unless it is one real number.  `jacobian` is added to the
        hint."""
        node = self.units.node(cost.value)
        if not node.type.is_real or node.type.rank:
            got = self.units.describe(node)
            raise fail(
                "TD0206",
                f"a cost is one real number, got {got}",
                cost.span,
                hint=f"sum(…) or mean(…) makes one number of it{jacobian}"
                if node.type.rank
                else "real(…) makes it real",
            )
        return node

    def derivatives(self, cost: Operand, wrt: list[Operand], span: Span) -> list[Node]:
        """The derivative of the cost by each operand; one it does not depend on is an error, unless stop_grad stands
        between: then it is zero."""
        node = self.scalar_cost(cost, f"; {JACOBIAN}")
        targets = [self._behind(node, operand, self._target(operand)) for operand in wrt]
        with self.clock.stage("gradient"):
            found = cotangents(node, targets)
        for reached, cotangent in found.items():
            if cotangent.operands and not cotangent.is_constant and reached in self.names:
                self.note(cotangent, span, f"d{self.names.get(node, 'cost')}_d{self.names[reached]}")
        return [
            found[target] if target in found else self._disconnected(cost, operand, node, target)
            for operand, target in zip(wrt, targets, strict=True)
        ]

    def _target(self, operand: Operand) -> Node:
        if isinstance(operand.value, Static):
            raise fail("TD0225", "this is a constant: nothing varies with it", operand.span)
        if not operand.value.type.is_real:
            got = self.units.describe(operand.value)
            raise fail("TD0225", f"derivatives are taken by reals, this is {got}", operand.span)
        return operand.value

    def _behind(self, cost: Node, operand: Operand, target: Node) -> Node:
        """A parameter of a function is a variable of its own.  Where the cost is not made of it, but was computed from
        its argument before the call, the derivative by that argument is meant; both at once would be a guess."""
        outer = target
        while outer.op.name == "identity":
            outer = outer.operands[0]
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

    def _disconnected(self, cost: Operand, operand: Operand, node: Node, target: Node) -> Node:
        order = topological([node])
        reaches = dependents(order, [target])
        if stopped(order, target):
            return full(0, target.type)
        name, by = self._short(cost), self._short(operand)
        by = self.names.get(target, by) if by == name else by
        labels = []
        hint = f"{name} is not made of {by}"
        if node in reaches:
            blocks = [step for step in order if step in reaches and step is not target and not _passes(step)]
            hint = f"only steps without a derivative lead from {name} to {by}; stop_grad there makes it zero on purpose"
            if blocks and blocks[0] in self.spans:
                labels.append(Label(self.spans[blocks[0]], "this has no derivative"))
        raise fail(
            "TD0207",
            f"{name} has no derivative by {by}",
            operand.span,
            *labels,
            hint=hint,
        )

    def _short(self, operand: Operand) -> str:
        text = operand.span.text
        return text if len(text) <= 40 and "\n" not in text else "the cost"


def _passes(node: Node) -> bool:
    return node.type.is_real and node.op.cotangents is not None


def stopped(order: list[Node], target: Node) -> bool:
    """Whether a stop_grad stands somewhere behind a node."""
    return any(node.op.name == "stop_grad" for node in dependents(order, [target]))


def differentiable(cost: Node) -> set[Node]:
    """The nodes that a derivative of the cost flows to."""
    found, stack = {cost}, [cost]
    while stack:
        node = stack.pop()
        new = [operand for operand in node.operands if operand.type.is_real and operand not in found]
        if _passes(node):
            found.update(new)
            stack += new
    return found


def _reaches(cost: Node, start: Node, without: Node | None) -> bool:
    """Whether a derivative flows from the cost to a node; past `without`, also not through other parameters that stand
    for the very same node."""
    found = {start}
    for node in topological([cost]):
        alias = without is not None and node.op.name == "identity" and node.operands[0] is start
        if node is not without and not alias and _passes(node) and not found.isdisjoint(node.operands):
            found.add(node)
    return cost in found
