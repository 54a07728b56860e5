"""Slide "Training - effective - update function": the strategy is a rule of its own, applied to every parameter."""

from pathlib import Path

import tdsl

updates = tdsl.compile(Path(__file__).with_name("updates.tdsl"), float=64)

x = [[0, 0], [0, 1], [1, 0], [1, 1]]
y_hat = [0, 0, 0, 1]  # and

for name in ("mine", "slowing", "momentum", "adagrad", "rmsprop", "adam", "bias"):
    model = updates.Model()
    train = getattr(model, f"train_{name}")
    for _ in range(100):
        cost = train(x, y_hat)
    print(f"{name:8}  cost {cost:.4f}  outputs {model.output(x).round(2)}")

print("what the rules keep:", *(name for name in updates.Model() if "." in name))
