"""Digits of seven segments, twenty of them with labels: layers that have learned to restore pictures need no more."""

from pathlib import Path

import numpy as np

import tdsl

stacked = tdsl.compile(Path(__file__).with_name("stacked.tdsl"), float=64)

# The rows of each digit, three bits a row.
ROWS = "75557 22222 71747 71717 55711 74717 74757 71111 75757 75717"
SHAPES = np.array([[[int(row) >> bit & 1 for bit in (2, 1, 0)] for row in rows] for rows in ROWS.split()])


def pictures(count: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Digits on 10 by 6 points, a tenth of which are wrong."""
    label = random.integers(0, 10, count)
    x = SHAPES.repeat(2, axis=1).repeat(2, axis=2)[label].reshape(count, -1)
    return np.where(random.random(x.shape) < 0.1, 1 - x, x), label


random = np.random.default_rng(seed=0)
unlabelled, _ = pictures(1000, random)
x, label = pictures(20, random)
tests, wanted = pictures(2000, random)

plain, model = stacked.Model(seed=0), stacked.Model(seed=0)
for number, pretrain in enumerate(model.pretrain):
    losses = [np.mean([pretrain(rows, lr=0.1) for rows in np.split(unlabelled, 50)]) for _ in range(8)]
    print(f"layer {number}: loss {losses[0]:.1f}, after {len(losses)} epochs {losses[-1]:.1f}")
for name, trained in ("at random", plain), ("pretrained", model):
    for _ in range(300):
        trained.finetune(x, label, lr=0.3)
    seen, new = (np.mean(trained.classify(each) == right) for each, right in ((x, label), (tests, wanted)))
    print(f"begun {name}: {seen:.0%} right of the 20 with labels, {new:.0%} of 2000 others")
