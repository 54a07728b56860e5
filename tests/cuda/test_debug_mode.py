"""Debug mode checks calls on devices: kernels that are broken on purpose are found with their places; sound programs
pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

from tdsl.driver import Stages
from tdsl.emit.cpp import emit_cpp
from tdsl.emit.unit import Unit
from tdsl.loops.language import Probe, Routine, walk
from tdsl.settings import Settings
from tdsl.source import Source
from tests.cuda.driver.stand_in import StandIn
from tests.cuda.test_samples import GOLDEN, leaves
from tests.modules.test_debug_mode import OURS, SOUND

KERNELS = """dim N, M

shared w: real[3] = 1
state k: int = 0

entry sign(x: real[N]) -> h { let h = x - 1 }
entry tail(x: real[N]) -> h { let h = exp(x) }
entry element(x: real[N]) -> h { let h = x / 3 }
entry turned(x: real[N]) -> h { let h = sqrt(x) }
entry waiting(x: real[N]) -> s { let s = sum(x) }
entry product(a: real[N, M], b: real[M, N]) -> h { let h = a @ b }
entry writing(x: real[N]) -> h { let h = x * 2 }
entry keeping(x: real[3]) -> h { let h = w / x }
entry racing(x: real[N]) -> h { let h = cos(x) }
entry stepping(x: real[N, 2], h0: real[2]) -> h {
    let h = for x_t in x {
        state h = h0
        h <- tanh(h + x_t)
        until sum(h) > 1
    }
}
entry chosen(x: real[N], k: int) -> h { let h = if k > 0 then sin(x) else x * 4 }
entry counted(x: int[N]) -> h { let h = x * 2 + 1 }
entry train(x: real[N, 3]) -> c {
    let c = sum(abs(w - x))
    w <- w + log1p(w)
    k <- k + 1
}
entry added(x: real[N, 3], y: real[3]) -> sum(x) { w <- w + y }
"""
# Pieces of the kernels, each in one of them, and the mistakes that take their places.
MISTAKES = {
    # Reductions without barriers.
    '#include "tdsl/cuda/device.hpp"': (
        '#define TDSL_DEVICE\n#include "tdsl/checks.hpp"\n#include "tdsl/cuda/gemm.hpp"\n'
        '#define barrier() static_cast<void>(0)\n#include "tdsl/cuda/device.hpp"'
    ),
    "p0[i0] - 1.0f": "p0[i0] + 1.0f",
    "tdsl::map({n0}, [=]() {\n        return [=](int64_t i0) {\n            p1[i0] = tdsl::exp": (
        "tdsl::map({n0 & -8}, [=]() {\n        return [=](int64_t i0) {\n            p1[i0] = tdsl::exp"
    ),
    "p1[i0] = p0[i0] / 3.0f;": "if (i0 != 3) p1[i0] = p0[i0] / 3.0f;",
    "tdsl::sqrt(p0[i0])": "tdsl::sqrt(p0[n0 - 1 - i0])",
    "{p1, n0, 1}, p2": "{p1, 1, n1}, p2",
    "p1[i0] = p0[i0] * 2.0f;": "p1[i0] = p0[i0] * 2.0f; if (i0 == 3) const_cast<float *>(p0)[i0] = 7;",
    "p2[i0] = p0[i0] / p1[i0];": "p2[i0] = p0[i0] / p1[i0]; const_cast<float *>(p0)[1] = 5;",
    "p1[i0] = tdsl::cos(p0[i0]);": (
        "static int64_t turns = 0; p1[i0] = tdsl::cos(p0[i0]) + 1e-6f * float(turns); turns += i0 == 5;"
    ),
    "p1[i0] = tdsl::tanh(p0[i0]);": "p1[i0] = tdsl::tanh(p0[i0]) + (call.steps[0] == 1 ? 0.5f : 0);",
    "p1[i0] = p0[i0] * 4.0f;": "p1[i0] = p0[i0] * 4.0f + 1e-4f;",
    "tdsl::add(p0[i0], int64_t{1})": "tdsl::add(p0[i0], int64_t{i0 == 4})",
    "tdsl::log1p(p0[i0])": "tdsl::log(p0[i0])",
}
X = np.linspace(0.5, 1.5, 11, dtype=np.float32)
A, B = np.float32([[1, 2, 3], [4, 5, 6]]), np.float32([[1, 0], [0, 1], [3, 2]])


@pytest.fixture(scope="module")
def broken(for_gpus: Callable[..., Any]) -> Any:
    """A model on a device, whose kernels have all mistakes."""

    def emitted(*given: Any) -> Unit:
        unit = emit_cpp(*given)
        text = unit.device
        for old, new in MISTAKES.items():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        return replace(unit, device=text)

    with patch("tdsl.driver.stages.emit_cpp", emitted):
        return for_gpus(KERNELS, "broken", mode="debug", target="cuda").Model(seed=1)


def computed(element: str, wrong: str, right: str) -> str:
    return f"the compiled code computes {element} = {wrong}, NumPy computes {right} from the same operands"


FAILURES: list[tuple[str, tuple[Any, ...], str, str]] = [
    ("sign", (X,), computed("h[0]", "1.5", "-0.5"), "6:39: in h = x - 1"),
    ("tail", (X,), "the compiled code does not write h[8]", "7:39: in h = exp(x)"),
    ("element", (X,), "the compiled code does not write h[3]", "8:42: in h = x / 3"),
    ("turned", (X,), computed("h[0]", "1.2247449", "0.70710677"), "9:41: in h = sqrt(x)"),
    ("product", (A, B), computed("h[0, 0]", "1.0", "10.0"), "11:60: in h = a @ b"),
    ("writing", (X,), "the compiled code writes to argument 'x': x[3] was 0.8 and became 7.0", ""),
    ("keeping", (X[:3],), "the compiled code writes to value 'w': w[1] was 1.0 and became 5.0", ""),
    (
        "stepping",
        (np.float32([[0.1, 0.1]] * 9), np.float32([0, 0])),
        computed("next_state[0]", "0.69705623", "0.19705622"),
        "18:14: in next_state = tanh(add), in step 1",
    ),
    ("chosen", (X, 0), computed("h[0]", "2.0001", "2.0"), "22:75: in h = x * 4"),
    ("counted", (np.arange(9),), computed("h[0]", "0", "1"), "in h = mul + 1"),
    ("train", (np.ones((2, 3)),), computed("log1p[0]", "0.0", "0.6931472"), "26:14: in log1p = log1p(w)"),
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure[0])
def test_a_broken_kernel_is_found(broken: Any, failure: tuple[str, tuple[Any, ...], str, str]) -> None:
    entry, arguments, problem, place = failure
    before = [np.copy(argument) for argument in arguments]
    with pytest.raises(RuntimeError) as raised:
        getattr(broken, entry)(*arguments)
    first, second, *_ = str(raised.value).split("\n")
    assert first.startswith(f"broken.{entry}: {problem}")
    assert place in second and str(raised.value).endswith(OURS)
    np.testing.assert_equal([np.asarray(argument) for argument in arguments], before)
    assert broken.k == 0 and list(broken.w) == [1, 1, 1]


@pytest.mark.parametrize(
    ("entry", "x", "element", "place"),
    [("waiting", np.ones(5000), "s", "10:42: in s = sum(x)"), ("racing", X, "h[0]", "14:41: in h = cos(x)")],
)
def test_a_race_is_found(broken: Any, stand_in: StandIn, entry: str, x: Any, element: str, place: str) -> None:
    """In the order of threads that the stand-in has."""
    with pytest.raises(RuntimeError) as raised:
        getattr(broken, entry)(x)
    problem = f"two runs of this call differ, or read memory that nothing was written to: {element} = "
    first, second, *_ = str(raised.value).split("\n")
    assert first.startswith(f"broken.{entry}: {problem}") and place in second


def test_the_side_and_the_steps_that_run_are_checked(broken: Any) -> None:
    np.testing.assert_allclose(broken.chosen(X, 1), np.sin(X), rtol=1e-6)
    np.testing.assert_allclose(broken.stepping(np.ones((9, 2)), np.ones(2)), np.tanh([2, 2]), rtol=1e-6)


def test_a_step_of_a_training_is_found(broken: Any) -> None:
    with pytest.raises(RuntimeError, match=r"computes log1p\[0\] = 0\.0"):
        broken.fit(np.ones((6, 3)), entry="train", epochs=2, batch_size=2)
    assert broken.k == 0 and list(broken.w) == [1, 1, 1]


def test_steps_with_arrays_on_the_device(broken: Any) -> None:
    model, y = broken.copy(), broken.chosen(X[:3], 1, out="device")
    model.fit(np.ones((6, 3)), y, entry="added", epochs=2, batch_size=2)
    np.testing.assert_allclose(model.w, 1 + 6 * np.sin(X[:3]), rtol=1e-5)


def test_arrays_of_the_caller_stay(broken: Any) -> None:
    there = broken.chosen(X, 1, out="device")
    with pytest.raises(RuntimeError, match="writes to argument 'x'"):
        broken.writing(there)
    with pytest.raises(RuntimeError, match="does not write"):
        broken.tail(X, out=there)
    np.testing.assert_array_equal(there.numpy(), broken.chosen(X, 1))


@pytest.fixture(scope="module")
def sound(for_gpus: Callable[..., Any]) -> Any:
    return for_gpus(SOUND, "sound", mode="debug", guards="y: abs(value) < 100")


def test_a_sound_module_passes(sound: Any) -> None:
    random = np.random.default_rng(3)
    x, t = random.normal(size=(7, 3)), random.normal(size=7)
    calls: list[Callable[[Any], Any]] = [
        lambda m: m.train(x, t),
        lambda m: m.several(x, 2),
        lambda m: m.noisy(x),
        lambda m: m.nested(np.stack([x] * 4, axis=2)),
        lambda m: m.slope(np.stack([t] * 4, axis=1)),
        lambda m: m.solved(x.T @ x, x[0]),
        lambda m: m.halved(5),
        lambda m: m.stable([40.0, 0, -3]),
        lambda m: m.fit(x, t, epochs=2, batch_size=3, seed=0)[:],
    ]
    there, here = sound.Model(seed=1, device="cuda"), sound.Model(seed=1)
    for call in calls:
        for one, other in zip(leaves((call(there),)), leaves((call(here),)), strict=True):
            np.testing.assert_allclose(one, other, rtol=3e-4, atol=1e-5)
    assert there.calls == here.calls == 7


def test_a_training_with_data_on_the_device(sound: Any) -> None:
    there, here = sound.Model(seed=1, device="cuda"), sound.Model(seed=1)
    x, t = np.zeros((6, 3)), np.linspace(-1, 1, 6)
    on_device = there.noisy(x, out="device")
    pairs = (there, on_device), (here, on_device.numpy())
    histories = [model.fit(data, t, epochs=2, batch_size=2, seed=0) for model, data in pairs]
    np.testing.assert_allclose(*histories, rtol=1e-4)
    np.testing.assert_allclose(there.v, here.v, rtol=1e-4)


def test_guards_and_numbers_that_are_not_finite(sound: Any) -> None:
    model = sound.Model(seed=1, device="cuda")
    large, t = np.full((2, 3), 1e3), np.zeros(2)
    model.v = np.full(4, 1e3)
    with pytest.raises(AssertionError, match=r"^sound\.train: y\[0\] = .* does not fulfil abs\(value\) < 100\n"):
        model.train(large, t)
    model.v = np.ones(4)
    with pytest.raises(FloatingPointError, match="argument 'x'"):
        model.train(large * np.nan, t)
    assert model.calls == 0
    with pytest.raises(IndexError, match="index 9 is out of bounds"):
        model.several(large, 9)


def test_devices_have_the_probes_of_the_cpu() -> None:
    """The description of a module's probes serves both."""
    settings = Settings(target="cpp,cuda", mode="debug", nan="refuse")
    for path in GOLDEN.glob("*.tdsl"):
        stages = Stages(Source(path.name, path.read_text(encoding="utf-8"), path), settings, Path.read_text)
        here, there = stages.scheduled.routines, stages.scheduled_for_cuda.routines
        assert any(map(probes, here))
        assert [probes(routine) for routine in there] == [probes(routine) for routine in here]


def probes(routine: Routine) -> list[Probe]:
    return [line for line in walk(routine.statements) if isinstance(line, Probe)]
