"""The floating-point state of the process: native code sets its own, which is never visible outside."""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

import numpy as np
import pytest

import tdsl
from tests.modules.programs import state

TEXT = """\
dim B, N

shared W: real[60, 40] = normal(0, 1)
shared v: real[40] = 0
state kept: real[40] = 0
state one: real = 0

input x: real[B, 60]

let y = sigmoid(x @ W)
cost C = sum(y * y)

entry train(x) -> C {
    W <- W - 0.001 * grad(C, W)
    v <- v * 0.5
}
entry predict(x) -> sum(y)
entry times(a: real[N], b: real) -> a * b
entry total(a: real[N]) -> sum(a)
entry third(a: real) -> a / 3
entry fails(k: i64) -> v[k]
entry holds(a: real) -> a { assert a > 0 }
entry says(x) -> C {
    print "cost", C
    v <- v + 1
}
entry copies(a: real[40], c: bool) {
    kept <- switch(c, a, -a)
    one <- max(a)
}
entry logs(a: real[N]) -> (log(a), log(1 + a), a ** -1, a ** 0.5, sqrt(a), exp(a))
"""
WIDTHS = {32: np.float32, 64: np.float64}


@cache
def module(width: int, subnormals: str = "flush") -> Any:
    return tdsl.compile(TEXT, name=f"state_{width}_{subnormals}", float=width, subnormals=subnormals)


def has_subnormals() -> bool:
    """Whether NumPy, in this thread, still computes with them."""
    return bool(np.float32(1e-38) * np.float32(0.1) != 0) and bool(np.float64(1e-308) * np.float64(0.1) != 0)


LIBRARY = ctypes.CDLL(None)
ROUNDINGS = {"x86_64": (0, 0x400, 0x800, 0xC00)}.get(platform.machine(), (0, 0x400000, 0x800000, 0xC00000))


@contextmanager
def rounding(mode: int) -> Iterator[None]:
    LIBRARY.fesetround(mode)
    try:
        yield
    finally:
        LIBRARY.fesetround(0)


def tiny(width: int) -> Any:
    return np.finfo(WIDTHS[width]).tiny


@pytest.mark.parametrize("width", WIDTHS)
def test_subnormals_count_as_zero_inside_alone(width: int) -> None:
    found, dtype = module(width).Model(), WIDTHS[width]
    a = np.full(50_000, tiny(width) / 4, dtype)
    assert found.times(a, 8).tolist() == [0] * len(a) and found.total(a) == 0
    assert found.times(np.full(50_000, tiny(width), dtype), 0.5).any() == False  # noqa: E712
    assert found.third(float(tiny(width))) == 0
    kept = module(width, "keep").Model()
    assert kept.times(a, 8)[0] == 2 * tiny(width) and kept.third(float(tiny(width))) > 0
    assert module(width).build_info()["subnormals"] == "flush"
    assert module(width, "keep").build_info()["subnormals"] == "keep"


@pytest.mark.parametrize("width", WIDTHS)
def test_functions_of_subnormals_are_those_of_zero(width: int) -> None:
    found = module(width).Model()
    given = np.array([tiny(width) / 4] * 40, WIDTHS[width])
    for one, zero in zip(found.logs(given), found.logs(np.zeros_like(given)), strict=True):
        assert np.array_equal(one, zero), (one, zero)


def calls(found: Any) -> Iterator[tuple[str, Callable[[], object]]]:
    x = np.random.default_rng(0).normal(size=(2000, 60))
    yield "a call", lambda: found.predict(x)
    yield "a tiny call", lambda: found.third(1.0)
    yield "training", lambda: found.train(x)
    yield "fit", lambda: found.fit(x, epochs=3, batch_size=100, progress=False)
    yield "a bad index", lambda: found.fails(99)
    yield "a failed assertion", lambda: found.holds(-1.0)
    yield "bad arguments", lambda: found.predict("x")
    yield "no memory", lambda: found.times(np.broadcast_to(np.zeros(1), (1 << 45,)), 1)
    yield "a new model", lambda: type(found)(7)


