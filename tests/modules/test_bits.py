"""The same bits for any number of threads and in every process: training, all reductions, random numbers, products."""

from __future__ import annotations

import hashlib

import pytest

import tdsl
from tdsl.resources import SAMPLES
from tests.modules.by_elements import program
from tests.modules.jacobians import SHORTER
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
add(module.embedded(random.normal(size=(97, 200)).astype("f"), random.integers(-97, 97, 5003), -3))
add(module.across(random.normal(size=(301, 40)).astype("f"), random.integers(-40, 40, 503)))
"""

ELEMENTS = """
for sizes in (3, 4, 2), (8, 9, 7), (61, 130, 33):
    given = dict(zip("NMK", sizes))
    for name in CASES:
        arrays = arguments(name, given)
        add(getattr(module, name)(*arrays), getattr(module, name + "_slopes")(*arrays))
"""

JACOBIANS = """
model = module.Model(seed=5)
for size in 1, 7, 8, 9, 40:
    x, A = random.normal(size=size), random.normal(size=(size, size))
    add(*model.recurrent_all(x, A, x, x, A), *model.owned(x, A), model.of_rosenbrock(x), *model.times(x, x))
X, t = random.normal(size=(50_001, 3)), random.normal(size=50_001)
add(model.of_regression(X[0], X, t), *model.embedded(random.integers(0, 5, 301), t[:301]))
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
entry across(u: f32[B, 40], p: i64[N]) -> grad(sum(u[:, p] ** 2), u)
entry embedded(W: f32[97, 200], p: i64[N], i: int) -> grad(sum(tanh(W[p]) ** 2) + sum(W[i] * W[p]) + sum(W ** 3), W)
"""

LOOPS = """
x, W, U = random.normal(size=(7, 257, 30)), random.normal(size=(30, 200)) / 9, random.normal(size=(200, 200)) / 20
given = [value.astype("f") for value in (x, W, U)]
model = module.Model(seed=3)
add(model.train(*given), model.train(*given), model.early(*given))
"""

LOOPS_TEXT = """\
dim T, B
input x: real[T, B, 30]
input W: real[30, 200]
input U: real[200, 200]
fn rnn(x, W, U) = for x_t in x checkpoint 3 {
    state h: real[B, 200] = 0
    let h1 = tanh(x_t @ W + h @ U + uniform(0, 0.1, (B, 200)))
    h <- h1
    yield sum(h1, axis=0)
}
let h, sums = rnn(x, W, U)
entry train(x, W, U) -> (h, sums, grad(sum(h ** 2) + sum(sin(sums)), (W, U)))
entry early(x, W, U) -> for x_t in x[::-1] {
    state h: real[B, 200] = 0
    let h1 = sigmoid(x_t @ W + h @ U)
    h <- h1
    until sum(h1) > 100000
}
"""

CONVOLUTIONS = """
shapes = (9, 3, 20, 21), (17, 3, 5, 3), (8, 17, 3, 3)
add(*module.f(*(random.normal(size=shape).astype("f") for shape in shapes)))
"""

CONVOLUTIONS_TEXT = """\
use std.nn: avg_pool2d, conv2d, max_pool2d, relu
dim B
input x: real[B, 3, 20, 21]
input W: real[17, 3, 5, 3]
input V: real[8, 17, 3, 3]
let h = max_pool2d(relu(conv2d(x, W, pad=1)), 2)
let y = sum(avg_pool2d(conv2d(h, V, stride=2, pad=1), 3, 1) ** 2)
entry f(x, W, V) -> (y, grad(y, (x, W, V)))
"""
TEXTS = {"loops": LOOPS_TEXT, "reductions": REDUCTIONS_TEXT, "convolutions": CONVOLUTIONS_TEXT}


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("deep", DEEP),
        ("miku", MIKU),
        ("by_elements", "from tests.modules.by_elements import CASES, arguments" + ELEMENTS),
        ("jacobians", JACOBIANS),
        ("reductions", REDUCTIONS),
        ("loops", LOOPS),
        ("convolutions", CONVOLUTIONS),
    ],
    ids=["deep", "miku", "by_elements", "jacobians", "reductions", "loops", "convolutions"],
)
def test_same_bits(name: str, body: str) -> None:
    match name:
        case "deep":
            module = compiled(name, "cpp")
        case "miku":
            module = tdsl.compile(SAMPLES / "miku" / "miku.tdsl", defines={"H": 230}, opt=3)
        case "by_elements":
            module = tdsl.compile(program(second=False), name=name, float=64, opt=3)
        case "jacobians":
            module = tdsl.compile(SHORTER, name=name, float=64, opt=3)
        case _:
            module = tdsl.compile(TEXTS[name], name=name, opt=3)
    script = HEAD.format(folder=folder_of(module), module=name, body=body)
    counts = [run(script, TDSL_NUM_THREADS=count) for count in ("1", "2", "3", "8")]
    found = {*counts, *(run(script) for _ in range(3))}
    assert len(found) == 1 and len(found.pop()) == len(hashlib.sha256().hexdigest())


SATURATED_TEXT = """\
dim B
input x: real[B, 60]
shared W: real[60, 300] = normal(0, 10)
shared V: real[300, 200] = normal(0, 10)
shared small: real[300, 200] = 0
let y = sigmoid(sigmoid(x @ W) @ V)
cost C = sum(y * y)

entry train(x) -> (C, grad(C, W), sigmoid(x @ W), y) {
    V <- V - grad(C, V)
    small <- 0.9 * small + 0.1 * grad(C, V)
}
entry predict(x) -> (sum(sigmoid(x @ W) @ small), sigmoid(x @ W) @ small, sum(small, axis=0))
"""

SATURATED = """
def is_subnormal(value):
    return bool(((abs(value) > 0) & (abs(value) < np.finfo(np.float32).tiny)).any())
x = random.normal(size=(777, 60)).astype("f")
model = module.Model(seed=5)
model.small = random.normal(size=(300, 200)) * 1e-39
kept = module.build_info()["subnormals"] == "keep"
assert is_subnormal(model.small) == kept
add(model.predict(x))
for _ in range(2):
    told = model.train(x)
    add(told)
    assert any(is_subnormal(value) for value in told[1:]) == kept
add(model.predict(x), *model.values())
"""


@pytest.mark.parametrize("subnormals", ["flush", "keep"])
def test_same_bits_with_subnormals(subnormals: str) -> None:
    """Activations, cotangents and weights that have them, or would: all threads compute the same."""
    name = f"saturated_{subnormals}"
    module = tdsl.compile(SATURATED_TEXT, name=name, subnormals=subnormals, opt=3)
    script = HEAD.format(folder=folder_of(module), module=name, body=SATURATED)
    found = {run(script, TDSL_NUM_THREADS=count) for count in ("1", "2", "3", "8")}
    assert len(found) == 1 and len(found.pop()) == len(hashlib.sha256().hexdigest())
