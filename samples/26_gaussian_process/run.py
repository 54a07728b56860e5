"""A Gaussian process learns a function of the first coordinate, and that the second one has no part in it."""

from pathlib import Path

import numpy as np

import tdsl

gp = tdsl.compile(Path(__file__).with_name("gp.tdsl"), float=64)

random = np.random.default_rng(seed=0)
x = random.uniform(-2, 2, size=(60, 2))
y = np.sin(2 * x[:, 0]) + 0.1 * random.normal(size=60)
model = gp.Model()
for step in range(301):
    cost = model.train(x, y)
    if step % 100 == 0:
        print(f"step {step}: {cost:.2f}")
first, second = np.exp(model.width)
print(f"noise {np.exp(model.noise / 2):.2f}, width {first:.1f}; the other is larger: {bool(second > 2 * first)}")
z = np.stack([np.linspace(-1.5, 1.5, 4), np.zeros(4)], axis=1)
mean, variance = model.predict(x, y, z)
for place, value, deviation in zip(z[:, 0], mean, np.sqrt(variance), strict=True):
    print(f"at {place:4.1f}: {value:5.2f}, true {np.sin(2 * place):5.2f}, deviation {deviation:.2f}")
