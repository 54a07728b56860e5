"""A map of heights from 400 points: a Gaussian process learns a hillside of Tennessee, and how far it may be wrong."""

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
parser.add_argument("--points", type=int, default=400, help="heights that are known (400)")
parser.add_argument("--steps", type=int, default=100, help="of Adam (100)")
given = parser.parse_args()

gp = tdsl.compile(Path(__file__).with_name("gp.tdsl"), float=64)

# The fault near Jacksboro: 60 by 60 heights, in units of 100 m, and their places in tenths of the side.
heights = get_sample_data("jacksboro_fault_dem.npz")["elevation"][200:320:2, 200:320:2] / 100
places = np.stack(np.unravel_index(np.arange(heights.size), heights.shape), axis=1) / 6
rows = np.random.default_rng(0).permutation(heights.size)
known, others = rows[: given.points], rows[given.points :]
x, level = places[known], heights.flat[known].mean()
y = heights.flat[known] - level

model = gp.Model()
for step in range(given.steps):
    likelihood = model.train(x, y)
    if step % 20 == 0:
        print(f"step {step:3}: log-likelihood {likelihood:.2f}")
print(f"log-likelihood {model.evaluate(x, y):.2f}")
down, right = np.exp(model.width)
print(f"noise {np.exp(model.noise / 2):.2f}, lengths {down:.2f} from top to bottom, {right:.2f} from left to right")

mean, variance = model.predict(x, y, places)
deviation = np.sqrt(variance + np.exp(model.noise))
error = heights.ravel() - level - mean
metres = 100 * np.sqrt(np.mean(error[others] ** 2))
print(f"error {metres:.0f} m at other points, whose heights vary by {100 * heights.std():.0f} m")
print(f"within two standard deviations: {np.mean(np.abs(error[others]) < 2 * deviation[others]):.1%}")

figure, axes = plt.subplots(1, 3, figsize=(12, 3.8), layout="constrained")
limits = {"vmin": heights.min(), "vmax": heights.max(), "cmap": "terrain"}
shown = axes[0].imshow(heights, **limits)
axes[1].imshow((mean + level).reshape(heights.shape), **limits)
spread = axes[2].imshow(2 * deviation.reshape(heights.shape), cmap="magma")
axes[2].plot(x[:, 1] * 6, x[:, 0] * 6, "w.", markersize=2)
figure.colorbar(shown, ax=axes[:2], label="height, 100 m")
figure.colorbar(spread, ax=axes[2], label="100 m")
for axis, title in zip(axes, ("heights", f"mean, from {given.points} points", "two standard deviations"), strict=True):
    axis.set(title=title, xticks=[], yticks=[])
figure.savefig("gaussian_process.png", dpi=100)
print("heights, mean and deviations: gaussian_process.png")
