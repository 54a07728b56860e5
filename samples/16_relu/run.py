"""Slide "ReLU": three ways to write it; values and derivatives are the same, at 0 as well."""

from pathlib import Path

import numpy as np

import tdsl

relu = tdsl.compile(Path(__file__).with_name("relu.tdsl"))

z = [-2, -0.5, 0, 0.5, 2]
print("z           ", z)
for number, (value, derivative) in enumerate(zip(relu.rectified(z), relu.derivatives(z), strict=True), 1):
    print(f"relu{number}:      ", value.tolist())
    print("  derivative", derivative.tolist())

z = np.random.default_rng(0).normal(size=100_000)
for what in (relu.rectified, relu.derivatives):
    first, second, third = what(z)
    print(f"equal {what.__name__} at 100,000 points:", np.array_equal(first, second) and np.array_equal(second, third))
