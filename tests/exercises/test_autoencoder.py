"""The auto-encoder of Ian Goodfellow's exercises for Theano, on scikit-learn's digits in the place of MNIST's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

import tdsl


def test_autoencoder() -> None:
    """Its outputs are in the domain of its inputs, and near to digits that it has not seen.  The momentum grows, the
    rate falls, and the values with the best cost of the validation set are kept."""
    module = tdsl.compile(Path(__file__).with_name("autoencoder.tdsl"))
    x = load_digits().data / 16
    training, validation = x[:1297], x[1297:]
    model = module.Model(seed=0)
    best, kept = np.inf, model.state_dict()
    for epoch in range(12):
        momentum = 0.5 + 0.2 * min(1, epoch / 10)
        model.fit(training, epochs=1, batch_size=50, seed=epoch, lr=0.3 * 0.97**epoch, mu=momentum)
        if (cost := model.valid(validation)) < best:
            best, kept = cost, model.state_dict()
    model.load_state_dict(kept)
    assert model.valid(validation) == best
    made = model.reconstruct(validation)
    assert made.shape == validation.shape and made.min() >= 0 and made.max() <= 1
    assert np.mean((made - validation) ** 2) < 0.4 * validation.var(axis=0).mean()
    assert np.linalg.norm(model.W, axis=0).max() < 1.937
