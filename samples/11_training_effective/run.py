"""Slide "Training - effective": the updates as pairs; after 100 steps the numbers of the tedious way, bit by bit."""

from pathlib import Path

import tdsl

effective = tdsl.compile(Path(__file__).with_name("effective.tdsl"), float=64)

x = [1, -1]
y_hat = 1

model = effective.Model()
for step in range(100):
    if step % 20 == 0:
        print(f"step {step:3}  neuron(x) = {model.neuron(x):.6f}")
    model.train(x, y_hat)
print(f"step 100  neuron(x) = {model.neuron(x):.6f}")
print("w =", model.w.round(6), f" b = {model.b:.6f}")

tedious = effective.Model()
for _ in range(100):
    dw, db = tedious.gradient(x, y_hat)
    tedious.w = tedious.w - 0.1 * dw
    tedious.b = tedious.b - 0.1 * db
print("identical to the tedious way:", (model.w == tedious.w).all() and model.b == tedious.b)

model.swap()
print("first and second after the swap:", model.first, model.second)
