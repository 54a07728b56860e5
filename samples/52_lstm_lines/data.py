"""Lines of Python, of C and of English, which come with Python: its library, its headers and `help("topics")`."""

from __future__ import annotations

import re
import sys
import sysconfig
from pathlib import Path
from pydoc_data.topics import topics

import numpy as np

KINDS = ["Python", "C", "English"]
SHORTEST, LONGEST = 12, 60


def sources(folder: str, pattern: str, comments: str) -> str:
    """The texts of a folder without comments."""
    texts = [path.read_text(encoding="utf-8", errors="ignore") for path in sorted(Path(folder).glob(pattern))]
    if not texts:
        sys.exit(f"this sample needs the headers and the library of Python: there is no {pattern} in {folder}")
    return "\n".join(re.sub(comments, "", text, flags=re.DOTALL) for text in texts)


def distinct(text: str, random: np.random.Generator, count: int) -> list[str]:
    """So many different lines of a text, without their indentation."""
    lines = sorted({line.strip() for line in text.splitlines() if line.isascii() and line.isprintable()})
    lines = [line for line in lines if SHORTEST <= len(line) <= LONGEST]
    return [lines[place] for place in random.permutation(len(lines))[:count]]


def lines(count: int = 3500) -> tuple[list[str], np.ndarray]:
    """So many lines of each kind in random order, and their kinds."""
    random = np.random.default_rng(0)
    paths = sysconfig.get_paths()
    python = sources(paths["stdlib"], "*.py", r'("""|\'\'\').*?\1|#[^\n]*')
    c = sources(paths["include"], "**/*.h", r"/\*.*?\*/|//[^\n]*")
    english = "\n".join(line for name in sorted(topics) for line in topics[name].splitlines() if line[:1].isalpha())
    found = [distinct(text, random, count) for text in (python, c, english)]
    kinds = np.repeat(np.arange(3), [len(part) for part in found])
    order = random.permutation(len(kinds))
    together = [line for part in found for line in part]
    return [together[place] for place in order], kinds[order]


def padded(lines: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """The characters of lines, with zeros behind their ends, and their lengths."""
    lengths = np.array([len(line) for line in lines])
    text = np.zeros((len(lines), LONGEST), int)
    for row, line in zip(text, lines, strict=True):
        row[: len(line)] = np.frombuffer(line.encode(), np.uint8) - 31
    return text, lengths
