"""Reads digits that stand somewhere in a noisy picture."""

from pathlib import Path

import numpy as np

import tdsl

lenet = tdsl.compile(Path(__file__).with_name("lenet.tdsl"))

# The dots of each digit, seven rows of five, as the bits of a number.
BITS = "3a33ae62e 11842108e 3a213221f 3a213062e 08ca97c42 7e1e0862e 1910f462e 7c2222108 3a317462e 3a317844c"
DOTS = np.array([[int(dot) for dot in f"{int(bits, 16):035b}"] for bits in BITS.split()]).reshape(10, 7, 5)
DIGITS = DOTS.repeat(3, axis=1).repeat(3, axis=2)  # 21 by 15


def pictures(count: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Pictures of 28 by 28, and their digits."""
    label = random.integers(0, 10, count)
    x = random.normal(0, 0.2, (count, 1, 28, 28))
    for picture, digit in zip(x[:, 0], label, strict=True):
        row, column = random.integers((3, 5), (5, 9))
        picture[row : row + 21, column : column + 15] += DIGITS[digit]
    return x.astype(np.float32), label


random = np.random.default_rng(seed=0)
tests, wanted = pictures(100, random)
model = lenet.Model(seed=0)
for step in range(29):
    cost = model.train(*pictures(20, random), lr=0.02)
    if step in (0, 28):
        right = np.mean(model.test(tests) == wanted)
        print(f"step {step}: cost {cost:.0f}, most of the new digits right: {right > 0.7}")
