"""Any array may be an argument: it is converted or refused by name, never written to; results are complete new
arrays."""

from __future__ import annotations

import enum
import hashlib
import inspect
import sys
import warnings
from array import array
from collections import UserList, deque
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tdsl

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


class Level(enum.IntEnum):
    LOW = 3


class Odd(int):
    """An integer that misreports itself."""

    def __index__(self) -> int:
        return 7

    def __float__(self) -> float:
        return 7.0


@pytest.mark.parametrize("value", [Level.LOW, Odd(3), np.int16(3)], ids=repr)
def test_every_kind_of_integer(plain: Any, affine: Any, value: Any) -> None:
    assert plain.whole([1], value)[1] == 3 and type(plain.whole([1], value)[1]) is int
    assert plain.square(value) == 9.0 and plain.wide([[value]]).tolist() == [[4]]
    model = affine.Model(seed=value)
    assert model.divide(value, 2) == 1 and model.pick(Level.LOW - value) == 0
    model.k = value
    assert model.k == 3 and type(model.k) is int
    model.fit(np.ones((4, 2)), np.ones((4, 3)), epochs=value, batch_size=value, lr=0)
    assert model.k == 9
    with pytest.raises(ValueError, match="argument 'u' holds 200000, which does not fit u8"):
        plain.whole([1], Odd(200000))


def test_integers_and_booleans(plain: Any) -> None:
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
def test_values_that_are_no_array_of_numbers(plain: Any, value: object) -> None:
    with pytest.raises(TypeError, match=r"plain.singles: argument 'a' (is no array|holds)"):
        plain.singles(value)


class Raising:
    """An array of somebody else's that cannot be had."""

    def __init__(self, way: str, error: Exception) -> None:
        self.error = error
        self.__class__ = type("Raising", (Raising,), {way: lambda *_, **__: self.fail()})

    def fail(self) -> None:
        raise self.error


@pytest.mark.parametrize("way", ["__array__", "__dlpack__"])
@pytest.mark.parametrize("error", [RuntimeError("it needs a gradient"), BufferError("no"), LookupError()], ids=repr)
def test_errors_of_others_name_the_argument(plain: Any, way: str, error: Exception) -> None:
    for call, name in ((lambda v: plain.singles(v), "singles: argument 'a'"), (plain.square, "square: argument 'x'")):
        with pytest.raises(TypeError) as raised:
            call(Raising(way, error))
        assert str(raised.value).startswith(f"plain.{name} is no array: {type(error).__name__}: {error} (plain.tdsl:")
        assert raised.value.__cause__ is error


def test_the_element_that_is_no_number_is_named(plain: Any) -> None:
    for value, found in (
        ([1.0, None], "NoneType at [1]"),
        (np.array([1, 2.5, "x", None], object), "str at [2]"),
        (np.array([True, 1j], object), "complex at [1]"),
        (np.array([1, np.datetime64("2020-01-01")], object), "datetime64 at [1]"),
        ([1, object()], "object at [1]"),
    ):
        with pytest.raises(TypeError) as raised:
            plain.singles(value)
        text = f"plain.singles: argument 'a' holds an object of type {found}, expected f32 (plain.tdsl:5)"
        assert str(raised.value) == text
    with pytest.raises(TypeError, match=r"'a' holds an object of type NoneType at \[1, 0\], expected f64"):
        plain.add([[1], [None]], [[1], [1]])
    with pytest.raises(TypeError, match=r"'k' holds an object of type float at \[1\], expected i32"):
        plain.whole(np.array([1, 2.0], object), 1)
    with pytest.raises(TypeError, match=r"'c' holds an object of type int at \[1\], expected bool"):
        plain.truths(np.array([True, 1], object))


def test_numbers_that_numpy_does_not_know(plain: Any) -> None:
    """Arrays of a dtype that another package defines, such as bfloat16."""
    numbers = [Fraction(1, 2), Decimal("1.5"), 10**30, True, np.float32(2)]
    assert plain.singles(numbers).tolist() == [float(np.float32(number)) + 0.5 for number in numbers]
    assert plain.square(Fraction(1, 2)) == 0.25 and plain.square(Decimal("-3")) == 9
    assert plain.whole(np.array([1, True, np.int8(3)], object), 0)[0].tolist() == [2, 2, 6]
    rational = pytest.importorskip("numpy._core._rational_tests").rational
    assert plain.scaled(np.array([rational(1, 2), rational(3, 4)]), plus=0).tolist() == [1, 1.5]
    assert plain.square(rational(1, 2)) == 0.25
    with pytest.raises(TypeError, match="argument 'a' holds dtype rational, expected f32"):
        plain.total(np.array([rational(1, 2)]))  # would lose digits
    with pytest.raises(ValueError, match="argument 'a' is too large for f32"):
        plain.singles([10**400])
    with pytest.raises(ValueError, match="argument 'k' holds 1000000000000000000000000000000, which does not fit i32"):
        plain.whole([10**30], 0)


