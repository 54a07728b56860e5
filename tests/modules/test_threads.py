"""Many threads on one model and on several; the same bits for any number of threads and in every process."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tdsl
from tests.modules.programs import T, X, compiled, state


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


SCRIPT = """
import sys, hashlib
import numpy as np
sys.path.insert(0, {folder!r})
import deep
random = np.random.default_rng(0)
x, t = random.normal(size=(777, 60)).astype("f"), random.normal(size=777).astype("f")
model = deep.Model(seed=5)
costs = [model.train(x, t) for _ in range(3)] + model.fit(x, t, batch_size=100, epochs=2)
total, chain = deep.Model(6).chain(np.linspace(-3, 3, 200_003, dtype="f"))
bits = b"".join(value.tobytes() for value in model.values())
print(hashlib.sha256(bits + repr((costs, total)).encode() + chain.tobytes() + model.test(x).tobytes()).hexdigest())
"""


def run(script: str, **environment: str) -> str:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TDSL_")}
    found = subprocess.run(
        [sys.executable, "-c", script], env={**inherited, **environment}, capture_output=True, text=True, timeout=120
    )
    assert found.returncode == 0, found.stderr
    return found.stdout.strip()


def test_same_bits_for_any_number_of_threads_and_any_process() -> None:
    folder = str(Path(str(compiled("deep", "cpp").__file__)).parent)
    script = SCRIPT.format(folder=folder)
    found = {run(script, TDSL_NUM_THREADS=count) for count in ("1", "2", "3", "5")} | {run(script)}
    assert len(found) == 1 and len(found.pop()) == len(hashlib.sha256().hexdigest())


COUNTED = """
import sys, ctypes
sys.path.insert(0, {folder!r})
import counted
import numpy as np
counted.total(np.ones(1 << 20, "f"))
print(len([name for name in __import__("os").listdir("/proc/self/task")]), counted.build_info()["threads"])
"""


def test_the_setting_of_threads_reaches_the_module() -> None:
    module = tdsl.compile("dim N\nentry total(v: real[N]) -> sum(exp(v))\n", name="counted", threads=3)
    script = COUNTED.format(folder=str(Path(str(module.__file__)).parent))
    blas = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    assert run(script, **blas) == "3 3"
    assert run(script, TDSL_NUM_THREADS="5", **blas) == "5 3"
    assert run(script, TDSL_NUM_THREADS="1", **blas) == "1 3"
    assert run(script, TDSL_NUM_THREADS="nonsense", **blas) == "3 3"


def test_spawned_processes_take_models_along() -> None:
    folder = str(Path(str(compiled("affine", "cpp").__file__)).parent)
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
