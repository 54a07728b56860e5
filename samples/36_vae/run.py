"""Pictures of a disc: a network finds out that two numbers, its place, are all there is to know about each."""

from pathlib import Path

import numpy as np

import tdsl

vae = tdsl.compile(Path(__file__).with_name("vae.tdsl"), float=64)
ROW, COLUMN = np.mgrid[:8, :8]


def discs(centre: np.ndarray) -> np.ndarray:
    """8 by 8 points, dark within 2 of each centre."""
    row, column = (part[:, None, None] for part in centre.T)
    return (np.hypot(ROW - row, COLUMN - column) < 2).astype(float).reshape(len(centre), 64)


random = np.random.default_rng(seed=0)
model = vae.Model(seed=0)
for step in range(601):
    cost = model.train(discs(random.uniform(2, 5, (64, 2))), lr=0.01)
    if step % 150 == 0:
        print(f"step {step:3}  cost {cost:4.1f} nats")

centre = random.uniform(2, 5, (500, 2))
code = np.column_stack([model.encode(discs(centre)), np.ones(500)])
found = code @ np.linalg.lstsq(code, centre, rcond=None)[0]
print(f"the place of a disc from its code: {1 - np.var(found - centre) / np.var(centre):.0%} of the variance")

drawn = model.sample(200)
areas = drawn.sum(axis=1)
print(f"discs of {areas.mean():.0f} points; those of the data have {discs(centre).sum(axis=1).mean():.0f}")
for row in np.array([model.draw([[x, y] for y in (-1, 0, 1)]) for x in (-1, 0, 1)]).reshape(3, 3, 8, 8):
    for line in row.transpose(1, 0, 2):
        print(" | ".join("".join(".#"[int(p > 0.5)] for p in part) for part in line))
    print()
