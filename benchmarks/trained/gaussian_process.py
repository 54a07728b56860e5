"""A map of heights by a Gaussian process: scikit-learn maximises the same marginal likelihood by L-BFGS."""

from __future__ import annotations

import numpy as np

from benchmarks.trained import Trained


def peer() -> float:
    from matplotlib.cbook import get_sample_data
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    heights = get_sample_data("jacksboro_fault_dem.npz")["elevation"][200:320:2, 200:320:2] / 100
    places = np.stack(np.unravel_index(np.arange(heights.size), heights.shape), axis=1) / 6
    known = np.random.default_rng(0).permutation(heights.size)[:400]
    y = heights.flat[known] - heights.flat[known].mean()
    kernel = ConstantKernel(1.0) * Matern([1.0, 1.0], nu=1.5) + WhiteKernel(np.exp(-2))
    model = GaussianProcessRegressor(kernel, alpha=0).fit(places[known], y)
    model.predict(places, return_std=True)
    return float(model.log_marginal_likelihood_value_)


ROW = Trained(
    sample="26_gaussian_process",
    title="Gaussian process, a map of heights",
    measure="log marginal likelihood",
    figure=r"log-likelihood (-?[\d.]+)\nnoise",
    peer_name="scikit-learn",
    peer=peer,
)
