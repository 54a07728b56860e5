"""The C++ tree as text: brackets only where precedence or a compiler warning requires them, lines of at most 120
columns.

Strings and comments use a closed set of characters, so that nothing can escape from them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence, Set
from operator import itemgetter
from typing import assert_never

from tdsl.emit.c.syntax import (
    Assign,
    Binary,
    Blank,
    Braces,
    Break,
    Call,
    Conditional,
    Declare,
    Element,
    Evaluate,
    Expression,
    For,
    Function,
    If,
    Lambda,
    Member,
    Name,
    Number,
    Parameter,
    Remark,
    Return,
    Statement,
    String,
    Unary,
    free_names,
)

_WIDTH, _WIDEST, _REMARKS, _PLACES = 120, 106, 56, 98
# Deeper statements are indented no further, so that the text grows with the program and not with its square.
_MOST_INDENTED = 32

_LEVELS = (("||",), ("&&",), ("|",), ("^",), ("&",), ("==", "!="), ("<", "<=", ">", ">="), ("<<", ">>"), ("+", "-"),
           ("*", "/", "%"))  # fmt: skip
_PRECEDENCE = {operator: level for level, operators in enumerate(_LEVELS, 1) for operator in operators}
_CONDITIONAL, _UNARY, _POSTFIX = 0, len(_LEVELS) + 1, len(_LEVELS) + 2
_COMPARISONS = frozenset(_LEVELS[5] + _LEVELS[6])
_BITWISE = frozenset(("|", "^", "&", "<<", ">>"))

_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 _.:,*+()-")
_IN_STRING = {byte: chr(byte) if byte in _PLAIN else f"\\{byte:03o}" for byte in range(256)}
_IN_REMARK = {code: "_" for code in range(128) if code not in _PLAIN | frozenset(b"/%<>=!&|@[]{}'")}

# A piece of a line that may be broken behind it if it ends with a space, or the statements of a body.
_Piece = str | tuple[Statement, ...]


def string_text(content: bytes) -> str:
    """Letters and a few signs as they are, all else in octal."""
    return f'"{content.decode("latin-1").translate(_IN_STRING)}"'


def string_texts(content: bytes) -> list[str]:
    """A string, in several parts if it is long: compilers join them."""
    if len(content) < _WIDEST and len(text := string_text(content)) <= _WIDEST:
        return [text]
    half = len(content) // 2
    return [*string_texts(content[:half]), *string_texts(content[half:])]


def expression_text(expression: Expression) -> str:
    return "".join(str(piece) for piece in _pieces(expression))


def function_lines(function: Function, used: Set[str]) -> list[str]:
    """The definition of a function; `used` are the names that its body mentions."""
    head = _filled([*_signature(function, used), " {"], 0)
    lines = [*head, *statement_lines(function.body, 1), "}"]
    return _remarked(lines, [function.about] if function.about else [], 0)


def declaration_lines(function: Function, used: Set[str]) -> list[str]:
    return _filled([*_signature(function, used), ";"], 0)


def _signature(function: Function, used: Set[str]) -> list[_Piece]:
    words = filter(None, (function.manner, function.returns, function.name))
    return [f"{' '.join(words)}(", *_parameters(function.parameters, used), ")"]


def statement_lines(statements: Iterable[Statement], depth: int = 0) -> list[str]:
    lines: list[str] = []
    stack: list[tuple[Statement | str, int]] = []

    def enter(block: Iterable[Statement | str], depth: int) -> None:
        stack.extend((part, depth) for part in reversed([*block]))

    enter(statements, depth)
    while stack:
        part, depth = stack.pop()
        match part:
            case str():
                lines += _filled([part], depth)
            case If(condition, then, otherwise):
                lines += _filled(["if (", *_pieces(condition), ") {"], depth)
                enter(["}"], depth)
                if otherwise:
                    enter(otherwise, depth + 1)
                    enter(["} else {"], depth)
                enter(then, depth + 1)
            case For(counter, count, body):
                step = f"; ++{counter}) {{"
                lines += _filled([f"for (int64_t {counter} = 0; ", f"{counter} < ", *_pieces(count), step], depth)
                enter(["}"], depth)
                enter(body, depth + 1)
            case Evaluate(value, remarks):
                lines += _remarked(_filled([*_pieces(value), ";"], depth), remarks, depth)
            case Declare(type, name, value, size):
                array = ["[", *_pieces(size), "]"] if size else []
                given = [" = ", *_pieces(value)] if value else []
                lines += _filled([_declared(type, name), *array, *given, ";"], depth)
            case Assign(target, value):
                lines += _filled([*_pieces(target), " = ", *_pieces(value), ";"], depth)
            case Blank():
                lines.append("")
            case Break():
                lines += _filled(["break;"], depth)
            case Return(value):
                lines += _filled(["return ", *_pieces(value), ";"] if value else ["return;"], depth)
            case _:
                assert_never(part)
    return lines


def _declared(type: str, name: str) -> str:
    return f"{type}{name}" if type.endswith("*") else f"{type} {name}"


def _parameters(parameters: tuple[Parameter, ...], used: Set[str]) -> list[_Piece]:
    texts = [_declared(each.type, each.name) if each.name in used else each.type for each in parameters]
    return _separated([text] for text in texts)


def _separated(items: Iterable[list[_Piece]], separator: str = ", ") -> list[_Piece]:
    found: list[_Piece] = []
    for item in items:
        found += [separator, *item] if found else item
    return found


def _pieces(expression: Expression) -> list[_Piece]:
    match expression:
        case Name(text) | Number(text):
            return [text]
        case String(content):
            return _separated([[text] for text in string_texts(content)], " ")
        case Element(array, index):
            return [*_operand(array, _POSTFIX), "[", *_pieces(index), "]"]
        case Member(of, name, pointer):
            return [*_operand(of, _POSTFIX), f"{'->' if pointer else '.'}{name}"]
        case Unary(operator, operand):
            # Two signs would be one of another meaning.
            repeated = isinstance(operand, Unary) and operand.operator == operator
            return [operator, *_operand(operand, _POSTFIX if repeated else _UNARY)]
        case Binary():
            return _binary(expression)
        case Conditional(condition, then, otherwise):
            parts = [_operand(part, _CONDITIONAL + 1) for part in (condition, then, otherwise)]
            return [*parts[0], " ? ", *parts[1], " : ", *parts[2]]
        case Call(function, arguments):
            return [f"{function}(", *_separated(map(_pieces, arguments)), ")"]
        case Braces(items, type, ()):
            return [f"{type}{{", *_separated(map(_pieces, items)), "}"]
        case Braces(items, type, designators):
            named = zip(designators, items, strict=True)
            return [f"{type}{{", *_separated([f".{name} = ", *_pieces(item)] for name, item in named), "}"]
        case Lambda(parameters, body):
            return ["[=](", *_parameters(parameters, free_names(body)), ") {", body, "}"]
    assert_never(expression)


def _binary(expression: Binary) -> list[_Piece]:
    """Walks down the left side, as that of a long sum is deep."""
    chain = [expression]
    while isinstance(left := chain[-1].left, Binary) and not _is_bracketed(left, chain[-1].operator, 0):
        chain.append(left)
    found = _side(chain[-1].left, chain[-1].operator, 0)
    for node in reversed(chain):
        found += [f" {node.operator} ", *_side(node.right, node.operator, 1)]
    return found


def _side(expression: Expression, operator: str, right: int) -> list[_Piece]:
    pieces = _pieces(expression)
    return ["(", *pieces, ")"] if _is_bracketed(expression, operator, right) else pieces


def _is_bracketed(side: Expression, operator: str, right: int) -> bool:
    """Whether one side of a binary operator is in brackets: operators of one level group from the left."""
    if isinstance(side, Unary) and side.operator == "!" and operator in _BITWISE:
        return True
    if isinstance(side, Binary):
        both = {operator, side.operator}
        if both <= _COMPARISONS or both == {"||", "&&"} or (len(both) == 2 and operator in _BITWISE):
            return True  # compilers warn that somebody may read it otherwise
    return _level(side) < _PRECEDENCE[operator] + right


def _level(expression: Expression) -> int:
    match expression:
        case Binary(operator):
            return _PRECEDENCE[operator]
        case Conditional():
            return _CONDITIONAL
        case Unary():
            return _UNARY
        case _:
            return _POSTFIX


def _operand(expression: Expression, least: int) -> list[_Piece]:
    pieces = _pieces(expression)
    return ["(", *pieces, ")"] if _level(expression) < least else pieces


def _filled(pieces: Iterable[_Piece], depth: int) -> list[str]:
    """The lines of one statement, and of the bodies in it."""
    indent = "    " * min(depth, _MOST_INDENTED)
    lines: list[str] = []
    line: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            line.append(piece)
        else:
            lines += [*_broken(line, indent), *statement_lines(piece, depth + 1)]
            line = []
    return [*lines, *_broken(line, indent)]


def _broken(pieces: list[str], indent: str) -> list[str]:
    """One line, or several where that is too wide: broken in the fewest brackets, where operators bind least, late."""
    text = indent + "".join(pieces)
    if len(text) <= _WIDTH:
        return [text]
    breaks: list[tuple[int, int]] = []
    end, depth = len(indent), 0
    for piece in pieces:
        end += len(piece)
        if not piece.startswith('"'):
            depth += sum((letter in "([{") - (letter in ")]}") for letter in piece)
        if piece.endswith(" "):
            is_last_resort = piece in (" = ", "return ")
            rank = 100 if is_last_resort else depth * _POSTFIX + _PRECEDENCE.get(piece.strip(), 0)
            breaks.append((end, rank))
    lines, start = [], 0
    continued = indent + "        "
    while start + _WIDTH - (len(continued) if start else 0) < len(text):
        last = start + _WIDTH - (len(continued) if start else 0) + 1
        first, beyond = (bisect_right(breaks, place, key=itemgetter(0)) for place in (start, last))
        inside = breaks[first:beyond] or breaks[first : first + 1]
        if not inside:
            break
        end, _ = min(reversed(inside), key=lambda each: each[1])
        lines.append((continued if start else "") + text[start:end].rstrip())
        start = end
    return [*lines, (continued if start else "") + text[start:]]


def _remarked(lines: list[str], remarks: Sequence[Remark], depth: int) -> list[str]:
    """A remark at the end of the line, or above it where it does not fit there or is not the only one."""
    if len(remarks) == len(lines) == 1 and len(lines[0]) + 2 <= _REMARKS:
        (remark,) = remarks
        line = f"{lines[0]:{_REMARKS}}{_remark_text(remark, _PLACES - _REMARKS)}"
        if len(remark.text) + 3 <= _PLACES - _REMARKS and len(line) <= _WIDTH:
            return [line]
    indent = "    " * min(depth, _MOST_INDENTED)
    return [*(f"{indent}{_remark_text(remark, max(_PLACES - len(indent), 40))}" for remark in remarks), *lines]


def plain_text(text: str) -> str:
    """A text for a comment of one line, which no character in it continues or ends."""
    plain = text.encode("ascii", "replace").decode().translate(_IN_REMARK)
    return plain.replace("*/", "* /").replace("/*", "/ *")


def _remark_text(remark: Remark, column: int) -> str:
    """A remark on one line; the place is in its column if possible."""
    text, place = (plain_text(part) for part in remark)
    longest = column + _WIDTH - _PLACES - len(place) - 5
    if len(text) > longest > 20:
        text = f"{text[: longest - 3]}..."
    return f"// {text:{column - 3}}  {place}".rstrip()
