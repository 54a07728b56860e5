"""The words of the documentation of Python: of `help("topics")` and of the docstrings of its library."""

from __future__ import annotations

import ast
import re
import sysconfig
from collections import Counter
from pathlib import Path
from pydoc_data.topics import topics

import numpy as np

REACH, NOISE = 4, 5


def sentences() -> list[list[str]]:
    texts = [topics[name] for name in sorted(topics)]
    for path in sorted(Path(sysconfig.get_paths()["stdlib"]).glob("[a-z]*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                texts.append(ast.get_docstring(node) or "")
    parts = re.split(r"[.:;!?]\s|\n\s*\n", "\n\n".join(texts))
    return [re.findall(r"[a-z_]+(?:'t)?", part.lower()) for part in parts]


class Pairs:
    """Pairs of near words, by their numbers: the commonest word is 0. Each tenth sentence is held out."""

    def __init__(self, size: int, most: int | None = None) -> None:
        said = sentences()[:most]
        counts = Counter(word for sentence in said for word in sentence).most_common(size)
        self.words = [word for word, _ in counts]
        self.places = {word: place for place, word in enumerate(self.words)}
        frequency = np.array([count for _, count in counts], float)
        frequency /= frequency.sum()
        noise = np.cumsum(frequency**0.75)
        self.below = (noise / noise[-1]).astype(np.float32)
        self.below[-1] = 1
        random = np.random.default_rng(0)
        kept = np.minimum(1, np.sqrt(1e-3 / frequency))  # common words are left out now and then
        parts = [self.pairs(said[fold::10], kept, random) for fold in range(10)]
        self.held_out, self.training = parts[0], np.concatenate(parts[1:], axis=1)
        self.noise = np.searchsorted(self.below, random.random((self.held_out.shape[1], NOISE), np.float32))

    def pairs(self, said: list[list[str]], kept: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """Each word with each of those near it, [2, pairs]."""
        found = []
        for sentence in said:
            known = np.array([self.places[word] for word in sentence if word in self.places], int)
            known = known[random.random(len(known)) < kept[known]]
            for distance in range(1, REACH + 1):
                found.append(np.stack([known[:-distance], known[distance:]]))
        together = np.concatenate(found, axis=1)
        return np.concatenate([together, together[::-1]], axis=1)
