"""Diagnostics of text that the grammar refuses, in words of the language and with a remedy."""

from __future__ import annotations

from lark import Token

from tdsl.source import Diagnostic, Source, Span
from tdsl.spelling import closest
from tdsl.syntax.habits import COMMENT, LOOP, RESULTS, WHILE, habit, unreadable_hint

SPELLING = {
    "NAME": "a name",
    "NUMBER": "a number",
    "STRING": "a string",
    "COMPARE": "a comparison",
    "ADDITIVE": "'+' or '-'",
    "MULTIPLICATIVE": "'*', '/', '//', '%' or '@'",
    **{"LPAR": "'('", "RPAR": "')'", "LSQB": "'['", "RSQB": "']'", "LBRACE": "'{'", "RBRACE": "'}'"},
    **{"ASSIGN": "'='", "COLON": "':'", "COMMA": "','", "DOT": "'.'", "ARROW": "'->'", "UPDATE": "'<-'"},
    "ADD": "'+='",
    **{"POWER": "'**'", "ELLIPSIS": "'...'"},
}
EXPRESSION = {"NAME", "NUMBER", "STRING", "LPAR", "LSQB", "NOT", "IF", "FOR", "ADDITIVE"}
OPERATORS = {
    "POWER",
    "ADDITIVE",
    "MULTIPLICATIVE",
    "COMPARE",
    "AND",
    "OR",
    "LPAR",
    "LSQB",
    "DOT",
    "UPDATE",
    "THEN",
    "ELSE",
}
GO_ON = "end the line above with the operator, or put brackets around the whole, to go on with an expression"
ENDS = {"$END", "_NL"}
ITEMS = ("use", "dim", "const", "input", "shared", "state", "let", "cost", "fn", "derivative", "rule", "model", "entry")
STATEMENTS = ("minimize", "maximize", "assert", "print", "given")
ELSEWHERE = {
    **dict.fromkeys(("def", "func", "function", "lambda"), "fn f(x) = x ** 2 makes a function"),
    **dict.fromkeys(("import", "from", "include"), "use std.nn: relu brings a name from another file"),
    **dict.fromkeys(
        ("param", "parameter", "var", "variable", "weight"), "shared W: real[2, 3] = 0 keeps a value that is trained"
    ),
    **dict.fromkeys(("loss", "objective"), "cost C = … declares the minimised value"),
    "for": LOOP,
    "while": WHILE,
    "return": "results follow the ->: entry f(x) -> x ** 2",
    "@": "an item has no decorator",
    "class": "model Layer(N, M) { … } keeps values and functions together, model enc = Layer(2, 3) makes one",
}


def unreadable(span: Span) -> Diagnostic:
    """Characters that begin no token."""
    found = span.text
    if found.startswith('"'):
        return Diagnostic("TD0101", "this string is not closed before the end of its line", span)
    hint = unreadable_hint(span)
    shown = f"'{found}'" if found.isprintable() else f"the character U+{ord(found[0]):04X}"
    return Diagnostic("TD0101", f"{shown} has no meaning in tdsl", span, (), (hint,) if hint else ())


def unexpected(source: Source, token: Token, tokens: list[Token], accepts: set[str]) -> Diagnostic:
    """A token where the grammar wants something else."""
    place = next((place for place, other in enumerate(tokens) if other is token), len(tokens))
    if place == 0:
        return _no_item(source, token, tokens)
    last = tokens[place - 1]
    if token.type in ENDS:
        at = _start(last) + len(last)
        span, found = Span(source, at, at + 1), f"'{_shown(last)}' cannot be the last thing on its line"
        if last.type in ("NAME", "NUMBER", "STRING", "RPAR", "RSQB", "RBRACE"):
            found = "the line ends too early"
    else:
        span, found = Span(source, _start(token), _start(token) + len(token)), f"'{_shown(token)}' is not expected here"
        if token.isalpha() and token.type != "NAME":
            found = f"'{token}' is a word of the language and cannot stand here"
    return Diagnostic("TD0105", found, span, (), (_hint(token, tokens, place, accepts),))


