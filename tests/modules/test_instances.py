"""Instances of models from Python: views, names, training, and states that calls update."""

from __future__ import annotations

import copy
import pickle
import re
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tdsl
from tdsl.driver import show
from tdsl.settings import Settings
from tdsl.source import Source

TEXT = """
use std.layers: BatchNorm, LayerNorm
use std.optim: adam, sgd
dim B, N
input x: real[B, 9]
input z: real[B, N]

## A layer and the number of its calls.
model Layer(N, M, f = tanh) {
    shared W: real[N, M] = normal(0, 0.5)   ## the weights
    shared b: real[M] = 0
    state calls: int = 0
    fn forward(x) = f(x @ W + b)
    fn counted(x) {
        calls <- calls + 1
        forward(x)
    }
}
model Net(N, L, ends) {
    model layers[i in L] = Layer(N, N)
    model end = Layer(N, ends)
    fn forward(x) = end.forward(layers[1].forward(layers[0].counted(x)))
}
model net = Net(9, 2, 8)
model twin = Net(9, 2, 8)
model norm = BatchNorm(8)
model even = LayerNorm(8)
let y = norm.forward(net.forward(x), true)
cost C = mean((y - 0.1) ** 4)
entry train(x, lr: real = 0.01) -> C { minimize C with adam(lr) }
entry descend(x, lr: real = 0.01) -> C { minimize C over net.layers, norm with sgd(lr) }
entry test(x) -> even.forward(norm.forward(net.end.forward(net.layers[1].forward(net.layers[0].forward(x))), false))
entry slopes(x) -> (grad(C, net.end), grad(sum(grad(C, net.end.b) ** 2), (net.layers[0].W, x)))
entry copied() { twin.end.W <- net.end.W
                 twin.layers[1].b <- net.layers[0].b + 1 }
"""
NAMES = ["layers.0.W", "layers.0.b", "layers.0.calls", "layers.1.W", "layers.1.b", "layers.1.calls"]
NAMES += ["end.W", "end.b", "end.calls"]
X = np.random.default_rng(1).normal(size=(33, 9))


@cache
def compiled(target: str, float: int = 64) -> ModuleType:
    return tdsl.compile(TEXT, name="instances", target=target, float=float)


@pytest.fixture
def model(target: str) -> Any:
    return compiled(target).Model(seed=3)


def test_values_by_name(model: Any) -> None:
    kept = [name for name in model if ".adam." not in name and ".sgd." not in name]
    assert model.keys() == list(model) and kept[:9] == [f"net.{name}" for name in NAMES]
    assert np.array_equal(model["net.layers.1.W"], model.net.layers[1].W)
    assert np.array_equal(model.net["layers.1.W"], model.net.layers[1]["W"])
    model.net.layers[1].W = np.full((9, 9), 2)
    assert (model["net.layers.1.W"] == 2).all()
    model.net.end["b"] = np.full(8, 3)
    model.net.end.set_value("W", np.ones((9, 8)))
    assert (model.net.end.b == 3).all() and (model.net.end.get_value("W") == 1).all()
    assert model.net.end.calls == 0 and "calls" in model.net.end and len(model.twin) >= 9
    assert [name for name in model.twin if ".adam." not in name] == NAMES
    assert dict(model.twin.items()).keys() == set(model.twin.keys())
    assert dir(model.net) == ["end", "layers"] and {"W", "b", "calls"} <= set(dir(model.net.end))
    assert repr(model.twin.end).startswith("instances.Model.twin.end(W: f64[9, 8], b: f64[8], calls: i64")
    assert [name for name, _ in model.twin.end.items()][:3] == ["W", "b", "calls"]


def test_what_views_refuse(model: Any) -> None:
    with pytest.raises(AttributeError, match=r"instances\.Model\.net has no 'W', only layers, end"):
        _ = model.net.W
    with pytest.raises(AttributeError, match=r"instances\.Model\.net\.end has no variable 'w', only W, b, calls"):
        model.net.end.w = 3
    with pytest.raises(AttributeError):
        model.net = 3
    with pytest.raises(KeyError, match=r"instances\.Model\.net\.end has no variable 'V'"):
        model.net.end["V"]
    with pytest.raises(ValueError, match=r"'net.end.W' has shape \(2,\), expected \(9, 8\)"):
        model.net.end.W = [1, 2]
    with pytest.raises(ValueError, match=r"instances.Model.twin.end.load_state_dict: 'q' is unknown"):
        model.twin.end.load_state_dict({**model.twin.end.state_dict(), "q": 3})
    for refused in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match=r"instances\.Model\.net is a view of a model"):
            refused(model.net)


