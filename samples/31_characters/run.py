"""A network reads the months of the year, character by character, and then writes them."""

from itertools import pairwise
from pathlib import Path

import numpy as np

import tdsl

characters = tdsl.compile(Path(__file__).with_name("characters.tdsl"), float=64)

TEXT = "january february march april may june july august september october november december "
ALPHABET = " abcdefghijklmnopqrstuvwxyz"
PIECES, STEPS = 16, 24

codes = np.array([ALPHABET.index(letter) for letter in TEXT])
starts = np.arange(PIECES) * len(codes) // PIECES


def written(model: object, length: int, first: str, temperature: float) -> str:
    return first + "".join(ALPHABET[k] for k in model.sample(length, ALPHABET.index(first), temperature))


model = characters.Model(seed=0)
print(f"before: {written(model, 60, 't', 1.0)}")
for call in range(181):
    places = (starts + call * STEPS + np.arange(STEPS + 1)[:, None]) % len(codes)
    cost = model.train(codes[places[:-1]], codes[places[1:]], lr=0.02 if call < 140 else 0.005)
    if call % 60 == 0:
        print(f"call {call:3}  cost {cost:.2f}")
line = written(model, 400, " ", 0.5)
print(f"after: {line[:61]}")
words, months = line.split()[:-1], TEXT.split()
following = dict(zip(months, [*months[1:], months[0]], strict=True))
known = np.mean([word in months for word in words])
right = np.mean([following.get(last) == word for last, word in pairwise(words)])
print(f"{len(words)} words, {known:.0%} of them months, {right:.0%} in order")
