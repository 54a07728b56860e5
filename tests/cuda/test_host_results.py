"""Results that stay on a device: new arrays, and arrays of the caller, of this module or of another library."""

from __future__ import annotations

import gc
import os
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from tests.cuda.driver.foreign import CPU, CUDA, ByDlpack, ByInterface, Memory, Taken
from tests.cuda.driver.stand_in import StandIn, folder
from tests.cuda.programs import ARRAYS, MODEL
from tests.cuda.test_host_failures import run_python

X = np.arange(10, dtype=np.float32).reshape(5, 2) / 10
T = np.ones((5, 3), np.float32)
LARGE = np.linspace(-1, 1, 60_000, dtype=np.float32).reshape(30_000, 2)


@pytest.fixture
def driver(stand_in: StandIn) -> Iterator[StandIn]:
    yield stand_in
    stand_in.failed()
    stand_in.devices()


def on_host(found: Any) -> Any:
    if isinstance(found, tuple):
        return tuple(map(on_host, found))
    assert type(found).__name__ == "DeviceArray"
    return found.numpy()


def assert_equal(found: Any, expected: Any) -> None:
    assert isinstance(found, tuple) == isinstance(expected, tuple)
    for one, other in zip(found, expected, strict=True) if isinstance(found, tuple) else [(found, expected)]:
        np.testing.assert_array_equal(one, other)


