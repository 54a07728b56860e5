"""Text to syntax.

Lark's lexer and LALR tables do the work.  Between them `_separated` matches brackets and decides which newlines end a
statement or an item, and `_chunks` cuts the tokens there, so that each item is parsed by itself and a mistake in one
hides none in the next.  Nothing recurses on the depth of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lark import Token
from lark.exceptions import UnexpectedToken

from tdsl.fork_safe_lock import ForkSafeLock
from tdsl.source import (
    MOST_ERRORS,
    Diagnostic,
    Label,
    Source,
    Span,
    UserError,
    fail,
)
from tdsl.syntax.grammar import PARSER
from tdsl.syntax.nodes import File, Item, Member, Model
from tdsl.syntax.syntax_errors import unexpected, unreadable

CLOSES = {"RPAR": "LPAR", "RSQB": "LSQB", "RBRACE": "LBRACE"}
ONLY_ITEMS = {"USE", "DIM", "CONST", "INPUT", "SHARED", "COST", "FN", "DERIVATIVE", "RULE", "MODEL", "ENTRY"}
STARTS = ONLY_ITEMS | {"LET", "STATE"}
CONTINUES = {
    *("COMMA", "UPDATE", "ARROW", "COMPARE", "POWER", "ADDITIVE", "MULTIPLICATIVE", "ASSIGN", "ADD", "COLON", "DOT"),
    *("OR", "AND", "NOT", "IF", "THEN", "ELSE", "WITH", "OVER", "FOR", "GIVEN", "IN"),
    *("CHECKPOINT", "YIELD", "UNTIL"),
}
KEYWORDS = {
    *("use", "dim", "const", "input", "shared", "state", "let", "cost", "fn", "rule", "entry", "model", "for"),
    *("minimize", "maximize", "over", "with", "assert", "print", "if", "then", "else", "or", "and", "not", "new"),
    *("in", "yield", "until", "checkpoint", "given", "derivative"),
}
MOST_TOKENS = 500_000
MOST_LETTERS = 1_000
UNREADABLE = {"UNKNOWN", "OPEN_STRING"}
BYTE_ORDER_MARK = "\ufeff"


def parse(source: Source) -> File:
    """The syntax of a file; raises one `UserError` with every mistake found."""
    file = read(source)
    if file.errors:
        raise UserError(*file.errors)
    return file


def read(source: Source) -> File:
    """The syntax of all items without a mistake, and the mistakes."""
    errors: list[Diagnostic] = []
    try:
        _refuse_halves(source)
        chunks = list(_chunks(source, _separated(source, _tokens(source, errors), errors)))
    except UserError as error:
        return File(source, "", (), error.diagnostics)
    doc = _file_doc(source, chunks)
    with _parsing:
        items = _parsed(source, chunks, errors)
    ordered = sorted(errors, key=lambda error: error.span.start if error.span else 0)
    return File(source, doc, tuple(items), tuple(ordered[:MOST_ERRORS]))


def item_tokens(source: Source) -> list[list[Token]]:
    """The tokens of each item of a text without a mistake.  A newline is a token only between statements or members;
    comments and `##` lines are none."""
    return [chunk.tokens for chunk in _chunks(source, _separated(source, _tokens(source, []), [])) if chunk.tokens]


def comments(source: Source) -> list[Span]:
    """The comments of a text without a mistake, those of `##` too."""
    found, end = [], 0
    starts = [(_start(token), len(token)) for tokens in item_tokens(source) for token in tokens if token.type != "_NL"]
    for start, length in [*starts, (len(source.text), 0)]:
        gap = re.finditer(r"#[^\n]*", source.text[end:start])
        found += [Span(source, end + one.start(), end + one.end()) for one in gap]
        end = start + length
    return found


def _refuse_halves(source: Source) -> None:
    """Lone surrogates can be in a text of Python, but in no file written from it."""
    found = re.search("[\ud800-\udfff]", source.text)
    if found:
        message = f"U+{ord(found[0]):04X} is half a character: the text is not Unicode"
        raise fail("TD0101", message, Span(source, *found.span()))


def _parsed(source: Source, chunks: list[_Chunk], errors: list[Diagnostic]) -> list[Item]:
    items: list[Item] = []
    lark, tree = PARSER.lark, PARSER.tree
    tree.source = source
    for chunk in chunks:
        if chunk.broken or not chunk.tokens:
            continue
        parser = lark.parse_interactive()
        tree.doc = chunk.doc
        try:
            for token in chunk.tokens:
                parser.feed_token(token)
            item: Item = parser.feed_eof(chunk.tokens[-1])  # type: ignore[no-untyped-call]
            items.append(_documented(source, item, chunk.member_docs) if isinstance(item, Model) else item)
        except UnexpectedToken as error:
            accepts: set[str] = parser.accepts()  # type: ignore[no-untyped-call]
            errors.append(unexpected(source, error.token, chunk.tokens, accepts))
        except UserError as error:
            errors += error.diagnostics
    return items


# The tables of the parser and the builder of the tree are one object each for all threads.
_parsing = ForkSafeLock()


@dataclass
class _Chunk:
    """The tokens of one item, and whether brackets or characters in it were reported already."""

    tokens: list[Token] = field(default_factory=list)
    docs: list[Token] = field(default_factory=list)
    member_docs: list[Token] = field(default_factory=list)
    broken: bool = False

    @property
    def doc(self) -> str:
        return _doc_text(self.docs)


def _start(token: Token) -> int:
    return token.start_pos or 0


def _span(source: Source, token: Token) -> Span:
    return Span(source, _start(token), _start(token) + len(token))


def _tokens(source: Source, errors: list[Diagnostic]) -> Iterator[Token]:
    """The lexer's tokens; text that it cannot read is reported."""
    for token in PARSER.lark.lex(source.text):
        if token.type in UNREADABLE:
            if _start(token) == 0 and token == BYTE_ORDER_MARK:
                continue
            errors.append(unreadable(_span(source, token)))
            if len(errors) > MOST_ERRORS:
                return
        elif len(token) > MOST_LETTERS and token.type == "NAME":
            what = f"a name has at most {MOST_LETTERS} letters, this one has {len(token)}"
            errors.append(Diagnostic("TD0101", what, _span(source, token)))
        yield token


