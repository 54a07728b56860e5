"""`grad` in the language: what may be differentiated, by what, and the errors when it may not."""

from __future__ import annotations

from collections.abc import Mapping

from tdsl.check.expressions import Expressions
from tdsl.check.shapes import Operand
from tdsl.check.values import Static
from tdsl.ir.grad import cotangents
from tdsl.ir.node import Node, full, topological
from tdsl.source import Span, fail

JACOBIAN = "a Jacobian or Hessian is made of rows, grad(y[0], x), and H @ v is grad(sum(grad(C, x) * v), x)"

MOST_REPEATED = 50_000


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
        """The derivative of the cost by each operand: zero where only steps without one lead to it, an error where
        nothing does."""
        node = self.scalar_cost(cost, f"; {JACOBIAN}")
        targets = [self._behind(node, operand, self._target(operand)) for operand in wrt]

        def made(part: Node, step: Node) -> None:
            """The place, faults and requirements of a derivative are those of the step that it is of."""
            self._refuse_growth(step, span)
            here = self.here.spans.get(step) or self.here.steps.get(step)
            here = here or self.spans.get(step) or self.steps.get(step) or span
            self.steps.setdefault(part, here)
            self.here.steps.setdefault(part, here)
            if part.may_fault:
                self.note(part, here)
            if part.op.name == "place":
                self.require(part, self.requirements.get(step, []))

        with self.clock.stage("gradient"):
            found = cotangents(node, targets, made)
        for reached, cotangent in found.items():
            if cotangent.operands and not cotangent.is_constant and reached in self.names:
                self.names.setdefault(cotangent, self._named(node, reached))
        return [
            self._derivative(found, cost, operand, node, target) for operand, target in zip(wrt, targets, strict=True)
        ]

    def _refuse_growth(self, step: Node, span: Span) -> None:
        """A derivative of a derivative has more than twice its steps."""
        if step not in self.steps or step in self.spans:
            return
        self.repeated += 1
        if self.repeated > MOST_REPEATED:
            hint = "each further derivative of a derivative has two or three times its steps; take fewer of them"
            what = f"derivatives of derivatives are more than {MOST_REPEATED} steps"
            raise fail("TD0227", what, span, hint=hint)

    def _named(self, cost: Node, by: Node) -> str:
        return f"d{self.names.get(cost, 'cost')}_d{self.names[by]}"

    def _derivative(
        self, found: Mapping[Node, Node], cost: Operand, operand: Operand, node: Node, target: Node
    ) -> Node:
        """What was found, or zero; it speaks of all that the cost does."""
        value = found.get(target)
        if value is None:
            self._connected(cost, operand, node, target)
            value = full(0, target.type)
        marked = self.mentioning(value, node)
        if value in self.names:
            self.names[marked] = self.names[value]
        return marked

    def _target(self, operand: Operand) -> Node:
        if isinstance(operand.value, Static):
            raise fail("TD0225", "this is a constant: nothing varies with it", operand.span)
        if not operand.value.type.is_real:
            got = self.units.describe(operand.value)
            raise fail("TD0225", f"derivatives are taken by reals, this is {got}", operand.span)
        return self._itself(operand.value)

    def _itself(self, node: Node) -> Node:
        """The side that an `if` decided by a const stands for."""
        while node in self.decided:
            (node,) = node.operands
        return node

    def _behind(self, cost: Node, operand: Operand, target: Node) -> Node:
        """A parameter of a function is a variable of its own.  Where the cost is not made of it, but was computed from
        its argument before the call, the derivative by that argument is meant; both at once would be a guess."""
        for outer in self._arguments(target):
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

    def _arguments(self, parameter: Node) -> list[Node]:
        """What a parameter stands for, through however many calls."""
        found = []
        while parameter.op.name == "identity" and parameter not in self.mentions:
            parameter = self._itself(parameter.operands[0])
            found.append(parameter)
        return found

    def _connected(self, cost: Operand, operand: Operand, node: Node, target: Node) -> None:
        """Raises `UserError` TD0207 if no path of operations leads from the cost to a value."""
        if not self.behind(node).isdisjoint([target, *self._arguments(target)]):
            return
        name, by = self._short(cost), self._short(operand)
        by = self.names.get(target, by) if by == name else by
        raise fail("TD0207", f"{name} has no derivative by {by}", operand.span, hint=f"{name} is not made of {by}")

    def _short(self, operand: Operand) -> str:
        text = operand.span.text
        return text if len(text) <= 40 and "\n" not in text else "the cost"


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