def _hint(token: Token, tokens: list[Token], place: int, accepts: set[str]) -> str:
    last = tokens[place - 1]
    begins = last.type == "NAME" and place > 1 and tokens[place - 2].type in ("_NL", "LBRACE")
    if token.type == "NAME" and begins and (close := closest(last, STATEMENTS)):
        return f"did you mean '{close}'?"
    if token.type == "ASSIGN" and begins:
        return f"let {last} = … names a value, {last} <- … updates a shared or state value"
    if token.type == "ASSIGN" and "COMPARE" in accepts:
        return habit(token, tokens, place, accepts) or "== compares"
    if last.type == "_NL" and token.type in OPERATORS:
        return GO_ON
    if token.type in ENDS and "ASSIGN" in accepts and tokens[0].type == "STATE":
        return "a state has a first value: state k: int = 0"
    if token.type == "ASSIGN" and accepts == {"COLON"}:
        return f"its type comes first: {tokens[0]} {last}: real = …"
    if token.type == "ASSIGN" and tokens[0].type == "ENTRY" and "ARROW" in accepts:
        return RESULTS
    if token.type == "LBRACE" and last.type == "ASSIGN" and tokens[0].type == "FN":
        return "a function is either = and an expression, or a block in braces without ="
    if found := habit(token, tokens, place, accepts):
        return found
    return f"expected {_alternatives(accepts)}"


def _no_item(source: Source, token: Token, tokens: list[Token]) -> Diagnostic:
    after = tokens[1].type if len(tokens) > 1 else ""
    word = str(token)
    close = closest(word, ITEMS)
    hint = "an item begins with use, dim, const, input, shared, state, let, cost, fn, derivative, rule, model or entry"
    if word in ("//", "/") or token.type == "STRING":
        hint = COMMENT if token.type != "STRING" else "a comment begins with #, a doc comment with ##"
    elif token.type == "LBRACE":
        hint = "'{' belongs on the line of its fn, rule, model or entry"
    elif word in STATEMENTS:
        hint = f"{word} belongs between the braces of an entry"
    elif after == "UPDATE" or (after == "COMPARE" and tokens[1] == "<" and len(tokens) > 2 and tokens[2] == "-"):
        hint = f"{word} <- … belongs between the braces of an entry or rule"
    elif after == "ASSIGN":
        hint = f"let {word} = … names a value"
    elif after in ("ADDITIVE", "MULTIPLICATIVE") and len(tokens) > 2 and tokens[2].type == "ASSIGN":
        hint = f"{word} <- {word} {tokens[1]} … belongs between the braces of an entry"
    elif after == "COLON":
        hint = f"input {word}: … is an argument of entries, shared {word}: … is kept and trained"
    elif word in ELSEWHERE:
        hint = ELSEWHERE[word]
    elif close:
        hint = f"did you mean '{close}'?"
    elif token.type in OPERATORS:
        hint = GO_ON
    span = Span(source, _start(token), _start(token) + len(token))
    return Diagnostic("TD0104", f"no item begins with '{_shown(token)}'", span, (), (hint,))


def _alternatives(accepts: set[str]) -> str:
    names = []
    if accepts >= EXPRESSION - {"IF", "FOR", "NOT"}:
        names.append("an expression")
        accepts = accepts - EXPRESSION
    ends = bool(accepts & ENDS)
    names += sorted(SPELLING.get(name, f"'{name.lower()}'") for name in accepts - ENDS)
    if {"ADDITIVE", "MULTIPLICATIVE", "COMPARE"} <= accepts:
        rest = accepts - ENDS - OPERATORS | accepts & {"THEN", "ELSE"}
        names = ["an operator", *sorted(SPELLING.get(name, f"'{name.lower()}'") for name in rest)]
    names += ["the end of the line"] * ends
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _shown(token: Token) -> str:
    text = str(token)
    return text if len(text) <= 30 else text[:29] + "…"


def _start(token: Token) -> int:
    return token.start_pos or 0
