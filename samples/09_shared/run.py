"""Slide "Shared variables": w and b are no longer inputs; Python reads and sets them."""

from pathlib import Path

import tdsl

model = tdsl.compile(Path(__file__).with_name("neuron.tdsl")).Model()

print("w =", model.get_value("w"), " b =", model.get_value("b"))
print(f"neuron([1, -0.5]) = {model.neuron([1, -0.5]):.4f}")

model.set_value("w", [-1, 1])
model.b = 0.5  # the same, as an attribute
print("w =", model.w, " b =", model.b)
print(f"neuron([1, -0.5]) = {model.neuron([1, -0.5]):.4f}")

try:
    model.w = [1, 2, 3]
except ValueError as error:
    print(error)
