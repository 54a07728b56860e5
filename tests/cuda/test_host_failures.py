"""Whatever fails on a device leaves the values as they were, and says what it was."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cuda.driver.stand_in import StandIn, folder
from tests.cuda.programs import FUNCTIONS, MODEL, STRICT

X = np.arange(10, dtype=np.float32).reshape(5, 2)
T = np.ones((5, 3), np.float32)
DATA = np.arange(80_000, dtype=np.float32).reshape(40_000, 2)


@pytest.fixture
def driver(stand_in: StandIn) -> Iterator[StandIn]:
    yield stand_in
    stand_in.failed()
    stand_in.devices()


STEPS: list[Callable[[Any], Any]] = [
    lambda m: m.train(X, T),
    lambda m: m.predict(DATA),
    lambda m: m.copy(),
    lambda m: m.shown(1.0),
    lambda m: m.fit(X, T, batch_size=2),
]


READS, TRAINS = 2, 4


def values(model: Any) -> list[object]:
    return [np.array(value).tolist() for value in model.values()]


def prepared(reference: Any, step: int) -> Any:
    """A model with the values of another one; for a step that only reads, newer ones that are on the device only."""
    model = reference.copy()
    if step == READS:
        model.train(X, T)
    return model


@pytest.mark.parametrize("step", range(len(STEPS)))
def test_every_call_of_the_driver_may_fail(for_gpus: Callable[..., Any], driver: StandIn, step: int) -> None:
    module = for_gpus(MODEL)
    module.Model(device="cuda").train(X, T)
    reference = module.Model(device="cuda")
    reference.train(X[:1], T[:1])
    before = values(prepared(reference, step))
    gc.collect()
    live = driver.counts.live
    failures: set[str] = set()
    number = 0
    while True:
        model = prepared(reference, step)
        driver.fail(number, 719 if number % 2 else 2)
        try:
            STEPS[step](model)
        except (RuntimeError, MemoryError) as error:
            assert "module.Model" not in str(error) or "cannot" in str(error)
            text = str(error)
        else:
            text = ""
        name = driver.failed()
        failures.add(name)
        # The memory of a training that cannot be released goes with the model.
        assert bool(name) == bool(text) or (step == TRAINS and name == "cuCtxPushCurrent"), (number, name, text)
        if not name:
            break
        assert not text or text.startswith("module"), text
        if step != TRAINS:  # a training keeps its whole steps
            assert values(model) == before, (number, name, text)
        # It goes on as if nothing had happened.
        STEPS[step](model)
        number += 1
    assert number >= 3
    assert "cuStreamSynchronize" in failures
    del model
    gc.collect()
    assert driver.counts.live == live


def test_memory_that_is_not_there(for_gpus: Callable[..., Any], driver: StandIn) -> None:
    model = for_gpus(MODEL).Model(device="cuda")
    model.train(X, T)
    driver.devices(bytes=1 << 16)
    with pytest.raises(
        MemoryError, match=r"module.predict: needs \d+ bytes of memory of the GPU, which has \d+ of 65536 free"
    ):
        model.predict(DATA)
    driver.devices()
    assert model.predict(DATA).shape == (40_000, 3)
    assert model.k == 1


LIMITED = """\
import numpy as np
here, there, x = module.Model(device="cpu"), module.Model(device="cuda"), np.ones((20_000, 2), np.float32)
for call in (lambda: here.predict(x), lambda: there.predict(x, out="device").shape, lambda: there.predict(x),
             lambda: here.predict(x), lambda: there.fit(x, np.ones((20_000, 3))) and there.k):
    try: print(call())
    except MemoryError as error: print(error)
