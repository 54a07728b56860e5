"""A transformer learns to copy and to sort digits, and shows the positions that it attends to."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from tasks import DIGITS, TASKS, tasks

import tdsl

try:
    import matplotlib.pyplot as plt
except ImportError:
    sys.exit("this sample needs matplotlib: pip install 'tdsl[samples]'")

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--steps", type=int, default=500, help="of 64 texts each (500)")
given = parser.parse_args()

transformer = tdsl.compile(Path(__file__).with_name("transformer.tdsl"))
model = transformer.Model(seed=0)
random = np.random.default_rng(0)
tests, answers, task = tasks(1000, np.random.default_rng(1))


def written(texts: np.ndarray) -> np.ndarray:
    """The answers that the model writes, each digit after those it wrote before."""
    texts = np.pad(texts[:, : DIGITS + 1], ((0, 0), (0, DIGITS)))
    for place in range(DIGITS):
        texts[:, DIGITS + 1 + place] = model.predict(texts[:, :-1])[:, place]
    return texts[:, DIGITS + 1 :]


for step in range(given.steps):
    text, answer, _ = tasks(64, random)
    cost = model.train(text, answer, lr=0.003 * min(1, step / 50) * (1 - step / given.steps))
    if (step + 1) % 100 == 0 or step + 1 == given.steps:
        right = written(tests) == answers
        shares = ", ".join(f"{name} {right[task == number].mean():.1%}" for number, name in enumerate(TASKS))
        print(f"step {step + 1}: cost {cost:.3f}; digits right: {shares}, all {100 * right.mean():.1f}%", flush=True)

for number in range(2):
    place = np.flatnonzero(task == number)[0]
    digits, wrote = ("".join(map(str, part[place])) for part in (tests[:, :DIGITS], written(tests)))
    print(f"{TASKS[number]} {digits}: {wrote}")

figure, grid = plt.subplots(2, len(model.attention), figsize=(10, 6), layout="constrained")
for number, row in enumerate(grid):
    text = tests[np.flatnonzero(task == number)[:1]]
    labels = ["CS"[number] if sign >= 10 else str(sign) for sign in text[0]]
    for block, axes in enumerate(row):
        weights = model.attention[block](text)[0].max(axis=0)
        axes.imshow(weights[DIGITS:], cmap="Blues", vmin=0, vmax=1)
        axes.set_xticks(range(len(labels)), labels)
        axes.set_yticks(range(DIGITS), labels[DIGITS:])
        axes.set_title(f"{TASKS[number]}, block {block + 1}")
figure.suptitle("what each position of the answer (down) sees of the text (across): the largest weight of any head")
figure.savefig("attention.png", dpi=80)
print("attention.png: the digits that each digit of the answer sees")
