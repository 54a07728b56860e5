"""Pictures of crossing bars, and codes of 16 bits for them."""

from pathlib import Path

import numpy as np

import tdsl

codes = tdsl.compile(Path(__file__).with_name("codes.tdsl"), float=64)


def pictures(count: int, random: np.random.Generator) -> np.ndarray:
    """8 by 8 points: bars in any of 8 rows and 8 columns; 1 where two cross, -1 where there is none."""
    rows, columns = random.integers(0, 2, (2, count, 8))
    return (rows[:, :, None] + columns[:, None, :] - 1).reshape(count, 64)


random = np.random.default_rng(seed=0)
model = codes.Model(seed=0)
for step in range(601):
    cost = model.train(pictures(64, random), lr=0.01 if step < 500 else 0.002)
    if step % 200 == 0:
        print(f"step {step:3}  cost {cost:.3f}")
tests = pictures(1000, random)
code, restored = model.encode(tests), np.round(model.restore(tests))
kinds = [len(np.unique(each, axis=0)) for each in (tests, code)]
print(f"codes of {np.unique(code)}: {kinds[1]} for {kinds[0]} pictures")
print(f"{np.mean(restored == tests):.1%} of the points restored")