"""


def test_the_limit_of_the_host(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    small = "import os\nos.sysconf = lambda name: 256"  # a machine with 64 KiB
    lines = run_python(for_gpus(MODEL), LIMITED, small, LD_LIBRARY_PATH=str(folder())).splitlines()
    assert lines[1] == "(20000, 3)" and lines[4] == "1"
    for line in (lines[0], lines[2], lines[3]):
        assert line.startswith("module.predict: needs 240,000 bytes = 12 * B with B = 20000 for workspace")
        assert "more than the limit of 65,536 bytes (the machine's memory)" in line
    given = run_python(for_gpus(MODEL), LIMITED, LD_LIBRARY_PATH=str(folder()), TDSL_MEMORY_LIMIT="0.1").splitlines()
    assert all("more than the limit of 104,857 bytes (TDSL_MEMORY_LIMIT)" in line for line in given)


def test_devices_that_are_not_there(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    module = for_gpus(MODEL)
    with pytest.raises(RuntimeError, match=r"there is no cuda:7, CUDA sees 2 GPUs"):
        module.Model(device="cuda:7")
    for device in ("gpu", "cuda:x", "cuda:-1", ""):
        with pytest.raises(ValueError, match=r"module.Model: device is .*, expected 'cpu', 'cuda' or 'cuda:1'"):
            module.Model(device=device)
    with pytest.raises(TypeError, match="device is 1"):
        module.Model(device=1)


def test_threads_take_turns(for_gpus: Callable[..., Any]) -> None:
    module, functions = for_gpus(MODEL), for_gpus(FUNCTIONS, device="cuda:0")
    model = module.Model(device="cuda")
    problems: list[BaseException] = []

    def work(own: Any) -> None:
        try:
            for number in range(20):
                model.train(X, T, lr=0)
                own.train(X[: 1 + number % 5], T[: 1 + number % 5])
                assert functions.square(number) == number * number
                assert model.W.shape == (2, 3)
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=work, args=(module.Model(device="cuda"),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert model.k == 80


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_is_told(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    model = for_gpus(MODEL).Model(device="cuda")
    model.train(X, T)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        texts = []
        for use in (lambda: model.train(X, T), lambda: model.W, lambda: model.copy()):
            try:
                use()
                texts.append("nothing")
            except RuntimeError as error:
                texts.append(str(error))
        del model
        os.write(write, "\n".join(texts).encode())
        os._exit(0)
    os.close(write)
    with open(read) as pipe:
        texts = pipe.read().split("\n")
    assert os.waitpid(child, 0)[1] == 0
    assert len(texts) == 3 and all("forked" in text and "spawn" in text for text in texts)
    model.train(X, T)
    assert model.k == 2


def run_python(module: Any, text: str, before: str = "", **environment: str) -> str:
    """What a new process prints that imports the module."""
    lines = f"{before}\nimport sys\nsys.path.insert(0, {str(Path(module.__file__).parent)!r})\nimport module\n{text}"
    finished = subprocess.run(
        [sys.executable, "-c", lines], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return finished.stdout


USE = """\
try: print(module.Model(device="cuda").device)
except RuntimeError as error: print(error)
"""


def test_a_module_without_a_gpu(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    module = for_gpus(MODEL)
    text = run_python(module, f"print(module.Model().predict([[1, 2]]).shape)\n{USE}", LD_LIBRARY_PATH="")
    shape, error = text.splitlines()
    assert shape == "(1, 3)"
    assert "no CUDA driver" in error and "install the NVIDIA driver" in error
    without = run_python(module, USE, LD_LIBRARY_PATH=str(folder()), STAND_IN_DEVICES="0")
    assert "finds no GPU" in without and "CUDA_VISIBLE_DEVICES" in without


def test_the_environment_chooses_the_device(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    module = for_gpus(MODEL)
    for flags, device in (
        ("device=cuda0", "cuda:0"),
        ("float=32,device=cuda:1", "cuda:1"),
        ('device="cuda:1"', "cuda:1"),
        ("", "cpu"),
    ):
        text = run_python(module, "print(module.Model().device)", LD_LIBRARY_PATH=str(folder()), TDSL_FLAGS=flags)
        assert text == f"{device}\n"


@pytest.mark.parametrize(
    ("text", "use"), [(FUNCTIONS, "module.square(3)"), (STRICT, "module.Model().device, module.Model().w.sum()")]
)
def test_a_module_for_gpus_alone_stays_there(
    for_gpus: Callable[..., Any], stand_in: StandIn, text: str, use: str
) -> None:
    module = for_gpus(text, target="cuda")
    for flags in ("", "device=cpu"):
        found = run_python(module, f"print({use})", LD_LIBRARY_PATH=str(folder()), TDSL_FLAGS=flags)
        assert found in ("9.0\n", "cuda:0 3.0\n")
    refusal = "try: module.Model(device='cpu')\nexcept ValueError as error: print(error)"
    if text == STRICT:
        assert "was not compiled for the CPU" in run_python(module, refusal, LD_LIBRARY_PATH=str(folder()))


def test_kernels_for_other_gpus(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    module = for_gpus(MODEL)
    text = run_python(module, USE, LD_LIBRARY_PATH=str(folder()), STAND_IN_CAPABILITY="80")
    assert "was compiled for GPUs with sm_90, and cuda:0 is sm_80" in text
