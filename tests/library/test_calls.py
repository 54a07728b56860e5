"""A C library computes what the module computes, to the bit, and refuses what the module refuses, in its words."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.library.conftest import Library

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(50, 2)).astype(np.float32)
Y_HAT = RANDOM.normal(size=50).astype(np.float32)
SHAPES = {"W": (2, 3), "b": (3,), "v": (3,)}
OK, BAD_ARGUMENT, BAD_INDEX, BAD_DIVISION, BAD_MATRIX, BAD_ASSERTION, NOT_FINITE, NO_MEMORY = range(8)


def state_of(tried: Library, model: object, module: ModuleType) -> dict[str, np.ndarray]:
    return {
        name: tried.value(model, name, value.dtype, value.shape) for name, value in module.Model().state_dict().items()
    }


def same(a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> bool:
    return a.keys() == b.keys() and all(a[name].tobytes() == b[name].tobytes() for name in a)


def test_a_training_has_the_same_bits(tried: Library, module: ModuleType, model: object) -> None:
    other = module.Model(seed=3)
    assert same(state_of(tried, model, module), other.state_dict())
    cost, y = np.zeros((), np.float32), np.zeros(50, np.float32)
    for _ in range(20):
        assert tried.status("train", model, 50, X, Y_HAT, 0.01, cost) == OK
        assert cost == np.float32(other.train(X, Y_HAT))
        assert tried.status("noisy", model, 50, X, y) == OK
        np.testing.assert_array_equal(y, other.noisy(X))
    assert tried.status("predict", model, 50, X, y) == OK
    np.testing.assert_array_equal(y, other.predict(X))
    assert same(state_of(tried, model, module), other.state_dict())


def test_a_declared_training_has_the_same_bits(tried: Library, module: ModuleType, model: object) -> None:
    other, costs = module.Model(seed=3), np.zeros(4)
    assert tried.status("run", model, 50, X, Y_HAT, 0.05, 4, 9, costs) == OK
    expected = other.run(X, Y_HAT, lr=0.05, epochs=4, seed=9)
    assert expected.dtype == np.float64 and costs.tolist() == expected.tolist()
    assert tried.status("whole", model, 50, X, Y_HAT, 0.01, None) == OK
    assert other.whole(X, Y_HAT).shape == (3,)
    assert same(state_of(tried, model, module), other.state_dict())


def test_refused_trainings(tried: Library, model: object) -> None:
    assert tried.status("run", model, 50, X, Y_HAT, 0.05, -1, 9, None) == BAD_ARGUMENT
    assert tried.error() == "tried.run: epochs is -1, less than 0"
    assert tried.status("run", model, 0, X, Y_HAT, 0.05, 1, 9, None) == BAD_ARGUMENT
    assert tried.error() == "tried.run: there are no rows to fit"
    assert tried.status("run", model, 50, X, None, 0.05, 1, 9, None) == BAD_ARGUMENT
    assert tried.error() == "tried.train: argument 'y_hat' is NULL"


def test_a_training_that_fails_keeps_its_steps(tried: Library, module: ModuleType, model: object) -> None:
    other, i = module.Model(seed=3), np.array([0, 0, 1, 1, 5, 5])
    with pytest.raises(IndexError, match="index 5 is out of bounds") as raised:
        other.run_failing(X[:6], Y_HAT[:6], i, epochs=1)
    assert tried.status("run_failing", model, 6, X, Y_HAT, i, 1, None) == BAD_INDEX
    assert tried.error() == str(raised.value)
    assert other.count == 2 and tried.value(model, "count", np.int64, ()) == 2


def test_sizes_are_those_of_minibatches(tried: Library, module: ModuleType, model: object) -> None:
    other, costs = module.Model(seed=3), np.zeros(1)
    assert tried.status("run_limited", model, 6, X, Y_HAT, 1, costs) == OK
    assert costs.tolist() == other.run_limited(X[:6], Y_HAT[:6], epochs=1).tolist()
    with pytest.raises(ValueError, match=r"^tried\.run_limited: (.*), in the last minibatch of an epoch$") as raised:
        other.run_limited(X[:7], Y_HAT[:7], epochs=1)
    assert tried.status("run_limited", model, 7, X, Y_HAT, 1, None) == BAD_ARGUMENT
    told = str(raised.value).removesuffix(", in the last minibatch of an epoch").replace(" bound by 'x'", "")
    assert tried.error().replace("limited", "run_limited") == told
    assert tried.value(model, "count", np.int64, ()) == 2


def test_several_results_and_those_not_wanted(tried: Library, module: ModuleType, model: object) -> None:
    loss, slopes = np.zeros((), np.float32), np.zeros((2, 3), np.float32)
    expected = module.Model(seed=3).both(X, Y_HAT)
    assert tried.status("both", model, 50, X, Y_HAT, loss, slopes) == OK
    assert loss == np.float32(expected.loss)
    np.testing.assert_array_equal(slopes, expected.slopes)
    slopes[:] = 0
    assert tried.status("both", model, 50, X, Y_HAT, None, slopes) == OK
    np.testing.assert_array_equal(slopes, expected.slopes)
    assert tried.status("both", model, 50, X, Y_HAT, None, None) == OK


def test_sizes_as_arguments(tried: Library, model: object) -> None:
    total, positive = np.zeros(4, np.float32), np.zeros(3, bool)
    assert tried.status("spread", model, 4, 3, np.array([1, -2, 3], np.float32), total, positive) == OK
    assert total.tolist() == [2] * 4 and positive.tolist() == [True, False, True]
    assert tried.value(model, "seen", bool, (2,)).tolist() == [True, True]


def test_the_entries_of_a_list(tried: Library, model: object) -> None:
    found = np.zeros((), np.float32)
    assert tried.status("step_1", model, 2.0, found) == OK
    assert found == 3


def test_prints(tried: Library, module: ModuleType, model: object, capfd: pytest.CaptureFixture[str]) -> None:
    libc = ctypes.CDLL(None)
    for s in (0.1, 1e-7, 3e20, 2.0):
        assert tried.status("guarded", model, s, None) == OK
    libc.fflush(None)
    printed = capfd.readouterr().out
    other = module.Model(seed=3)
    for s in (0.1, 1e-7, 3e20, 2.0):
        other.guarded(np.float32(s))
    assert printed == capfd.readouterr().out


Arguments = tuple[object, ...]
FAILURES: dict[str, tuple[int, str, Arguments, Callable[[Any], object]]] = {
    "index": (BAD_INDEX, "pick", (7, None), lambda m: m.pick(7)),
    "negative index": (BAD_INDEX, "pick", (-9, None), lambda m: m.pick(-9)),
    "division": (BAD_DIVISION, "divide", (5, 0, None), lambda m: m.divide(5, 0)),
    "assertion": (BAD_ASSERTION, "guarded", (-1.0, None), lambda m: m.guarded(-1)),
    "matrix": (
        BAD_MATRIX,
        "solved",
        (2, np.ones((2, 2), np.float32), np.ones(2, np.float32), None),
        lambda m: m.solved(np.ones((2, 2)), np.ones(2)),
    ),
    "step of a loop": (
        BAD_INDEX,
        "walked",
        (3, np.array([0, 1, 3]), None),
        lambda m: m.walked(np.array([0, 1, 3])),
    ),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_failure_has_the_words_of_the_module(
    case: str, tried: Library, module: ModuleType, model: object, capfd: pytest.CaptureFixture[str]
) -> None:
    status, function, arguments, fail = FAILURES[case]
    other = module.Model(seed=3)
    before = state_of(tried, model, module)
    with pytest.raises((ArithmeticError, LookupError, AssertionError)) as raised:
        fail(other)
    assert tried.status(function, model, *arguments) == status
    assert tried.error() == str(raised.value)
    assert same(state_of(tried, model, module), before)


REFUSED: dict[str, tuple[int, str, Arguments, str]] = {
    "requirement": (
        BAD_ARGUMENT,
        "trim",
        (1, np.ones(1, np.float32), None),
        "tried.trim: needs N >= 2 with N = 1 (tried.tdsl:44:29)",
    ),
    "negative size": (
        BAD_ARGUMENT,
        "predict",
        (-1, X, None),
        "tried.predict: the size B of argument 'x' cannot be -1 (tried.tdsl:8)",
    ),
    "negative dim": (
        BAD_ARGUMENT,
        "spread",
        (-1, 3, np.ones(3, np.float32), None, None),
        "tried.spread: the size N cannot be -1",
    ),
    "large size": (
        NO_MEMORY,
        "predict",
        (1 << 60, X, None),
        "tried.predict: the size B is 1,152,921,504,606,846,976, more than the limit of 72,057,594,037,927,936;"
        " nothing was changed",
    ),
    "no argument": (BAD_ARGUMENT, "predict", (50, None, None), "tried.predict: argument 'x' is NULL"),
    "overlap": (BAD_ARGUMENT, "predict", (50, X, X), "tried.predict: result 'y' overlaps an argument"),
    "not aligned": (
        BAD_ARGUMENT,
        "predict",
        (10, np.frombuffer(bytes(200), np.uint8)[1:], None),
        "tried.predict: argument 'x' is not aligned: its memory begins within an element",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_calls(case: str, tried: Library, model: object) -> None:
    status, function, arguments, text = REFUSED[case]
    assert tried.status(function, model, *arguments) == status
    assert tried.error() == text


def test_memory_limit(tried: Library, module: ModuleType, model: object) -> None:
    with pytest.raises(MemoryError) as raised:
        module.Model().spread(1 << 45, [1])
    assert tried.status("spread", model, 1 << 45, 1, np.ones(1, np.float32), None, None) == NO_MEMORY
    assert tried.error() == str(raised.value)


def test_no_model(tried: Library) -> None:
    assert tried.status("predict", None, 50, X, None) == BAD_ARGUMENT
    assert tried.error() == "tried.predict: the model is NULL"
    tried.function("destroy")(None)


def test_values(tried: Library, model: object) -> None:
    b = np.array([1, 2, 3], np.float32)
    assert tried.status("set", model, "b", b, ctypes.c_size_t(12)) == OK
    assert tried.value(model, "b", np.float32, (3,)).tolist() == [1, 2, 3]
    twin = ctypes.c_void_p(tried.address("copy", model))
    assert tried.status("reset", model, 3) == OK
    assert tried.value(model, "b", np.float32, (3,)).tolist() == [0, 0, 0]
    assert tried.value(twin, "b", np.float32, (3,)).tolist() == [1, 2, 3]
    tried.function("destroy")(twin)
    assert tried.status("set", model, "b", b, ctypes.c_size_t(8)) == BAD_ARGUMENT
    assert tried.error() == "tried.Model.set: 'b' is f32[3] of 12 bytes, not 8 (tried.tdsl:13)"
    assert tried.status("get", model, "a", b, ctypes.c_size_t(12)) == BAD_ARGUMENT
    assert tried.error() == "tried.Model.get: no variable 'a'"


def test_errors_belong_to_threads(tried: Library, model: object) -> None:
    assert tried.status("pick", model, 7, None) == BAD_INDEX
    seen: list[str] = []
    thread = threading.Thread(target=lambda: seen.append(tried.error()))
    thread.start()
    thread.join()
    assert seen == [""] and "index 7" in tried.error()


def test_calls_of_threads_take_turns(tried: Library, module: ModuleType, model: object) -> None:
    def work() -> None:
        for _ in range(200):
            assert tried.status("pick", model, 1, None) == OK

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tried.value(model, "count", np.int64, ()) == 800
