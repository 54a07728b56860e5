"""Several values read at once are those of one call, while another thread goes on calling; also after a fork."""

from __future__ import annotations

import copy
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tdsl
from tdsl.source import Source
from tdsl.syntax.parse import parse
from tests.modules.programs import state

N = 20_000
TEXT = f"""\
const N = {N}
dim B
shared a: f64[N] = 1
shared b: f64[N] = 1
state k: f64 = 1
## Written over the old values.
entry grow(by: f64[B]) -> k {{
    a <- a + sum(by)
    b <- b + sum(by)
    k <- k + sum(by)
}}
## Each needs all of the other's old value.
entry apart(by: f64[B]) -> k {{
    a <- b[::-1] + sum(by)
    b <- a[::-1] + sum(by)
    k <- k + sum(by)
}}
entry test(x: f64[B]) -> sum(x) * a[0]
"""
ONE, MANY = np.ones(1), np.ones(50)


@pytest.fixture
def equal(target: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    module = tdsl.compile(TEXT, name="equal", target=target)
    monkeypatch.setitem(sys.modules, "equal", module)
    return module


def stepping(entry: str) -> Callable[[Any], object]:
    return lambda model: getattr(model, entry)(ONE)


def fitting(entry: str) -> Callable[[Any], object]:
    return lambda model: model.fit(MANY, entry=entry, batch_size=1, progress=False)


def replacing(model: Any) -> None:
    for number in (1.0, 2.0):
        model.load_state_dict({"a": np.full(N, number), "b": np.full(N, number), "k": number})


WRITERS = {
    "steps": stepping("grow"),
    "steps-apart": stepping("apart"),
    "fit": fitting("grow"),
    "fit-apart": fitting("apart"),
    "load_state_dict": replacing,
}


@contextmanager
def busy(model: Any, write: Callable[[Any], object]) -> Iterator[None]:
    """Another thread that writes as often as it can."""
    ended = threading.Event()

    def work() -> None:
        while not ended.is_set():
            write(model)

    thread = threading.Thread(target=work)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)  # so that each often finds the other in the middle
    thread.start()
    try:
        yield
    finally:
        sys.setswitchinterval(before)
        ended.set()
        thread.join()


def saved(model: Any, path: Path) -> dict[str, Any]:
    model.save(path)
    with np.load(path) as archive:
        return {name: archive[name] for name in "abk"}


def taken_over(model: Any, other: Any) -> dict[str, Any]:
    other.load_state_dict(model)
    return dict(other.items())


def is_one_call(values: Any) -> bool:
    return len({float(extreme) for name in "abk" for extreme in (np.min(values[name]), np.max(values[name]))}) == 1


@pytest.mark.parametrize("writer", WRITERS)
def test_several_values_are_of_one_call(equal: Any, writer: str, tmp_path: Path) -> None:
    model, other = equal.Model(), equal.Model()
    readers: dict[str, Callable[[], Any]] = {
        "state_dict": model.state_dict,
        "items": lambda: dict(model.items()),
        "values": lambda: dict(zip("abk", model.values(), strict=True)),
        "copy": model.copy,
        "deepcopy": lambda: copy.deepcopy(model),
        "pickle": lambda: pickle.loads(pickle.dumps(model)),
        "save": lambda: saved(model, tmp_path / "model.npz"),
        "load_state_dict": lambda: taken_over(model, other),
    }
    with busy(model, WRITERS[writer]):
        torn = [name for _ in range(25) for name, read in readers.items() if not is_one_call(read())]
    assert not torn


def in_child(work: Callable[[], bool]) -> str:
    """The outcome of the work in a forked process, which is ended if it hangs."""
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        try:
            os._exit(0 if work() else 1)
        except BaseException:
            os._exit(2)
    status = os.waitpid(child, 0)[1]
    return {0: "good", 1: "wrong", 2: "raises"}.get(os.waitstatus_to_exitcode(status), "hangs")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("writer", WRITERS)
