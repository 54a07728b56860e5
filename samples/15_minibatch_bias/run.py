"""Slide "Minibatch": one bias is added to every example; the gradient sums over the examples."""

from pathlib import Path

import numpy as np

import tdsl

model = tdsl.compile(Path(__file__).with_name("minibatch.tdsl")).Model()

x = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]])
print("examples in rows:   ", model.by_rows(x).tolist())
print("examples in columns:", model.by_columns(x.T).T.tolist())

by_rows, by_columns = model.bias_gradients(x, x.T)
print("gradients of b:     ", by_rows.tolist(), by_columns.tolist())

print("\nWithout `new` the sizes do not fit, and the error says where:")
try:
    tdsl.compile("dim B, N\nentry wrong(z: real[N, B], b: real[N]) -> z + b\n", name="refused")
except tdsl.UserError as error:
    print(error)
