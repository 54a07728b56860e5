"""The parser's action at each reduction: the parts of a grammar rule become one piece of syntax.

Every method is named after a rule of grammar/tdsl.lark and gets its parts in order.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from lark import Token, Transformer, v_args

from tdsl.source import Source, Span, fail
from tdsl.syntax import nodes as syntax
from tdsl.syntax.syntax_errors import GO_ON

Part = Any
COMPARISONS = {"==", "!=", "<", "<=", ">", ">="}
ESCAPES = {"\\n": "\n", "\\t": "\t", '\\"': '"', "\\\\": "\\"}
UNPRINTABLE = "this character cannot be shown, so a string cannot hold it"


@v_args(inline=True)
class Tree(Transformer[Token, Any]):
    """`source` and `doc` belong to the item being parsed."""

    source: Source
    doc: str = ""

    def _span(self, first: Part, last: Part | None = None) -> Span:
        last = first if last is None else last
        start = (first.start_pos or 0) if isinstance(first, Token) else first.span.start
        end = (last.start_pos or 0) + len(last) if isinstance(last, Token) else last.span.end
        return Span(self.source, start, end)

    def _string(self, token: Token) -> str:
        """The characters between the quotes."""

        def character(match: re.Match[str]) -> str:
            at = (token.start_pos or 0) + match.start()
            if match[0] not in ESCAPES:
                what = f"'{match[0]}' means nothing in a string" if match[0].isprintable() else UNPRINTABLE
                span = Span(self.source, at, at + len(match[0]))
                raise fail("TD0101", what, span, hint="a backslash goes before n, t, a quote or another backslash")
            return ESCAPES[match[0]]

        return re.sub(r"\\.|[\x00-\x1f\x7f\ud800-\udfff]", character, str(token))[1:-1]

    def _name(self, token: Token) -> syntax.Name:
        return syntax.Name(self._span(token), str(token))

    # Items

    def start(self, item: syntax.Item) -> syntax.Item:
        return item

    def use(self, word: Token, path: Part, *names: Part) -> syntax.Use:
        is_file = isinstance(path, Token)
        module = self._string(path) if is_file else path[0]
        span = self._span(path) if is_file else path[1]
        listed = names[-1] if names and names[-1] else None
        whole = Span(self.source, word.start_pos or 0, listed[-1].span.end if listed else span.end)
        return syntax.Use(whole, self.doc, module, is_file, listed, span)

    def dotted(self, *parts: Token) -> tuple[str, Span]:
        return "".join(parts), self._span(parts[0], parts[-1])

    def names(self, *parts: Token) -> tuple[syntax.Name, ...]:
        return tuple(self._name(part) for part in parts if part.type == "NAME")

    def dims(self, word: Token, names: tuple[syntax.Name, ...]) -> syntax.Dims:
        return syntax.Dims(self._span(word, names[-1]), self.doc, names)

    def const(self, word: Token, name: Token, _: Token, value: Part) -> syntax.Const:
        return syntax.Const(self._span(word, value), self.doc, self._name(name), value)

    def input(self, word: Token, name: Token, _: Token, type: Part, *value: Part) -> syntax.Input:
        given = value[-1] if value else None
        return syntax.Input(self._span(word, given or type), self.doc, self._name(name), type, given)

    def shared(self, word: Token, name: Token, _: Token, type: Part, *initial: Part) -> syntax.Stored:
        value = initial[-1] if initial else None
        return syntax.Stored(self._span(word, value or type), self.doc, "shared", self._name(name), type, value)

    def state(self, word: Token, name: Token, *rest: Part) -> syntax.Stored:
        type = next((part for part in rest if isinstance(part, syntax.TypeSyntax)), None)
        return syntax.Stored(self._span(word, rest[-1]), self.doc, "state", self._name(name), type, rest[-1])

    def let(self, word: Token, names: tuple[syntax.Name, ...], _: Token, value: Part) -> syntax.Let:
        return syntax.Let(self._span(word, value), self.doc, names, value)

    def indexed(
        self, word: Token, name: Token, left: Token, axes: Part, right: Token, _: Token, element: Part
    ) -> syntax.Let:
        value = syntax.Elements(element.span, self._span(left, right), axes, element)
        return syntax.Let(self._span(word, element), self.doc, (self._name(name),), value)

    def axes(self, *parts: Part) -> tuple[syntax.IndexAxis, ...]:
        return tuple(part for part in parts if isinstance(part, syntax.IndexAxis))

    def axis(self, name: Token, *size: Part) -> syntax.IndexAxis:
        given = size[-1] if size else None
        return syntax.IndexAxis(self._span(name, given or name), self._name(name), given)

    def cost(self, word: Token, name: Token, _: Token, value: Part) -> syntax.Cost:
        return syntax.Cost(self._span(word, value), self.doc, self._name(name), value)

    def fn(self, word: Token, name: Token, parameters: Part, *body: Part) -> syntax.Fn:
        result = next((part for part in body if isinstance(part, syntax.TypeSyntax)), None)
        return syntax.Fn(self._span(word, body[-1]), self.doc, self._name(name), parameters, result, body[-1])

    def derivative(self, word: Token, name: Token, parameters: Part, *rest: Part) -> syntax.Derivative:
        _, result, _, gradient, *_, body = rest
        span, called = self._span(word, body), (self._name(result), self._name(gradient))
        return syntax.Derivative(span, self.doc, self._name(name), parameters, *called, body)

    def rule(self, word: Token, name: Token, parameters: Part, *rest: Part) -> syntax.Rule:
        _, parameter, _, gradient, body = rest
        span = self._span(word, body)
        return syntax.Rule(
            span, self.doc, self._name(name), parameters, self._name(parameter), self._name(gradient), body
        )

    def entry(self, word: Token, name: Token, each: Part, parameters: Part, *rest: Part) -> syntax.Entry:
        body = next((part for part in rest if isinstance(part, syntax.Block)), None)
        results = next((part for part in rest if isinstance(part, syntax.Expression)), None)
        names, results = next((part for part in rest if isinstance(part, tuple)), ((), results))
        span = self._span(word, body or results or name)
        return syntax.Entry(span, self.doc, self._name(name), each, parameters, results, names, body)

    def training(self, word: Token, name: Token, _: Token, value: Part) -> syntax.Training:
        return syntax.Training(self._span(word, value), self.doc, self._name(name), value)

    def each(self, left: Token, name: Token, _: Token, values: Part, right: Token) -> syntax.Each:
        return syntax.Each(self._span(left, right), self._name(name), values)

    def fields(self, left: Token, *parts: Part) -> tuple[tuple[syntax.Name, ...], syntax.Tuple]:
        named = [part for part in parts if isinstance(part, tuple)]
        values = syntax.Tuple(self._span(left, parts[-1]), tuple(value for _, value in named))
        return tuple(name for name, _ in named), values

    def field(self, name: Token, _: Token, value: Part) -> tuple[syntax.Name, Part]:
        return self._name(name), value

    def model(self, word: Token, name: Token, parameters: Part, _: Token, members: Part, right: Token) -> syntax.Model:
        return syntax.Model(self._span(word, right), self.doc, self._name(name), parameters, members or ())

    def members(self, *members: Part) -> tuple[syntax.Member, ...]:
        return members

    def instance(self, word: Token, name: Token, each: Part, _: Token, value: Part) -> syntax.Instance:
        return syntax.Instance(self._span(word, value), self.doc, self._name(name), each, value)

    def type(self, name: Token, *rest: Part) -> syntax.TypeSyntax:
        sizes = next((part for part in rest if isinstance(part, tuple)), ())
        last = rest[-1] if rest and rest[-1] is not None else name
        return syntax.TypeSyntax(self._span(name, last), str(name), sizes)

    def parameters(self, _: Token, listed: Part, __: Token) -> tuple[syntax.Parameter, ...]:
        return listed or ()

    def parameter_list(self, *parts: Part) -> tuple[syntax.Parameter, ...]:
        return tuple(part for part in parts if isinstance(part, syntax.Parameter))

    def parameter(self, name: Token, *rest: Part) -> syntax.Parameter:
        type = next((part for part in rest if isinstance(part, syntax.TypeSyntax)), None)
        default = next((part for part in rest if isinstance(part, syntax.Expression)), None)
        return syntax.Parameter(self._span(name, default or type or name), self._name(name), type, default)

    def size(self, word: Token, name: Token) -> syntax.Parameter:
        return syntax.Parameter(self._span(word, name), self._name(name), None, None, is_dim=True)

    # Statements

    def block(self, left: Token, statements: Part, right: Token) -> syntax.Block:
        return syntax.Block(self._span(left, right), statements or ())

    def statements(self, *statements: Part) -> tuple[syntax.Syntax, ...]:
        for statement in statements[1:]:
            if self.source.text.startswith("+", statement.span.start):
                sign = Span(self.source, statement.span.start, statement.span.start + 1)
                raise fail("TD0105", "no statement begins with '+'", sign, hint=GO_ON)
        return statements

    def update(self, target: Part, _: Token, value: Part) -> syntax.Update:
        return syntax.Update(self._span(target, value), target, value)

    def over(self, *parts: Part) -> Part:
        return tuple(part for part in parts if not isinstance(part, Token))

    def minimize(self, word: Token, cost: Part, *rest: Part) -> syntax.Minimize:
        over = next((part for part in rest if isinstance(part, tuple)), None)
        return syntax.Minimize(self._span(word, rest[-1]), str(word), cost, over, rest[-1])

    def assertion(self, word: Token, condition: Part, *rest: Part) -> syntax.Assert:
        text = rest[-1] if rest else None
        message = None if text is None else self._string(text)
        return syntax.Assert(self._span(word, condition if text is None else text), condition, message)

    def print(self, word: Token, values: Part) -> syntax.Print:
        flat = tuple(
            item for value in values for item in (value.items if isinstance(value, syntax.Tuple) else (value,))
        )
        return syntax.Print(self._span(word, values[-1]), flat)

    def given(self, word: Token, name: Token, _: Token, value: Part) -> syntax.Given:
        return syntax.Given(self._span(word, value), self._name(name), value)

    def yielded(self, word: Token, value: Part) -> syntax.Yield:
        return syntax.Yield(self._span(word, value), value)

    def until(self, word: Token, condition: Part) -> syntax.Until:
        return syntax.Until(self._span(word, condition), condition)

    # Expressions

    def loop(self, word: Token, *parts: Part) -> syntax.For:
        bindings = tuple(part for part in parts if isinstance(part, syntax.Binding))
        *before, body = parts
        last = before[-1]
        checkpoint = None if isinstance(last, syntax.Binding) else last
        return syntax.For(self._span(word, body), self._span(word, last), bindings, checkpoint, body)

    def binding(self, name: Token, _: Token, over: Part) -> syntax.Binding:
        return syntax.Binding(self._span(name, over), self._name(name), over)

    def conditional(self, word: Token, condition: Part, _: Token, chosen: Part, __: Token, otherwise: Part) -> Part:
        return syntax.Conditional(self._span(word, otherwise), condition, chosen, otherwise)

    def binary(self, left: Part, operator: Token, right: Part) -> Part:
        return syntax.Binary(self._span(left, right), str(operator), left, right)

    def compare(self, left: Part, operator: Token, right: Part) -> Part:
        """`a < b < c` is `a < b and b < c`; a left side in brackets, whose span holds them, is a value like others."""
        this = syntax.Binary(self._span(left, right), str(operator), left, right)
        if not isinstance(left, syntax.Binary) or left.span.end != left.right.span.end:
            return this
        chain = left.right if left.operator == "and" else left
        if not (isinstance(chain, syntax.Binary) and chain.operator in COMPARISONS):
            return this
        step = syntax.Binary(self._span(chain.right, right), str(operator), chain.right, right)
        return syntax.Binary(self._span(left, right), "and", left, step)

    def unary(self, operator: Token, operand: Part) -> Part:
        return syntax.Unary(self._span(operator, operand), str(operator), operand)

    def call(self, function: Part, _: Token, arguments: Part, right: Token) -> Part:
        return syntax.Call(self._span(function, right), function, arguments or ())

    def index(self, value: Part, _: Token, indices: Part, right: Token) -> Part:
        return syntax.Index(self._span(value, right), value, indices)

    def write(
        self, value: Part, _: Token, left: Token, indices: Part, right: Token, operator: Token, part: Part
    ) -> Part:
        return syntax.Write(self._span(value, part), value, self._span(left, right), indices, str(operator), part)

    def attribute(self, value: Part, _: Token, name: Token) -> Part:
        return syntax.Attribute(self._span(value, name), value, str(name), self._span(name))

    def name(self, token: Token) -> Part:
        return self._name(token)

    def number(self, token: Token) -> Part:
        text = token.replace("_", "")
        span = self._span(token)
        if text.isdigit():
            # A longer number stays too large when it is cut off; the checker says so.
            return syntax.Number(span, int((text.lstrip("0") or "0")[:20]))
        value = float(text)
        if value == float("inf"):
            raise fail("TD0106", "this number is larger than any f64", span, hint="write inf if you mean infinity")
        return syntax.Number(span, value)

    def text(self, token: Token) -> Part:
        return syntax.String(self._span(token), self._string(token))

    def group(self, left: Token, expression: Part, right: Token) -> Part:
        return replace(expression, span=self._span(left, right))

    def unit(self, left: Token, right: Token) -> Part:
        return syntax.Tuple(self._span(left, right), ())

    def tuple(self, left: Token, first: Part, _: Token, rest: Part, right: Token) -> Part:
        return syntax.Tuple(self._span(left, right), (first, *(rest or ())))

    def array(self, left: Token, items: Part, right: Token) -> Part:
        return syntax.Array(self._span(left, right), items)

    def list(self, *parts: Part) -> Part:
        return tuple(part for part in parts if not isinstance(part, Token))

    def arguments(self, *parts: Part) -> Part:
        return tuple(part for part in parts if isinstance(part, syntax.Argument))

    def argument(self, *parts: Part) -> Part:
        name = str(parts[0]) if isinstance(parts[0], Token) else None
        return syntax.Argument(self._span(parts[0], parts[-1]), name, parts[-1])

    def indices(self, *parts: Part) -> Part:
        return tuple(part for part in parts if not isinstance(part, Token))

    def new_axis(self, token: Token) -> Part:
        return syntax.NewAxis(self._span(token))

    def ellipsis(self, token: Token) -> Part:
        return syntax.Ellipsis(self._span(token))

    def slice(self, *parts: Part) -> Part:
        colons = [index for index, part in enumerate(parts) if isinstance(part, Token) and part.type == "COLON"]
        present = [part for part in parts if part is not None]
        start = parts[0] if colons[0] else None
        stop = parts[colons[0] + 1] if len(parts) > colons[0] + 1 else None
        step = parts[colons[1] + 1] if len(colons) > 1 and len(parts) > colons[1] + 1 else None
        if isinstance(stop, Token):
            stop = None
        return syntax.Slice(self._span(present[0], present[-1]), start, stop, step)
