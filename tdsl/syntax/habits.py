"""Habits of other languages that the grammar refuses, and their equivalents in tdsl."""

from __future__ import annotations

import keyword
import string
import unicodedata

from lark import Token

from tdsl.source import Span

CHOICE = "a choice reads: if condition then this else that"
COMMENT = "a comment begins with #; // divides and rounds down"
LOOP = "a loop is an expression: let h = for x_t in x { state h = h0 … h <- f(h, x_t) }"
WHILE = "a loop has a bound: for t in 1000 { … until done } ends after the step in which done is true"
OF_LOOPS = "it belongs in the block of a for: let y = for x_t in x { yield f(x_t) }"
NAMED_SIZE = "a size that calls decide has a name: dim B above, then real[B, 3]"
RESULTS = "the results of an entry follow ->"
WHOLE = "<- replaces a whole value: W <- W with [i] = v replaces some elements, += v adds to them"
TUPLE = "brackets make a tuple: (a, b)"

LOOKALIKES = {
    **dict.fromkeys("“”„«»’‘`", '"'),
    **dict.fromkeys("−–—", "-"),
    **dict.fromkeys("×·•∗⋅⊙", "*"),
    **{"÷": "/", "≤": "<=", "≥": ">=", "≠": "!=", "←": "<-", "→": "->", "^": "**", "…": "..."},
    **{"&": "and", "|": "or", "&&": "and", "||": "or", "!": "not", "~": "not", "¬": "not", "∧": "and", "∨": "or"},
    **{"\\": "//", "π": "pi", "∞": "inf", "²": "** 2", "³": "** 3", "ᵀ": ".T", "√": "sqrt(x)", "∑": "sum(x)"},
    **dict.fromkeys("∇∂", "grad(cost, w)"),
}
NAMES = "names are made of a to z, A to Z, 0 to 9 and _"


def unreadable_hint(span: Span) -> str | None:
    """The hint for characters that begin no token."""
    found, text = span.text, span.source.text
    if found[0] == "'":
        before = text[: span.start]
        word = before[len(before.rstrip(f"{string.ascii_letters}{string.digits}_)]")) :]
        transposes = word and (found == "'" or word not in ("f", "r", "b", "u"))
        return "x.T transposes" if transposes else 'a string stands in double quotes: "…"'
    if found == "\\" and text[span.end : span.end + 2].strip(" \r") in ("", "\n"):
        return "a line goes on inside brackets, and after an operator or a comma"
    if found in LOOKALIKES:
        return f"write {LOOKALIKES[found]}"
    if found == ";":
        return "a statement ends with its line"
    if found == "?":
        return NAMED_SIZE if text[: span.start].rstrip()[-1:] in ("[", ",") else CHOICE
    if found[0].isalpha():
        kind, _, letter = unicodedata.name(found[0], "").partition(" LETTER ")
        if kind.startswith("GREEK") and letter.isalpha():
            letter = letter.replace("LAMDA", "LAMBDA")
            letter = letter.lower() if "SMALL" in kind else letter.capitalize()
            return f"write {letter}{'_' * keyword.iskeyword(letter)}{found[1:]}: {NAMES}"
    return NAMES if found[0].isalnum() else None


def habit(token: Token, tokens: list[Token], place: int, accepts: set[str]) -> str | None:
    """The hint if the words so far show the intention.  `tokens` is the whole item, `place` that of
    the token in it, which is beyond them where the item ends too early."""
    following = tokens[place + 1] if place + 1 < len(tokens) else None
    return (
        _declaration(token, tokens, place, accepts)
        or _statement(token, tokens, place, accepts, following)
        or _expression(token, tokens, place, accepts)
    )


def _declaration(token: Token, tokens: list[Token], place: int, accepts: set[str]) -> str | None:
    item, last, name = tokens[0].type, tokens[place - 1], tokens[1] if len(tokens) > 1 else ""
    match item, token.type:
        case "DIM", "ASSIGN" | "COLON":
            return f"a dim is bound by each call; const {last} = 10 is a size fixed at compile time"
        case "CONST", "COLON":
            return f"a const has no type: const {last} = …"
        case "CONST", "$END" | "_NL" if place == 2:
            return f"a const has a value: const {last} = 10; dim {last} is a size that calls decide"
        case "USE", _ if "COLON" in accepts:
            return f"names follow a colon: use {''.join(tokens[1:place])}: relu"
        case "USE", "MULTIPLICATIVE":
            return f"without names all are used: use {''.join(tokens[1 : place - 1])}"
        case "RULE", _ if accepts == {"FOR"}:
            return f"a rule names a value and its derivative: rule {name}(lr) for p, g {{ … }}"
        case "DERIVATIVE", _ if accepts == {"FOR"}:
            return f"it names the value of {name} and the derivative by it: derivative {name}(x) for y, g = …"
        case "FN", "COLON" if last.type == "RPAR" and accepts == {"ASSIGN", "LBRACE", "ARROW"}:
            return f"the type of a result follows ->, or is derived: fn {name}(…) = …"
        case "FN", "LPAR" if last.type == "ARROW":
            return f"-> is followed by the type of one value; types of tuples are derived: fn {name}(…) = …"
        case "FN", "COMPARE" if token == ">" and last.type == "ASSIGN":
            return f"= is enough: fn {name}(…) = …"
        case "ENTRY", "COLON" if last.type == "RPAR" and "ARROW" in accepts:
            return RESULTS
        case "ENTRY", "ARROW" if last.type == "RBRACE":
            return f"results come before the block: entry {name}(…) -> y {{ … }}"
        case "ENTRY", "NAME" if last.type == "WITH" and not any(token.type == "LBRACE" for token in tokens[:place]):
            return f"a rule belongs in the block: entry {name}(…) -> C {{ minimize C with sgd(0.1) }}"
        case "ENTRY", _ if _in_results(tokens[:place]) and (
            accepts == {"NAME", "RPAR"} or (token.type == "ASSIGN" and tokens[place - 2].type in ("LPAR", "COMMA"))
        ):
            return f"either all results have names or none: entry {name}(…) -> (a = x, b = y)"
        case "ENTRY", "COMMA" if "LBRACE" in accepts:
            return "brackets make several results a tuple: -> (a, b)"
        case "ENTRY", "LBRACE" if last.type == "ARROW":
            return f"-> is followed by results, then by the block: entry {name}(…) -> y {{ … }}"
        case "INPUT" | "SHARED" | "STATE" | "CONST", "COMMA" if place == 2:
            return f"each has a declaration of its own, on a line of its own: {tokens[0]} {last}: …"
        case "LET", "LPAR" if last.type == "LET":
            return "a tuple is taken apart without brackets: let a, b = pair"
    return _type(token, tokens, place, accepts)


