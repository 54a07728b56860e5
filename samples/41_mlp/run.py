"""Digits of 8 by 8 pixels, classified by a network that stops learning when a validation set says so."""

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
parser.add_argument("--epochs", type=int, default=300, help="at most (300)")
parser.add_argument("--batch", type=int, default=30, help="pictures in a minibatch (30)")
parser.add_argument("--patience", type=int, default=10, help="epochs to wait for a better validation loss (10)")
parser.add_argument("--seed", type=int, default=0, help="of the first weights and the order of the pictures (0)")
given = parser.parse_args()

mlp = tdsl.compile(Path(__file__).with_name("mlp.tdsl"))

digits = load_digits()
order = np.random.default_rng(0).permutation(len(digits.data))
x, label = digits.data[order].astype(np.float32) / 16, digits.target[order]
training, validation, test = ((x[rows], label[rows]) for rows in (slice(0, 1077), slice(1077, 1437), slice(1437, None)))

model = mlp.Model(seed=given.seed)
options = {"batch_size": given.batch, "seed": given.seed, "patience": given.patience}
history = model.fit(*training, epochs=given.epochs, validate=validation, metrics="validate", **options)
losses = history["validation.validate"]

for epoch in range(0, len(history), 10):
    print(f"epoch {epoch:3}: loss {history[epoch]:.3f}, of the validation set {losses[epoch]:.3f}")
print(f"stopped after {len(history)} epochs; epoch {history.best_epoch} was best")
print(f"accuracy {np.mean(model.classify(test[0]) == test[1]):.2%}")

figure, axis = plt.subplots(figsize=(6, 4), layout="constrained")
axis.semilogy(history, label="training")
axis.semilogy(losses, label="validation")
axis.axvline(history.best_epoch, color="grey", linestyle=":", label="best epoch")
axis.set(xlabel="epoch", ylabel="mean negative log-likelihood")
axis.legend()
figure.savefig("mlp.png", dpi=100)
print("losses: mlp.png")