def _separated(source: Source, tokens: Iterator[Token], errors: list[Diagnostic]) -> Iterator[Token]:
    """Newlines only where they end a statement in braces, and _END after each item: outside of brackets, but not after
    an operator or comma.  Brackets that do not match are reported, and the item has a _BROKEN."""
    brackets: list[Token] = []
    previous: Token | None = None  # in the same item
    newline: Token | None = None
    begins = True  # the line
    first: Token | None = None  # of the item
    crossed = False  # After one bracket that closes another, further ones of an item say nothing new.
    for token in tokens:
        if token.type == "_NL":
            newline, begins = newline or token, True
            continue
        if brackets and begins and token.type in ONLY_ITEMS and source.position(_start(token))[1] == 1:
            errors.append(_unclosed(source, brackets[-1], Label(_span(source, token), "before this item begins")))
            brackets.clear()
            yield Token("_BROKEN", "")
        complete = newline is not None and previous is not None and previous.type not in CONTINUES
        if not brackets and previous is not None and (complete or (begins and token.type in STARTS)):
            yield Token("_END", "")
            previous, crossed = None, False
        if token.type == "DOC":
            if not brackets:
                yield token
            elif len(brackets) == 1 and first is not None and first.type == "MODEL":
                yield Token.new_borrow_pos("MEMBER_DOC", token, token)
            continue
        first = token if previous is None else first
        if complete and newline and previous and brackets[-1].type == "LBRACE":
            if previous.type != "LBRACE" and token.type != "RBRACE":
                yield newline
        misfit = _matched(source, token, brackets)
        if misfit:
            errors += [misfit] * (not crossed)
            crossed = True
            yield Token("_BROKEN", "")
        yield token
        previous, newline, begins = token, None, False
    if brackets:
        errors.append(_unclosed(source, brackets[-1]))
        yield Token("_BROKEN", "")


def _matched(source: Source, token: Token, brackets: list[Token]) -> Diagnostic | None:
    """Opens a bracket, or closes the innermost one that is open; the error if that is another one or none."""
    if token.type in CLOSES.values():
        brackets.append(token)
    if token.type not in CLOSES:
        return None
    opener = brackets.pop() if brackets else None
    fits = opener is not None and opener.type == CLOSES[token.type]
    return None if fits else _unopened(source, token, opener)


