"""Digits of 8 by 8 pixels, classified by softmax regression: SGD on minibatches, and two optimisers of SciPy."""

import argparse
import sys
from pathlib import Path

import numpy as np

import tdsl

try:
    import matplotlib.pyplot as plt
    from scipy.optimize import minimize
    from sklearn.datasets import load_digits
except ImportError:
    sys.exit("this sample needs scikit-learn and matplotlib: pip install 'tdsl[samples]'")

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--epochs", type=int, default=100, help="of SGD (100)")
parser.add_argument("--batch", type=int, default=30, help="pictures in a minibatch of SGD (30)")
parser.add_argument("--iterations", type=int, default=200, help="of each optimiser of SciPy at most (200)")
given = parser.parse_args()

softmax = tdsl.compile(Path(__file__).with_name("softmax.tdsl"), float=64)

digits = load_digits()
order = np.random.default_rng(0).permutation(len(digits.data))
x, label = digits.data[order] / 16, digits.target[order]
training, test = (x[:1437], label[:1437]), (x[1437:], label[1437:])


def report(name, model):
    cost = model.cost_and_gradient(*training)[0]
    print(f"{name:8} cost {cost:.4f}  accuracy {np.mean(model.classify(test[0]) == test[1]):.2%}")


model = softmax.Model()
model.fit(*training, epochs=given.epochs, batch_size=given.batch)
report("SGD", model)

for method in "CG", "L-BFGS-B":
    model = softmax.Model()
    cost = model.flat_objective(*training, entry="cost_and_gradient")
    found = minimize(cost, model.flatten(), jac=True, method=method, options={"maxiter": given.iterations})
    model.unflatten(found.x)
    report(method, model)

figure, axes = plt.subplots(2, 5, figsize=(7.5, 3.4), layout="constrained")
limit = np.abs(model.W).max()
for digit, axis in enumerate(axes.flat):
    axis.imshow(model.W[:, digit].reshape(8, 8), cmap="RdBu_r", vmin=-limit, vmax=limit)
    axis.set(title=digit, xticks=[], yticks=[])
figure.savefig("softmax_regression.png", dpi=100)
print("weights of each digit: softmax_regression.png")
