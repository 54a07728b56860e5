"""Any array goes in: it is converted or refused by name, never written to; what comes out is whole and fresh."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

BASE = np.arange(24, dtype=np.float64).reshape(4, 6)


def unaligned(array: np.ndarray) -> np.ndarray:
    memory = np.zeros(array.nbytes + 1, np.uint8)
    view = memory[1:].view(array.dtype).reshape(array.shape)
    view[...] = array
    assert not view.flags.aligned
    return view


def read_only(array: np.ndarray) -> np.ndarray:
    array = array.copy()
    array.flags.writeable = False
    return array


class Wrapped:
    """Has only __array__."""

    def __init__(self, array: np.ndarray) -> None:
        self.array = array

    def __array__(self, dtype: object = None, copy: object = None) -> np.ndarray:
        return self.array if dtype is None else self.array.astype(dtype)  # type: ignore[call-overload, no-any-return]


class Lent:
    """Has only DLPack."""

    def __init__(self, array: np.ndarray) -> None:
        self.array = array

    def __dlpack__(self, **options: Any) -> object:
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self) -> object:
        return self.array.__dlpack_device__()


def matrices(folder: Path) -> Iterator[tuple[str, Any]]:
    """The same 4 by 6 numbers in every form."""
    yield "plain", BASE.copy()
    yield "Fortran", np.asfortranarray(BASE)
    yield "transposed", np.ascontiguousarray(BASE.T).T
    yield "negative strides", np.ascontiguousarray(BASE[::-1, ::-1])[::-1, ::-1]
    yield "slice of a larger one", np.pad(BASE, ((0, 1), (2, 3)))[:4, 2:8]
    yield "every second", np.repeat(np.repeat(BASE, 2, 0), 3, 1)[::2, ::3]
    yield "other byte order", BASE.astype(BASE.dtype.newbyteorder())
    yield "unaligned", unaligned(BASE)
    yield "read-only", read_only(BASE)
    yield "matrix", np.asmatrix(BASE)
    yield "masked", np.ma.masked_array(BASE)
    yield "list", BASE.tolist()
    yield "tuples", tuple(map(tuple, BASE.tolist()))
    yield "list of arrays", list(BASE)
    yield "memoryview", memoryview(BASE.copy())
    yield "__array__", Wrapped(BASE.copy())
    yield "__dlpack__", Lent(BASE.copy())
    for dtype in ("b", "B", "h", "H", "i", "I", "l", "L", "q", "Q", "e", "f", "g"):
        yield f"dtype {dtype}", BASE.astype(dtype)
    np.save(folder / "base.npy", BASE)
    yield "memmap", np.load(folder / "base.npy", mmap_mode="r")
    yield "field", np.rec.fromarrays([BASE, BASE], names="a,b")["a"]


def digest(value: object) -> str:
    return hashlib.sha256(np.asarray(getattr(value, "array", value)).tobytes()).hexdigest()


@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_every_form_of_a_matrix(plain: Any, tmp_path: Path) -> None:
    forms = dict(matrices(tmp_path))
    assert len(forms) > 30
    for name, value in forms.items():
        before = digest(value)
        for result in (plain.add(value, BASE), plain.add(BASE, b=value), plain.add(value, value)):
            assert type(result) is np.ndarray and result.dtype == np.float64, name
            assert result.flags.c_contiguous and result.flags.writeable and result.flags.owndata, name
            assert np.array_equal(result, BASE + BASE), name
        assert digest(value) == before, name


def test_zero_strides_and_overlaps(plain: Any) -> None:
    row = np.broadcast_to(np.arange(6.0), (4, 6))
    assert np.array_equal(plain.add(row, row), row + row)
    memory = np.arange(30.0)
    left, right = memory[:24].reshape(4, 6), memory[6:].reshape(4, 6)
    expected = left + right
    assert np.array_equal(plain.add(left, right), expected)
    assert np.array_equal(memory, np.arange(30.0))
    windows = np.lib.stride_tricks.sliding_window_view(memory, 6)[:4]
    assert np.array_equal(plain.add(windows, windows), 2 * windows)


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (5, 0), (1, 1)])
def test_no_elements(plain: Any, shape: tuple[int, int]) -> None:
    assert plain.add(np.ones(shape), np.ones(shape)).tolist() == (np.ones(shape) * 2).tolist()
    assert plain.add(np.ones(shape), np.ones(shape)).shape == shape
    assert plain.cube(np.ones((*shape, 2))).shape == (*shape, 2)


def test_empty_lists_and_arrays(plain: Any) -> None:
    assert plain.singles([]).shape == (0,)
    assert plain.truths([]).dtype == np.bool_
    assert plain.total([]) == 0
    assert plain.bytes_of(np.ones(0, "u1")).shape == (0,)


SCALARS = [3, 3.0, True, np.float32(3), np.float64(3), np.int8(3), np.uint64(3), np.array(3), np.array(3.0, ">f8")]


@pytest.mark.parametrize("value", SCALARS, ids=repr)
def test_scalars(plain: Any, value: Any) -> None:
    result = plain.square(value)
    assert type(result) is float and result == float(value) ** 2
    assert type(plain.zero(value)) is tuple
    if not isinstance(value, float | np.floating) and np.asarray(value).dtype.kind in "iub":
        assert type(plain.whole([1], value)[1]) is int


def test_scalars_that_do_not_fit(plain: Any) -> None:
    for value in (256, -1, np.int64(300), 10**30):
        with pytest.raises(ValueError, match=r"plain.whole: argument 'u' holds -?\d+, which does not fit u8"):
            plain.whole([1], value)
    for value in (1.0, "1", None, 1j, [1.0], np.float32(1), object()):
        with pytest.raises(TypeError, match=r"plain.whole: argument 'u' (holds|is)"):
            plain.whole([1], value)
    for value in (1, np.int8(1), 0.0):
        with pytest.raises(TypeError, match=r"plain.whole: argument 'flag' holds"):
            plain.whole([1], 1, value)
    with pytest.raises(ValueError, match=r"plain.square: argument 'x' is too large for f64"):
        plain.square(10**400)
    with pytest.raises(ValueError, match=r"plain.square: argument 'x' has shape \(1,\), expected a scalar"):
        plain.square([1.0])


def test_integers_and_truths(plain: Any) -> None:
    doubled, byte, flipped = plain.whole(np.arange(3, dtype=np.int8), 7, False)
    assert doubled.dtype == np.int32 and doubled.tolist() == [0, 2, 4] and byte == 7 and flipped is True
    assert plain.wide(np.array([[1, 2]], np.uint8)).dtype == np.int64
    assert plain.truths([True, False]).tolist() == [False, True]
    assert plain.whole(np.array([2**31 - 1], np.int64), 0)[0].tolist() == [-2]
    with pytest.raises(ValueError, match="'k' holds 2147483648, which does not fit i32"):
        plain.whole([2**31], 0)
    with pytest.raises(TypeError, match="'c' holds integers, expected bool"):
        plain.truths([1, 0])
    with pytest.raises(ValueError, match="'k' holds 18446744073709551615, which does not fit i64"):
        plain.wide(np.array([[2**64 - 1]], np.uint64))


@pytest.mark.parametrize(
    "value",
    [None, "text", b"bytes", {1: 2}, object(), [1, "a"], [[1], [1, 2]], np.array([None]), np.array(["x"]), 1j,
     np.array([1], "M8[s]"), np.array([(1, 2)], "i4,i4"), lambda: 1, [None]],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_is_no_array_of_numbers(plain: Any, value: object) -> None:
    with pytest.raises(TypeError, match=r"plain.singles: argument 'a' (is no array|holds)"):
        plain.singles(value)


def test_results_are_fresh_and_whole(plain: Any) -> None:
    a = np.arange(3.0)
    first, second = plain.same(a)
    assert not np.may_share_memory(first, second) and not np.may_share_memory(first, a)
    first[:] = -1
    assert second.tolist() == a.tolist() == plain.same(a)[0].tolist()
    poisoned = np.full(1000, np.nan, np.float32)
    assert plain.singles(np.zeros(1000, "f"), out=poisoned) is poisoned and (poisoned == 0.5).all()


def test_defaults_and_keywords(plain: Any) -> None:
    assert plain.scaled([1, 2]).tolist() == [3, 5]
    assert plain.scaled([1, 2], 3).tolist() == plain.scaled(by=3, a=[1, 2]).tolist() == [4, 7]
    assert plain.scaled([1, 2], plus=0, by=1).tolist() == [1, 2]
    keywords = {"".join(("b", "y")): 10, "a": [1]}  # a name that is not the interned one
    assert plain.scaled(**keywords).tolist() == [11]
    with pytest.raises(TypeError, match=r"plain.scaled: argument 'a' is given twice"):
        plain.scaled([1], a=[2])


def test_dims_must_agree(plain: Any) -> None:
    words = r"plain.square_matrix: argument 'a' has shape \(2, 3\), expected \(B, B\) with B = 2 bound by 'a' \(plain"
    with pytest.raises(ValueError, match=words):
        plain.square_matrix(np.ones((2, 3)))
    with pytest.raises(
        ValueError, match=r"'b' has shape \(3, 2\), expected \(N, M\) with N = 2 bound by 'a' and M = 3"
    ):
        plain.add(np.ones((2, 3)), np.ones((3, 2)))


def test_large_copies_are_told_once(plain: Any) -> None:
    large = np.ones(1 << 19, np.float64)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for _ in range(3):
            plain.total(large)
            plain.total(large.astype("f"))
    assert [warning.category for warning in told] in ([plain.CopyWarning], [])  # told once a process
    assert all("argument 'a' is float64, so 2.0 MiB are copied at every call" in str(w.message) for w in told)
    assert all(warning.filename == __file__ for warning in told)


def test_inputs_of_a_thousand_random_calls_stay(module: Callable[[str], Any]) -> None:
    affine, random = module("affine"), np.random.default_rng(0)
    model = affine.Model()
    for _ in range(300):
        rows = int(random.integers(1, 20))
        memory = random.normal(size=(rows * 2, 8)).astype("f" if random.random() < 0.5 else "d")
        x = memory[:: random.choice([1, 2])][:rows, 1:3]
        t = np.asfortranarray(random.normal(size=(rows, 3)))
        before = memory.tobytes(), t.tobytes()
        weights, bias = model.get_value("W"), model.get_value("b")
        np.testing.assert_allclose(model.predict(x), x.astype("f") @ weights + bias, rtol=1e-4, atol=1e-5)
        model.train(x, t, 0.001)
        assert before == (memory.tobytes(), t.tobytes())
