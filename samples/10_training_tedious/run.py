"""Slide "Training - tedious": each step fetches the gradients and sets w and b."""

from pathlib import Path

import tdsl

model = tdsl.compile(Path(__file__).with_name("tedious.tdsl"), float=64).Model()

x = [1, -1]
y_hat = 1
for step in range(100):
    if step % 20 == 0:
        print(f"step {step:3}  neuron(x) = {model.neuron(x):.6f}")
    dw, db = model.gradient(x, y_hat)
    model.set_value("w", model.get_value("w") - 0.1 * dw)
    model.set_value("b", model.get_value("b") - 0.1 * db)

print(f"step 100  neuron(x) = {model.neuron(x):.6f}")
print("w =", model.w.round(6), f" b = {model.b:.6f}")
