"""Arguments on a device: arrays of other libraries, by DLPack and the CUDA array interface."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.cuda.driver.foreign import CUDA_HOST, CUDA_MANAGED, ByDlpack, ByInterface, Memory, OldDlpack
from tests.cuda.driver.stand_in import StandIn
from tests.cuda.programs import ARRAYS, MODEL, STRICT

RANDOM = np.random.default_rng(5)
X = RANDOM.normal(size=(50, 2)).astype(np.float32)
T = X @ np.float32([[1, 2, 3], [4, 5, 6]])
LARGE = np.linspace(-1, 1, 60_000, dtype=np.float32).reshape(30_000, 2)


class Managed(ByDlpack):
    kind = CUDA_MANAGED


class OldInterface(ByInterface):
    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, items={"version": 2, "strides": None}, **keywords)


class Strided(ByInterface):
    """With the strides that C order has anyway."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.items = {"strides": self.array.strides, "stream": 1}


LIBRARIES = [ByDlpack, OldDlpack, Managed, ByInterface, OldInterface, Strided]


def values(model: Any) -> dict[str, Any]:
    return {name: np.array(value) for name, value in model.items()}


def assert_same_values(one: Any, other: Any) -> None:
    for name, value in values(one).items():
        np.testing.assert_array_equal(value, other[name], err_msg=name)


@pytest.mark.parametrize("library", LIBRARIES)
def test_arrays_of_other_libraries(for_gpus: Callable[..., Any], stand_in: StandIn, library: type[Memory]) -> None:
    module = for_gpus(MODEL)
    hosts, there = module.Model(device="cuda"), module.Model(device="cuda")
    x, t, large = (library(stand_in, array) for array in (X, T, LARGE))
    for arguments, same in (((x, t), (X, T)), ((x, T), (X, T)), ((X, t, 0.5), (X, T, 0.5))):
        assert there.train(*arguments) == hosts.train(*same)
    rate = np.float32(0.25)
    assert there.train(x, t=t, lr=library(stand_in, rate)) == hosts.train(X, T, rate)
    np.testing.assert_array_equal(there.predict(x), hosts.predict(X))
    np.testing.assert_array_equal(there.predict(large), hosts.predict(LARGE))
    np.testing.assert_array_equal(there.predict(library(stand_in, X[:0])), hosts.predict(X[:0]))
    np.testing.assert_array_equal(there.predict(library(stand_in, X, offset=4)), hosts.predict(X))
    assert_same_values(there, hosts)
    assert there.k == 4
    np.testing.assert_array_equal(x.read(), X)  # type: ignore[attr-defined]
    if isinstance(x, ByDlpack):
        assert x.lent == 0
        assert len(x.streams) == 4 and len(set(x.streams)) == 1 and x.streams[0] not in (None, 0, 1, 2)


