"""The exact error messages of calls, which change nothing."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tdsl
from tests.modules.programs import T, X, state

Call = Callable[[Any], object]
HUGE, HUGE_TEXT = 10**5000, "an integer of 16610 bits"  # more digits than Python writes

AFFINE: list[tuple[Call, type[Exception], str]] = [
    (
        lambda m: m.train(X, T[:4]),
        ValueError,
        "affine.train: argument 't' has shape (4, 3), expected (B, 3) with B = 5 bound by 'x' (affine.tdsl:7)",
    ),
    (
        lambda m: m.predict(np.ones((5, 4), "f")),
        ValueError,
        "affine.predict: argument 'x' has shape (5, 4), expected (B, 2) (affine.tdsl:6)",
    ),
    (
        lambda m: m.predict(np.ones(5, "f")),
        ValueError,
        "affine.predict: argument 'x' has shape (5,), expected (B, 2) (affine.tdsl:6)",
    ),
    (
        lambda m: m.predict(X.astype(complex)),
        TypeError,
        "affine.predict: argument 'x' holds complex numbers, expected f32 (affine.tdsl:6)",
    ),
    (
        lambda m: m.predict([["a", "b"]]),
        TypeError,
        "affine.predict: argument 'x' holds text, expected f32 (affine.tdsl:6)",
    ),
    (
        lambda m: m.pick(1.5),
        TypeError,
        "affine.pick: argument 'i' holds real numbers, expected i64; convert them yourself if that is meant"
        " (affine.tdsl:41)",
    ),
    (
        lambda m: m.train(X, T, np.ones(2)),
        ValueError,
        "affine.train: argument 'lr' has shape (2,), expected a scalar (affine.tdsl:25)",
    ),
    (lambda m: m.train(X), TypeError, "affine.train: missing argument 't', f32[B, 3] (affine.tdsl:7)"),
    (lambda m: m.train(X, T, rl=1), TypeError, "affine.train: unexpected argument 'rl'; did you mean 'lr'?"),
    (lambda m: m.train(X, T, zzz=1), TypeError, "affine.train: unexpected argument 'zzz'; it takes x, t, lr"),
    (lambda m: m.fit(X, T, epoch=2), TypeError, "affine.train: unexpected argument 'epoch'; did you mean 'epochs'?"),
    (lambda m: m.train(X, T, x=X), TypeError, "affine.train: argument 'x' is given twice"),
    (lambda m: m.train(X, T, 1, 2), TypeError, "affine.train: takes 3 arguments (x, t, lr), got 4"),
    (lambda m: m.count(1), TypeError, "affine.count: takes 0 arguments (), got 1"),
    (lambda m: m.pick(3), IndexError, "affine.pick: index 3 is out of bounds for size 3 in b[i] at affine.tdsl:41:23"),
    (
        lambda m: m.pick(-4),
        IndexError,
        "affine.pick: index -4 is out of bounds for size 3 in b[i] at affine.tdsl:41:23",
    ),
    (
        lambda m: m.divide(7, 0),
        ZeroDivisionError,
        "affine.divide: 7 is divided by zero in n // d at affine.tdsl:42:33",
    ),
    (
        lambda m: m.guarded(-1),
        AssertionError,
        "affine.guarded: assertion failed at affine.tdsl:34:5: s is positive",
    ),
    (
        lambda m: m.checked([1, -1]),
        AssertionError,
        "affine.checked: assertion failed at affine.tdsl:38:5: min(v) > 0",
    ),
    (lambda m: m.trim([1]), ValueError, "affine.trim: needs B >= 2 with B = 1 bound by 'v' (affine.tdsl:43:29)"),
    (
        lambda m: m.predict(X, out=np.ones((5, 3))),
        TypeError,
        "affine.predict: out for '0' is float64, expected float32",
    ),
    (
        lambda m: m.predict(X, out=np.ones((4, 3), "f")),
        ValueError,
        "affine.predict: out for '0' has shape (4, 3), expected (5, 3)",
    ),
    (
        lambda m: m.predict(X, out=read_only(np.ones((5, 3), "f"))),
        ValueError,
        "affine.predict: out for '0' is read-only",
    ),
    (lambda m: m.predict(X, out=[[1]]), TypeError, "affine.predict: out for '0' is a list, expected a NumPy array"),
    (lambda m: m.both(X, T, out=np.ones(3)), ValueError, "affine.both: out= needs 2 array(s), got 1"),
    (
        lambda m: m.set_value("W", np.ones((3, 2))),
        ValueError,
        "affine.Model: variable 'W' has shape (3, 2), expected (2, 3) (affine.tdsl:10)",
    ),
    (
        lambda m: m.set_value("k", 1.5),
        TypeError,
        "affine.Model: variable 'k' holds real numbers, expected i64; convert them yourself if that is meant"
        " (affine.tdsl:12)",
    ),
    (lambda m: m.fit(X, T, entry="trian"), ValueError, "affine.Model.fit: no entry 'trian', only"),
    (lambda m: m.fit(X, T, batch_size=0), ValueError, "affine.train: batch_size is 0, expected at least 1"),
    (lambda m: m.fit(X[:0], T[:0]), ValueError, "affine.train: there are no rows to fit"),
    (lambda m: m.fit(X, T, shuffle="no"), TypeError, "affine.train: shuffle is 'no', expected True or False"),
    (lambda m: m.fit(X, T, shuffle=1), TypeError, "affine.train: shuffle is 1, expected True or False"),
    (lambda m: m.fit(X, T, progress="x"), TypeError, "affine.train: progress is 'x', expected True or False"),
    (
        lambda m: m.load_state_dict(m.state_dict(), strict="no"),
        TypeError,
        "affine.Model.load_state_dict: strict is 'no', expected True or False",
    ),
    (
        lambda m: m.load(io.BytesIO(), strict=None),
        TypeError,
        "affine.Model.load: strict is None, expected True or False",
    ),
    (lambda m: m.reset(HUGE), ValueError, f"affine.Model.reset: seed is {HUGE_TEXT}, expected at most {2**63 - 1}"),
    (
        lambda m: m.fit(X, T, epochs=HUGE),
        ValueError,
        f"affine.train: epochs is {HUGE_TEXT}, expected at most {2**63 - 1}",
    ),
    (
        lambda m: m.fit(X, T, batch_size=-HUGE),
        ValueError,
        f"affine.train: batch_size is {HUGE_TEXT}, expected at least 1",
    ),
    (lambda m: m.fit(X, T, seed=-HUGE), ValueError, f"affine.train: seed is {HUGE_TEXT}, expected at least 0"),
    (lambda m: m.fit(X, T, callback=HUGE), TypeError, f"affine.train: callback {HUGE_TEXT} is no function"),
    (lambda m: m.fit(X, T, entry=HUGE), ValueError, f"affine.Model.fit: no entry {HUGE_TEXT}, only"),
    (
        lambda m: m.pick(HUGE),
        ValueError,
        f"affine.pick: argument 'i' holds {HUGE_TEXT}, which does not fit i64 (affine.tdsl:41)",
    ),
    (
        lambda m: m.load_state_dict({**m.state_dict(), HUGE: 1}),
        TypeError,
        f"affine.Model.load_state_dict: {HUGE_TEXT} is no name of a value",
    ),
    (lambda m: m.fit(X, T, epochs="9" * 999), TypeError, f"affine.train: epochs is '{'9' * 79}…, expected an integer"),
]


def read_only(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array


@pytest.mark.parametrize("number", range(len(AFFINE)))
def test_an_error_names_its_cause_and_changes_nothing(affine: Any, number: int) -> None:
    call, kind, words = AFFINE[number]
    model = affine.Model(seed=3)
    model.train(X, T)
    before, snapshots = state(model), [np.array(value) for value in model.values()]
    with pytest.raises(kind) as caught:
        call(model)
    assert type(caught.value) is kind
    assert str(caught.value) == words or (words.endswith("only") and str(caught.value).startswith(words))
    assert state(model) == before
    assert all(np.array_equal(old, now) for old, now in zip(snapshots, model.values(), strict=True))
    expected = affine.Model(seed=3)
    expected.train(X, T)
    assert model.train(X, T) == expected.train(X, T) and state(model) == state(expected)


@pytest.mark.parametrize("name", ["w", HUGE], ids=["w", "huge"])
def test_a_key_that_is_no_variable_is_shown(affine: Any, name: Any) -> None:
    model, text = affine.Model(), "'w'" if name == "w" else HUGE_TEXT
    for call in (lambda: model[name], lambda: model.get_value(name), lambda: model.set_value(name, 1)):
        with pytest.raises(KeyError) as caught:
            call()
        assert caught.value.args[0].startswith(f"affine.Model has no variable {text}, only W, b, k")
    assert name not in model


def test_a_wrong_variable_is_a_key_error(affine: Any) -> None:
    model = affine.Model()
    for call in (lambda: model["V"], lambda: model.get_value("V"), lambda: model.set_value("V", 1)):
        with pytest.raises(
            KeyError, match=r"affine.Model has no variable 'V', only W, b, k, W.momentum.v, b.momentum.v"
        ):
            call()  # type: ignore[no-untyped-call]
    with pytest.raises(AttributeError):
        model.V = 1


@pytest.mark.parametrize("arguments", [("entry f(x: real -> x",), ("no.tdsl",), ("entry f() -> 1", {"float": 16})])
def test_an_error_of_compiling_comes_without_the_way_through_the_compiler(arguments: tuple[Any, ...]) -> None:
    text, *settings = arguments
    with pytest.raises(tdsl.UserError) as caught:
        tdsl.compile(text, **(settings[0] if settings else {}))
    assert len(caught.traceback) == 1
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


LABELS = """use std.nn: categorical_cross_entropy_on_logits
dim B
input z: real[B, 3]
input label: int[B]
fn loss(z, label) = sum(categorical_cross_entropy_on_logits(z, label))
entry error(z, label) -> loss(z, label)
entry slope(z, label) -> grad(loss(z, label), z)
"""


@pytest.mark.parametrize("entry", ["error", "slope"])
@pytest.mark.parametrize("label", [3, -1])
def test_a_fault_in_the_library_names_its_call(target: str, entry: str, label: int) -> None:
    module = tdsl.compile(LABELS, name="labels", target=target)
    with pytest.raises(IndexError) as caught:
        getattr(module, entry)(np.zeros((2, 3)), [0, label])
    place = "categorical_cross_entropy_on_logits(z, label) at labels.tdsl:5:25"
    assert str(caught.value) == f"labels.{entry}: index {label} is out of bounds for size 3 in {place}"


STRICT: list[tuple[Call, str]] = [
    (lambda m: m.logs([1, np.nan, np.inf]), "strict.logs: argument 'x' is not finite: x[1] = nan (strict.tdsl:3)"),
    (lambda m: m.logs([2, 1, 0]), "strict.logs: the result is not finite: result[2] = -inf (strict.tdsl:7:18)"),
    (lambda m: m.grow(np.inf), "strict.grow: argument 'factor' is not finite: factor = inf (strict.tdsl:8)"),
    (lambda m: m.grow(2.5e38), "strict.grow: the new value of 'w' is not finite: w[0] = inf (strict.tdsl:5)"),
    (lambda m: m.grow(1e300), "strict.grow: argument 'factor' is not finite: factor = inf (strict.tdsl:8)"),
    (lambda m: m.total([3e38, 3e38]), "strict.total: the result is not finite: result = inf (strict.tdsl:9:19)"),
    (
        lambda m: m.set_value("w", [1, -np.inf, 0]),
        "strict.Model: variable 'w' is not finite: w[1] = -inf (strict.tdsl:5)",
    ),
    (
        lambda m: m.load_state_dict({"w": [0, 0, np.nan]}),
        "strict.Model: variable 'w' is not finite: w[2] = nan (strict.tdsl:5)",
    ),
    (
        lambda m: m.fit([1, 2, np.nan], entry="total", batch_size=3, shuffle=False),
        "strict.total: argument 'x' is not finite: x[2] = nan (strict.tdsl:3)",
    ),
]


@pytest.mark.parametrize("number", range(len(STRICT)))
def test_values_that_are_not_finite_are_refused(strict: Any, number: int) -> None:
    call, words = STRICT[number]
    model = strict.Model()
    model.set_value("w", [2, 1, 1])
    before = state(model)
    with pytest.raises(FloatingPointError) as caught:
        call(model)
    # Further lines, where in the program it arose, are those of test_origins.py.
    assert str(caught.value).split("\n")[0] == words
    assert state(model) == before
    assert model.total([1, 2]) == 3


def test_out_is_written_only_by_a_call_that_succeeds(affine: Any, strict: Any, plain: Any) -> None:
    model = affine.Model()
    out = np.full(2, 7, "f")
    with pytest.raises(AssertionError):
        model.checked(np.array([1, -1], "f"), out=out)
    assert out.tolist() == [7, 7]
    assert model.checked(np.array([1, 2], "f"), out=out) is out and out.tolist() == [2, 3]
    with pytest.raises(FloatingPointError):
        strict.Model().logs(np.array([1, 0], "f"), out=out)
    assert out.tolist() == [2, 3]
    both = (np.full(2, 1.0), np.full(2, 2.0))
    assert plain.same([5, 6], out=both) is both and both[0].tolist() == both[1].tolist() == [5, 6]
    with pytest.raises(ValueError, match=r"plain.same: out for .* overlaps another one"):
        plain.same([5, 6], out=(out := np.ones(2), out))
    with pytest.raises(ValueError, match=r"plain.scaled: out for '0' overlaps argument 'a'"):
        plain.scaled(out, out=out)
