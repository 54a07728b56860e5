"""Calls on a device give the results, the values and the exceptions of calls on the CPU."""

from __future__ import annotations

import copy
import pickle
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tdsl
from tests.cuda.driver.stand_in import StandIn
from tests.cuda.programs import FLOW, FUNCTIONS, MODEL, STRICT

X = np.arange(10, dtype=np.float32).reshape(5, 2) / 10
T = np.ones((5, 3), np.float32)
LARGE = np.linspace(-1, 1, 60_000, dtype=np.float32).reshape(30_000, 2)


def outcome(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except Exception as error:
        return type(error), str(error)


def assert_alike(found: Any, expected: Any) -> None:
    if isinstance(expected, tuple) and expected and isinstance(expected[0], type):
        assert found == expected
    elif isinstance(expected, tuple):
        assert len(found) == len(expected)
        for pair in zip(found, expected, strict=True):
            assert_alike(*pair)
    elif expected is None:
        assert found is None
    else:
        assert type(found) is type(expected)
        np.testing.assert_allclose(found, expected, rtol=2e-5, atol=1e-6)


def assert_same_values(one: Any, other: Any) -> None:
    for name in one:
        np.testing.assert_allclose(one[name], other[name], rtol=2e-5, atol=1e-6, err_msg=name)


CALLS: list[Callable[[Any], Any]] = [
    lambda m: m.train(X, T),
    lambda m: m.train(X[:2], T[:2], 0.5),
    lambda m: m.train(X, T, lr=0.01),
    lambda m: m.predict(X),
    lambda m: m.predict(X, out=np.zeros((5, 3), np.float32)),
    lambda m: m.both(X, T),
    lambda m: m.predict(LARGE),
    lambda m: m.predict(X[:0]),
    lambda m: m.predict(X[:, :1]),
    lambda m: m.shown(3),
    lambda m: m.shown(-3),
    lambda m: m.checked([1, 2]),
    lambda m: m.checked([1, 0]),
    lambda m: m.pick(1),
    lambda m: m.pick(5),
    lambda m: m.labels(X, [1, 2, 3, 4, 5]),
    lambda m: m.labels(X, [1, 2, 0, 4, 5]),
    lambda m: m.scale([1, 2, 0.5]),
    lambda m: m.scale([]),
    lambda m: m.reset(7),
    *[lambda m: m.train(X, T)] * 4,
]


@pytest.mark.sanitized
def test_calls_are_those_of_the_cpu(for_gpus: Callable[..., Any], capsys: pytest.CaptureFixture[str]) -> None:
    module = for_gpus(MODEL)
    here, there = module.Model(seed=3), module.Model(3, device="cuda:0")
    assert (here.device, there.device) == ("cpu", "cuda:0")
    assert_same_values(there, here)
    for call in CALLS:
        expected = outcome(lambda call=call: call(here))  # type: ignore[misc]
        shown = capsys.readouterr().out
        assert_alike(outcome(lambda call=call: call(there)), expected)  # type: ignore[misc]
        assert capsys.readouterr().out.partition(" b = ")[0] == shown.partition(" b = ")[0]
        assert_same_values(there, here)
    assert there.k == here.k > 3


def test_values_are_assigned_and_read(for_gpus: Callable[..., Any]) -> None:
    module = for_gpus(MODEL)
    here, there = module.Model(), module.Model(device="cuda")
    for model in (here, there):
        model.train(X, T)
        before = model.W
        kept = before.copy()
        model.b = [1, 2, 3]
        model.train(X, T)
        np.testing.assert_array_equal(before, kept)
        model.load_state_dict({"k": 9}, strict=False)
        model.train(X, T)
    assert here.k == there.k == 10
    assert_same_values(there, here)


def test_models_and_devices_are_independent(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    module = for_gpus(MODEL)
    first = module.Model(device="cuda:0")
    first.train(X, T)
    others = [first.copy(), first.copy(device="cuda:1"), first.copy(device="cpu"), copy.deepcopy(first)]
    assert [model.device for model in others] == ["cuda:0", "cuda:1", "cpu", "cuda:0"]
    for model in others:
        assert_same_values(model, first)
        model.train(X, T)
    for model in others[1:]:
        assert_same_values(model, others[0])
    assert first.k == 1
    module_name = type(first).__module__
    sys.modules[module_name] = module
    loaded = pickle.loads(pickle.dumps(first))
    assert loaded.device == "cpu"
    assert_same_values(loaded, first)
    before = stand_in.counts
    del first, others, model
    assert stand_in.counts.allocations < before.allocations


def test_a_graph_is_recorded_once_for_each_size(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    model = for_gpus(MODEL).Model(device="cuda")
    for rows in (5, 5, 3):
        model.train(X[:rows], T[:rows])
    before = stand_in.counts
    for rows in (5, 3, 5, 3):
        model.train(X[:rows], T[:rows])
    after = stand_in.counts
    assert (after.captures, after.launches) == (before.captures, before.launches)
    assert after.graph_launches == before.graph_launches + 8  # the step and its commit


def test_numbers_that_are_not_finite_are_refused(for_gpus: Callable[..., Any]) -> None:
    module = for_gpus(STRICT, nan="refuse")
    here, there = module.Model(), module.Model(device="cuda")
    for argument in ([1, 2], [1, 0], [1, np.nan]):
        assert_alike(outcome(lambda x=argument: there.logs(x)), outcome(lambda x=argument: here.logs(x)))  # type: ignore[misc]
    for factor in (2, 1e38, 1e38, np.inf):
        expected = outcome(lambda x=factor: here.grow(x))  # type: ignore[misc]
        assert_alike(outcome(lambda x=factor: there.grow(x)), expected)  # type: ignore[misc]
        assert_same_values(there, here)


def test_functions_run_on_the_default_device(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    module = for_gpus(FUNCTIONS, device="cuda:0")
    before = stand_in.counts.graph_launches
    np.testing.assert_array_equal(module.add([1, 2], [3, 4]), [4, 6])
    assert module.square(3) == 9
    assert module.element([1, 2, 3], -1) == 3
    with pytest.raises(IndexError, match="index 3 is out of bounds for size 3"):
        module.element([1, 2, 3], 3)
    assert stand_in.counts.graph_launches == before + 4


FLOWS: list[Callable[[Any], Any]] = [
    *(lambda m, i=i: m.chosen([1, 2, 3], i) for i in (-1, 0, 2, 3)),  # type: ignore[misc]
    *(lambda m, i=i, j=j: m.inner([1, 2, 3], i, j) for i in (0, 2, 3) for j in (0, 1, 4)),  # type: ignore[misc]
    lambda m: m.folded([[1, 2, 3]] * 7),
    lambda m: m.folded(np.zeros((0, 3))),
    *(lambda m, a=a: m.root(a, 0) for a in (1.0, 2.0, 100.0)),  # type: ignore[misc]
    lambda m: m.picked([1, 2, 3], [0, 2, -1, 1]),
    lambda m: m.picked([1, 2, 3], [0, 7, -1, 9]),
    lambda m: m.guarded([1, 2, 3]),
    lambda m: m.guarded([1, -2, -3]),
    lambda m: m.nested([[1, 2, 3], [8, 5, 9], [0, 0, 1]]),
    lambda m: m.nested([[1, 2, 3]] * 300),
]


@pytest.mark.sanitized
def test_branches_and_loops(for_gpus: Callable[..., Any]) -> None:
    there, here = for_gpus(FLOW, "there", device="cuda:0"), tdsl.compile(FLOW, name="there")
    for call in FLOWS:
        expected = outcome(lambda call=call: call(here))  # type: ignore[misc]
        assert_alike(outcome(lambda call=call: call(there)), expected)  # type: ignore[misc]


def test_long_loops_are_launched_without_a_graph(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    module = for_gpus(FLOW, "there", device="cuda:0")
    before = stand_in.counts
    rows = np.ones((3000, 3), np.float32)
    np.testing.assert_allclose(module.folded(rows), [2, 2, 2])
    positions = np.zeros(3000, int)
    positions[5] = 9
    with pytest.raises(IndexError, match="index 9 is out of bounds"):
        module.picked([1, 2, 3], positions)
    after = stand_in.counts
    assert after.captures == before.captures + 1  # of the loop that always does all steps
    assert after.launches - before.launches < 10_000  # the loop ends soon after its fault
