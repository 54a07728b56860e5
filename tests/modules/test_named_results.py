"""Named results, lists of entries and given values, in whole modules."""

from __future__ import annotations

import copy
import inspect
import pickle
import sys
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tdsl
from tdsl.driver import inform, show
from tdsl.settings import Settings
from tdsl.source import Source

TEXT = """
use std.optim: sgd
dim B
const SIZES = (3, 4, 2)
const L = len(SIZES) - 1
input x: real[B, 3]
input target: real[B]
input training: bool = false
state data: u8[50, 3] = 7
state labels: real[50] = 1
shared w: real[3] = 1
shared v: real[4] = 2
state calls: int = 0

fn doubled(z: real[B]) -> real[B] = 2 * z
let y = doubled(x @ w) + (if training then 1 else 0)
cost C = mean((y - target) ** 2)

## A step.
entry train(x, target, lr: real = 0.1) -> (loss = C, gradient = grad(C, w), before = (w, sum(v))) {
    assert lr > 0
    minimize C with sgd(lr)
}
entry one(x) -> (count = y)
entry plain(x) -> y
entry rows(k: int) -> (loss = C, size = B) {
    let places = 5 * k + arange(5)
    given x = real(data[places]) / 255
    given target = labels[places]
    given training = true
    minimize C with sgd(0.5)
}
entry grow[i in L](z: real[B, SIZES[i]], lr: real = 0.5) -> (total = sum(z) * lr, size = SIZES[i + 1]) {
    calls <- calls + i + 1
}
entry pretrain[i in L](target) -> C {
    given x = [w, w] * (1.0 + i)
    minimize C with sgd(0.1)
}
entry scaled[k in (0.5, 2)](z: real) -> k * z
"""


@cache
def compiled(target: str) -> ModuleType:
    return tdsl.compile(TEXT, name="named", target=target, float=64)


