"""Values that a model draws itself: training pictures, noise, dropout, and Monte Carlo estimates."""

import math
from pathlib import Path

import numpy as np

import tdsl

bars = tdsl.compile(Path(__file__).with_name("bars.tdsl"), float=64)
model = bars.Model(seed=1)

for step in range(601):
    cost = model.train(32)
    if step % 200 == 0:
        print(f"step {step:3}  cost {cost:5.2f}")
print(f"test cost {model.test(500):.2f}")
whole, part, restored = (np.asarray(each).reshape(4, 6, 6) for each in model.show(4))
for row in range(6):
    shown = [
        "".join(" .:#"[min(3, int(4 * p))] for p in each[row])
        for pair in zip(part, restored, strict=True)
        for each in pair
    ]
    print(" | ".join(f"{shown[place]} {shown[place + 1]}" for place in range(0, 8, 2)))
print(f"right: {((restored > 0.5) == (whole > 0.5)).mean():.0%}")

area, deviation = model.circle(1_000_000)
print(f"area of a circle: {area:.4f}, {abs(area - math.pi) / deviation:.1f} deviations from pi")
mean, (by_m, by_s) = model.lognormal(0.1, 0.5, 1_000_000)
exact = math.exp(0.1 + 0.5 * 0.5 / 2)
print(f"mean: {mean:.3f} for {exact:.3f}; by m: {by_m:.3f} for {exact:.3f}; by s: {by_s:.3f} for {0.5 * exact:.3f}")

again = bars.Model(seed=1)
print("calls that drew:", model.random.tolist(), "; the same seed:", again.train(32) == bars.Model(seed=1).train(32))
