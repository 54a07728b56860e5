"""Two Kalman filters learn their noises: of a path in the plane, where they are known, and of the trade in a share."""

import argparse
import sys
from pathlib import Path

import numpy as np

import tdsl

try:
    import matplotlib.pyplot as plt
    from matplotlib.cbook import get_sample_data
except ImportError:
    sys.exit("this sample needs matplotlib: pip install 'tdsl[samples]'")

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--steps", type=int, default=150, help="of Adam for each filter (150)")
given = parser.parse_args()

kalman, local_level = (
    tdsl.compile(Path(__file__).with_name(name), float=64) for name in ("kalman.tdsl", "local_level.tdsl")
)

random = np.random.default_rng(seed=0)
steps, motion, noise = 120, 0.05, 0.5
velocity = np.cumsum(motion * random.normal(size=(steps, 2)), axis=0) + 1
path = np.cumsum(0.1 * velocity + motion * random.normal(size=(steps, 2)), axis=0)
y = path + noise * random.normal(size=(steps, 2))
model = kalman.Model()
for _ in range(given.steps):
    model.train(y)
print(f"path: motion {np.exp(model.q / 2):.2f}, true {motion}; measurement {np.exp(model.r / 2):.2f}, true {noise}")


def distance(positions):
    return np.sqrt(np.mean(np.sum((positions - path) ** 2, axis=1)))


print(f"distance of the measurements {distance(y):.2f}, of the filtered path {distance(model.smooth(y)[:, :2]):.2f}")

# The shares of Google that were traded on each day from 2004 to 2008: the logarithms of their millions.
series = get_sample_data("goog.npz")["price_data"]
y = np.log(series["volume"] / 1e6)
model = local_level.Model()
for step in range(given.steps):
    likelihood = model.train(y)
    if step % 30 == 0:
        print(f"step {step:3}: log-likelihood {likelihood:.2f}")
(level, variance), likelihood = model.filter(y)
print(f"trade: motion {np.exp(model.q / 2):.3f} a day, noise {np.exp(model.r / 2):.3f}")
print(f"log-likelihood {likelihood:.2f}")

figure, axis = plt.subplots(figsize=(9, 4), layout="constrained")
last = slice(-250, None)
days, deviation = series["date"][last], np.sqrt(variance[last])
axis.plot(days, np.exp(y[last]), ".", color="grey", label="traded on a day")
axis.plot(days, np.exp(level[last]), label="level, by the days so far")
band = (np.exp(level[last] + sign * deviation) for sign in (-2, 2))
axis.fill_between(days, *band, alpha=0.3, label="two standard deviations of the level")
axis.set(ylabel="shares of Google, millions")
axis.legend()
figure.savefig("kalman.png", dpi=100)
print("a year of the series and its level: kalman.png")
