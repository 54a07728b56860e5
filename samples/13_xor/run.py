"""Slides "XOR": three neurons with the weights of the slide, then the same three trained from random weights."""

from pathlib import Path
from typing import Any

import tdsl

xor = tdsl.compile(Path(__file__).with_name("xor.tdsl"), float=64)

x = [[0, 0], [0, 1], [1, 0], [1, 1]]
y_hat = [0, 1, 1, 0]


def show(model: Any) -> None:
    for inputs, output in zip(x, model.network(x), strict=True):
        print(f"    {inputs} -> {output:.3f}")


print("given:")
given = xor.Model()
given.W1 = [[-10, 10], [10, -10]]
given.b1 = [-5, -5]
given.w2 = [10, 10]
given.b2 = -5
show(given)

print("trained:")
model = xor.Model(seed=0)
for step in range(2001):
    cost = model.train(x, y_hat)
    if step % 500 == 0:
        print(f"  step {step:4}  cost {cost:.4f}")
show(model)
print("right:", sum(round(output) == wanted for output, wanted in zip(model.network(x), y_hat, strict=True)), "of 4")
