"""`grad` in the language: what may be differentiated, by what, and the errors when it may not."""

from __future__ import annotations

from tdsl.check.expressions import Expressions
from tdsl.check.shapes import Operand
from tdsl.check.values import Static
from tdsl.grad import cotangents
from tdsl.ir import Node, full, topological
from tdsl.source import Label, Span, fail


class Derivatives(Expressions):
    """The checker's part for derivatives."""

    def scalar_cost(self, cost: Operand) -> Node:
        """The cost as a node; raises `UserError` TD0206 unless it is one real number."""
        node = self.units.node(cost.value)
        if not node.type.is_real or node.type.rank:
            got = self.units.describe(node)
            raise fail(
                "TD0206",
                f"a cost is one real number, got {got}",
                cost.span,
                hint="sum(…) or mean(…) makes one number of it" if node.type.rank else "real(…) makes it real",
            )
        return node

    def derivatives(self, cost: Operand, wrt: list[Operand], span: Span) -> list[Node]:
        """The derivative of the cost by each operand; one it does not depend on is an error, unless stop_grad stands
        between: then it is zero."""
        node = self.scalar_cost(cost)
        targets = [self._target(operand) for operand in wrt]
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

    def _disconnected(self, cost: Operand, operand: Operand, node: Node, target: Node) -> Node:
        order = topological([node])
        reaches = {target}
        for step in order:
            if not reaches.isdisjoint(step.operands):
                reaches.add(step)
        if any(step.op.name == "stop_grad" and step in reaches for step in order):
            return full(0, target.type)
        name, by = cost.span.text, operand.span.text
        if len(name) > 40 or "\n" in name:
            name = "the cost"
        labels = [Label(cost.span, "")]
        hint = f"{name} is not made of {by} at all"
        if node in reaches:
            blocks = [step for step in order if step in reaches and step is not target and not _passes(step)]
            hint = f"{name} depends on {by} only through steps without a derivative"
            if blocks and blocks[0] in self.spans:
                labels.append(Label(self.spans[blocks[0]], "this has no derivative"))
        raise fail(
            "TD0207",
            f"{name} has no derivative by {by}",
            operand.span,
            *labels,
            hint=hint + "; stop_grad says it on purpose",
        )


def _passes(node: Node) -> bool:
    return node.type.is_real and node.op.cotangents is not None