class Sequence:
    """A sequence of somebody else's."""

    def __init__(self, items: list[object]) -> None:
        self.items = items

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> object:
        return self.items[index]


WRAPS = [
    lambda array: array,
    lambda array: [array],
    lambda array: ([array, array],),
    lambda array: Wrapped(array),
    lambda array: [Wrapped(array)],
    lambda array: UserList([array]),
    lambda array: deque([1.0, array]),
    lambda array: Sequence([1.0, array]),
    lambda array: [Sequence([array])],
]


@pytest.mark.parametrize("wrap", WRAPS)
def test_masked_elements_are_refused(plain: Any, affine: Any, wrap: Callable[[object], object]) -> None:
    masked = np.ma.masked_array([1, 2, 1e9], mask=[0, 0, 1])
    words = r"argument 'a' holds masked elements; fill them in yourself, as in value.filled\(0\) \(plain.tdsl:"
    with pytest.raises(TypeError, match=words):
        plain.singles(wrap(masked))
    with pytest.raises(TypeError, match=words.replace("'a'", "'x'")):
        plain.square(wrap(np.ma.masked))
    model = affine.Model()
    with pytest.raises(TypeError, match=r"affine.Model: variable 'b' holds masked elements"):
        model.b = wrap(masked)
    with pytest.raises(TypeError, match=r"affine.train: argument 't' holds masked elements"):
        model.fit(np.ones((1, 2)), wrap(masked))
    assert plain.singles(masked.filled(0)).tolist() == [1.5, 2.5, 0.5]
    assert plain.singles(np.ma.masked_array([1, 2])).tolist() == [1.5, 2.5]  # nothing is masked


def test_sequences_of_others(plain: Any) -> None:
    for value in (UserList([1, 2]), deque([1, 2]), Sequence([1, 2]), Sequence([np.float64(1), Wrapped(np.array(2))])):
        assert plain.singles(value).tolist() == [1.5, 2.5]
    for value in (bytearray(b"\1\2"), memoryview(b"\1\2"), array("d", [1, 2]), range(1, 3)):
        assert plain.singles(value).tolist() == [1.5, 2.5]
    assert plain.singles(UserList()).tolist() == []


def test_masked_records_are_no_numbers(plain: Any) -> None:
    records = np.ma.masked_array([(1.0, 2.0)], mask=[(0, 1)], dtype="f,f")
    for value in (records, records[0], [records[0]]):
        with pytest.raises(TypeError, match=r"plain.singles: argument 'a' holds dtype \["):
            plain.singles(value)


def test_masks_while_another_thread_imports_them(plain: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("numpy.ma", "numpy.ma.core"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))  # with nothing in it yet
    assert plain.singles([1.0, 2.0]).tolist() == [1.5, 2.5]


def test_numbers_beyond_the_range_of_a_type(plain: Any, affine: Any) -> None:
    """Only floating-point numbers become infinite."""
    for number in (10**39, 2**1023, -(10**39), 10**400, Fraction(10**39), Decimal("1e39"), Decimal("1e400")):
        for given in ([number], np.array([1, number], object)):
            with pytest.raises(ValueError, match=r"plain.singles: argument 'a' is too large for f32"):
                plain.singles(given)
        with pytest.raises(ValueError, match=r"affine.guarded: argument 's' is too large for f32"):
            affine.Model().guarded(number)
        with pytest.raises(ValueError, match="variable 'b' is too large for f32"):
            affine.Model().b = [number] * 3
    for number in (1e39, np.float64(1e39), np.longdouble(1e39), Decimal("Infinity"), np.inf):
        assert plain.singles([number]).tolist() == [np.inf] and plain.singles([-number]).tolist() == [-np.inf]
    assert plain.square(10**39) == 1e39**2 and plain.singles([10**38]).tolist() == [np.float32(1e38)]
    for number in (10**400, Fraction(10**400), Decimal("1e400")):
        with pytest.raises(ValueError, match=r"plain.square: argument 'x' is too large for f64"):
            plain.square(number)


