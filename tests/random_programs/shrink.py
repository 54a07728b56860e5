"""A smaller program with the same miss: text is taken away as long as the miss stays."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import fields

from tdsl.source import Source, UserError
from tdsl.syntax import nodes as syntax
from tdsl.syntax.parse import parse

from .program import Program

Still = Callable[[Program], bool]


def shrunk(program: Program, still: Still, attempts: int = 400) -> Program:
    """`still` says whether a program has the miss; one that cannot be compiled has not.  The first smaller program that
    has it is taken, and then a smaller one of that."""
    tried: set[str] = set()
    while True:
        for candidate in candidates(program):
            if candidate.text in tried:
                continue
            tried.add(candidate.text)
            if len(tried) > attempts:
                return program
            if _has(candidate, still):
                program = candidate
                break
        else:
            return program


def _has(program: Program, still: Still) -> bool:
    try:
        return still(program)
    except (UserError, AssertionError, LookupError, ArithmeticError, ValueError, TypeError):
        return False


def candidates(program: Program) -> Iterator[Program]:
    """Smaller programs, those that lose most first; not all of them are valid."""
    text = program.text
    nodes = list(_nodes(parse(Source("programs.tdsl", text)).items))
    cuts = [(node.span.start, node.span.end, "") for node in nodes if isinstance(node, syntax.Item | syntax.Statement)]
    for node in nodes:
        if isinstance(node, syntax.Expression):
            cuts += [
                (node.span.start, node.span.end, _bracketed(text[part.span.start : part.span.end]))
                for part in _parts(node)
                if isinstance(part, syntax.Expression)
            ]
        if isinstance(node, syntax.Parameter):
            comma = re.compile(r"\s*,?\s*").match(text, node.span.end)
            cuts.append((node.span.start, comma.end() if comma else node.span.end, ""))
    cuts.sort(key=lambda cut: cut[0] - cut[1] + len(cut[2]))
    for start, end, instead in cuts:
        yield Program(re.sub(r"\n\s*\n+", "\n", text[:start] + instead + text[end:]))
    for node in nodes:
        if isinstance(node, syntax.Let) and len(node.names) == 1:
            value = _bracketed(text[node.value.span.start : node.value.span.end])
            before, after = text[: node.span.start], text[node.span.end :]
            # Not as a pattern: the replacement has no escapes.
            yield Program(before + value.join(re.split(rf"\b{node.names[0].name}\b", after)))
    yield from _smaller_sizes(text)


def _smaller_sizes(text: str) -> Iterator[Program]:
    header, _, rest = text.partition("\n")
    for name, number in re.findall(r"([A-Z]\w*) (\d+)", header):
        for smaller in sorted({1, 2, 3, int(number) - 1}):
            if 0 <= smaller < int(number):
                yield Program(f"{re.sub(rf'{name} {number}', f'{name} {smaller}', header)}\n{rest}")
    for number in sorted({int(found) for found in re.findall(r"(?<![\w.])(\d+)(?![\w.])", rest)}, reverse=True):
        for smaller in (1, 2, 3):
            if smaller < number:
                yield Program(header + "\n" + re.sub(rf"(?<![\w.]){number}(?![\w.])", str(smaller), rest))


def _bracketed(text: str) -> str:
    return text if re.fullmatch(r"[\w.]+", text) else f"({text})"


def _nodes(items: tuple[syntax.Syntax, ...]) -> Iterator[syntax.Syntax]:
    stack = list(items)
    while stack:
        node = stack.pop()
        yield node
        stack += _parts(node)


def _parts(node: syntax.Syntax) -> list[syntax.Syntax]:
    found: list[syntax.Syntax] = []
    for field in fields(node):
        value = getattr(node, field.name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, syntax.Argument):
                found.append(part.value)
            elif isinstance(part, syntax.Syntax):
                found.append(part)
    return found