def _in_results(tokens: list[Token]) -> bool:
    """Whether an entry so far ends within its results."""
    types = {token.type for token in tokens}
    return "ARROW" in types and "LBRACE" not in types


def _type(token: Token, tokens: list[Token], place: int, accepts: set[str]) -> str | None:
    last = tokens[place - 1]
    if token.type == "LPAR" and "LSQB" in accepts and tokens[place - 2].type == "COLON":
        return f"sizes stand in square brackets: {last}[2, 3]"
    if token.type == "LSQB" and last.type == "RSQB" and "LSQB" not in accepts:
        return "one pair of brackets holds all sizes: real[2, 3]"
    if token.type == "LSQB" and last.type == "COLON" and accepts == {"NAME"}:
        return "a type begins with the type of its elements: real[B, 3]"
    if token.type in ("COLON", "ELLIPSIS", "NEW") and last.type in ("LSQB", "COMMA") and token.type not in accepts:
        return NAMED_SIZE
    return None


def _statement(token: Token, tokens: list[Token], place: int, accepts: set[str], following: Token | None) -> str | None:
    last, before = tokens[place - 1], tokens[place - 2] if place > 1 else None
    begins = last.type == "NAME" and before is not None and before.type in ("_NL", "LBRACE")
    if token.type == "ASSIGN" and last.type in ("ADDITIVE", "MULTIPLICATIVE", "POWER") and before is not None:
        return f"{before} <- {before} {last} … updates a shared or state value"
    if token.type == "ADD" and last.type == "NAME":
        return f"{last} <- {last} + … updates a shared or state value"
    if token.type == "COLON" and last.type == "NAME" and following is not None and following.type == "ASSIGN":
        return f"let {last} = … names a value; {last} <- … updates a shared or state value"
    if token.type in ("ASSIGN", "ADD") and last.type == "RSQB" and _indexed(tokens[:place]):
        return WHOLE
    if begins and last == "return":
        function = tokens[0].type == "FN"
        return "a function ends with the expression it returns" if function else RESULTS
    if last in ("while", "do", "loop"):
        return WHILE
    if token.type == "FOR" or last.type == "FOR" or accepts == {"IN"}:
        return LOOP
    if token.type == "NAME" and begins and following is not None and following.type == "ASSIGN":
        return f"let {token} = … names a value"
    if "WITH" in accepts and "OVER" in accepts:
        return "minimize C with sgd(0.01), after: use std.optim: sgd"
    return None


def _indexed(tokens: list[Token]) -> bool:
    """Whether a statement so far is a name and one index."""
    depth = 0
    for place in range(len(tokens) - 1, 1, -1):
        depth += (tokens[place].type == "RSQB") - (tokens[place].type == "LSQB")
        if depth == 0:
            return tokens[place - 1].type == "NAME" and tokens[place - 2].type in ("_NL", "LBRACE")
    return False


def _expression(token: Token, tokens: list[Token], place: int, accepts: set[str]) -> str | None:
    last = tokens[place - 1]
    close = (last.start_pos or 0) + len(last) == token.start_pos
    if token.type == "DIM" and "RPAR" in accepts:
        return "an axis is named by axis=, and kept by keepdims=true"
    if token == "elif":
        return "a choice goes on with else if: if a then x else if b then y else z"
    ends = token.type in ("$END", "_NL")
    if (
        token.type == "IF"
        or ("THEN" in accepts and not ends and token.type != "ASSIGN")
        or ("ELSE" in accepts and ends)
    ):
        return CHOICE
    if token.type == "STRING":
        if last.type == "STRING":
            return "a comment begins with #, a doc comment with ##"
        return 'a string has no prefix; print takes several parts: print "x is", x' if close else None
    if token.type == "NAME" and last.type == "NUMBER" and close:
        suffix = token in ("f", "F", "d", "D", "l", "L", "j")
        return f"a number has no suffix: f32({last}) gives it a type" if suffix else f"* multiplies: {last} * {token}"
    if last == "lambda":
        return "fn f(x) = x ** 2 makes a function, which others take by its name"
    if token == "*" and last == "/":
        return COMMENT
    if token.type in ("NAME", "NUMBER") and last.type == "NAME" and _behind_slashes(tokens, place):
        return COMMENT
    if token.type == "COMMA" and last.type in ("NAME", "NUMBER", "RPAR", "RSQB") and "COMMA" not in accepts:
        return TUPLE
    return None


def _behind_slashes(tokens: list[Token], place: int) -> bool:
    for token in reversed(tokens[:place]):
        if token == "//":
            return True
        if token.type != "NAME":
            return False
    return False
