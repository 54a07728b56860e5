"""A photograph half of whose pixels are missing, completed by two thin matrices."""

import argparse
import sys
from pathlib import Path

import numpy as np

import tdsl

try:
    import matplotlib.pyplot as plt
    from skimage import data
except ImportError:
    sys.exit("this sample needs scikit-image and matplotlib: pip install 'tdsl[samples]'")

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--steps", type=int, default=200, help="of Adam, over the whole picture (200)")
parser.add_argument("--share", type=float, default=0.5, help="of pixels that are known (0.5)")
parser.add_argument("--picture", default="brick", choices=["brick", "grass", "gravel", "camera"], help="(brick)")
given = parser.parse_args()

factorisation = tdsl.compile(Path(__file__).with_name("factorisation.tdsl"))
x = (getattr(data, given.picture)() / 255).astype(np.float32)
known = np.random.default_rng(0).random(x.shape) < given.share


def error(y):
    """The root of the mean squared error of the missing pixels."""
    return np.sqrt(np.mean((y - x)[~known] ** 2))


print(f"the mean of each column: error of missing pixels {error(np.mean(x, axis=0, where=known)):.4f}")
model = factorisation.Model(seed=0)
for step in range(1, given.steps + 1):
    model.train(known, x)
    if step % 50 == 0 or step == given.steps:
        print(f"step {step}: error of missing pixels {error(model.picture()):.4f}")

figure, axes = plt.subplots(1, 3, figsize=(12, 4.3), layout="constrained")
shown = {"the photograph": x, "its known pixels": np.where(known, x, np.nan), "completed": model.picture()}
for axis, (title, pixels) in zip(axes, shown.items(), strict=True):
    axis.imshow(pixels, cmap="gray", vmin=0, vmax=1)
    axis.set_title(title)
    axis.set_axis_off()
figure.savefig("factorisation.png", dpi=100)
print("known and completed pixels: factorisation.png")