def test_a_forked_process_has_the_values_of_a_whole_call(equal: Any, writer: str) -> None:
    model = equal.Model()

    def work() -> bool:
        good = is_one_call(model)
        before = model.k
        good &= model.test(ONE) == model.a[0] == before
        model.grow(ONE)
        good &= is_one_call(model) and model.k == before + 1
        model.fit(MANY, entry="grow", batch_size=10, progress=False)
        return good and is_one_call(model.copy()) and model.k == before + 51

    work()  # loads lazy imports: Python itself must not be forked in the middle of one
    with busy(model, WRITERS[writer]):
        assert [in_child(work) for _ in range(15)] == ["good"] * 15
    assert is_one_call(model)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_has_a_pool_of_its_own(deep: Any, target: str) -> None:
    """The threads of its parent may be in the middle of a call: each loop and product of these calls is run in
    parallel."""
    rows = {"cpp": 3000, "numpy": 500}[target]
    x, t = np.ones((rows, 60), "f"), np.ones(rows, "f")
    model, other, expected = deep.Model(seed=1), deep.Model(seed=2), deep.Model(seed=2)
    cost = expected.train(x, t)

    def work() -> bool:
        trained = deep.Model(seed=2)
        model.train(x, t)
        return other.train(x, t) == trained.train(x, t) == cost and state(other) == state(expected)

    with busy(model, lambda model: model.train(x, t)):
        assert [in_child(work) for _ in range(10)] == ["good"] * 10


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_compiles_in_the_middle_of_other_threads() -> None:
    text = "\n".join(f"entry f{number}(x: real) -> x * {number}" for number in range(50))
    entries = parse(Source("many.tdsl", text)).items

    def work() -> bool:
        return len(parse(Source("many.tdsl", text)).items) == len(entries) == 50

    with busy(None, lambda _: parse(Source("many.tdsl", text))):
        assert [in_child(work) for _ in range(10)] == ["good"] * 10


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_within_a_call_stays_within_it(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The child of the thread whose call it is ends the call itself; until then the model is in use there too."""
    text = 'shared a: f64[9000] = 1\nentry told() -> sum(a) {\n    print "sum", sum(a)\n    a <- a + 1\n}\n'
    model = tdsl.compile(text, name="telling", target=target).Model()
    children: list[int] = []

    class Forking:
        def write(self, text: str) -> None:
            if text.startswith("sum"):
                children.append(os.fork())
                if children[-1] == 0:
                    signal.alarm(20)
                with pytest.raises(RuntimeError, match="the model is in use by the call that this one is part of"):
                    model.told()

        def flush(self) -> None: ...

    with monkeypatch.context() as patch:
        patch.setattr("sys.stdout", Forking())
        try:
            answer = model.told()
        except BaseException:
            if children[-1] == 0:
                os._exit(1)
            raise
    if children[-1] == 0:
        os._exit(0 if answer == 9000 and model.a[0] == 2 else 1)
    assert answer == 9000 and model.a[0] == 2 and os.waitpid(children[-1], 0)[1] == 0


def test_who_waits_is_next(equal: Any) -> None:
    """However often another thread calls, it passes who waits for some milliseconds, not for seconds."""
    model, asks, calls, ended = equal.Model(), 12, 0, threading.Event()

    def work() -> None:
        nonlocal calls
        while not ended.is_set():
            model.grow(ONE)
            calls += 1

    def passed(ask: Callable[[], Any]) -> int:
        before = calls
        ask()
        count, before = calls - before, calls
        while calls == before:  # the other has its turns as well
            pass
        return count

    thread = threading.Thread(target=work)
    thread.start()
    try:
        counts = [passed(ask) for ask in (lambda: model.test(ONE), model.state_dict) for _ in range(asks)]
    finally:
        ended.set()
        thread.join()
    assert sum(counts) < 30_000, counts
