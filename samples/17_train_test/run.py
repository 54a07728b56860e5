"""Slide "Training and testing": learning goes on as long as it helps on examples that are not trained on."""

from pathlib import Path
from typing import Any

import numpy as np

import tdsl

regression = tdsl.compile(Path(__file__).with_name("regression.tdsl"), float=64)

PATIENCE = 200  # epochs without a better cost on the validation set

random = np.random.default_rng(seed=0)
x = random.uniform(-1, 1, 120)
y_hat = np.sin(4 * x) + random.normal(0, 0.3, 120)
training, validation, testing = ((x[i::3], y_hat[i::3]) for i in range(3))

model = regression.Model(seed=0)
best_cost, best_epoch, best = np.inf, 0, model.copy()


def watch(epoch: int, cost: float, model: Any) -> None:
    """Keeps the model that does best on the validation set; stops when none has for a while."""
    global best_cost, best_epoch, best
    validation_cost = model.test(*validation)
    if epoch % 100 == 0:
        print(f"epoch {epoch:4}  training {cost:.3f}  validation {validation_cost:.3f}")
    if validation_cost < best_cost:
        best_cost, best_epoch, best = validation_cost, epoch, model.copy()
    if epoch - best_epoch >= PATIENCE:
        raise model.StopTraining


history = model.fit(*training, epochs=3000, callback=watch, progress=False)

print(f"stopped after {len(history)} epochs; epoch {best_epoch} was best")
print(f"test cost, last epoch {model.test(*testing):.3f}, best epoch {best.test(*testing):.3f}")