def test_states_of_parts(model: Any) -> None:
    twin = {name: value for name, value in model.net.state_dict().items() if ".adam." not in name}
    report = model.twin.load_state_dict(twin, strict=False)
    assert report.loaded == NAMES and not report.unexpected
    assert all(np.array_equal(model.twin[name], model.net[name]) for name in NAMES)
    kept = model.twin.state_dict()
    kept["end.W"][:] = 7
    assert (model.twin.end.W != 7).any(), "a copy"
    assert kept["end.calls"].dtype == np.int64 and kept["end.W"].dtype == np.float64
    other = compiled("numpy", 32).Model()
    other.net.end.load_state_dict(model.net.end, strict=False)
    assert np.allclose(other.net.end.W, model.net.end.W, rtol=1e-6)


def test_training_and_state(model: Any) -> None:
    before = model.state_dict()
    costs = [model.train(X) for _ in range(3)]
    assert costs[2] < costs[0] and model.net.layers[0].calls == 3 and model.net.end.calls == 0
    assert "net.layers.0.W.adam.m" in model and "layers.0.W.adam.m" in model.net
    assert not np.array_equal(model.norm.running_mean, before["norm.running_mean"])
    trained = model.state_dict()
    model.test(X)
    assert all(np.array_equal(trained[name], model[name]) for name in model), "a test changes nothing"
    model.descend(X)
    changed = {name for name in model if not np.array_equal(trained[name], model[name])}
    own = {f"net.layers.{number}.{name}" for number in (0, 1) for name in "Wb"} | {"net.layers.0.calls"}
    assert changed == own | {f"norm.{name}" for name in ("gamma", "beta", "running_mean", "running_var")}
    model.copied()
    assert np.array_equal(model.twin.end.W, model.net.end.W)
    assert np.array_equal(model.twin.layers[1].b, model.net.layers[0].b + 1)
    history = model.fit(X, epochs=2, batch_size=11)
    assert len(history) == 2 and model.net.layers[0].calls == 4 + 6


def test_copies_pickles_and_files(model: Any, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "instances", compiled(target))
    model.train(X)
    model.save(tmp_path / "kept.npz")
    loaded = compiled(target).Model()
    loaded.load(tmp_path / "kept.npz")
    for other in (model.copy(), pickle.loads(pickle.dumps(model)), loaded):
        assert all(np.array_equal(other[name], model[name]) for name in model)
        other.net.end.b = np.full(8, 9)
        assert (model.net.end.b != 9).any()


def test_updates_are_told(model: Any, target: str) -> None:
    updates = re.findall(r"^Updates: (.*)$", type(model).train.__doc__, re.M)[0].split(", ")
    assert {"norm.running_mean", "norm.running_var", "net.layers.0.calls"} <= set(updates)
    assert "Updates" not in type(model).test.__doc__
    stub = show(Source("instances.tdsl", TEXT), Settings(float=64), Path.read_text, "stub")
    assert re.search(r'"""Returns real\.\n +Updates .*norm\.running_mean', stub)
    assert "def layers(self) -> _tuple[_Part1, _Part1]: ..." in stub
    assert '"""shared real[9, 9] the weights"""' in stub


def test_targets_agree() -> None:
    native, numpy = (compiled(target).Model(seed=5) for target in ("cpp", "numpy"))
    for name in native:
        assert np.array_equal(native[name], numpy[name]), name
    for rows in (0, 1, 7, 8, 9, 33):
        for one, other in zip(_flat(native.slopes(X[:rows])), _flat(numpy.slopes(X[:rows])), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)
    for _ in range(3):
        assert native.train(X) == pytest.approx(numpy.train(X), rel=1e-10)
    for name in native:
        np.testing.assert_allclose(native[name], numpy[name], rtol=1e-8, atol=1e-10)


def _flat(value: Any) -> list[Any]:
    return [part for item in value for part in _flat(item)] if isinstance(value, tuple) else [value]


def test_derivatives_by_differences(model: Any) -> None:
    """By the parameters of an instance, and a second derivative through one of them."""
    (slope, bias), (second, _) = model.slopes(X)

    def cost(change: dict[str, Any]) -> Any:
        other = compiled("numpy").Model(seed=3)
        for name, value in change.items():
            other[name] = value
        return other

    for name, found in (("net.end.W", slope), ("net.end.b", bias)):
        for place in [(0,) * found.ndim, tuple(size - 1 for size in found.shape)]:
            step = np.zeros(found.shape)
            step[place] = 1e-6
            up, down = (cost({name: model[name] + sign * step}).descend(X, 0.0) for sign in (1, -1))
            assert found[place] == pytest.approx((up - down) / 2e-6, rel=1e-6, abs=1e-9)
    step = np.zeros(second.shape)
    step[2, 3] = 1e-6
    name = "net.layers.0.W"
    up, down = ((cost({name: model[name] + sign * step}).slopes(X)[0][1] ** 2).sum() for sign in (1, -1))
    assert second[2, 3] == pytest.approx((up - down) / 2e-6, rel=1e-5, abs=1e-9)
