"""No input from Python makes a module read or write outside its memory."""

from __future__ import annotations

import gc
import pickle
import sys
import threading
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tdsl
from tests.modules.test_arrays import Lent

WILD = """\
dim N, M

shared x: real[2] = 0
state flags: bool[4] = false
state flag: bool = false

entry number(b: bool[N]) -> int(b)
entry place(v: real[2], b: bool[N]) -> v[int(b)]
entry one_place(v: real[2], b: bool) -> v[int(b)]
entry slope(v: real[2], b: bool[N]) -> grad(sum(v[int(b)]), v)
entry truths(b: bool[N]) -> (b, not b, any(b), all(b), sum(int(b)))
entry side(b: bool) -> (if b then 1.0 else 2.0)
entry chosen(b: bool[N], v: real[N]) -> switch(b, v, 0)
entry held() -> (x[int(flags)], x[int(flag)], flags, flag)
entry hold(v: bool[4]) { flags <- v }

entry pick(v: real[N], k: i64) -> v[k]
entry rows(v: real[N, M], i: i64[M]) -> v[i]
entry window(v: real[N]) -> v[2 + arange(3)]
entry pick_slope(v: real[N], k: i64) -> grad(sum(v[k] ** 2), v)
entry flat_slope(v: real[N], k: i64) -> grad(sum(v[k]), v)
entry row_slopes(v: real[N, M], i: i64[M]) -> grad(sum(v[i] ** 2), v)
"""
BYTES = b"\0\1\7\xff"


@cache
def wild(target: str) -> Any:
    return tdsl.compile(WILD, name="wild", target=target)


def odd_bools() -> np.ndarray:
    return np.frombuffer(BYTES, np.bool_)


@pytest.mark.parametrize(
    "lend", [lambda array: array, lambda array: Lent(array.copy()), lambda array: array[::-1][::-1]]
)
def test_a_byte_that_is_not_zero_is_true(target: str, lend: Any) -> None:
    model, v = wild(target).Model(), np.array([10, 20], np.float32)
    b = lend(odd_bools())
    assert model.number(b).tolist() == [0, 1, 1, 1]
    assert model.place(v, b).tolist() == [10, 20, 20, 20]
    assert model.slope(v, b).tolist() == [1, 3]
    same, inverse, some, every, count = model.truths(b)
    assert same.tobytes() == b"\0\1\1\1" and inverse.tobytes() == b"\1\0\0\0"
    assert (some, every, count) == (True, False, 3)
    assert model.chosen(b, np.arange(1, 5, dtype=np.float32)).tolist() == [0, 2, 3, 4]
    scalar = odd_bools()[2:3].reshape(())
    assert model.one_place(v, scalar) == 20 and model.side(scalar) == 1


def assigned(model: Any, folder: Path) -> None:
    model.set_value("flags", odd_bools())
    model.flag = odd_bools()[3:].reshape(())


def loaded(model: Any, folder: Path) -> None:
    np.savez(folder / "odd.npz", x=np.zeros(2, np.float32), flags=odd_bools(), flag=odd_bools()[2:3].reshape(()))
    assert b"\0\1\7\xff" in (folder / "odd.npz").read_bytes()
    model.load(folder / "odd.npz")


def load_state(model: Any, folder: Path) -> None:
    model.load_state_dict({"flags": odd_bools(), "flag": odd_bools()[2:3].reshape(())}, strict=False)


def unpickled(model: Any, folder: Path) -> None:
    source, values, attributes = model.__reduce__()[2]
    values = {**values, "flags": odd_bools(), "flag": odd_bools()[2:3].reshape(())}
    model.__setstate__(pickle.loads(pickle.dumps((source, values, attributes))))


def called(model: Any, folder: Path) -> None:
    model.hold(odd_bools())
    model.flag = True


@pytest.mark.parametrize("enter", [assigned, loaded, load_state, unpickled, called])
def test_values_of_a_model_are_booleans_however_they_are_set(target: str, enter: Any, tmp_path: Path) -> None:
    model = wild(target).Model()
    enter(model, tmp_path)
    model.x = [10, 20]
    picked, one, flags, flag = model.held()
    assert picked.tolist() == [10, 20, 20, 20] and one == 20 and flag is True
    assert flags.tobytes() == model.flags.tobytes() == model.get_value("flags").tobytes() == b"\0\1\1\1"


@pytest.mark.parametrize("name", ["pick", "pick_slope", "flat_slope"])
@pytest.mark.parametrize("position", [0, -1, 5, 2**40])
def test_an_empty_axis_has_no_element(target: str, name: str, position: int) -> None:
    message = f"index {position} is out of bounds for size 0 in .* at wild.tdsl"
    with pytest.raises(IndexError, match=message):
        getattr(wild(target).Model(), name)(np.ones(0, np.float32), position)


