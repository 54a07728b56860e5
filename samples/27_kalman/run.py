"""A Kalman filter that learns its noises: the filtered path is nearer to the true one than the measured."""

from pathlib import Path

import numpy as np

import tdsl

kalman = tdsl.compile(Path(__file__).with_name("kalman.tdsl"), float=64)

random = np.random.default_rng(seed=0)
steps, motion, noise = 120, 0.05, 0.5
velocity = np.cumsum(motion * random.normal(size=(steps, 2)), axis=0) + 1
path = np.cumsum(0.1 * velocity + motion * random.normal(size=(steps, 2)), axis=0)
y = path + noise * random.normal(size=(steps, 2))
model = kalman.Model()
for step in range(121):
    surprise = model.train(y)
    if step % 40 == 0:
        print(f"step {step}: surprise {surprise:.3f}")
print(f"motion {np.exp(model.q / 2):.2f}, true {motion}; measurement {np.exp(model.r / 2):.2f}, true {noise}")


def distance(positions: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.sum((positions - path) ** 2, axis=1))))


print(f"distance of the measurements {distance(y):.2f}, of the filtered path {distance(model.smooth(y)[:, :2]):.2f}")
