"""Breast tumours by logistic regression: scikit-learn minimises the same cost."""

from __future__ import annotations

import numpy as np

from benchmarks.trained import Trained


def peer() -> float:
    from sklearn.datasets import load_breast_cancer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss

    cancer = load_breast_cancer()
    order = np.random.default_rng(0).permutation(len(cancer.data))
    x, t = cancer.data[order], cancer.target[order]
    x = (x - x[:400].mean(axis=0)) / x[:400].std(axis=0)
    model = LogisticRegression(C=1.0, solver="newton-cholesky", tol=1e-12)
    model.fit(x[:400], t[:400])
    return -float(log_loss(t[400:], model.predict_proba(x[400:]), normalize=False))


ROW = Trained(
    sample="25_newton",
    title="logistic regression, breast cancer, Newton's method",
    measure="log-likelihood of 169 tests",
    figure=r"test: .*log-likelihood (-[\d.]+)",
    peer_name="scikit-learn",
    peer=peer,
)
