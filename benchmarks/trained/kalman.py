"""The level of a series by a Kalman filter: NumPy computes the likelihood, SciPy maximises it."""

from __future__ import annotations

import numpy as np

from benchmarks.trained import Trained


def peer() -> float:
    from matplotlib.cbook import get_sample_data
    from scipy.optimize import minimize

    y = np.log(get_sample_data("goog.npz")["price_data"]["volume"] / 1e6)

    def surprise(logarithms: np.ndarray) -> float:
        q, r = np.exp(logarithms)
        m, P, total = 0.0, 10.0, 0.0
        for y_t in y.tolist():
            P1 = P + q
            S, v = P1 + r, y_t - m
            total += 0.5 * (v**2 / S + np.log(2 * np.pi * S))
            m, P = m + P1 / S * v, P1 - P1**2 / S
        return float(total)

    return -float(minimize(surprise, np.full(2, -2.0), method="L-BFGS-B").fun)


ROW = Trained(
    sample="27_kalman",
    title="Kalman filter, volume of trade",
    measure="log-likelihood",
    figure=r"log-likelihood (-?[\d.]+)\na year",
    peer_name="NumPy, SciPy",
    peer=peer,
)