def _chunks(source: Source, tokens: Iterator[Token]) -> Iterator[_Chunk]:
    """The tokens of each item."""
    chunk = _Chunk()
    for token in tokens:
        if token.type == "_END":
            yield chunk
            chunk = _Chunk()
        elif token.type == "DOC":
            chunk.docs.append(token)
        elif token.type == "MEMBER_DOC":
            chunk.member_docs.append(token)
        elif token.type == "_BROKEN":
            chunk.broken = True
        else:
            chunk.broken |= token.type in UNREADABLE
            chunk.tokens += _arrow(token, chunk.tokens)
        if len(chunk.tokens) > MOST_TOKENS:
            message = f"this item is longer than {MOST_TOKENS} words and signs"
            begins = Label(_span(source, chunk.tokens[0]), "it begins here")
            raise fail("TD0105", message, _span(source, token), begins, hint="give parts of it names with let")
    if chunk.tokens or chunk.docs:
        yield chunk


def _arrow(token: Token, before: list[Token]) -> list[Token]:
    """`<-` updates a name, or a member of an instance, that begins a statement; anywhere else it is a comparison with
    a negative number."""
    if token.type != "UPDATE" or _is_target(before):
        return [token]
    return [
        Token("COMPARE", "<", start_pos=_start(token)),
        Token("ADDITIVE", "-", start_pos=_start(token) + 1),
    ]


def _is_target(before: list[Token]) -> bool:
    """Whether a statement so far is a name with members and indices: `W`, `layers[0].W`."""
    place, depth = len(before) - 1, 0
    while place > 0:
        token, left = before[place], before[place - 1]
        depth += (token.type == "RSQB") - (token.type == "LSQB")
        if depth == 0 and token.type == "NAME" and left.type != "DOT":
            return left.type in ("_NL", "LBRACE")
        if depth == 0 and token.type not in ("NAME", "DOT", "LSQB"):
            return False
        place -= 1
    return False


def _file_doc(source: Source, chunks: list[_Chunk]) -> str:
    """A `##` block at the top with a blank line behind it documents the file; such a block further down documents
    nothing."""
    doc = ""
    for chunk in chunks:
        above = [token for token in chunk.docs if not chunk.tokens or _start(token) < _start(chunk.tokens[0])]
        blocks: list[list[Token]] = []
        for token in above:
            line = source.position(_start(token))[0]
            if blocks and source.position(_start(blocks[-1][-1]))[0] == line - 1:
                blocks[-1].append(token)
            else:
                blocks.append([token])
        attached = blocks[-1] if blocks and _touches(source, blocks[-1], chunk) else []
        if chunk is chunks[0] and blocks and blocks[0] is not attached:
            doc = _doc_text(blocks[0])
        chunk.docs = attached + [token for token in chunk.docs if token not in above]
    return doc


def _documented(source: Source, model: Model, docs: list[Token]) -> Model:
    """The model, each member with the `##` lines directly above it and at the end of its last line."""
    lines = {source.position(_start(token))[0]: token for token in docs}
    ends = {source.position(member.span.end - 1)[0] for member in model.members}
    members: list[Member] = []
    for member in model.members:
        first, last = source.position(member.span.start)[0], source.position(member.span.end - 1)[0]
        above = []
        while (first := first - 1) in lines.keys() - ends:
            above.append(lines[first])
        own = [*reversed(above), *([lines[last]] if last in lines else [])]
        members.append(replace(member, doc=_doc_text(own)))
    return replace(model, members=tuple(members))


def _doc_text(docs: list[Token]) -> str:
    return "\n".join(token[2:].strip() for token in docs)


def _touches(source: Source, block: list[Token], chunk: _Chunk) -> bool:
    if not chunk.tokens:
        return False
    return source.position(_start(block[-1]))[0] + 1 == source.position(_start(chunk.tokens[0]))[0]


CLOSING = {"(": ")", "[": "]", "{": "}"}


def _unopened(source: Source, token: Token, opener: Token | None) -> Diagnostic:
    labels = () if opener is None else (Label(_span(source, opener), "this is open"),)
    hints = () if opener is None else (f"'{CLOSING[str(opener)]}' closes it",)
    return Diagnostic("TD0103", f"this '{token}' closes nothing", _span(source, token), labels, hints)


def _unclosed(source: Source, opener: Token, *labels: Label) -> Diagnostic:
    close = CLOSING[str(opener)]
    return Diagnostic(
        "TD0102", f"this '{opener}' is never closed", _span(source, opener), labels, (f"add the missing '{close}'",)
    )
