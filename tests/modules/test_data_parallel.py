"""Several processes that train one model: the values of one process with all rows, the failures of any in all."""

from __future__ import annotations

import gc
import weakref
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tdsl
from tdsl.settings import Settings
from tests.modules.programs import state
from tests.modules.ranks import Communicator, together

TEXT = """\
use std.optim: adam, momentum, sgd, sparse_adam

dim B
const H = 6

input x: real[B, 2]
input y_hat: real[B]
input ids: int[B]

shared W: real[2, H]  = normal(0, 1)
shared b: real[H]     = 0
shared v: real[H]     = normal(0, 0.3)
shared E: real[5, 2]  = normal(0, 1)
shared F: real[5, 2]  = normal(0, 1)
shared z: f32         = 1
state mean_x: real[2] = 0
state steps: int      = 0

let y = tanh(x @ W + b) @ v
let d = mean((sum(E[ids] * x, axis=1) - y_hat) ** 2)

cost C = mean((y - y_hat) ** 2)

entry train(x, y_hat, lr: real = 0.1) -> (C, norm(grad(C, W)), y) {
    minimize C with momentum(lr)
    mean_x <- 0.9 * mean_x + 0.1 * mean(x, axis=0)
    steps  <- steps + 1
}
entry by_hand(x, y_hat) -> (C, mean(abs(y - y_hat))) {
    let g = grad(C, W)
    W <- W - 0.1 * g * minimum(1, 0.5 / (norm(g) + 1e-6))
    v <- if C > 0.1 then v - 0.1 * grad(C, v) else v
    b <- b - C * grad(C, b) + mean(tanh(x @ W), axis=0) / 100
}
entry embed(x, ids, y_hat) -> d {
    minimize d over E with sparse_adam(0.1)
    minimize mean((sum(F[ids] * x, axis=1) - y_hat) ** 2) over F with sgd(0.1)
}
entry ascend(x, y_hat) -> -C { maximize -C with adam(0.05) }
entry narrow(x) -> mean(x) { z <- z - f32(0.1) * f32(mean(x[:, 0]) + z) }
entry pick(x, k: int) -> E[k, 0] {
    minimize mean((sum(E, axis=1)[k] - sum(x, axis=1)) ** 2) with sgd(0.1)
}
entry positive(x, y_hat) -> C {
    minimize C with sgd(0.1)
    assert min(x) > -100, "no outliers"
}
entry test(x, y_hat) -> C
"""
ENTRIES = ("train", "by_hand", "embed", "ascend", "narrow")
RANDOM = np.random.default_rng(3)
X = RANDOM.normal(size=(30, 2))
Y = np.tanh(X @ [2.0, -1.0]) + 0.5
IDS = RANDOM.integers(0, 5, 30)
IDS[:9] = 4  # the first of three processes reads one row only


@cache
def compiled(target: str, parallel: bool = True) -> ModuleType:
    return tdsl.compile(TEXT, name=f"ranks_{target}", target=target, float=64, opt=0, data_parallel=parallel)


@pytest.fixture
def ranks(target: str) -> Any:
    return compiled(target)


def call(model: Any, name: str, rows: slice) -> Any:
    data = {"train": (X, Y), "by_hand": (X, Y), "embed": (X, IDS, Y), "ascend": (X, Y), "narrow": (X,)}[name]
    answer = getattr(model, name)(*(array[rows] for array in data))
    return [part for part in (answer if isinstance(answer, tuple) else (answer,)) if isinstance(part, float)]


def steps(model: Any, rows: slice = slice(None)) -> list[Any]:
    return [call(model, name, rows) for _ in range(6) for name in ENTRIES]


@pytest.mark.parametrize("ends", [(0, 15, 30), (0, 9, 12, 30), (0, 0, 30)], ids=["equal", "three", "none"])
def test_ranks_are_one_process_with_all_rows(ranks: Any, ends: tuple[int, ...]) -> None:
    alone = ranks.Model(seed=1)
    expected = steps(alone)

    def work(comm: Communicator) -> Any:
        model = ranks.Model(seed=1)
        model.set_allreduce(comm.add_up)
        return steps(model, slice(ends[comm.rank], ends[comm.rank + 1])), model

    results = together(len(ends) - 1, work)
    models = [model for _, model in results]
    for found, model in results:
        np.testing.assert_allclose(np.concatenate(found), np.concatenate(expected), rtol=1e-9)
        assert state(model) == state(models[0])
    for name, value in alone.items():
        tolerance = 1e-6 if name == "z" else 1e-11
        np.testing.assert_allclose(models[0].get_value(name), value, rtol=tolerance, atol=tolerance, err_msg=name)
    assert models[0].steps == 6


