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
best = model.copy()
losses = []


def watch(epoch, loss, model):
    """Keeps the model that does best on the validation set; stops when none has for a while."""
    global best
    losses.append(model.validate(*validation))
    if losses[-1] == min(losses):
        best = model.copy()
    if epoch % 10 == 0:
        print(f"epoch {epoch:3}: loss {loss:.3f}, of the validation set {losses[-1]:.3f}")
    if epoch - np.argmin(losses) >= given.patience:
        raise model.StopTraining


history = model.fit(*training, epochs=given.epochs, batch_size=given.batch, seed=given.seed, callback=watch)

print(f"stopped after {len(history)} epochs; epoch {np.argmin(losses)} was best")
print(f"accuracy {np.mean(best.classify(test[0]) == test[1]):.2%}")

figure, axis = plt.subplots(figsize=(6, 4), layout="constrained")
axis.semilogy(history, label="training")
axis.semilogy(losses, label="validation")
axis.axvline(np.argmin(losses), color="grey", linestyle=":", label="best epoch")
axis.set(xlabel="epoch", ylabel="mean negative log-likelihood")
axis.legend()
figure.savefig("mlp.png", dpi=100)
print("losses: mlp.png")
