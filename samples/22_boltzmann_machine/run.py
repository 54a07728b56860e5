"""A Boltzmann machine learns pictures whose rows are full or empty, and then dreams of such pictures."""

from pathlib import Path

import numpy as np

import tdsl

rbm = tdsl.compile(Path(__file__).with_name("rbm.tdsl"), float=64)
model = rbm.Model(seed=2)


def dreams(count: int) -> np.ndarray:
    return np.concatenate([model.dream() for _ in range(count)])


def even(pictures: np.ndarray) -> np.ndarray:
    """For each row of each picture whether it is full or empty; by chance one of eight is."""
    return np.isin(pictures.sum(axis=2), [0, 4])


for calls in 0, 1000, 3000:
    while model.random[1] < calls:
        model.train(lr=0.1 if calls < 3000 else 0.02)
    print(f"{calls:4} calls: about {10 * even(dreams(50)).mean():.0f} of 10 rows are even")

# A drawn bit is a comparison with a probability whose last place differs between processors, and the chain with it;
# the kinds of pictures that it visits do not.
pictures = dreams(100)
kinds, counts = np.unique(pictures[even(pictures).all(axis=1)], axis=0, return_counts=True)
print(f"{(counts >= 20).sum()} kinds of pictures of even rows, each at least 20 times in {len(pictures)}")
for half in kinds[: len(kinds) // 2], kinds[len(kinds) // 2 :]:
    print()
    for row in range(4):
        print("   ".join("".join(".#"[int(p)] for p in picture[row]) for picture in half))
