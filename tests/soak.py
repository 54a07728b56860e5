"""Promises that take long to try, each by a command that prints its figure and fails if it is not kept.

python -m tests.soak threads      8 threads of 10,000 calls each, on one model and on eight
python -m tests.soak leaks        the growth of memory in 100,000 calls and 1,000 errors
python -m tests.soak interrupts   the time from Ctrl-C to a saved training of whole steps
python -m tests.soak cache        32 processes at once on a cold cache, 50 times, some of them killed
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import tdsl

PROGRAM = """
use std.optim: momentum
dim B, N
input x: real[B, 20]
input t: real[B, 30]
shared W: real[20, 30] = normal(0, 1)
shared b: real[30] = 0
state k: int = 0
cost C = mean((tanh(x @ W + b) - t) ** 2)
entry train(x, t, lr: real = 0.1) -> C {
    minimize C with momentum(lr)
    k <- k + 1
}
entry predict(x) -> tanh(x @ W + b)
entry count() -> k { k <- k + 1 }
entry pick(i: int) -> W[i]
"""
RANDOM = np.random.default_rng(0)
X, T = RANDOM.normal(size=(100, 20)).astype("f"), RANDOM.normal(size=(100, 30)).astype("f")


def threads(calls: int = 10_000) -> bool:
    module = tdsl.compile(PROGRAM, name="soaked")
    failures: list[BaseException] = []
    for models in ([module.Model()] * 8, [module.Model() for _ in range(8)]):
        expected = [model.predict(X).tobytes() for model in models]

        def work(model: Any, found: bytes) -> None:
            try:
                for number in range(calls):
                    if number % 2:
                        model.count()
                    elif model.predict(X).tobytes() != found:
                        raise AssertionError("other bits")
            except BaseException as failure:
                failures.append(failure)

        running = [threading.Thread(target=work, args=pair) for pair in zip(models, expected, strict=True)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
        assert sum(model.k for model in dict.fromkeys(models)) == 8 * calls // 2
    print(f"2 × 8 threads of {calls} calls: {len(failures)} failures")
    return not failures


def leaks(calls: int = 100_000, errors: int = 1_000) -> bool:
    model = tdsl.compile(PROGRAM, name="soaked").Model()
    x, t = X[:3], T[:3]

    def rounds(calls: int, errors: int) -> int:
        for _ in range(calls):
            model.train(x, t, 0.0)
        for number in range(errors):
            with contextlib.suppress(IndexError, TypeError, ValueError):
                (lambda: model.pick(99), lambda: model.train(x), lambda: model.predict(t))[number % 3]()
        gc.collect()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    before = rounds(calls // 10, errors // 10)
    grown = rounds(calls, errors) - before
    print(f"{calls} calls and {errors} errors: {grown} KiB more")
    return grown < 1024


_INTERRUPTED = """
import signal, sys, time, numpy as np, tdsl
from tests.soak import PROGRAM
model = tdsl.compile(PROGRAM, name="soaked").Model(seed=1)
x, t = np.ones((200_000, 20), "f"), np.ones((200_000, 30), "f")
print("ready", flush=True)
try:
    model.fit(x, t, batch_size=50, epochs=10_000, checkpoint=sys.argv[1], progress=False)
except KeyboardInterrupt:
    at = time.monotonic()
k = int(model.k)
model.load(sys.argv[1])
print(at, k == model.k and k > 0, flush=True)
"""


def interrupts(count: int = 20) -> bool:
    waits = []
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(count):
            command = [sys.executable, "-c", _INTERRUPTED, str(Path(folder) / "run.npz")]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout is not None and process.stdout.readline() == "ready\n"
                time.sleep(0.3 + chance.random())
                start = time.monotonic()
                process.send_signal(signal.SIGINT)
                at, whole = process.stdout.readline().split()
                assert whole == "True", "the file has other values than the model"
            waits.append(float(at) - start)
    print(f"{count} interrupts: at most {max(waits) * 1e3:.0f} ms to whole steps in a file")
    return max(waits) <= 0.1


def cache(rounds: int = 50, processes: int = 32) -> bool:
    failures = leftovers = 0
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "TDSL_CACHE_DIR": f"{folder}/cache", "OPENBLAS_NUM_THREADS": "1"}
        for number in range(rounds):
            text = f"entry f(x: real) -> x + {number}"
            script = f"import tdsl; assert tdsl.compile({text!r}, name='crowd', target='numpy').f(1) == {number + 1}"
            crowd = [
                subprocess.Popen([sys.executable, "-c", script], env=environment, stderr=subprocess.DEVNULL)
                for _ in range(processes)
            ]
            victims = chance.sample(crowd, processes // 4)
            for victim in victims:
                time.sleep(chance.uniform(0, 0.2))
                victim.kill()
            failures += sum(process.wait() != 0 for process in crowd if process not in victims)
        subprocess.run([sys.executable, "-c", script.replace("crowd", "last")], env=environment, check=True)
        leftovers = len(list(Path(folder, "cache", "tmp").iterdir()))
    print(f"{rounds} rounds of {processes} processes, a quarter killed: {failures} failures, {leftovers} leftovers")
    return not failures and not leftovers


SOAKS: dict[str, Callable[[], bool]] = {one.__name__: one for one in (threads, leaks, interrupts, cache)}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="+", choices=list(SOAKS))
    asked = parser.parse_args(arguments)
    return int(not all(SOAKS[name]() for name in asked.what))


if __name__ == "__main__":
    sys.exit(main())
