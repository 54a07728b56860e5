"""A recurrent network with Boltzmann machines learns digits row by row, and writes some of its own."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from data import by_pixel, pictures

import tdsl

try:
    import matplotlib.pyplot as plt
    import sklearn  # noqa: F401
except ImportError:
    sys.exit("this sample needs scikit-learn and matplotlib: pip install 'tdsl[samples]'")

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--epochs", type=int, default=60, help="how often all pictures are seen (60)")
given = parser.parse_args()

machine = tdsl.compile(Path(__file__).with_name("rnn_rbm.tdsl"))
model = machine.Model(seed=0)
training, test = pictures()
print(f"log-likelihood of a picture of a digit held out, its pixels independent: {by_pixel(training, test):.2f}")
for epoch in range(given.epochs):
    model.fit(*training, epochs=1, batch_size=50, seed=epoch, lr=0.003 * (1 - epoch / given.epochs))
    if (epoch + 1) % 20 == 0 or epoch + 1 == given.epochs:
        measure = model.likelihood(*test)
        print(f"epoch {epoch + 1}: {model.likelihood(*training):.2f}, of a picture held out {measure:.2f}", flush=True)


def sheet(pictures: np.ndarray) -> np.ndarray:
    """50 pictures in 5 rows, with a border."""
    framed = np.pad(pictures, ((0, 0), (1, 1), (1, 1)), constant_values=0.5)
    return framed.reshape(5, 10, 10, 10).transpose(0, 2, 1, 3).reshape(50, 100)


wanted = np.tile(np.arange(10), 5)
images, digit = test
shown = images[[np.flatnonzero(digit == number)[place // 10] for place, number in enumerate(wanted)]]
figure, grid = plt.subplots(1, 2, figsize=(12, 3.4), layout="constrained")
for axes, title, part in zip(grid, ["digits", "written by the network"], [shown, model.generate(wanted)], strict=True):
    axes.imshow(sheet(part), cmap="gray_r")
    axes.set_title(title)
    axes.axis("off")
figure.savefig("digits.png", dpi=80)
print("digits.png: digits, and those that the network wrote")
