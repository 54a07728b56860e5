"""Digits from few pictures: batch normalisation, dropout, both and neither."""

import argparse
import sys
from pathlib import Path

import numpy as np

import tdsl

try:
    import matplotlib.pyplot as plt
    from sklearn.datasets import load_digits
except ImportError:
    sys.exit("this sample needs scikit-learn and matplotlib: pip install 'tdsl[samples]'")

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--epochs", type=int, default=100, help="how often to go through the pictures (100)")
parser.add_argument("--training", type=int, default=300, help="how many of the 1797 digits are trained on (300)")
parser.add_argument("--seeds", type=int, default=1, help="how many networks of each kind are averaged (1)")
given = parser.parse_args()

NAMES = "neither", "dropout", "batch normalisation", "both"
batch_norm = tdsl.compile(Path(__file__).with_name("batch_norm.tdsl"))

digits = load_digits()
order = np.random.default_rng(0).permutation(len(digits.data))
x, label = digits.data[order] / 16, digits.target[order]
training = x[: given.training], label[: given.training]
tests, wanted = x[800:], label[800:]

accuracy = np.zeros((len(NAMES), given.seeds, given.epochs))
for seed in range(given.seeds):
    model = batch_norm.Model(seed=seed)
    for kind in range(len(NAMES)):

        def measure(epoch, cost, model, kind=kind, seed=seed):
            accuracy[kind, seed, epoch] = np.mean(model.test[kind](tests) == wanted)

        model.fit(*training, entry=f"train[{kind}]", epochs=given.epochs, batch_size=20, seed=seed, callback=measure)

mean = 100 * accuracy.mean(axis=1)
early = min(20, given.epochs)
print(f"accuracy on new digits after {early} and after {given.epochs} epochs:")
for name, values in zip(NAMES, mean, strict=True):
    print(f"{name:19} {values[early - 1]:6.2f}% {values[-1]:6.2f}%")
    plt.plot(np.arange(given.epochs) + 1, values, label=name)
plt.xlabel("epoch")
plt.ylabel("accuracy on new digits, %")
plt.legend()
plt.savefig("batch_norm.png", dpi=100)
print("accuracy by epoch: batch_norm.png")