@pytest.fixture
def module(target: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    made = compiled(target)
    monkeypatch.setitem(sys.modules, "named", made)
    return made


@pytest.fixture
def model(module: ModuleType) -> Any:
    return module.Model()


X, T = np.array([[1.0, 2, 3], [4, 5, 6]]), np.array([1.0, 2])


def test_results_by_name_and_place(model: Any) -> None:
    error = 2 * X @ np.ones(3) - T
    r = model.train(X, T)
    loss, gradient, (w, total) = r
    assert r.loss == r[0] == loss == np.mean(error**2)
    np.testing.assert_allclose(r.gradient, 4 * error @ X / 2)
    assert r.gradient is r[1] is gradient and r.before[1] == total
    np.testing.assert_array_equal(w, np.ones(3))
    assert total == 8 and isinstance(r, tuple) and r._fields == ("loss", "gradient", "before")
    np.testing.assert_array_equal(model.one(X).count, model.plain(X))
    assert len(model.one(X)) == 1
    assert repr(model.rows(0)).startswith("Result(loss=")


def test_results_are_copied_and_pickled(module: ModuleType, model: Any) -> None:
    r = model.train(X, T)
    assert type(r) is module.Model.train.Result is model.train.Result
    for twin in (pickle.loads(pickle.dumps(r)), copy.deepcopy(r)):
        assert type(twin) is type(r) and twin.loss == r.loss
        np.testing.assert_array_equal(twin.gradient, r.gradient)
    other = pickle.loads(pickle.dumps(model.grow[1](np.ones((1, 4)))))
    assert type(other) is module.Model.grow[1].Result and other.size == 2
    with pytest.raises(AttributeError, match="the results of plain have no names"):
        _ = model.plain.Result


def test_out_takes_a_tuple_of_the_same_form(model: Any) -> None:
    one = (np.empty(2),)
    assert model.one(X, out=one) is one
    np.testing.assert_array_equal(one[0], model.plain(X))
    with pytest.raises(ValueError, match="out= is nested as the results are"):
        model.train(X, T, out=(np.empty(()), np.empty(3), np.empty(3)))


def test_a_failed_call_gives_nothing(model: Any) -> None:
    with pytest.raises(AssertionError):
        model.train(X, T, lr=-1.0)
    np.testing.assert_array_equal(model.w, np.ones(3))


def test_data_stays_in_the_model(model: Any) -> None:
    rng = np.random.default_rng(0)
    data, labels = rng.integers(0, 256, (50, 3), np.uint8), rng.normal(size=50)
    model.data, model.labels = data, labels
    w = np.ones(3)
    for k in (0, 9):
        x, target = data[5 * k : 5 * k + 5] / 255, labels[5 * k : 5 * k + 5]
        error = 2 * x @ w + 1 - target
        r = model.rows(k)
        np.testing.assert_allclose(r.loss, np.mean(error**2), rtol=1e-12)
        assert r.size == 5
        w = w - 0.5 * 4 * error @ x / 5
        np.testing.assert_allclose(model.w, w, rtol=1e-12)
    np.testing.assert_allclose(model.plain(x), 2 * x @ w, rtol=1e-12)
    for k in (10, -11):
        with pytest.raises(IndexError, match=r"named.rows: index"):
            model.rows(k)
    np.testing.assert_allclose(model.w, w, rtol=1e-12)
    assert len(model.fit(entry="rows", k=3, epochs=3)) == 3


def test_lists_of_entries(module: ModuleType, model: Any) -> None:
    assert (len(model.grow), len(module.Model.scaled)) == (2, 2)
    assert model.grow[0](np.ones((2, 3))) == (3.0, 4)
    assert model.grow[1](z=np.ones((2, 4)), lr=1.0) == (8.0, 2)
    assert model.calls == 3
    assert [entry(3.0) for entry in model.scaled] == [1.5, 6.0]
    with pytest.raises(ValueError, match=r"named.grow\[0\]: argument 'z' has shape \(2, 4\), expected \(B, 3\)"):
        model.grow[0](np.ones((2, 4)))
    assert model.grow[0].__name__ == "grow[0]" and "f64[B, 3]" in model.grow[0].__doc__
    assert str(inspect.signature(model.grow[1])) == "(z, lr=0.5, *, out=None)"
    assert pickle.loads(pickle.dumps(module.Model.grow[1])) is module.Model.grow[1]
    assert pickle.loads(pickle.dumps(model.scaled[1]))(2.0) == 4.0
    assert repr(module.Model.grow[1]) == "<entry named.grow[1]>"


def test_lists_of_entries_are_trained_by_name(module: ModuleType, model: Any) -> None:
    for i in range(2):
        w = model.w
        error = 2 * (1.0 + i) * w @ w - T
        (cost,) = model.fit(T, entry=f"pretrain[{i}]", shuffle=False)
        np.testing.assert_allclose(cost, np.mean(error**2), rtol=1e-12)
    assert {"grow[0]", "pretrain[1]"} <= module.build_info()["entries"].keys()
    with pytest.raises(ValueError, match=r"no entry 'pretrain', only .*pretrain\[0\], pretrain\[1\]"):
        model.fit(T, entry="pretrain")


def test_lists_of_functions(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = tdsl.compile("entry f[i in 3](x: real) -> i * x", name="functions", target=target)
    monkeypatch.setitem(sys.modules, "functions", made)
    assert made.f[2](2.0) == 4.0 and made.__all__ == ["CopyWarning", "build_info", "f"]
    assert pickle.loads(pickle.dumps(made.f[1])) is made.f[1]


def test_texts(module: ModuleType) -> None:
    document = module.Model.train.__doc__
    assert "Returns:\n    loss: f64\n    gradient: f64[3]\n    before: (f64[3], f64)\n" in document

    def load(path: Any) -> str:
        return str(path.read_text())

    source = Source("named.tdsl", TEXT)
    stub = show(source, Settings(), load, "stub")
    assert "class _train_result(_NamedTuple):" in stub and "    before: _tuple[_NDArray[_np.float32], _float]\n" in stub
    assert "    grow: _tuple[_grow_entry_0, _grow_entry_1]\n" in stub
    assert ") -> _grow_result_1:" in stub and "z: _ArrayLike,  # real[B, 4]" in stub
    inputs = show(source, Settings(), load, "inputs")
    assert "train(x, target, lr = 0.1) -> loss: real, gradient: real[3], before: (real[3], real), updates w" in inputs
    (entry,) = (entry for entry in inform(source, Settings(), load).entries if entry.name == "grow[1]")
    assert entry.results == ("total: real", "size: i64") and entry.updates == ("calls",)
