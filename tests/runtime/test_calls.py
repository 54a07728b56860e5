"""Calling entries: accepted arguments, results, and the exact error messages."""

from __future__ import annotations

import inspect
import warnings
from types import ModuleType

import numpy as np
import pytest


def message(error: type[Exception], call: object, *args: object, **kwargs: object) -> str:
    with pytest.raises(error) as caught:
        call(*args, **kwargs)  # type: ignore[operator]
    return str(caught.value)


def test_scalars(plain: ModuleType) -> None:
    for value in (3, 3.0, np.float32(3), np.float64(3), np.int8(3), np.array(3), np.array(3, ">i2")):
        assert plain.square(value) == 9.0
    assert type(plain.square(x=2)) is float
    assert plain.square(True) == 1.0


def test_arrays_of_any_kind(plain: ModuleType) -> None:
    expected = np.arange(6.0)
    steps = np.arange(12.0)[::2] / 2
    unaligned = np.frombuffer(b"x" + expected.tobytes(), np.uint8)[1:].view(np.float64)
    for value in (
        expected, list(range(6)), tuple(range(6)), expected.astype(">f8"), steps, expected[::-1][::-1],
        expected.astype(np.float32), expected.astype(np.uint8), expected.astype(np.float16), unaligned,
        np.ma.asarray(expected), expected.data,
    ):  # fmt: skip
        found = plain.add(value, np.zeros(6))
        assert found.dtype == np.float64 and np.array_equal(found, expected)
        assert found.flags.owndata and found.flags.writeable
    assert np.array_equal(plain.add(np.arange(3)[::-1], np.broadcast_to(1.0, 3)), [3, 2, 1])
    assert plain.add([], []).shape == (0,)
    assert plain.add(np.array([True, False]), [0, 0]).tolist() == [1, 0]


def test_inputs_are_not_written(plain: ModuleType) -> None:
    a = np.arange(3.0)
    a.flags.writeable = False
    plain.add(a, a)
    assert a.tolist() == [0, 1, 2]


def test_integers_and_bools(plain: ModuleType) -> None:
    doubled, byte, flag = plain.kinds([1, 2], 200)
    assert doubled.dtype == np.int32 and doubled.tolist() == [2, 4]
    assert (byte, flag) == (200, False) and type(byte) is int and type(flag) is bool
    assert plain.kinds(np.array([], np.int32), 0, False)[2] is True
    assert "holds 3000000000, which does not fit i32" in message(ValueError, plain.kinds, [3_000_000_000], 1)
    assert "holds 256, which does not fit u8" in message(ValueError, plain.kinds, [1], 256)
    assert "holds -1, which does not fit u8" in message(ValueError, plain.kinds, [1], -1)
    assert "holds real numbers, expected i32" in message(TypeError, plain.kinds, [1.5], 1)
    assert "argument 'u' holds real numbers" in message(TypeError, plain.kinds, [1], 1.0)
    assert "argument 'flag' holds integers, expected bool" in message(TypeError, plain.kinds, [1], 1, 1)


@pytest.mark.parametrize("value", [[1j], ["a"], [None], [[1], [1, 2]], np.array(["2020-01-01"], "M8[D]"), object()])
def test_values_that_are_no_number(plain: ModuleType, value: object) -> None:
    assert "plain.add: argument 'a'" in message(TypeError, plain.add, value, [1])


def test_names(affine: ModuleType) -> None:
    model = affine.Model()
    x, t = np.ones((4, 2)), np.ones((4, 3))
    assert model.train(x, lr=0.0, t=t) == model.train(t=t, x=x)
    where = "affine.train: "
    assert message(TypeError, model.train, x) == where + "missing argument 't', f32[B, 3] (demo.tdsl:10)"
    assert message(TypeError, model.train, x, t, rl=1) == where + "unexpected argument 'rl'; did you mean 'lr'?"
    assert message(TypeError, model.train, x, x=x, t=t) == where + "argument 'x' is given twice"
    assert message(TypeError, model.train, x, t, 1, 2) == where + "takes 3 arguments (x, t, lr), got 4"
    assert message(AttributeError, getattr, affine, "train") == (
        "module 'affine' has no attribute 'train'; it is a method of a model: affine.Model().train"
    )
    assert message(AttributeError, getattr, affine, "W").endswith("it is a value of a model: affine.Model().W")
    assert message(AttributeError, getattr, affine, "trian") == "module 'affine' has no attribute 'trian'"
    assert "is a method of Model" in message(TypeError, affine.Model.train)
    assert "is a method of Model" in message(TypeError, affine.Model.train, x, t)


def test_sizes(affine: ModuleType) -> None:
    model = affine.Model()
    found = message(ValueError, model.train, np.ones((100, 2)), np.ones((99, 3)))
    bound = "expected (B, 3) with B = 100 bound by 'x' (demo.tdsl:10)"
    assert found == f"affine.train: argument 't' has shape (99, 3), {bound}"
    found = message(ValueError, model.train, np.ones((5, 3)), np.ones((5, 3)))
    assert found == "affine.train: argument 'x' has shape (5, 3), expected (B, 2) (demo.tdsl:9)"
    found = message(ValueError, model.predict, np.ones(2))
    assert found == "affine.predict: argument 'x' has shape (2,), expected (B, 2) (demo.tdsl:9)"
    assert "argument 's' has shape (1,), expected a scalar" in message(ValueError, model.guarded, [1.0])
    assert "expected (B, B) with B = 2 bound by 'a'" in message(ValueError, model.square_loss, np.ones((2, 3)))


