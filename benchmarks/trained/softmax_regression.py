"""Digits by softmax regression: scikit-learn minimises the same cost by L-BFGS."""

from __future__ import annotations

import numpy as np

from benchmarks.trained import Trained


def peer() -> float:
    from sklearn.datasets import load_digits
    from sklearn.linear_model import LogisticRegression

    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.data))
    x, label = digits.data[order] / 16, digits.target[order]
    model = LogisticRegression(C=1 / (2 * 1437 * 0.001), max_iter=200)
    model.fit(x[:1437], label[:1437])
    return 100 * float(model.score(x[1437:], label[1437:]))


ROW = Trained(
    sample="40_softmax_regression",
    title="softmax regression, digits, L-BFGS",
    measure="accuracy, %",
    figure=r"L-BFGS-B .*accuracy ([\d.]+)%",
    peer_name="scikit-learn",
    peer=peer,
)
