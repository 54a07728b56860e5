"""A Boltzmann machine learns pictures whose rows are full or empty, and then dreams of such pictures."""

from pathlib import Path

import numpy as np

import tdsl

rbm = tdsl.compile(Path(__file__).with_name("rbm.tdsl"), float=64)
model = rbm.Model(seed=2)


def dreams(count: int) -> np.ndarray:
    return np.concatenate([model.dream() for _ in range(count)])


def even_rows(pictures: np.ndarray) -> float:
    """The share of rows that are full or empty; of chance it is 1/8."""
    return float(np.isin(pictures.sum(axis=2), [0, 4]).mean())


for calls in 0, 500, 1500, 4000:
    while model.random[1] < calls:
        model.train(lr=0.1 if calls < 4000 else 0.02)
    print(f"{calls:4} calls: {even_rows(dreams(50)):.0%} of the rows are even")

pictures = dreams(100)
kinds = np.unique(pictures[:, :, 0] @ [8, 4, 2, 1], return_counts=True)[1]
print(f"{len(kinds)} kinds of first columns, each with a share of {kinds.min() / 6400:.1%} to {kinds.max() / 6400:.1%}")
for row in range(4):
    print("   ".join("".join(".#"[int(p)] for p in picture[row]) for picture in pictures[-8:]))