def test_new_arrays(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    module = for_gpus(MODEL)
    hosts, there = module.Model(device="cuda"), module.Model(device="cuda")
    for call in (
        lambda m, **out: m.train(X, T, **out),
        lambda m, **out: m.both(X, T, **out),
        lambda m, **out: m.predict(LARGE, **out),
        lambda m, **out: m.predict(X[:0], **out),
        lambda m, **out: m.labels(X, [1, 2, 3, 4, 5], **out),
        lambda m, **out: m.pick(2, **out),
        lambda m, **out: m.checked([1, 2], **out),
    ):
        assert_equal(on_host(call(there, out="device")), call(hosts))
        assert hosts.k == there.k
    assert there.scale([1, 2], out="device") is None
    assert isinstance(there.train(X, T, out=None), float)


def test_attributes(for_gpus: Callable[..., Any]) -> None:
    model = for_gpus(MODEL).Model(device="cuda:0")
    y, cost = model.predict(X, out="device"), model.train(X, T, out="device")
    assert (y.shape, y.dtype, y.ndim, y.size, y.nbytes) == ((5, 3), np.float32, 2, 15, 60)
    assert (y.device, len(y)) == ("cuda:0", 5)
    assert repr(y) == "DeviceArray(shape=(5, 3), dtype=float32, device='cuda:0')"
    assert (cost.shape, cost.ndim, cost.size, cost.nbytes) == ((), 0, 1, 4)
    with pytest.raises(TypeError, match="an array of rank 0 has no length"):
        len(cost)
    np.testing.assert_array_equal(np.asarray(y), y.numpy())
    assert np.asarray(y, np.float64).dtype == np.float64
    with pytest.raises(ValueError, match="NumPy cannot use an array on a GPU without a copy"):
        y.__array__(copy=False)
    with pytest.raises(TypeError):
        type(y)()
    interface = y.__cuda_array_interface__
    assert interface["data"][0] % 256 == 0 and interface["data"][1] is False
    del interface["data"]
    assert interface == {"shape": (5, 3), "typestr": "<f4", "strides": None, "stream": None, "version": 3}


def test_they_are_arguments(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    """Of the same module and of another one, which sees an array of another library."""
    module, functions = for_gpus(MODEL), for_gpus(ARRAYS, device="cuda:0")
    model = module.Model(device="cuda")
    t = model.predict(LARGE, out="device")
    expected = module.Model(device="cuda").train(LARGE, t.numpy())
    before = stand_in.counts.uploaded
    assert model.copy().train(LARGE, t) == expected
    assert stand_in.counts.uploaded - before < LARGE.nbytes + 10_000
    one = functions.square(3, out="device")
    rows = functions.add(functions.add([1, 2], [3, 4], out="device"), [1, 1], out="device")
    assert functions.square(one) == 81 and functions.add(rows, rows).tolist() == [10, 14]
    assert model.shown(one) == 18
    with pytest.raises(TypeError, match="argument 't' is on cuda:0, and the call on cuda:1"):
        module.Model(device="cuda:1").train(LARGE, t)


def test_nothing_is_read_back(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    """But the state of the call: the arrays live in memory of their own, which goes with them."""
    model = for_gpus(MODEL).Model(device="cuda")
    small, large = model.predict(X, out="device"), model.predict(LARGE, out="device")
    model.predict(X, out="device"), model.predict(LARGE, out="device")
    before = stand_in.counts
    again = [model.predict(array, out="device") for array in (X, LARGE)]
    assert stand_in.counts.bytes == before.bytes + small.nbytes + large.nbytes
    assert stand_in.counts.captures == before.captures
    assert stand_in.counts.downloaded - before.downloaded <= 2 * 2048
    del again
    assert stand_in.counts.live == before.live


@pytest.mark.parametrize("library", [ByDlpack, ByInterface])
def test_arrays_of_the_caller(for_gpus: Callable[..., Any], stand_in: StandIn, library: type[Memory]) -> None:
    module = for_gpus(MODEL)
    hosts, there = module.Model(device="cuda"), module.Model(device="cuda")
    y: Any = library(stand_in, T)
    assert there.predict(X, out=y) is y
    np.testing.assert_array_equal(y.read(), hosts.predict(X))
    cost, error = library(stand_in, np.float32(0)), np.zeros_like(T)
    both = there.both(X, T, out=(cost, error))
    assert both == (cost, error)
    expected = hosts.both(X, T)
    assert cost.read() == expected[0]  # type: ignore[attr-defined]
    np.testing.assert_array_equal(error, expected[1])
    large: Any = library(stand_in, np.zeros((30_000, 3), np.float32), offset=4)
    there.predict(library(stand_in, LARGE), out=large)
    np.testing.assert_array_equal(large.read(), hosts.predict(LARGE))
    own = there.predict(X, out="device")
    there.predict(X + 1, out=own)
    np.testing.assert_array_equal(own.numpy(), hosts.predict(X + 1))


def test_out_is_written_by_calls_that_succeed_only(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    model = for_gpus(MODEL).Model(device="cuda")
    model.b = [1, 2, 3]
    total = ByDlpack(stand_in, np.float32(7))
    with pytest.raises(AssertionError):
        model.checked([1, 0], out=total)
    with pytest.raises(IndexError):
        model.pick(5, out=total)
    with pytest.raises(AssertionError):
        model.shown(-1, out=total)
    assert total.read() == 7
    model.checked([1, 2], out=total)
    assert total.read() == 3
    model.pick(ByInterface(stand_in, np.int64(1)), out=total)
    assert total.read() == 3
    functions = for_gpus(ARRAYS, device="cuda:0")
    with pytest.raises(IndexError):
        functions.element([1, 2, 5], 7, out=total)
    assert total.read() == 3
    functions.element([1, 2, 5], 2, out=total)
    assert total.read() == 5


def test_misfits_of_out(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    model = for_gpus(MODEL).Model(device="cuda")
    locked, x = ByDlpack(stand_in, T), ByDlpack(stand_in, np.zeros((5, 3), np.float32))
    locked.flags = 1
    cases: list[tuple[Callable[[], Any], type[Exception], str]] = [
        (
            lambda: model.predict(X, out=ByDlpack(stand_in, T[:3])),
            ValueError,
            r"out for '0' has shape \(3, 3\), expected \(5, 3\)",
        ),
        (
            lambda: model.predict(X, out=ByInterface(stand_in, np.float64(T))),
            TypeError,
            "out for '0' holds float64, expected float32",
        ),
        (
            lambda: model.predict(X, out=ByDlpack(stand_in, T, 1)),
            TypeError,
            "out for '0' is on cuda:1, and the call on cuda:0",
        ),
        (lambda: model.predict(X, out=locked), ValueError, "out for '0' is read-only"),
        (
            lambda: model.predict(X, out=ByInterface(stand_in, T, items={"data": (256, True)})),
            TypeError,
            "out for '0' has a CUDA array interface, but is not in the memory of a GPU",
        ),
        (
            lambda: model.both(X, x, out=(ByDlpack(stand_in, np.float32(0)), x)),
            ValueError,
            "out for 'error' overlaps argument 't'",
        ),
        (lambda: model.predict(X, out="gpu"), TypeError, "out for '0' is a str, expected a NumPy array"),
        (lambda: model.both(X, T, out=x), ValueError, r"out= needs 2 array\(s\), got 1"),
        (lambda: model.scale([1], out=x), TypeError, "out= is given, but nothing is returned"),
    ]
    for call, kind, text in cases:
        with pytest.raises(kind, match=text):
            call()
    np.testing.assert_array_equal(locked.read(), T)
    functions = for_gpus(ARRAYS, device="cuda:0")
    one = ByDlpack(stand_in, np.float32(0))
    with pytest.raises(ValueError, match="out for '1' overlaps another one"):
        functions.twice(3, out=(one, one))


def test_nested_and_named_results(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    module = for_gpus(ARRAYS, device="cuda:0")
    one, (two, three) = module.parts(1, out="device")
    assert [float(array.numpy()) for array in (one, two, three)] == [1, 2, 3]
    given = (one, (ByDlpack(stand_in, np.float32(0)), three))
    assert module.parts(5, out=given) is given
    assert [float(array.numpy()) for array in (one, three)] == [5, 15] and given[1][0].read() == 10
    assert module.called(2) == 4
    assert module.called(out=one) == 10  # its argument has that name
    with pytest.raises(TypeError, match="argument 'out'"):
        module.called(out="device")


def test_dlpack_is_given(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    model = for_gpus(MODEL).Model(device="cuda")
    y = model.predict(X, out="device")
    expected, live = y.numpy(), stand_in.counts.live
    assert y.__dlpack_device__() == (CUDA, 0)
    taken = [Taken(y.__dlpack__()), Taken(y.__dlpack__(stream=1, max_version=(1, 1))), Taken(y.__dlpack__(copy=True))]
    assert [tensor.name for tensor in taken] == ["dltensor", "dltensor_versioned", "dltensor"]
    for tensor in taken:
        assert (tensor.shape, tensor.strides, tensor.device, tensor.flags) == ([5, 3], [3, 1], (CUDA, 0), 0)
        np.testing.assert_array_equal(tensor.numpy(), expected)
    assert taken[0].tensor.data == taken[1].tensor.data != taken[2].tensor.data
    taken[2].release()
    assert stand_in.counts.live == live
    del y  # the tensors hold its memory
    np.testing.assert_array_equal(taken[0].numpy(), expected)
    taken[0].release()
    assert stand_in.counts.live == live
    thread = threading.Thread(target=taken[1].release)
    thread.start()
    thread.join()
    assert stand_in.counts.allocations == live[1] - 1
    y = model.predict(X, out="device")
    y.__dlpack__(), y.__dlpack__(max_version=(1, 0))  # capsules that nobody takes
    del y
    assert stand_in.counts.allocations == live[1] - 1


def test_dlpack_of_the_host(for_gpus: Callable[..., Any]) -> None:
    y = for_gpus(MODEL).Model(device="cuda").predict(X, out="device")
    np.testing.assert_array_equal(np.from_dlpack(y, device="cpu"), y.numpy())
    assert Taken(y.__dlpack__(dl_device=(CPU, 0))).device == (CPU, 0)
    for wanted in ({"dl_device": (CPU, 0), "copy": False}, {"dl_device": (CUDA, 1)}, {"dl_device": (8, 0)}):
        with pytest.raises(BufferError, match="an array on cuda:0 cannot be shared with another device"):
            y.__dlpack__(**wanted)
    with pytest.raises(TypeError):
        y.__dlpack__(1)


WEIGHT = np.float32([[1, 2, 3], [4, 5, 6]])


def assign(model: Any, like: Any) -> None:
    there = [type(like)(like.driver, value) for value in (WEIGHT, WEIGHT[0])]
    model.load_state_dict({"W": there[0], "b": there[1], "k": 5}, strict=False)


STEPS: list[Callable[[Any, Any, Any], Any]] = [
    lambda m, x, y: m.train(x, T, out="device"),
    lambda m, x, y: m.both(x, T, out="device"),
    lambda m, x, y: m.predict(x, out=y),
    lambda m, x, y: m.pick(1, out="device"),
    lambda m, x, y: assign(m, x),
    lambda m, x, y: m.fit(x, y, batch_size=2, shuffle=False),
    lambda m, x, y: (first := m.predict(x, out="device"), m.predict(first.numpy()[:, :2], out=y)),
]


def values(model: Any) -> list[object]:
    return [np.array(value).tolist() for value in model.values()]


@pytest.mark.parametrize("library", [ByDlpack, ByInterface])
@pytest.mark.parametrize("step", range(len(STEPS)))
def test_every_call_of_the_driver_may_fail(
    for_gpus: Callable[..., Any], driver: StandIn, step: int, library: type[Memory]
) -> None:
    module = for_gpus(MODEL)
    reference = module.Model(device="cuda")
    reference.train(X, T)
    x, y = library(driver, X), library(driver, T)
    before = values(reference.copy())
    gc.collect()
    live = driver.counts.live
    number = failures = 0
    while True:
        model = reference.copy()
        driver.fail(number, 719 if number % 2 else 2)
        found: Any = None
        try:
            found = STEPS[step](model, x, y)
            text = ""
        except (RuntimeError, MemoryError) as error:
            text = str(error)
        name = driver.failed()
        if not name:
            break
        failures += bool(text)
        if text:
            assert re.search("cannot|needs", text)
            if "fit" not in STEPS[step].__code__.co_names:
                assert values(model) == before, (number, name)
        del model, found
        number += 1
    assert failures > number // 2 > 3  # a failure to look at an array is followed by a second look
    del model, found
    gc.collect()
    assert driver.counts.live == live


def test_memory_that_is_not_there(for_gpus: Callable[..., Any], driver: StandIn) -> None:
    model = for_gpus(MODEL).Model(device="cuda")
    kept = model.predict(LARGE, out="device")
    driver.devices(bytes=driver.counts.bytes)
    with pytest.raises(MemoryError, match=r"module.predict: needs 360000 bytes of memory of the GPU, which has 0 of"):
        model.predict(LARGE, out="device")
    np.testing.assert_array_equal(model.predict(LARGE, out=kept).numpy(), model.predict(LARGE))


def test_threads(for_gpus: Callable[..., Any]) -> None:
    """Arrays that one model makes in one thread are another one's arguments in another."""
    module, functions = for_gpus(MODEL), for_gpus(ARRAYS, device="cuda:0")
    model = module.Model(device="cuda")
    problems: list[BaseException] = []
    made: list[Any] = []

    def work(own: Any) -> None:
        try:
            for _ in range(20):
                made.append(model.predict(X, out="device"))
                own.train(X, made[-1], lr=0)
                own.train(X, made[0], lr=0)
                number = functions.square(3, out="device")
                assert functions.square(number) == 81
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=work, args=(module.Model(device="cuda"),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert all(np.array_equal(array.numpy(), made[0].numpy()) for array in made)


def test_a_call_within_a_call(for_gpus: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    module = for_gpus(ARRAYS, device="cuda:0")
    texts: list[str] = []

    class Output:
        def write(self, text: str) -> None:
            with pytest.raises(RuntimeError) as caught:
                module.shown(1)
            texts.append(str(caught.value))

    monkeypatch.setattr("sys.stdout", Output())
    module.shown(2)
    assert texts and set(texts) == {"module.shown: the GPU is in use by the call that this one is part of"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_leaves_the_memory_alone(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    y = for_gpus(MODEL).Model(device="cuda").predict(X, out="device")
    tensor = Taken(y.__dlpack__())
    child = os.fork()
    if child == 0:
        status = 1
        try:
            y.numpy()
        except RuntimeError as error:
            before = stand_in.counts.live
            del y
            tensor.release()
            status = 0 if "forked" in str(error) and stand_in.counts.live == before else 2
        os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    np.testing.assert_array_equal(tensor.numpy(), y.numpy())
    tensor.release()


def test_the_end_of_the_interpreter(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    module = for_gpus(MODEL)
    text = """
kept = module.Model(device="cuda").predict([[1, 2]], out="device")
capsule = kept.__dlpack__()
class Cycle: pass
Cycle.own, Cycle.array = Cycle, kept
print(kept)
"""
    shown = run_python(module, text, LD_LIBRARY_PATH=str(folder()))
    assert shown == "DeviceArray(shape=(1, 3), dtype=float32, device='cuda:0')\n"