@pytest.mark.parametrize("subnormals", ["flush", "keep"])
def test_the_state_outside_stays(subnormals: str) -> None:
    found = module(32, subnormals).Model()
    for name, call in calls(found):
        for mode in ROUNDINGS:
            with rounding(mode):
                with suppress(IndexError, AssertionError, TypeError, MemoryError):
                    call()
                assert LIBRARY.fegetround() == mode, name
                assert mode or has_subnormals(), name


def test_the_state_is_that_of_python_while_a_model_prints(capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    seen: list[bool] = []
    monkeypatch.setattr("builtins.print", lambda *values, **options: seen.append(has_subnormals()))
    found = module(32).Model()
    found.fit(np.ones((10, 60)), entry="says", batch_size=1, shuffle=False, progress=False)
    found.says(np.ones((10, 60)))
    assert len(seen) == 11 and all(seen) and has_subnormals()


def test_the_state_stays_when_a_fit_is_interrupted() -> None:
    found, x = module(32).Model(), np.ones((4000, 60), np.float32)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            found.fit(x, epochs=10**6, batch_size=50, progress=False)
    finally:
        timer.join()
        signal.signal(signal.SIGINT, before)
    assert has_subnormals()


def test_other_threads_keep_theirs() -> None:
    found, x = module(32).Model(), np.random.default_rng(1).normal(size=(3000, 60))
    over, seen = threading.Event(), [True]

    def look() -> None:
        while not over.is_set():
            seen[0] &= has_subnormals()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        found.fit(x, epochs=20, batch_size=1000, progress=False)
    finally:
        over.set()
        thread.join()
    assert seen[0]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("threads", ["1", "2"])
def test_results_do_not_depend_on_the_rounding_of_the_caller(
    width: int, threads: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TDSL_NUM_THREADS", threads)
    x = np.random.default_rng(2).normal(size=(3000, 60)).astype(WIDTHS[width])
    results = set()
    for mode in ROUNDINGS:
        found = module(width).Model(5)
        with rounding(mode):
            told = found.train(x), found.predict(x), found.third(1.0)
        results.add((told, *state(found).items()))
    assert len(results) == 1


@pytest.mark.parametrize("width", WIDTHS)
def test_a_model_holds_no_subnormals(width: int) -> None:
    found, small = module(width).Model(), tiny(width) / 4
    values = np.array([small, -small, 0, -0.0, tiny(width), 1] + [0] * 34, WIDTHS[width])
    expected = np.array([0, -0.0, 0, -0.0, tiny(width), 1] + [0] * 34, WIDTHS[width])
    found.copies(values, True)
    assert found.kept.tobytes() == expected.tobytes()
    found.copies(-values, False)
    assert found.kept.tobytes() == expected.tobytes()
    found.copies(np.full(40, small, WIDTHS[width]), True)
    assert found.one == 0
    found.v = values
    assert found.v.tobytes() == expected.tobytes()
    found.load_state_dict({"v": values}, strict=False)
    assert found.v.tobytes() == expected.tobytes()
    found.v = np.full(40, tiny(width))
    found.train(np.zeros((1, 60)))
    assert not found.v.any()
    kept = module(width, "keep").Model()
    kept.copies(values, True)
    kept.v = values
    assert kept.kept.tobytes() == kept.v.tobytes() == values.tobytes()


def test_first_values_are_the_same_either_way() -> None:
    assert state(module(32).Model(3)) == state(module(32, "keep").Model(3))


def test_the_numpy_target_computes_as_its_process_does() -> None:
    found = tdsl.compile(TEXT, name="state_numpy", target="numpy")
    assert found.build_info()["subnormals"] == "keep"
    model, small = found.Model(), tiny(32) / 4
    assert model.times(np.full(3, small, np.float32), 8)[0] == 2 * tiny(32)
    model.v = np.full(40, small, np.float32)
    assert model.v[0] == small
