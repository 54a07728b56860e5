"""Random digits, then the same digits once more: attention learns to look back and to copy them."""

from pathlib import Path

import numpy as np

import tdsl

transformer = tdsl.compile(Path(__file__).with_name("transformer.tdsl"), float=64)
HALF = 6


def texts(count: int, random: np.random.Generator) -> np.ndarray:
    return np.tile(random.integers(0, 10, (count, HALF)), 2)


random = np.random.default_rng(seed=0)
model = transformer.Model(seed=0)
tests = texts(200, random)
for step in range(91):
    text = texts(24, random)
    cost = model.train(text[:, :-1], text[:, 1:], lr=0.005)
    if step % 30 == 0:
        right = model.predict(tests[:, :-1]) == tests[:, 1:]
        first, second = right[:, : HALF - 1].mean(), right[:, HALF - 1 :].mean()
        print(f"step {step:3}  cost {cost:.2f}; right: {first:.0%} of the first half, {second:.0%} of the second")

changed = tests.copy()
changed[:, -2] = (changed[:, -2] + 1) % 10
same = model.predict(tests[:, :-1]) == model.predict(changed[:, :-1])
print("no position sees a later one:", same[:, :-1].all())
