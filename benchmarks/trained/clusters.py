"""The irises in clusters: scikit-learn's mixture of Gaussians, which begins with its k-means from the same flowers."""

from __future__ import annotations

import numpy as np

from benchmarks.trained import Trained


def peer() -> float:
    from sklearn.cluster import KMeans
    from sklearn.datasets import load_iris
    from sklearn.mixture import GaussianMixture

    x = load_iris().data
    start = x[np.random.default_rng(0).choice(len(x), 3, replace=False)]
    label = KMeans(3, init=start, n_init=1, tol=0).fit(x).labels_
    parts = [x[label == cluster] for cluster in range(3)]
    mixture = GaussianMixture(
        3,
        tol=0,
        max_iter=60,
        weights_init=[len(part) / len(x) for part in parts],
        means_init=[part.mean(axis=0) for part in parts],
        precisions_init=[np.linalg.inv(np.cov(part.T, bias=True)) for part in parts],
    )
    return len(x) * float(mixture.fit(x).score(x))


ROW = Trained(
    sample="49_clusters",
    title="mixture of Gaussians, iris",
    measure="log-likelihood",
    figure=r"log-likelihood (-?[\d.]+)",
    peer_name="scikit-learn",
    peer=peer,
)
