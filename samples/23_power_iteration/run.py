"""A loop that ends early: power iteration, beside NumPy's eigenvalues."""

from pathlib import Path

import numpy as np

import tdsl

power = tdsl.compile(Path(__file__).with_name("power.tdsl"), float=64)

random = np.random.default_rng(seed=0)
for size in 3, 30, 300:
    a = random.normal(size=(size, size))
    matrix = a @ a.T / size
    value, vector, steps = power.largest(matrix, tolerance=1e-7)
    exact = np.linalg.eigvalsh(matrix)[-1]
    holds = np.allclose(matrix @ vector, value * vector, atol=1e-6)
    print(f"{size} x {size}: {value:.6f} after {steps} steps, by NumPy {exact:.6f}; A v = lambda v: {holds}")
