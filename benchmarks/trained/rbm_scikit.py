"""The machine of 45_rbm as scikit-learn trains it: persistent chains of one step, weights that do not decay."""

from __future__ import annotations

import numpy as np

from benchmarks.trained import Trained
from benchmarks.trained._digits import binary
from benchmarks.trained.rbm import EPOCHS, RATE


def peer() -> float:
    from sklearn.neural_network import BernoulliRBM

    train, test = binary()
    machine = BernoulliRBM(64, batch_size=50, random_state=0)
    random = np.random.default_rng(0)
    for epoch in range(EPOCHS):
        machine.learning_rate = RATE * (1 - epoch / EPOCHS)
        for rows in np.split(random.permutation(len(train)), len(train) // 50):
            machine.partial_fit(train[rows])
    terms = []  # one random point of each picture, as often as there are points, as scikit-learn estimates the sum
    for machine.random_state in range(64):
        terms.append(machine.score_samples(test).mean())
    return float(np.mean(terms))


ROW = Trained(
    "45_rbm",
    "the same, and BernoulliRBM",
    "log pseudo-likelihood of new digits",
    r"new digits (\S+)",
    "scikit-learn",
    peer,
)
