"""The same bits for any number of threads and in every process: training, all reductions, random numbers, products."""

from __future__ import annotations

import hashlib

import pytest

import tdsl
from tdsl.rooms import SAMPLES
from tests.modules.programs import compiled
from tests.modules.scripts import folder_of, run

HEAD = """
import hashlib, sys
import numpy as np
sys.path.insert(0, {folder!r})
import {module} as module
random = np.random.default_rng(0)
found = hashlib.sha256()
def add(*values):
    for value in values:
        add(*value) if isinstance(value, tuple) else found.update(np.asarray(value).tobytes())
{body}
print(found.hexdigest())
"""

DEEP = """
x, t = random.normal(size=(777, 60)).astype("f"), random.normal(size=777).astype("f")
model = module.Model(seed=5)
add(*[model.train(x, t) for _ in range(3)], *model.fit(x, t, batch_size=100, epochs=2), model.test(x), *model.values())
add(model.chain(np.linspace(-3, 3, 200_003, dtype="f")))
"""

MIKU = """
x, y = random.uniform(-2.5, 2.5, (4100, 2)).astype("f"), random.integers(0, 2, 4100).astype("f")
model = module.Model(seed=1)
add(*model.fit(x, y, batch_size=1000, epochs=2), model.test(x), *model.values())
"""

REDUCTIONS = """
for dtype in "f", "d":
    for shape in (3, 7, 50_001), (50_001, 7, 3), (301, 7, 311):
        a = random.normal(size=shape).astype(dtype)
        for entry in (module.sums, module.extremes, module.rows) if dtype == "f" else (module.doubles,):
            add(entry(a))
add(module.counted(random.normal(size=200_003).astype("f"), random.integers(0, 97, 200_003)))
"""

REDUCTIONS_TEXT = """\
use std.nn: softmax, logsumexp

dim B, N
input a: f32[B, 7, N]

entry sums(a) -> (sum(a), sum(a, axis=0), sum(a, axis=1), sum(a, axis=2), sum(a, axis=(0, 2)), prod(1 + a / 1000))
entry extremes(a) -> (max(a), min(a, axis=0), argmax(a), argmin(a, axis=2), all(a > -9), any(a > 3, axis=(0, 1)))
entry rows(a) -> (softmax(a), logsumexp(a), var(a, axis=(0, 2)), std(a), sum(tanh(a) * a, axis=0), exp(a))
entry doubles(d: f64[B, 7, N]) -> (sum(d), sum(d, axis=0), mean(sigmoid(d), axis=2), max(d, axis=(0, 2)), exp(d))
entry counted(v: f32[N], p: i64[N]) -> scatter(v, p, 0, 97)
"""


@pytest.mark.parametrize(
    ("name", "body"), [("deep", DEEP), ("miku", MIKU), ("reductions", REDUCTIONS)], ids=["deep", "miku", "reductions"]
)
def test_same_bits(name: str, body: str) -> None:
    match name:
        case "deep":
            module = compiled(name, "cpp")
        case "miku":
            module = tdsl.compile(SAMPLES / "miku" / "miku.tdsl", defines={"H": 230})
        case _:
            module = tdsl.compile(REDUCTIONS_TEXT, name=name)
    script = HEAD.format(folder=folder_of(module), module=name, body=body)
    counts = [run(script, TDSL_NUM_THREADS=count) for count in ("1", "2", "3", "8")]
    found = {*counts, *(run(script) for _ in range(3))}
    assert len(found) == 1 and len(found.pop()) == len(hashlib.sha256().hexdigest())