def test_alone_it_is_the_program_without_the_setting(ranks: Any, target: str) -> None:
    """The bits of `pick` and `train`; `embed` adds its rows up in another order."""
    parallel, plain = ranks.Model(seed=2), compiled(target, False).Model(seed=2)
    for model in (parallel, plain):
        model.train(X, Y)
        model.by_hand(X, Y)
        model.ascend(X, Y)
    assert state(parallel) == state(plain)


def test_values_that_are_no_row_s_are_not_exchanged(ranks: Any) -> None:
    """Entries without updates, and results of rows."""
    called: list[np.ndarray] = []
    model = ranks.Model()
    model.set_allreduce(called.append)
    model.test(X, Y)
    assert not called
    assert model.train(X, Y)[2].shape == (30,)
    assert called[0].dtype == np.float64 and called[0][-1] == 30
    # W, b and v, mean_x and C; the norm is that of the mean.
    assert called[0].size == 12 + 6 + 6 + 2 + 1 + 1


def test_a_function_that_fails_fails_the_step(ranks: Any) -> None:
    class Refused(Exception):
        pass

    def refuse(array: np.ndarray) -> None:
        raise Refused("no network")

    model = ranks.Model()
    before = state(model)
    for function, error, message in (
        (refuse, Refused, "no network"),
        (lambda array: array.fill(np.nan), RuntimeError, "another process has failed"),
        (lambda array: array.fill(0), RuntimeError, "no process has rows"),
        (lambda array: model.train(X, Y), RuntimeError, "the model is in use by the call that this one is part of"),
    ):
        model.set_allreduce(function)
        for run in (lambda: model.train(X, Y), lambda: model.fit(X, Y, batch_size=10)):
            with pytest.raises(error, match=message):
                run()
        assert state(model) == before
    model.set_allreduce(None)
    model.train(X, Y)
    assert state(model) != before


def test_a_fault_fails_the_step_of_all(ranks: Any) -> None:
    def work(comm: Communicator) -> Any:
        model = ranks.Model()
        model.set_allreduce(comm.add_up)
        before = state(model)
        try:
            model.pick(X, 99 if comm.rank else 0)
        except (IndexError, RuntimeError) as error:
            assert state(model) == before
            return error
        return None

    first, second = together(2, work)
    assert type(first) is RuntimeError and "another process has failed" in str(first)
    assert type(second) is IndexError and "99" in str(second)


def test_the_array_is_the_function_s_to_keep(ranks: Any) -> None:
    kept: list[np.ndarray] = []
    model = ranks.Model()
    model.set_allreduce(kept.append)
    for _ in range(3):
        model.train(X, Y)
    assert len({array.ctypes.data for array in kept}) == 3
    assert all(array.flags.writeable and array[-1] == 30 for array in kept)


def test_a_model_that_its_function_holds_is_freed(ranks: Any) -> None:
    model = ranks.Model()
    model.set_allreduce(lambda array, model=model: model.steps)
    model.train(X, Y)
    held = weakref.ref(model)
    del model
    gc.collect()
    assert held() is None


def test_what_is_no_function(ranks: Any, target: str) -> None:
    with pytest.raises(TypeError, match=r"ranks_\w+\.Model\.set_allreduce: 3 is no function"):
        ranks.Model().set_allreduce(3)
    message = r"was compiled for one process alone: compile ranks_\w+\.tdsl with --data-parallel"
    with pytest.raises(ValueError, match=message):
        compiled(target, False).Model().set_allreduce(print)


def test_there_is_none_for_gpus() -> None:
    with pytest.raises(tdsl.UserError) as caught:
        tdsl.compile(TEXT, name="ranks", target="cpp,cuda", data_parallel=True)
    assert str(caught.value) == (
        "tdsl: error[TD0404]: the target cpp,cuda is trained by one process: several train together on CPUs"
        " (target: keyword argument, data_parallel: keyword argument)\n= hint: --target cpp is for them"
    )


def test_a_module_says_what_it_was_made_for(ranks: Any) -> None:
    assert not Settings().data_parallel
    assert ranks.build_info()["data_parallel"] is True


DEBUGGED = """\
use std.optim: sgd
dim B
input x: real[B]
shared w: real = 1
cost C = mean(log(w * x))
entry train(x) -> C { minimize C with sgd(0.1) }
"""


def test_debug_mode_takes_what_other_processes_send() -> None:
    module = tdsl.compile(DEBUGGED, name="debugged", mode="debug", data_parallel=True)

    def work(comm: Communicator) -> Any:
        model = module.Model()
        model.set_allreduce(comm.add_up)
        costs = [model.train([1, 2 + comm.rank]) for _ in range(2)]
        try:
            model.train([1, comm.rank])
        except FloatingPointError as error:
            return costs, str(error)
        return None

    (first, message), (second, other) = together(2, work)
    assert first == second and first[0] == pytest.approx((np.log(2) + np.log(3)) / 4)
    assert "result 'C' is not finite: C = -inf" in message and "log(0.0) = -inf at [1]" in message
    assert "result 'C' is not finite: C = -inf" in other and "log(" not in other