def test_they_do_not_pass_through_the_host(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    model = for_gpus(MODEL).Model(device="cuda")
    large = ByInterface(stand_in, LARGE)
    small = ByDlpack(stand_in, X)
    for _ in range(2):
        model.predict(large), model.predict(small)
    before = stand_in.counts
    for _ in range(3):
        model.predict(large), model.predict(small)
    after = stand_in.counts
    assert after.uploaded - before.uploaded <= 6 * 1024  # the state of each call
    assert (after.captures, after.launches, after.bytes) == (before.captures, before.launches, before.bytes)


class Misfits:
    """Arrays that a call of `predict(x: real[B, 2])` on cuda:0 refuses, and why."""

    def __init__(self, driver: StandIn) -> None:
        def interface(**items: Any) -> ByInterface:
            return ByInterface(driver, X, items=items)

        columns = ByDlpack(driver, X)
        columns.strides = (1, 50)
        negative, endless = ByDlpack(driver, X), ByDlpack(driver, X)
        negative.shape, endless.shape = (-50, 2), (1 << 40, 1 << 40)
        nowhere = ByDlpack(driver, X)
        nowhere.address = 0

        class Broken(ByDlpack):
            def __dlpack__(self, **wanted: Any) -> Any:
                raise BufferError("it requires gradients")

        self.cases: list[tuple[Any, type[Exception], str]] = [
            (ByDlpack(driver, np.float64(X)), TypeError, "holds float64, expected float32; arrays on a GPU are not"),
            (ByInterface(driver, np.int32(X)), TypeError, "holds int32, expected float32; arrays on a GPU are not"),
            (ByDlpack(driver, np.float16(X)), TypeError, "holds float16, expected float32; arrays on a GPU are not"),
            (ByInterface(driver, np.complex64(X)), TypeError, "holds <c8, expected float32; arrays on a GPU are not"),
            (ByDlpack(driver, T), ValueError, r"has shape \(50, 3\), expected \(B, 2\)"),
            (ByInterface(driver, X[0]), ValueError, r"has shape \(2,\), expected \(B, 2\)"),
            (ByDlpack(driver, X, 1), TypeError, "is on cuda:1, and the call on cuda:0"),
            (ByInterface(driver, X, 1), TypeError, "is on cuda:1, and the call on cuda:0"),
            (columns, TypeError, r"is not contiguous in C order; copy it, as by x.contiguous\(\) or cupy"),
            (interface(strides=(4, 200)), TypeError, "is not contiguous in C order; copy it, as by cupy"),
            (interface(mask=interface()), TypeError, "has a mask"),
            (interface(version=1), TypeError, "has version 1 of the CUDA array interface, and not 2 or 3"),
            (interface(shape=[50, 2]), TypeError, "has a CUDA array interface that is not well-formed"),
            (interface(shape=(-50, 2)), TypeError, "has a CUDA array interface that is not well-formed"),
            (interface(shape=(1 << 40, 1 << 40)), TypeError, "has a CUDA array interface that is not well-formed"),
            (interface(data=(0, False)), TypeError, "has a CUDA array interface that is not well-formed"),
            (interface(data=(X.ctypes.data, False)), TypeError, "has a CUDA array interface, but is not in the memory"),
            (negative, TypeError, "has a DLPack tensor that is not well-formed"),
            (endless, TypeError, "has a DLPack tensor that is not well-formed"),
            (nowhere, TypeError, "has a DLPack tensor that is not well-formed"),
            (interface(data=None), TypeError, "has a CUDA array interface that is not well-formed"),
            (Broken(driver, X), TypeError, "is no array: it requires gradients"),
        ]


def test_misfits_are_named(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    model = for_gpus(MODEL).Model(device="cuda")
    for array, kind, text in Misfits(stand_in).cases:
        with pytest.raises(kind, match=rf"^module.predict: argument 'x' {text}.*\(module.tdsl:3\)$"):
            model.predict(array)
        if isinstance(array, ByDlpack):
            assert array.lent == 0
    with pytest.raises(ValueError, match=r"argument 'lr' has shape \(1,\), expected a scalar"):
        model.train(X, T, ByDlpack(stand_in, np.float32([1])))
    with pytest.raises(
        ValueError, match=r"argument 't' has shape \(3, 3\), expected \(B, 3\) with B = 50 bound by 'x'"
    ):
        model.train(ByDlpack(stand_in, X), ByDlpack(stand_in, T[:3]))


def test_sizes_are_numbers_of_the_host(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    module = for_gpus(ARRAYS, device="cuda:0")
    np.testing.assert_array_equal(module.made(3), [1, 1, 1])
    with pytest.raises(TypeError, match="argument 'N' is a size, and sizes are numbers on the host"):
        module.made(ByDlpack(stand_in, np.int64(3)))


@pytest.mark.parametrize("library", [ByDlpack, ByInterface])
def test_the_cpu_takes_none(for_gpus: Callable[..., Any], stand_in: StandIn, library: type[Memory]) -> None:
    module, functions = for_gpus(MODEL), for_gpus(ARRAYS)
    model, array = module.Model(), library(stand_in, X)
    own = module.Model(device="cuda").predict(X, out="device")
    text = r"is on a GPU, and is needed on the host: copy it to the host, as by x.numpy\(\) here, x.cpu\(\)"
    for value in (array, own):
        with pytest.raises(TypeError, match=f"^module.predict: argument 'x' {text}"):
            model.predict(value)
        with pytest.raises(TypeError, match=f"^module.square: argument 'a' {text}"):
            functions.square(value)
        with pytest.raises(TypeError, match=f"^module.Model: variable 'W' {text}"):
            model.W = value
        with pytest.raises(TypeError, match=f"^module.train: argument 'x' {text}"):
            model.fit(value, T)
    with pytest.raises(ValueError, match=r"^module.predict: out='device' is given, but the call is on the CPU"):
        model.predict(X, out="device")
    with pytest.raises(
        TypeError, match=f"^module.predict: out for '0' is a {library.__name__}, expected a NumPy array"
    ):
        model.predict(X, out=array)


class OnHost:
    """An array in the memory of the host, of a library that has arrays on GPUs too."""

    def __init__(self, array: np.ndarray, kind: int) -> None:
        self.array, self.kind = array, kind

    def __dlpack_device__(self) -> tuple[int, int]:
        return self.kind, 0

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        raise RuntimeError("only arrays on a GPU have it")

    def __dlpack__(self, **wanted: Any) -> Any:
        return self.array.__dlpack__(**{**wanted, "dl_device": None, "copy": None})


def test_arrays_of_the_host_by_dlpack(for_gpus: Callable[..., Any]) -> None:
    module = for_gpus(MODEL)
    for model in (module.Model(), module.Model(device="cuda")):
        expected = model.predict(X)
        for kind in (1, CUDA_HOST):
            np.testing.assert_array_equal(model.predict(OnHost(X, kind)), expected)


def test_the_work_of_producers_is_waited_for(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    model = for_gpus(MODEL).Model(device="cuda")
    array = ByDlpack(stand_in, X)
    model.predict(array)
    (own,) = set(array.streams)
    assert own is not None
    cases: list[tuple[Any, int]] = [
        (array, own),
        (ByInterface(stand_in, X, items={"stream": 1}), 1),
        (ByInterface(stand_in, X, items={"stream": 2}), 2),
        (OldInterface(stand_in, X), 1),
    ]
    for value, stream in cases:
        before = stand_in.waits(stream)
        model.predict(value)
        assert stand_in.waits(stream) == before + 1
    before = stand_in.waits(1)
    model.predict(ByInterface(stand_in, X, items={"stream": None}))
    assert stand_in.waits(1) == before


def test_values_are_assigned(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    module, weight = for_gpus(MODEL), np.float32([[1, 2, 3], [4, 5, 6]])
    model = module.Model(device="cuda")
    for number, array in enumerate((ByDlpack(stand_in, weight), ByInterface(stand_in, weight + 1))):
        transfers = stand_in.counts
        model.W = array
        assert stand_in.counts[4:6] == transfers[4:6]  # nothing passes through the host
        np.testing.assert_array_equal(model.W, weight + number)
        np.testing.assert_allclose(model.predict(X), X @ (weight + number), rtol=1e-5, atol=1e-5)
    model.load_state_dict({"b": ByDlpack(stand_in, weight[0]), "k": ByInterface(stand_in, np.int64(7))}, strict=False)
    np.testing.assert_array_equal(model["b"], weight[0])
    assert model.k == 7
    large = module.Model(device="cuda")
    large.W = ByDlpack(stand_in, weight)  # before its first call
    kept = large.W
    large.train(X, T)
    large.b, large["W"] = ByInterface(stand_in, weight[1]), ByDlpack(stand_in, weight + 2)
    np.testing.assert_array_equal(kept, weight)
    np.testing.assert_array_equal(large.W, weight + 2)
    np.testing.assert_array_equal(large.copy(device="cpu").b, weight[1])
    before = values(model)
    with pytest.raises(TypeError, match=r"^module.Model: variable 'W' holds float64, expected float32"):
        model["W"] = ByDlpack(stand_in, np.float64(weight))
    with pytest.raises(ValueError, match=r"^module.Model: variable 'W' has shape \(3,\), expected \(2, 3\)"):
        model.set_value("W", ByDlpack(stand_in, weight[0]))
    assert_same_values(model, before)
    strict = for_gpus(STRICT, nan="refuse").Model(device="cuda")
    with pytest.raises(FloatingPointError, match=r"variable 'w' is not finite: w\[1\] = nan"):
        strict.w = ByDlpack(stand_in, np.float32([1, np.nan, 2]))


def test_numbers_that_are_not_finite_are_refused(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    module = for_gpus(STRICT, nan="refuse")
    here, there = module.Model(), module.Model(device="cuda")
    for argument in ([1, 2], [1, 0], [1, np.nan]):
        array = np.float32(argument)
        outcomes = []
        for model, value in ((here, array), (there, ByDlpack(stand_in, array))):
            try:
                outcomes.append(np.array(model.logs(value)).tolist())
            except FloatingPointError as error:
                outcomes.append(str(error))
        assert outcomes[0] == outcomes[1]
        try:
            found = there.logs(ByInterface(stand_in, array), out="device").numpy().tolist()
        except FloatingPointError as error:
            found = str(error)
        assert found == outcomes[0]


@pytest.mark.parametrize("library", [ByDlpack, ByInterface])
@pytest.mark.parametrize("offset", [0, 4])
@pytest.mark.parametrize("batch_size", [None, 1, 7])
def test_fit(
    for_gpus: Callable[..., Any], stand_in: StandIn, library: type[Memory], offset: int, batch_size: int | None
) -> None:
    module = for_gpus(MODEL)
    hosts, there, both = (module.Model(device="cuda") for _ in range(3))
    x, t = library(stand_in, X, offset=offset), library(stand_in, T, offset=offset)
    expected = hosts.fit(X, T, epochs=2, batch_size=batch_size, lr=0.05)
    assert there.fit(x, t, epochs=2, batch_size=batch_size, lr=library(stand_in, np.float32(0.05))) == expected
    assert both.fit(X, t, epochs=2, batch_size=batch_size, lr=0.05) == expected
    assert_same_values(there, hosts)
    assert_same_values(both, hosts)
    if isinstance(x, ByDlpack):
        gc.collect()
        assert x.lent == 0


def test_the_data_of_a_training_stay_where_they_are(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    model = for_gpus(MODEL).Model(device="cuda")
    large = np.repeat(X, 2000, 0)
    x, t = ByDlpack(stand_in, large), ByDlpack(stand_in, np.repeat(T, 2000, 0))
    model.fit(x, t, batch_size=10_000, shuffle=False)
    before = stand_in.counts
    model.fit(x, t, batch_size=10_000, shuffle=False)
    after = stand_in.counts
    assert after.uploaded - before.uploaded < large.nbytes
    assert after.bytes == before.bytes


@pytest.mark.parametrize("batch_size", [1, 2])
def test_a_failing_step_of_a_training(for_gpus: Callable[..., Any], stand_in: StandIn, batch_size: int) -> None:
    module = for_gpus(STRICT, nan="refuse")
    x = np.float32([1, 2, 3, 4, 5, 6, 7, np.nan, 9])
    errors = []
    models = [module.Model(device=device) for device in ("cpu", "cuda")]
    for model, data in zip(models, (x, ByDlpack(stand_in, x)), strict=True):
        with pytest.raises(FloatingPointError) as caught:
            model.fit(data, entry="total", batch_size=batch_size, shuffle=False)
        errors.append(str(caught.value))
    assert errors[0] == errors[1]
    np.testing.assert_array_equal(models[0].w, models[1].w)


def test_a_batch_of_a_wrong_size(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    program = (
        "dim B\nshared k: real = 0\nentry step(x: real[B], y: real[2 * B - 4]) -> sum(x[4:]) + sum(y) { k <- k + 1 }\n"
    )
    model = for_gpus(program).Model(device="cuda")
    x, y = np.ones(10, np.float32), np.ones(4, np.float32)
    texts = []
    for data in ((x, y), (ByDlpack(stand_in, x), ByDlpack(stand_in, y))):
        with pytest.raises(ValueError, match="step") as caught:
            model.fit(*data, entry="step", batch_size=3, shuffle=False)
        texts.append(str(caught.value))
    assert texts[0] == texts[1]
    assert model.k == 0
