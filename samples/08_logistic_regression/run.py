"""Slide "Logistic regression": two clouds of points are classified; w and b are still Python's."""

from pathlib import Path

import numpy as np

import tdsl

regression = tdsl.compile(Path(__file__).with_name("regression.tdsl"), float=64)

random = np.random.default_rng(seed=0)
y_hat = np.repeat([0.0, 1.0], 200)
x = random.normal(size=(400, 10)) + 0.5 * y_hat[:, None]

w, b = np.zeros(10), 0.0
for step in range(501):
    cost, dw, db = regression.gradient(x, y_hat, w, b)
    if step % 100 == 0:
        print(f"step {step:3}  cost {cost:.4f}")
    w -= 0.3 * dw
    b -= 0.3 * db

right = regression.predict(x, w, b) == (y_hat == 1)
print(f"{right.sum()} of {right.size} points are right")