def test_conversions_do_not_ask_numpy_for_its_errors(plain: Any, affine: Any) -> None:
    small, large = np.array([1e-50, 1e-42, 1e-320]), np.array([1e300, 1, -1e300])
    with np.errstate(all="raise"):
        assert plain.singles(small).tolist() == [0.5] * 3 and plain.singles(large).tolist() == [np.inf, 1.5, -np.inf]
        assert plain.total(list(small)) <= 1e-41
        model = affine.Model()
        model.b = large
        model.b = small
        model.load_state_dict({**model.state_dict(), "b": small})
        model.train(np.zeros((1, 2)), np.zeros((1, 3)), lr=1e-60)
        model.fit(np.full((4, 2), 1e-60), np.zeros((4, 3)), batch_size=2, lr=1e-60)
        assert model.k == 3


def test_out_is_an_array_or_a_map_of_a_file(plain: Any, tmp_path: Path) -> None:
    np.save(tmp_path / "out.npy", np.zeros(3))
    mapped = np.load(tmp_path / "out.npy", mmap_mode="r+")
    assert plain.scaled([1, 2, 3], out=mapped) is mapped
    mapped.flush()
    assert np.load(tmp_path / "out.npy").tolist() == [3, 5, 7]
    both = (np.zeros(3), mapped)
    assert plain.same([4, 5, 6], out=both) is both and mapped.tolist() == both[0].tolist() == [4, 5, 6]
    for out, error, words in (
        (unaligned(np.zeros(3)), ValueError, "is not aligned: its memory begins within an element"),
        (np.zeros(6)[::2], ValueError, "is not C-contiguous"),
        (np.ma.zeros(3), TypeError, "is a MaskedArray, expected a NumPy array"),
        (np.load(tmp_path / "out.npy", mmap_mode="r"), ValueError, "is read-only"),
    ):
        with pytest.raises(error) as raised:
            plain.scaled([1, 2, 3], out=out)
        assert str(raised.value) == f"plain.scaled: out for '0' {words}"
    with pytest.raises(ValueError, match=r"plain.same: out for .* overlaps another one"):
        plain.same([1, 2, 3], out=(mapped, mapped))
    with pytest.raises(ValueError, match="out for '0' overlaps argument 'a'"):
        plain.scaled(np.asarray(mapped), out=mapped)


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


ODD_NUMBERS = """\
const big = inf
const none = nan
const zero = -0.0
shared v: real[2] = [-inf, zero]
shared s: f64 = nan
entry defaults(a: real = inf, b: f64 = -inf, c: real = nan, d: real = -0.0, e: f64 = zero) -> (a, b, c, d, e)
entry written() -> (big, -big, none, zero, [inf, -0.0], v, s)
"""


def test_numbers_that_are_not_finite_or_a_negative_zero_may_be_written(target: str) -> None:
    model = tdsl.compile(ODD_NUMBERS, name="odd_numbers", target=target).Model()
    assert repr(model.defaults()) == "(inf, -inf, nan, -0.0, -0.0)"
    *numbers, pair, v, s = model.written()
    assert repr(numbers) == "[inf, -inf, nan, -0.0]" and repr(s) == "nan"
    assert repr(pair.tolist()) == "[inf, -0.0]" and repr(v.tolist()) == repr(model.v.tolist()) == "[-inf, -0.0]"
    assert "(a=inf, b=-inf, c=nan, d=-0.0, e=-0.0, *, out=None)" in str(inspect.signature(model.defaults))


def test_dims_must_agree(plain: Any) -> None:
    words = r"plain.square_matrix: argument 'a' has shape \(2, 3\), expected \(B, B\) with B = 2 bound by 'a' \(plain"
    with pytest.raises(ValueError, match=words):
        plain.square_matrix(np.ones((2, 3)))
    with pytest.raises(
        ValueError, match=r"'b' has shape \(3, 2\), expected \(N, M\) with N = 2 bound by 'a' and M = 3"
    ):
        plain.add(np.ones((2, 3)), np.ones((3, 2)))


def test_large_copies_are_reported_once(plain: Any) -> None:
    large = np.ones(1 << 19, np.float64)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for _ in range(3):
            plain.total(large)
            plain.total(large.astype("f"))
    assert [warning.category for warning in told] in ([plain.CopyWarning], [])  # once a process
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
