"""Sentences in which "not" turns the next word round: their sentiment depends on the order of the words."""

from pathlib import Path

import numpy as np

import tdsl

sentiment = tdsl.compile(Path(__file__).with_name("sentiment.tdsl"), float=64)

WORDS = ["good", "fine", "bad", "poor", "not", "the", "film", "is"]
VALUES = np.array([1, 1, -1, -1, 0, 0, 0, 0])
NOT = WORDS.index("not")


def sentences(count: int, longest: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Words [T, B], a mask [T, B], and 1 for each sentence whose words are more good than bad."""
    words = random.choice(len(WORDS), (longest, 4 * count), p=[0.1, 0.1, 0.1, 0.1, 0.3, 0.1, 0.1, 0.1])
    mask = np.arange(longest)[:, None] < random.integers(3, longest + 1, 4 * count)
    turned = np.vstack([np.zeros_like(words[:1]), words[:-1] == NOT])
    value = (mask * VALUES[words] * (1 - 2 * turned)).sum(axis=0)
    decided = np.flatnonzero(value)[:count]
    return words[:, decided], mask[:, decided].astype(float), (value > 0)[decided].astype(int)


random = np.random.default_rng(seed=0)
model = sentiment.Model(seed=0)
for step in range(121):
    cost = model.train(*sentences(48, 10, random))
    if step % 40 == 0:
        print(f"step {step:3}  cost {cost:.2f}")

for longest in 10, 20:
    words, mask, label = sentences(1000, longest, random)
    bag = (mask * VALUES[words]).sum(axis=0) > 0
    right = np.mean(model.classify(words, mask) == label)
    print(f"up to {longest} words: {right:.0%} right; counting words, {np.mean(bag == label):.0%}")

longer = [np.concatenate([part, np.zeros((5, 1000), part.dtype)]) for part in (words, mask)]
print("padding changes nothing:", np.array_equal(model.classify(words, mask), model.classify(*longer)))
for text in "the film is good", "the film is not good", "not bad", "not poor not fine bad":
    row = np.array([WORDS.index(word) for word in text.split()])[:, None]
    print(f"{text}: {['bad', 'good'][model.classify(row, np.ones(row.shape))[0]]}")
