"""Training on data that stay in the model, with a number for each call instead of an array."""

from pathlib import Path

import numpy as np

import tdsl

rings = tdsl.compile(Path(__file__).with_name("rings.tdsl"), float=64)

random = np.random.default_rng(seed=1)
angle, inside = random.uniform(0, 2 * np.pi, 400), random.random(400) < 0.5
radius = np.where(inside, 0.3, 0.8) + random.normal(0, 0.08, 400)
points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)

model = rings.Model(seed=0)
model.data, model.labels = points[:300], inside[:300]

for epoch in range(61):
    steps = [model.train(k) for k in range(6)]
    if epoch % 20 == 0:
        print(f"epoch {epoch:2}  cost {np.mean([step.loss for step in steps]):.3f}  on {steps[0].rows} rows a call")

result = model.test(points[300:], inside[300:])
print(f"test cost {result.loss:.3f}, {result.right:.0%} right")
for row in model.picture(12):
    print("".join(" .+#"[int(4 * p)] for p in row.clip(0, 0.999)))
