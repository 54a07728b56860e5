"""Slide "Step 2: define the outputs": sums and products of scalars, and the two products of matrices."""

from pathlib import Path

import numpy as np

import tdsl

outputs = tdsl.compile(Path(__file__).with_name("outputs.tdsl"))

y1, y2 = outputs.scalars(2, 4)
print("y1 =", y1)
print("y2 =", y2)

A = np.array([[1, 2], [3, 4]])
B = np.array([[2, 4], [6, 8]])
y3, y4 = outputs.matrices(A, B)
print("y3 =", y3.tolist())
print("y4 =", y4.tolist())
