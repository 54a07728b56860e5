"""Slide "Step 3: declare the function": inputs in, outputs out, arrays as numpy.ndarray."""

from pathlib import Path

import tdsl

functions = tdsl.compile(Path(__file__).with_name("functions.tdsl"))

print(functions.square(-2))
print(functions.sum_and_product(2, 4))
print(functions.sum_and_product(x2=4, x1=2))

scaled = functions.scale([1, 2, 3])
print(type(scaled).__module__, type(scaled).__name__, scaled.dtype, scaled.tolist())
print(functions.scale([1, 2, 3], factor=0.5).tolist())
