"""The steps of samples/49_clusters are those of scikit-learn from the same start."""

from __future__ import annotations

import numpy as np
from sklearn.cluster import KMeans
from sklearn.datasets import load_iris
from sklearn.mixture import GaussianMixture

import tdsl
from tdsl.resources import SAMPLES


def test_like_scikit_learn() -> None:
    model = tdsl.compile(SAMPLES / "49_clusters" / "clusters.tdsl", float=64).Model()
    x = load_iris().data
    start = x[[7, 70, 120]]
    model.centres = start
    for _ in range(30):
        distance = model.move(x)
    theirs = KMeans(3, init=start, n_init=1, tol=0).fit(x)
    assert np.array_equal(model.clusters(x), theirs.labels_)
    assert np.allclose(model.centres, theirs.cluster_centers_)
    assert np.isclose(distance, theirs.inertia_)

    model.begin(x)
    precisions = np.linalg.inv(model.covariances)
    mixture = GaussianMixture(
        3, tol=1e-12, max_iter=200, weights_init=model.weights, means_init=model.means, precisions_init=precisions
    ).fit(x)
    likelihoods = [model.step(x) for _ in range(mixture.n_iter_ + 1)]
    assert np.all(np.diff(likelihoods) > -1e-9)
    assert np.isclose(likelihoods[-1], mixture.score(x), atol=1e-9)
    shares = model.responsibilities(x)
    assert np.allclose(shares, mixture.predict_proba(x), atol=1e-6)
    assert np.array_equal(shares.argmax(axis=1), mixture.predict(x))
