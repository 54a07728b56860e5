"""Expressions as mathematicians write them.  Steps of printed programs are short, so walks may recurse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tdsl.check.values import CompileTime, Value
from tdsl.formulas.boxes import (
    NOTHING,
    Box,
    Cases,
    Fraction,
    Function,
    Letter,
    Number,
    Root,
    Row,
    Script,
    Sign,
    Word,
    fenced,
    joined,
    raised,
    row,
)
from tdsl.formulas.layout import THIN
from tdsl.formulas.names import name_box
from tdsl.ir.node import Node
from tdsl.record import record
from tdsl.syntax import nodes as syntax

OR, AND, NOT, COMPARE, SUM, BIG_SUM, PRODUCT, JUXTAPOSED, UNARY, POWER, ATOM = range(11)
LEVELS = {"or": OR, "and": AND, "+": SUM, "-": SUM, "*": PRODUCT, "@": JUXTAPOSED, "%": PRODUCT}
LEVELS |= dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), COMPARE)
SIGNS = {"or": "∨", "and": "∧", "==": "=", "!=": "≠", "<=": "≤", ">=": "≥", "*": "⊙", "-": "−", "%": "mod"}
WORDS = {"sigmoid": "σ", "maximum": "max", "minimum": "min", "digamma": "ψ"}
BIG = {"sum": "∑", "prod": "∏"}
ALONG_AXES = {"max", "min", "mean", "any", "all", "argmax", "argmin", "logsumexp", "var", "std", "softmax"}
AROUND = {"abs": ("|", "|"), "norm": ("‖", "‖"), "floor": ("⌊", "⌋"), "ceil": ("⌈", "⌉")}
CONVERSIONS = ("real", "f32", "f64", "i64")

Fragment = tuple[Box, int]


@record(frozen=True)
class Notation:
    """Expressions of a checked file; `values` tell scalars, whose products have no sign."""

    values: Mapping[syntax.Expression, Value]

    def expression(self, node: syntax.Expression) -> Box:
        return self._fragment(node)[0]

    def value(self, node: syntax.Expression) -> Box:
        """Beside a sign such as =: a condition is in Iverson brackets."""
        return self._at(node, SUM) if _is_condition(*self._fragment(node)) else self.expression(node)

    def indices(self, indices: Iterable[syntax.Indexer]) -> Row:
        return joined([self._indexer(one) for one in indices])

    def _at(self, node: syntax.Expression, level: int) -> Box:
        box, binds = self._fragment(node)
        if binds >= level:
            return box
        # [x > 0] is 1 where x > 0, else 0.
        return fenced(box, "[", "]") if level > COMPARE and _is_condition(box, binds) else fenced(box)

    def _is_scalar(self, node: syntax.Expression) -> bool:
        match self.values.get(node):
            case Node() as value:
                return value.type.rank == 0
            case CompileTime():
                return True
        return isinstance(node, syntax.Number)

    def _fragment(self, node: syntax.Expression) -> Fragment:
        match node:
            case syntax.Number():
                return _number(node.value), ATOM
            case syntax.Name():
                return (Sign("∞"), ATOM) if node.name == "inf" else (name_box(node.name), ATOM)
            case syntax.Unary(operator="not"):
                box, binds = self._fragment(node.operand)
                return row(Sign("¬"), box if binds > NOT and binds != COMPARE else fenced(box)), NOT
            case syntax.Unary():
                operand = self._at(node.operand, UNARY)
                if isinstance(operand, Number):
                    return Number(f"−{operand.text}"), UNARY
                return row(Sign("−"), operand), UNARY
            case syntax.Binary():
                return self._binary(node)
            case syntax.Conditional():
                return self._cases(node.condition, node.chosen, node.otherwise), OR
            case syntax.Call():
                return self._call(node)
            case syntax.Index():
                return self._index(node)
            case syntax.Attribute():
                base = self._at(node.value, ATOM)
                return raised(base, Sign("⊤")) if node.name == "T" else row(base, Sign("."), Word(node.name)), ATOM
            case syntax.Tuple():
                return fenced(joined([self.expression(item) for item in node.items])), ATOM
            case syntax.Array():
                return fenced(joined([self.expression(item) for item in node.items]), "[", "]"), ATOM
            case syntax.Write():
                sign = Sign("+=" if node.operator == "+=" else "←")
                place = row(self.indices(node.indices), sign, self.expression(node.part))
                return row(self._at(node.value, ATOM), fenced(place, "[", "]")), ATOM
        return Word(" ".join(node.span.text.split())), ATOM

    def _cases(self, condition: syntax.Expression, chosen: syntax.Expression, otherwise: syntax.Expression) -> Cases:
        return Cases(self.value(chosen), self.expression(condition), self.value(otherwise))

    def _binary(self, node: syntax.Binary) -> Fragment:
        left, right = node.left, node.right
        match node.operator:
            case "/":
                return Fraction(self.value(left), self.value(right)), POWER
            case "//":
                return fenced(Fraction(self.value(left), self.value(right)), "⌊", "⌋"), ATOM
            case "**":
                return raised(self._at(left, ATOM), self.value(right)), POWER
            case "*" if self._is_scalar(left) or self._is_scalar(right):
                return self._scaled(left, right), JUXTAPOSED
            case "@":
                return row(self._at(left, JUXTAPOSED), Sign(THIN), self._factor(right)), JUXTAPOSED
        level = LEVELS[node.operator]
        first = self._at(left, level + (level == COMPARE))
        second = self._at(right, level + (node.operator not in ("+", "and", "or")))
        operator, turned = node.operator, _negated(second) if level == SUM else None
        if turned:
            # a + -2 b is a − 2 b.
            operator, second = "-" if operator == "+" else "+", turned
        return row(first, Sign(SIGNS.get(operator, operator)), second), level

    def _scaled(self, left: syntax.Expression, right: syntax.Expression) -> Row:
        """A product with a scalar, with its number first."""
        if isinstance(right, syntax.Number) and not isinstance(left, syntax.Number):
            left, right = right, left
        second = self._factor(right)
        return row(self._at(left, JUXTAPOSED), Sign("·" if _begins_with_number(second) else THIN), second)

    def _factor(self, node: syntax.Expression) -> Box:
        """The right factor of a product without a sign: -x would look like a difference."""
        box, binds = self._fragment(node)
        return fenced(box) if binds == UNARY else self._at(node, JUXTAPOSED + 1)

    def _call(self, node: syntax.Call) -> Fragment:
        name = node.function.name if isinstance(node.function, syntax.Name) else ""
        positional = [one.value for one in node.arguments if one.name is None]
        named = {one.name: one.value for one in node.arguments if one.name}
        axes = self._axes(named.pop("axis")) if "axis" in named and (name in BIG or name in ALONG_AXES) else None
        if name in BIG and len(positional) == 1:
            return row(Script(Sign(BIG[name]), below=axes), self._at(positional[0], PRODUCT)), BIG_SUM
        match name, positional:
            case "sqrt", [inner]:
                return Root(self.expression(inner)), ATOM
            case "abs" | "norm" | "floor" | "ceil", [inner] if not named:
                return fenced(self.expression(inner), *AROUND[name]), ATOM
            case "exp", [inner]:
                return Script(Word("e"), above=self.expression(inner)), POWER
            case "inverse", [inner]:
                return raised(self._at(inner, ATOM), Number("−1")), ATOM
            case "switch", [condition, chosen, otherwise]:
                return self._cases(condition, chosen, otherwise), OR
            case _, [inner] if name in CONVERSIONS:
                return self._fragment(inner)
        options = [row(Word(one), Sign("="), self.expression(value)) for one, value in named.items()]
        arguments = fenced(joined([*(self.expression(one) for one in positional), *options]))
        if not name:
            return row(self._at(node.function, ATOM), arguments), ATOM
        word = WORDS.get(name, name)
        function: Box = Letter(word) if len(word) == 1 else Function(word)
        return row(Script(function, below=axes) if axes else function, arguments), ATOM

    def _axes(self, axes: syntax.Expression) -> Box:
        items = axes.items if isinstance(axes, syntax.Tuple) else (axes,)
        return joined([self.expression(axis) for axis in items])

    def _index(self, node: syntax.Index) -> Fragment:
        """Axes that are only stretched are ∗, and left out where broadcasting adds them, or a reduction names them."""
        kept = list(node.indices)
        while kept and isinstance(kept[0], syntax.NewAxis):
            del kept[0]
        of_reduction = isinstance(node.value, syntax.Call) and any(one.name == "axis" for one in node.value.arguments)
        if all(_is_whole(one) or (of_reduction and isinstance(one, syntax.NewAxis)) for one in kept):
            return self._fragment(node.value)
        base = self._at(node.value, ATOM)
        below = self.indices(node.indices)
        if isinstance(base, Letter | Word | Sign):
            return Script(base, below=below), ATOM
        return row(base, fenced(below, "[", "]")), ATOM

    def _indexer(self, index: syntax.Indexer) -> Box:
        match index:
            case syntax.NewAxis():
                return Sign("∗")
            case syntax.Ellipsis():
                return Sign("…")
            case syntax.Slice():
                start = self.expression(index.start) if index.start else NOTHING
                stop = self.expression(index.stop) if index.stop else NOTHING
                step = [Sign(":"), self.expression(index.step)] if index.step else []
                return row(start, Sign(":"), stop, *step)
        return self.expression(index)


def _is_condition(box: Box, binds: int) -> bool:
    return binds <= COMPARE and not isinstance(box, Cases)


def _begins_with_number(box: Box) -> bool:
    while isinstance(box, Row | Script):
        box = box.base if isinstance(box, Script) else box.parts[0]
    return isinstance(box, Number)


def _negated(box: Box) -> Box | None:
    """The positive of a negative number or of a product that begins with one; None for others."""
    match box:
        case Number() if box.text.startswith("−"):
            return Number(box.text[1:])
        case Row((Number() as number, Sign("\u2009" | "·"), *_)) if number.text.startswith("−"):
            return row(Number(number.text[1:]), *box.parts[1:])
    return None


def _is_whole(index: syntax.Indexer) -> bool:
    return isinstance(index, syntax.Slice) and index.start is None and index.stop is None and index.step is None


def _number(value: int | float) -> Box:
    text = repr(value)
    if "e" not in text:
        return Number(text.removesuffix(".0"))
    digits, _, exponent = text.partition("e")
    power = Script(Number("10"), above=Number(str(int(exponent)).replace("-", "−")))
    return power if digits == "1" else row(Number(digits), Sign("·"), power)