@pytest.mark.parametrize("name", ["rows", "row_slopes"])
def test_an_empty_axis_has_no_rows(target: str, name: str) -> None:
    model = wild(target).Model()
    with pytest.raises(IndexError, match="index -1 is out of bounds for size 0"):
        getattr(model, name)(np.ones((0, 3), np.float32), np.array([0, 5, -1]))
    assert getattr(model, name)(np.ones((0, 0), np.float32), np.ones(0, np.int64)).shape == (0, 0)
    with pytest.raises(IndexError, match="index 2 is out of bounds for size 0"):
        model.window(np.ones(0, np.float32))


SIZES = """\
dim K, N

entry squares(x: bool[K, N]) -> u8(zeros((N * N,)))
entry eights(x: bool[K, N]) -> u8(zeros((8 * N,)))
entry grid(x: bool[K, N]) -> sum(iota((N, N), 0) % 7)
entry spot(x: bool[K, N]) -> place(ones((1,)), (N * N,), 3, 1)[3]
entry count(x: bool[K, N]) -> N * N
entry least(x: bool[K, N]) -> N * N >= 0
entry quotient(x: bool[K, N]) -> iota((N * N // 3 + 1,), 0)[0]
entry derived(x: bool[K, N], y: bool[K, N * N]) -> count_of(y)
entry cut(x: bool[K, N]) -> iota((N * N,), 0)[N * N - 1]

fn count_of(y) = sum(int(y))
"""


@cache
def sizes(target: str) -> Any:
    return tdsl.compile(SIZES, name="sizes", target=target)


@pytest.mark.parametrize("n", [2**32, 2**61, 2**63 - 1], ids=hex)
@pytest.mark.parametrize("name", ["squares", "eights", "grid", "spot", "count", "least", "quotient", "cut"])
def test_sizes_beyond_a_machine_are_refused(target: str, name: str, n: int) -> None:
    with pytest.raises(
        MemoryError, match=rf"sizes.{name}: .* with N = {n}, more than the limit|= .*; nothing was changed"
    ):
        getattr(sizes(target), name)(np.zeros((0, n), np.bool_))


@pytest.mark.parametrize("n", [2**32, 2**61, 2**63 - 1], ids=hex)
def test_a_size_is_compared_as_it_is_and_not_as_it_wraps(target: str, n: int) -> None:
    wrapped = n * n % 2**64
    shape = (0, wrapped if wrapped < 2**63 else 0)
    with pytest.raises(ValueError, match=r"argument 'y' has shape .*, expected \(K, N \* N\)"):
        sizes(target).derived(np.zeros((0, n), np.bool_), np.zeros(shape, np.bool_))


def test_the_same_entries_with_sizes_that_fit(target: str) -> None:
    module, x = sizes(target), np.zeros((0, 5), np.bool_)
    assert module.squares(x).shape == (25,) and module.eights(x).shape == (40,)
    assert (module.grid(x), module.spot(x), module.count(x), module.least(x)) == (50, 1, 25, True)
    assert (module.quotient(x), module.cut(x)) == (0, 24)
    assert module.derived(x, np.zeros((0, 25), np.bool_)) == 0


EMPTY = """\
dim K, N

entry flat(x: bool[K, N]) -> reshape(x, (N * K,))
entry added(x: real[K, N]) -> x[:, new, :] + x[:, :, new]
entry cube(x: bool[K, N]) -> zeros((K, N, N))
entry pairs(x: bool[K, N]) -> sum(x[:, new, :] and x[:, :, new])
"""


@cache
def empty(target: str) -> Any:
    return tdsl.compile(EMPTY, name="empty", target=target)


@pytest.mark.parametrize(
    ("name", "n", "words"),
    [
        ("flat", 2**56, "counts up to 72,057,594,037,927,936 = N"),
        ("added", 2**32, r"counts up to 18,446,744,073,709,551,616 = N \* N"),
        ("added", 2**55, r"counts up to .* = N \* N"),
        ("cube", 2**32, "with K = 0 and N = 4294967296 an array would be too large for NumPy, which counts"),
        ("pairs", 2**32, "with K = 0 and N = 4294967296 an array would be too large for NumPy, which counts"),
    ],
)
def test_empty_arrays_are_refused_by_their_name(target: str, name: str, n: int, words: str) -> None:
    module, x = empty(target), np.zeros((0, n), np.float32 if name == "added" else np.bool_)
    if name == "pairs" and target == "cpp":  # which makes no array for it
        assert module.pairs(x) == 0
        return
    with pytest.raises(MemoryError, match=rf"^empty\.{name}: {words}.*; nothing was changed$"):
        getattr(module, name)(x)


def test_the_same_entries_with_small_sizes(target: str) -> None:
    module, x = empty(target), np.zeros((0, 2**20), np.bool_)
    assert module.flat(x).shape == (0,) and module.cube(x).shape == (0, 2**20, 2**20) and module.pairs(x) == 0
    assert module.added(np.zeros((0, 2**20), np.float32)).shape == (0, 2**20, 2**20)


