"""Newton's method: each step squares the error."""

from pathlib import Path

import numpy as np

import tdsl

newton = tdsl.compile(Path(__file__).with_name("newton.tdsl"), float=64)

random = np.random.default_rng(seed=0)
x = random.normal(size=(200, 3))
t = (x @ [2.0, -1.0, 0.5] + random.logistic(size=200) > 0) * 1.0
model = newton.Model()
for step in range(6):
    cost, slope = model.train(x, t)
    length = f"{slope:.0e}" if slope > 1e-9 else "below 1e-09"
    print(f"step {step}: cost {cost:.6f}, gradient {length}")
print("weights", " ".join(f"{weight:.3f}" for weight in model.w))
