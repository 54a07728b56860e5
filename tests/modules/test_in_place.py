"""New values written over old ones: snapshots keep their values, and values are always those of a whole call."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

import tdsl
from tests.modules.programs import state

N = 200_000
TEXT = f"""\
const N = {N}
dim B
shared a: f64[N] = 1
shared b: f64[N] = 1
state k: i64 = 0
entry grow(by: f64[N]) {{
    a <- a + by
    b <- b + by
}}
entry swap() {{
    a <- b
    b <- a
}}
entry watched(by: f64[N]) -> sum(a) {{
    print "sum =", sum(a)
    a <- a + by
    b <- b + by
    k <- k + 1
}}
entry checked(by: f64[N]) -> sum(a) {{
    assert sum(by) > 0, "it grows"
    a <- a + by
    b <- b + by
    k <- k + 1
}}
entry step(x: f64[B]) -> sum(x) {{
    assert min(x) >= 0, "no negative rows"
    a <- a + sum(x)
    b <- b + sum(x)
    k <- k + 1
}}
"""
ONES = np.ones(N)


@pytest.fixture
def pair(target: str) -> Any:
    return tdsl.compile(TEXT, name="pair", target=target)


def same(values: Any, number: float) -> bool:
    return bool((values == number).all())


def address(model: Any, name: str) -> int:
    return int(model[name].ctypes.data)


def test_only_arrays_without_references_are_overwritten() -> None:
    model = tdsl.compile(TEXT, name="pair").Model()
    model.grow(ONES)
    places = [address(model, name) for name in "ab"]
    model.grow(ONES)
    assert [address(model, name) for name in "ab"] == places
    held = model.a
    model.grow(ONES)
    assert address(model, "a") != places[0] == held.ctypes.data and address(model, "b") == places[1]
    assert same(held, 3) and same(model.a, 4) and same(model.b, 4)


def test_snapshots_of_every_step_stay(pair: Any) -> None:
    model = pair.Model()
    held = []
    for step in range(12):
        if step % 3:
            held += [(step + 1, model.a[::-1]), (step + 1, memoryview(model["b"]))]
        model.checked(ONES)
    assert all(same(np.asarray(values), number) for number, values in held) and same(model.a, 13)


def test_a_value_is_its_own_argument(pair: Any) -> None:
    model = pair.Model()
    for _ in range(3):
        model.grow(model.a)
    assert same(model.a, 8) and same(model.b, 8)


def test_values_change_places(pair: Any) -> None:
    model = pair.Model()
    model.a, model.b = ONES * 2, ONES * 3
    for _ in range(3):
        model.swap()
    assert same(model.a, 3) and same(model.b, 2)


def test_a_call_that_fails_changes_nothing(pair: Any) -> None:
    model = pair.Model()
    model.checked(ONES)
    before = state(model)
    for _ in range(3):
        with pytest.raises(AssertionError, match="it grows"):
            model.checked(-ONES)
        assert state(model) == before
    model.checked(ONES)
    assert same(model.a, 3) and model.k == 2


def test_a_snapshot_taken_while_the_call_prints(pair: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    model = pair.Model()
    held: list[Any] = []

    class Out:
        def write(self, text: str) -> None:
            held.extend([model.a, model.get_value("b"), model.k])

        def flush(self) -> None:
            pass

    with monkeypatch.context() as patch:
        patch.setattr("sys.stdout", Out())
        assert model.watched(ONES) == N
    assert held and same(model.a, 2) and same(model.b, 2) and model.k == 1
    for a, b, k in zip(*[iter(held)] * 3, strict=True):
        assert same(a, 1) and same(b, 1) and k == 0
        assert not a.flags.writeable and b.flags.writeable


def test_a_print_that_fails_changes_nothing(pair: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    model = pair.Model()
    before = state(model)

    class Broken:
        def write(self, text: str) -> None:
            raise OSError("nobody listens")

        def flush(self) -> None:
            pass

    with monkeypatch.context() as patch:
        patch.setattr("sys.stdout", Broken())
        with pytest.raises(OSError, match="nobody listens"):
            model.watched(ONES)
    assert state(model) == before
    model.grow(ONES)
    assert same(model.a, 2) and same(model.b, 2)


def test_values_are_always_those_of_a_whole_call(pair: Any) -> None:
    model, steps = pair.Model(), 300
    done = threading.Event()
    wrong: list[object] = []
    asked = [0, 0, 0]

    def train() -> None:
        for _ in range(steps):
            model.grow(ONES)
        done.set()

    def ask(way: int) -> None:
        while not done.is_set():
            values = [model.a, model.get_value("b"), pair.Model.copy(model)["a"]][way]
            first = values[0]
            asked[way] += 1
            if not same(values, first):
                wrong.append((way, values))

    threads = [threading.Thread(target=train), *(threading.Thread(target=ask, args=(way,)) for way in range(3))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive()
    assert not wrong and all(asked)
    assert same(model.a, 1 + steps) and same(model.b, 1 + steps)


def test_several_train_one_model(pair: Any) -> None:
    model = pair.Model()
    threads = [threading.Thread(target=lambda: [model.checked(ONES) for _ in range(40)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert same(model.a, 161) and same(model.b, 161) and model.k == 160


@pytest.mark.parametrize("bad", [0, 1, 2, 7, 29])
def test_a_failing_step_of_fit_leaves_the_last_good_values(pair: Any, bad: int) -> None:
    model, x = pair.Model(), np.ones(30)
    held = model.a
    x[bad] = -1
    with pytest.raises(AssertionError, match="no negative rows"):
        model.fit(x, entry="step", batch_size=1, shuffle=False, progress=False)
    assert same(model.a, 1 + bad) and same(model.b, 1 + bad) and model.k == bad and same(held, 1)
    model.fit(np.ones(3), entry="step", batch_size=2, shuffle=False, progress=False)
    assert same(model.a, 4 + bad) and same(model.b, 4 + bad) and model.k == bad + 2


def test_fit_among_calls(pair: Any) -> None:
    """Calls replace the values that fit leaves, and the reverse; copies are independent."""
    model, held, x = pair.Model(), [], np.ones(5)
    for round in range(4):
        model.fit(x, entry="step", batch_size=2, shuffle=False, progress=False)
        twin = model.copy()
        held.append((1 + 6 * round + 5, model.b, twin))
        model.grow(ONES)
    assert same(model.b, 25) and model.k == 12
    assert all(same(values, number) and same(twin.a, number) for number, values, twin in held)


def test_refused_values_never_replace_any(target: str) -> None:
    strict = tdsl.compile(TEXT, name="strict_pair", target=target, nan="refuse")
    model, bad = strict.Model(), ONES.copy()
    bad[-1] = 1e308
    model.grow(bad)
    before = state(model)
    bad[-1] = 1.7e308
    with pytest.raises(FloatingPointError):
        model.grow(bad)
    assert state(model) == before
