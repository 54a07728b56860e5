"""Lines of Python's library as words with tags: what `ast` says that each name is."""

from __future__ import annotations

import ast
import io
import keyword
import sysconfig
import tokenize
from collections import Counter
from pathlib import Path

import numpy as np

TAGS = [
    *("other", "keyword", "function", "class", "module", "parameter", "named argument", "call", "method call"),
    *("attribute", "local name", "global name"),
]
TAG = {name: number for number, name in enumerate(TAGS)}
OUTSIDE, UNKNOWN, NUMBER, STRING = range(4)
WORDS, LONGEST = 1000, 30
KEPT = (tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING)
Place = tuple[int, int]


def bound(function: ast.AST) -> set[str]:
    """The names that are parameters of a function, or assigned in it."""
    inside = list(ast.walk(function))
    return {node.arg for node in inside if isinstance(node, ast.arg)} | {
        node.id for node in inside if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def tags_of(tree: ast.AST) -> dict[Place, str]:
    """The tags of names by their places."""
    found: dict[Place, str] = {}
    waiting: list[tuple[ast.AST, frozenset[str]]] = [(tree, frozenset())]
    while waiting:
        node, local = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            local = local | bound(node)
        match node:
            case ast.Name():
                # the tag of a call is found before that of the name that it calls
                place = (node.lineno, node.col_offset)
                found.setdefault(place, "local name" if node.id in local else "global name")
            case ast.arg():
                found[node.lineno, node.col_offset] = "parameter"
            case ast.keyword() if node.arg:
                found[node.lineno, node.col_offset] = "named argument"
            case ast.Attribute():
                found.setdefault((node.end_lineno, node.end_col_offset - len(node.attr)), "attribute")
            case ast.Call(func=ast.Name() as name):
                found[name.lineno, name.col_offset] = "call"
            case ast.Call(func=ast.Attribute() as name):
                found[name.end_lineno, name.end_col_offset - len(name.attr)] = "method call"
        waiting += [(child, local) for child in ast.iter_child_nodes(node)]
    return found


def lines_of(text: str) -> list[list[tuple[str, str]]]:
    """The words of each logical line and their tags."""
    tags = tags_of(ast.parse(text))
    lines: list[list[tuple[str, str]]] = [[]]
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NEWLINE:
            lines.append([])
        if token.type not in KEPT:
            continue
        before = lines[-1][-1][0] if lines[-1] else ""
        word = {tokenize.NUMBER: "<number>", tokenize.STRING: "<string>"}.get(token.type, token.string)
        tag = "other"
        if token.type == tokenize.NAME:
            defined = {"def": "function", "class": "class"}.get(before, "module")
            tag = "keyword" if keyword.iskeyword(word) else tags.get(token.start, defined)
        lines[-1].append((word, tag))
    return [line for line in lines if 2 <= len(line) <= LONGEST]


def files(count: int) -> list[list[list[tuple[str, str]]]]:
    """The lines of so many modules of the library, in an order of their own."""
    paths = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("[a-z]*.py"))
    order = np.random.default_rng(0).permutation(len(paths))
    texts = [paths[place].read_text(encoding="utf-8") for place in order[:count]]
    return [lines_of(text) for text in texts if text.isascii()]


def arrays(lines: list[list[tuple[str, str]]], places: dict[str, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Words and tags, [lines, LONGEST] with zeros behind the end of each line, and the lengths of the lines."""
    words, tags = np.zeros((2, len(lines), LONGEST), int)
    for row, line in enumerate(lines):
        words[row, : len(line)] = [places.get(word, UNKNOWN) for word, _ in line]
        tags[row, : len(line)] = [TAG[tag] for _, tag in line]
    return words, np.array([len(line) for line in lines]), tags


class Data:
    """Lines to learn from and lines of other modules, held out; words that are not among the commonest are unknown."""

    def __init__(self, count: int) -> None:
        modules = files(count)
        held_out = len(modules) // 6
        self.lines = [line for module in modules[:held_out] for line in module]
        training = [line for module in modules[held_out:] for line in module]
        counts = Counter(word for line in training for word, _ in line)
        common = [word for word, _ in counts.most_common(WORDS - 4)]
        self.places = {"<number>": NUMBER, "<string>": STRING}
        for word in common:
            self.places.setdefault(word, len(self.places) + 2)
        self.training = arrays(training, self.places)
        self.test = arrays(self.lines, self.places)

    def share(self, tags: np.ndarray) -> float:
        """How many of the names held out have their tags; keywords and signs do not count."""
        words, _, right = self.test
        names = (words != OUTSIDE) & (right >= TAG["function"])
        return float(np.mean((tags == right)[names]))

    def by_word(self) -> np.ndarray:
        """The tag that each word of the lines held out has most often in those to learn from."""
        words, _, tags = self.training
        inside = words != OUTSIDE
        counts = np.zeros((WORDS, len(TAGS)), int)
        np.add.at(counts, (words[inside], tags[inside]), 1)
        return counts.argmax(axis=1)[self.test[0]]
