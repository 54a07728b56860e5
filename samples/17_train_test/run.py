"""Slide "Training and testing": learning goes on as long as it helps on examples that are not trained on."""

from pathlib import Path

import numpy as np

import tdsl

regression = tdsl.compile(Path(__file__).with_name("regression.tdsl"), float=64)

PATIENCE = 200  # epochs without a better cost on the validation set

random = np.random.default_rng(seed=0)
x = random.uniform(-1, 1, 120)
y_hat = np.sin(4 * x) + random.normal(0, 0.3, 120)
training, validation, testing = ((x[i::3], y_hat[i::3]) for i in range(3))

model = regression.Model(seed=0)
history = model.fit(*training, epochs=3000, validate=validation, metrics="test", patience=PATIENCE, progress=False)
for epoch in range(0, len(history), 100):
    print(f"epoch {epoch:4}  training {history[epoch]:.3f}  validation {history['validation.test'][epoch]:.3f}")

last = regression.Model(seed=0)
last.fit(*training, epochs=len(history))
print(f"stopped after {len(history)} epochs; epoch {history.best_epoch} was best")
print(f"test cost, last epoch {last.test(*testing):.3f}, best epoch {model.test(*testing):.3f}")
