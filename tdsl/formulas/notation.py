"""The syntax of a printed program → lines of formulas.  Steps are short, so walks may recurse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tdsl.formulas.boxes import (
    NOTHING,
    Box,
    Cases,
    Fraction,
    Letter,
    Line,
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
from tdsl.formulas.names import name_box
from tdsl.syntax import nodes as syntax

OR, AND, NOT, COMPARE, SUM, PRODUCT, UNARY, POWER, ATOM = range(9)
LEVELS = {"or": OR, "and": AND, "+": SUM, "-": SUM, "*": PRODUCT, "@": PRODUCT, "%": PRODUCT}
LEVELS |= dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), COMPARE)
SIGNS = {"or": "∨", "and": "∧", "==": "=", "!=": "≠", "<=": "≤", ">=": "≥", "*": "⊙", "-": "−", "%": "mod"}
WORDS = {"sigmoid": "σ"}
BIG = {"sum": "∑", "prod": "∏"}
CONVERSIONS = ("real", "f32", "f64", "i64")

Fragment = tuple[Box, int]


def lines(file: syntax.File) -> list[Line]:
    """Those of the declarations and entries of a file."""
    found: list[Line] = []
    for item in file.items:
        if isinstance(item, syntax.Let | syntax.Cost):
            names = item.names if isinstance(item, syntax.Let) else (item.name,)
            found += definition([name.name for name in names], item.value, 0)
    return found


def definition(names: list[str], value: syntax.Expression, depth: int) -> Iterator[Line]:
    left = joined([name_box(name) for name in names])
    if not isinstance(value, syntax.For):
        yield Line(left, "=", expression(value), depth)
        return
    over = [row(name_box(one.name.name), Sign("∈"), expression(one.over)) for one in value.bindings]
    yield Line(left, "=", row(Word("for each "), joined(list(over)), Sign(":")), depth)
    for statement in value.body.statements:
        match statement:
            case syntax.Stored():
                first = statement.initial
                yield Line(name_box(statement.name.name), "=", expression(first) if first else NOTHING, depth + 1)
            case syntax.Let():
                yield from definition([name.name for name in statement.names], statement.value, depth + 1)
            case syntax.Update():
                yield Line(expression(statement.target), "←", expression(statement.value), depth + 1)
            case syntax.Yield():
                yield Line(NOTHING, "", row(Word("yield "), expression(statement.value)), depth + 1)
            case syntax.Until():
                yield Line(NOTHING, "", row(Word("until "), expression(statement.condition)), depth + 1)


def expression(node: syntax.Expression) -> Box:
    return _fragment(node)[0]


def _at(node: syntax.Expression, level: int) -> Box:
    box, binds = _fragment(node)
    return box if binds >= level else fenced(box)


def _fragment(node: syntax.Expression) -> Fragment:
    match node:
        case syntax.Number():
            return _number(node.value), ATOM
        case syntax.Name():
            return (Sign("∞"), ATOM) if node.name == "inf" else (name_box(node.name), ATOM)
        case syntax.Unary():
            sign = {"-": "−", "not": "¬"}.get(node.operator, node.operator)
            return row(Sign(sign), _at(node.operand, UNARY)), UNARY
        case syntax.Binary():
            return _binary(node)
        case syntax.Conditional():
            return Cases(expression(node.chosen), expression(node.condition), expression(node.otherwise)), OR
        case syntax.Call():
            return _call(node)
        case syntax.Index():
            return _index(node)
        case syntax.Attribute():
            base = _at(node.value, ATOM)
            return raised(base, Sign("⊤")) if node.name == "T" else row(base, Sign("."), Word(node.name)), ATOM
        case syntax.Tuple():
            return fenced(joined([expression(item) for item in node.items])), ATOM
        case syntax.Array():
            return fenced(joined([expression(item) for item in node.items]), "[", "]"), ATOM
        case syntax.Write():
            place = row(_indices(node.indices), Sign("←"), expression(node.part))
            return row(_at(node.value, ATOM), fenced(place, "[", "]")), ATOM
    return Word(" ".join(node.span.text.split())), ATOM


def _number(value: int | float) -> Box:
    text = repr(value)
    if "e" not in text:
        return Number(text.removesuffix(".0"))
    digits, _, exponent = text.partition("e")
    power = Script(Number("10"), above=Number(str(int(exponent)).replace("-", "−")))
    return power if digits == "1" else row(Number(digits), Sign("·"), power)


def _binary(node: syntax.Binary) -> Fragment:
    left, right = node.left, node.right
    if node.operator == "/":
        return Fraction(expression(left), expression(right)), ATOM
    if node.operator == "//":
        return fenced(Fraction(expression(left), expression(right)), "⌊", "⌋"), ATOM
    if node.operator == "**":
        return raised(_at(left, ATOM), expression(right)), POWER
    level = LEVELS[node.operator]
    first, second = _at(left, level), _at(right, level + (node.operator != "+"))
    if node.operator == "@" or (node.operator == "*" and isinstance(left, syntax.Number)):
        return row(first, Sign("\u2009"), second), level
    return row(first, Sign(SIGNS.get(node.operator, node.operator)), second), level


def _call(node: syntax.Call) -> Fragment:
    name = node.function.name if isinstance(node.function, syntax.Name) else ""
    positional = [one.value for one in node.arguments if one.name is None]
    options = [row(Word(one.name), Sign("="), expression(one.value)) for one in node.arguments if one.name]
    if name in BIG and len(positional) == 1:
        axes = next((expression(one.value) for one in node.arguments if one.name == "axis"), None)
        return row(Script(Sign(BIG[name]), below=axes), _at(positional[0], PRODUCT)), PRODUCT
    match name, positional:
        case "sqrt", [inner]:
            return Root(expression(inner)), ATOM
        case "abs", [inner]:
            return fenced(expression(inner), "|", "|"), ATOM
        case "exp", [inner]:
            return Script(Letter("e"), above=expression(inner)), POWER
        case "switch", [condition, chosen, otherwise]:
            return Cases(expression(chosen), expression(condition), expression(otherwise)), OR
        case _, [inner] if name in CONVERSIONS:
            return _fragment(inner)
    function = Letter(WORDS[name]) if name in WORDS else _at(node.function, ATOM) if not name else Word(name)
    return row(function, fenced(joined([*(expression(one) for one in positional), *options]))), ATOM


def _index(node: syntax.Index) -> Fragment:
    """An index that only stretches is left out, as everywhere in mathematics."""
    base = _at(node.value, ATOM)
    if all(isinstance(one, syntax.NewAxis) or _is_whole(one) for one in node.indices):
        return base, ATOM
    below = _indices(node.indices)
    return (row(base, fenced(below, "[", "]")) if isinstance(base, Script | Row) else Script(base, below=below)), ATOM


def _is_whole(index: syntax.Indexer) -> bool:
    return isinstance(index, syntax.Slice) and index.start is None and index.stop is None and index.step is None


def _indices(indices: Iterable[syntax.Indexer]) -> Row:
    return joined([_indexer(one) for one in indices])


def _indexer(index: syntax.Indexer) -> Box:
    match index:
        case syntax.NewAxis():
            return Sign("∗")
        case syntax.Ellipsis():
            return Sign("…")
        case syntax.Slice():
            start = expression(index.start) if index.start else NOTHING
            stop = expression(index.stop) if index.stop else NOTHING
            step = [Sign(":"), expression(index.step)] if index.step else []
            return row(start, Sign(":"), stop, *step)
    return expression(index)
