"""Hamiltonian Monte Carlo: the variances of what it draws, beside the true ones."""

from pathlib import Path

import numpy as np

import tdsl

hmc = tdsl.compile(Path(__file__).with_name("hmc.tdsl"), float=64)

model = hmc.Model(seed=0)
for _ in range(300):
    model.sample()
drawn, rates = zip(*(model.sample() for _ in range(1000)), strict=True)
variances = np.concatenate(drawn).var(axis=0)
print(f"accepted {np.mean(rates):.2f}, steps of {model.eps:.2f}")
for place, variance in enumerate(variances, 1):
    print(f"variance {place:2}: {variance:.2f}, true {1 / place:.2f}")
