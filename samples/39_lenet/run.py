"""LeNet on scikit-learn's digits, enlarged to the size of its own pictures."""

import argparse
import sys
from pathlib import Path

import numpy as np

import tdsl

try:
    import matplotlib.pyplot as plt
    from scipy.ndimage import zoom
    from sklearn.datasets import load_digits
except ImportError:
    sys.exit("this sample needs scikit-learn and matplotlib: pip install 'tdsl[samples]'")

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--epochs", type=int, default=12, help="how often to go through the digits (12)")
parser.add_argument("--training", type=int, default=1437, help="how many of the 1797 digits are trained on (1437)")
given = parser.parse_args()

lenet = tdsl.compile(Path(__file__).with_name("lenet.tdsl"))

digits = load_digits()
order = np.random.default_rng(0).permutation(len(digits.images))
enlarged = zoom(digits.images[order] / 16, (1, 2.5, 2.5), order=1)  # 20 by 20, as MNIST's are in pictures of 28 by 28
x = np.pad(enlarged, ((0, 0), (4, 4), (4, 4)))[:, None].astype(np.float32)
label = digits.target[order]
tests, wanted = x[1437:], label[1437:]


def report(epoch, cost, model):
    if epoch % 4 == 3 or epoch == given.epochs - 1:
        print(
            f"epoch {epoch + 1:2}: cost {cost:.4f}, accuracy on new digits {np.mean(model.test(tests) == wanted):.2%}"
        )


model = lenet.Model(seed=0)
training = x[: given.training], label[: given.training]
model.fit(*training, entry="train", epochs=given.epochs, batch_size=32, lr=0.01, callback=report)

found = model.test(tests)
misread = np.flatnonzero(found != wanted)[:10]
figure, axes = plt.subplots(4, 10, figsize=(10, 4.6), layout="constrained")
for axis in axes.flat:
    axis.set_axis_off()
limit = np.abs(model.c1.W).max()
for axis, kernel in zip(axes[:2].flat, model.c1.W[:, 0], strict=True):
    axis.imshow(kernel, cmap="RdBu_r", vmin=-limit, vmax=limit)
for place, axis in enumerate(axes[2]):
    axis.imshow(tests[place, 0], cmap="gray_r")
    axis.set_title(f"{found[place]}")
for axis, place in zip(axes[3], misread, strict=False):
    axis.imshow(tests[place, 0], cmap="gray_r")
    axis.set_title(f"{wanted[place]} as {found[place]}", color="firebrick")
figure.savefig("lenet.png", dpi=100)
print("the kernels of the first layer, digits as they are read, and misread ones: lenet.png")
