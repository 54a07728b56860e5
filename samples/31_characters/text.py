"""The text of `help("topics")`, which comes with Python: the language reference, 450,000 characters."""

from __future__ import annotations

from collections.abc import Iterator
from pydoc_data.topics import topics

import numpy as np

ALPHABET = "\n" + "".join(map(chr, range(32, 127)))
PLACES = {character: place for place, character in enumerate(ALPHABET)}


def encoded(text: str) -> np.ndarray:
    """The place of each character in the alphabet, of a question mark for others."""
    return np.array([PLACES.get(character, PLACES["?"]) for character in text])


def decoded(places: np.ndarray) -> str:
    return "".join(ALPHABET[place] for place in places)


def texts() -> tuple[np.ndarray, np.ndarray]:
    """All topics but each tenth, one after the other, and those, which are held out."""
    articles = [topics[name] + "\n" for name in sorted(topics)]
    held_out = articles[5::10]
    return encoded("".join(article for article in articles if article not in held_out)), encoded("".join(held_out))


def columns(places: np.ndarray, pieces: int) -> np.ndarray:
    """A text as pieces of equal length side by side: [T, pieces]."""
    length = len(places) // pieces
    return places[: length * pieces].reshape(pieces, length).T


def batches(places: np.ndarray, pieces: int, steps: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The pieces of a text read on together, so many characters at a time, and the character behind each of them."""
    side_by_side = columns(places, pieces)
    for start in range(0, len(side_by_side) - steps, steps):
        yield side_by_side[start : start + steps], side_by_side[start + 1 : start + steps + 1]
