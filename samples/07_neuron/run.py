"""Slide "Single neuron - first try": w and b are given with each call."""

from pathlib import Path

import numpy as np

import tdsl

neuron = tdsl.compile(Path(__file__).with_name("neuron.tdsl")).neuron

w = [-1, 1]
b = 0
random = np.random.default_rng(seed=0)
for _ in range(10):
    x = random.random(2)
    print(x.round(4), f"{neuron(x, w, b):.4f}")