def test_the_memory_of_a_snapshot_is_out_of_reach(target: str) -> None:
    model = wild(target).Model()
    model.x = [1, 2]
    for snapshot in (model.x, model["x"], dict(model.items())["x"], model.values()[0]):
        array = snapshot
        while isinstance(array, np.ndarray):
            with pytest.raises(ValueError, match="WRITEABLE"):
                array.flags.writeable = True
            with pytest.raises(ValueError, match="resize"):
                array.resize((1 << 16,), refcheck=False)
            array = array.base
    assert model.x.tolist() == [1, 2] and model.get_value("x").tolist() == [1, 2]
    model.x = np.array([3, 4])
    assert not [found for found in gc.get_referents(model) if isinstance(found, np.ndarray)]


def test_arrays_that_somebody_still_holds_are_copied(target: str) -> None:
    model, mine = wild(target).Model(), np.array([1, 2], np.float32)
    model._assign({0: mine})
    mine.flags.writeable = True
    mine[:] = 7
    assert model.x.tolist() == [1, 2]


def test_entries_are_made_by_their_module_alone(target: str) -> None:
    pick = wild(target).Model.pick
    entry = type(pick)
    assert repr(pick) == "<entry wild.pick>" and pick.__name__ == "pick" and "Returns:" in pick.__doc__
    for make in (
        entry,
        lambda: object.__new__(entry),
        lambda: type("E", (entry,), {}),
        lambda: setattr(entry, "own", 1),
        lambda: setattr(entry, "__call__", print),
        lambda: delattr(entry, "__call__"),
    ):
        with pytest.raises(TypeError):
            make()
    for name in ("own", "__name__", "__doc__"):
        with pytest.raises(AttributeError):
            setattr(pick, name, "other")
        with pytest.raises(AttributeError):
            delattr(pick, name)


def test_the_types_of_the_binding_are_made_by_the_binding_alone() -> None:
    module = wild("cpp")
    core = module.Model.__mro__[-2]
    bare = core.__new__(core)
    assert bare._get(0).tolist() == [0, 0]
    for wrong in (-1, 3, 2**70, None, "x"):
        with pytest.raises((IndexError, OverflowError, TypeError)):
            bare._get(wrong)
    for given in ({0: 1}, {0: np.zeros(3, np.float32)}, {9: np.zeros(2, np.float32)}, {0: np.zeros(2)}, 5):
        with pytest.raises((TypeError, IndexError)):
            bare._assign(given)
    with pytest.raises(TypeError):
        bare._steps(1)


STRICT = """\
dim N
entry total(x: real[N, 4]) -> sum(exp(x * x * 1e-30))
entry logs(x: real[N, 4]) -> log(x)
"""


@cache
def strict_sums() -> Any:
    return tdsl.compile(STRICT, name="strict_sums", nan="refuse")


@pytest.mark.parametrize("moment", ["arguments", "results", "out"])
def test_the_shape_of_an_argument_may_change_during_a_call(moment: str) -> None:
    """Faults are found while other threads may have the GIL, and reported afterwards."""
    x, out = np.ones((50_000, 4), np.float32), np.zeros((50_000, 4), np.float32)
    if moment != "out":
        x[-1, -1] = np.nan if moment == "arguments" else -1
    changed, over = out if moment == "out" else x, threading.Event()

    def change() -> None:
        while not over.is_set():
            for shape in ((200_000,), (1, 200_000), (2, 2, 50_000), (50_000, 4)):
                changed.shape = shape

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    other = threading.Thread(target=change)
    other.start()
    try:
        for _ in range(200):
            changed.shape = (50_000, 4)
            try:
                strict_sums().logs(x, out=out) if moment == "out" else strict_sums().logs(x)
            except FloatingPointError as error:
                assert moment != "out" and "[49999, 3]" in str(error)
            except ValueError as error:
                assert "has shape" in str(error)
    finally:
        over.set()
        other.join()
        sys.setswitchinterval(interval)


@pytest.mark.parametrize(("count", "stack"), [(1_000, 65_536), (20_000, 1 << 20)])
def test_many_arguments_on_a_small_stack(count: int, stack: int) -> None:
    names = ", ".join(f"a{number}: real" for number in range(count))
    many = tdsl.compile(f"entry ends({names}) -> a0 + a{count - 1}", name=f"many{count}", opt=0)
    found: list[float] = []
    size = threading.stack_size(stack)
    try:
        thread = threading.Thread(target=lambda: found.append(many.ends(*range(1, count + 1))))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
    assert found == [count + 1]


def test_a_header_that_claims_to_be_long(target: str, tmp_path: Path) -> None:
    """A megabyte of archive may claim gigabytes of header."""
    model = wild(target).Model()
    path, claimed = tmp_path / "long.npz", 200 << 20
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("x.npy", "w") as member:
        member.write(b"\x93NUMPY\2\0" + (claimed).to_bytes(4, "little"))
        for _ in range(claimed >> 20):
            member.write(b" " * (1 << 20))
    import tracemalloc

    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="the header of an array is too long"):
            model.load(path)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()