def test_derived_sizes_and_requirements(affine: ModuleType) -> None:
    model = affine.Model()
    assert model.trim([1, 2, 3, 4], [10, 20]).tolist() == [13, 24]
    found = message(ValueError, model.trim, np.ones(5, "f"), np.ones(5, "f"))
    bound = "expected (B - 2,) with B = 5 bound by 'v' (demo.tdsl:12)"
    assert found == f"affine.trim: argument 'w' has shape (5,), {bound}"
    found = message(ValueError, model.trim, np.ones(2, "f"), np.ones(0, "f"))
    assert found == "affine.trim: needs B >= 3 with B = 2 bound by 'v' (demo.tdsl:30)"


def test_results(affine: ModuleType) -> None:
    model = affine.Model(seed=1)
    x, t = np.ones((2, 2), "f"), np.ones((2, 3), "f")
    cost, y = model.both(x, t)
    assert type(cost) is float and y.shape == (2, 3) and y.dtype == np.float32
    assert np.array_equal(y, model.predict(x))
    assert model.count() is None
    assert model.predict(np.ones((0, 2))).shape == (0, 3)


def test_out(affine: ModuleType, plain: ModuleType) -> None:
    model = affine.Model()
    x, t = np.ones((2, 2), "f"), np.ones((2, 3), "f")
    out = np.full((2, 3), np.nan, "f")
    assert model.predict(x, out=out) is out and np.array_equal(out, model.predict(x))
    cost = np.zeros((), "f")
    assert model.both(x, t, out=(cost, out)) == (cost, out)
    assert cost == np.float32(model.both(x, t)[0])
    assert model.predict(x, out=None).shape == (2, 3)
    what = "affine.predict: out for 'y' "
    frozen = np.zeros((2, 3), "f")
    frozen.flags.writeable = False
    assert message(ValueError, model.predict, x, out=frozen) == what + "is read-only"
    assert (
        message(ValueError, model.predict, x, out=np.zeros((3, 3), "f")) == what + "has shape (3, 3), expected (2, 3)"
    )
    assert message(TypeError, model.predict, x, out=np.zeros((2, 3))) == what + "is float64, expected float32"
    assert message(TypeError, model.predict, x, out=[[0]]) == what + "is a list, expected a NumPy array"
    assert message(ValueError, model.predict, x, out=np.zeros((3, 2), "f").T) == what + "is not C-contiguous"
    assert "out= needs 2 array(s), got 1" in message(ValueError, model.both, x, t, out=out)
    assert "nothing is returned" in message(TypeError, model.count, out=out)
    assert "nothing is returned" in message(TypeError, model.count, out=())
    a = np.arange(6.0)
    assert message(ValueError, plain.add, a[:3], a[3:], out=a[1:4]) == "plain.add: out for 'c' overlaps argument 'a'"


def test_large_copies_warn_once(modules: dict[str, ModuleType]) -> None:
    plain = modules["plain"]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(3):
            plain.singles(np.ones(1 << 19))
            plain.singles(np.ones(1 << 19, "f"))
            plain.singles(np.ones(10))
    assert [str(warning.message) for warning in caught] == [
        "plain.singles: argument 'a' is float64, so 2.0 MiB are copied at every call; pass C-contiguous f32"
    ]
    assert issubclass(caught[0].category, plain.CopyWarning) and issubclass(plain.CopyWarning, UserWarning)


def test_results_beyond_memory(affine: ModuleType) -> None:
    model = affine.Model()
    assert message(MemoryError, model.huge, np.ones(100, "f")).startswith(
        "affine.huge: needs 20,000,000,000,000,000,000 bytes = 200000000000000000 * B with B = 100 for workspace,"
        " results and new values, more than the limit of "
    )
    assert model.k == 0


def test_presentation(affine: ModuleType, plain: ModuleType) -> None:
    assert str(inspect.signature(affine.Model().train)) == "(x, t, lr=0.1, *, out=None)"
    assert str(inspect.signature(affine.Model.train)) == "(self, /, x, t, lr=0.1, *, out=None)"
    assert str(inspect.signature(plain.kinds)) == "(k, u, flag=True, *, out=None)"
    assert plain.square.__name__ == "square" and plain.square.__module__ == "plain"
    assert affine.Model.train.__qualname__ == "Model.train"
    assert "x: f32[B, 2]" in affine.Model.train.__doc__ and "Updates: W, b, k" in affine.Model.train.__doc__
    assert affine.__doc__ == "The module affine."
    assert affine.__all__ == ["CopyWarning", "Model", "build_info"]
    assert plain.__all__ == ["CopyWarning", "add", "build_info", "kinds", "singles", "square"]
    assert affine.build_info() == {"target": "test", "source_hash": "abc123"}
    assert repr(plain.square) == "<entry plain.square>"
    assert affine.Model.W.__doc__ == "f32[2, 3]  W itself"
