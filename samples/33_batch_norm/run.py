"""Which way the stripes of noisy pictures run, wherever the stripes begin."""

from pathlib import Path

import numpy as np

import tdsl

gratings = tdsl.compile(Path(__file__).with_name("gratings.tdsl"), float=64)


def pictures(count: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Stripes of 8 by 8 bytes, and their directions: 0 to 3, in steps of 45 degrees."""
    label, phase = random.integers(0, 4, count), random.uniform(0, 2 * np.pi, (count, 1, 1))
    angle = label[:, None, None] * np.pi / 4
    row, column = np.mgrid[:8, :8]
    waves = np.cos(1.7 * (np.cos(angle) * column + np.sin(angle) * row) + phase)
    grey = 128 + 30 * waves + random.normal(0, 45, (count, 8, 8))
    return grey.clip(0, 255).astype(np.uint8).reshape(count, -1), label


random = np.random.default_rng(seed=0)
tests, wanted = pictures(2000, random)
model = gratings.Model(seed=0)
model.data, model.labels = pictures(2000, random)


def right() -> float:
    return float(np.mean(model.test(tests / 255) == wanted))


for epoch in range(9):
    cost = np.mean([model.train(k) for k in range(20)])
    if epoch % 4 == 0:
        print(f"epoch {epoch}: cost {cost:.2f}, {right():.0%} right of new pictures")
before = model.norm_1.running_var
again = [model.test(tests[:count] / 255) for count in (1, 2000)]
print("a test changes nothing:", np.array_equal(before, model.norm_1.running_var), end=", ")
print("and sees each picture alone:", again[0][0] == again[1][0])
