"""Many threads on one model, on several and on several modules, and the pool that all of them share."""

from __future__ import annotations

import contextlib
import ctypes
import threading
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tdsl
from tests.modules.programs import TEXTS, T, X, compiled, state
from tests.modules.scripts import folder_of, run


def together(count: int, work: Callable[[int], None]) -> None:
    failures: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive()
    assert not failures


@pytest.mark.parametrize("several", [False, True])
def test_eight_threads_of_a_thousand_calls(affine: Any, several: bool) -> None:
    models = [affine.Model() for _ in range(8 if several else 1)]
    rounds = 1000 if affine.__file__.endswith(".so") else 100
    expected = models[0].predict(X)

    def work(number: int) -> None:
        model = models[number % len(models)]
        for round in range(rounds):
            match round % 4:
                case 0:
                    model.count()
                case 1:
                    model.train(X, T, 0.0)
                case 2:
                    assert np.array_equal(model.predict(X), expected)
                case 3:
                    assert model.get_value("W").shape == (2, 3) and model.b.shape == (3,)

    together(8, work)
    assert sum(model.k for model in models) == 8 * rounds // 2


def test_large_calls_together(deep: Any) -> None:
    x, t = np.ones((300, 60), "f"), np.ones(300, "f")
    models = [deep.Model(seed=number) for number in range(4)]
    alone = [deep.Model(seed=number) for number in range(4)]
    for model in alone:
        for _ in range(10):
            model.train(x, t)

    def work(number: int) -> None:
        for _ in range(10):
            models[number].train(x, t)

    together(4, work)
    assert [state(model) for model in models] == [state(model) for model in alone]


def test_a_long_call_over_little_data_lets_others_run() -> None:
    """A sum over all pairs needs no memory; from the second call on it does not keep the GIL."""
    text = "dim N\nentry pairs(v: f64[N]) -> sum(exp(sin(v[:, new] * v[new, :])))\n"
    pairs = tdsl.compile(text, name="pairs").pairs
    v = np.linspace(0, 1, 2000)
    pairs(v)
    ticks, done = 0, False

    def call() -> None:
        nonlocal done
        pairs(v)
        done = True

    thread = threading.Thread(target=call)
    thread.start()
    while not done:
        ticks += 1
        time.sleep(0.001)
    thread.join()
    assert ticks > 3


class Interrupt(BaseException):
    pass


def test_an_interrupt_at_any_moment_leaves_the_model_usable(affine: Any) -> None:
    """Raised in another thread, as `PyThreadState_SetAsyncExc` does, between any two steps of the interpreter."""
    model = affine.Model()

    def work() -> None:
        with contextlib.suppress(Interrupt):
            while True:
                model.count()

    for _ in range(150):
        before = model.k
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        limit = time.monotonic() + 600
        while model.k == before and time.monotonic() < limit:
            time.sleep(0)
        assert model.k > before, "the model is in use by a thread that has ended"
        while thread.is_alive():
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(Interrupt))
            thread.join(0.01)


COUNTED = """
import sys, os
sys.path[:0] = {folders!r}
import numpy as np
import {modules}
for module in ({modules},):
    module.total(np.ones(1 << 20, "f"))
print(len(os.listdir("/proc/self/task")), *[module.build_info()["threads"] for module in ({modules},)])
"""


def counted(*modules: ModuleType) -> str:
    """A script that prints how many threads there are after a large loop of each module, and their settings."""
    names = ", ".join(module.__name__ for module in modules)
    return COUNTED.format(folders=[folder_of(module) for module in modules], modules=names)


def total(name: str, **settings: object) -> ModuleType:
    return tdsl.compile("dim N\nentry total(v: real[N]) -> sum(exp(v))\n", name=name, **settings)


BLAS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def test_the_setting_of_threads_reaches_the_module() -> None:
    script = counted(total("counted", threads=3))
    assert run(script, **BLAS) == "3 3"
    assert run(script, TDSL_NUM_THREADS="5", **BLAS) == "5 3"
    assert run(script, TDSL_NUM_THREADS="1", **BLAS) == "1 3"
    assert run(script, TDSL_NUM_THREADS="0", **BLAS) == run(script, TDSL_NUM_THREADS=" ", **BLAS) == "3 3"


def test_modules_of_a_process_have_one_pool() -> None:
    three, four = total("three", threads=3), total("four", threads=4)
    assert run(counted(three, four), **BLAS) == "4 3 4"
    assert run(counted(four, three), **BLAS) == "4 4 3"
    assert run(counted(three, total("one", threads=1)), **BLAS) == "3 3 1"


def test_modules_that_train_at_once_all_get_on_and_end_as_if_alone() -> None:
    """Each goes on until all have trained for five epochs; the same number of epochs alone gives the same bits."""
    x, t = np.ones((3000, 60), "f"), np.ones(3000, "f")
    modules = [compiled("deep", "cpp"), tdsl.compile(TEXTS["deep"], name="deeper"), compiled("deep", "cpp")]
    models = [module.Model(seed=number) for number, module in enumerate(modules)]
    epochs = [0] * len(models)

    def work(number: int) -> None:
        def told(epoch: int, cost: float, model: Any) -> None:
            epochs[number] += 1
            if min(epochs) >= 5:
                raise model.StopTraining

        models[number].fit(x, t, batch_size=1000, epochs=1_000_000, callback=told, progress=False)

    together(len(models), work)
    for number, module in enumerate(modules):
        alone = module.Model(seed=number)
        alone.fit(x, t, batch_size=1000, epochs=epochs[number])
        assert state(models[number]) == state(alone)


def test_spawned_processes_take_models_along() -> None:
    folder = folder_of(compiled("affine", "cpp"))
    script = f"""
import sys
sys.path.insert(0, {folder!r})
import multiprocessing, affine
def trained(model):
    model.count()
    return model
if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(2) as pool:
        print([model.k for model in pool.map(trained, [affine.Model(i) for i in range(4)])])
"""
    assert run(script) == "[1, 1, 1, 1]"
