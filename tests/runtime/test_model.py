"""Models: transactions, snapshots, checks, copies, pickles, checkpoints."""

from __future__ import annotations

import copy
import os
import pickle
import threading
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

X = np.array([[1, 2], [3, 4], [5, 6]], "f")
T = np.ones((3, 3), "f")


def state(model: object) -> dict[str, bytes]:
    return {name: value.tobytes() for name, value in model.state_dict().items()}  # type: ignore[attr-defined]


def test_training_agrees_with_numpy(affine: ModuleType) -> None:
    model = affine.Model(seed=0)
    weights, bias, velocity = model.get_value("W").astype(float), np.zeros(3), np.zeros((2, 3))
    for step in range(5):
        error = X @ weights + bias - T
        assert model.train(X, T, 0.01) == pytest.approx((error**2).mean(), rel=1e-5)
        velocity = 0.5 * velocity - 0.01 * 2 / 9 * (X.T @ error)
        weights, bias = weights + velocity, bias - 0.01 * 2 / 9 * error.sum(0)
        assert model.k == step + 1
    assert np.allclose(model.W, weights, atol=1e-5) and np.allclose(model.b, bias, atol=1e-5)
    assert np.allclose(model["W.momentum.v"], velocity, atol=1e-5)


def test_snapshots_stay(affine: ModuleType) -> None:
    model = affine.Model()
    seen = []
    for _ in range(5):
        seen.append((model.W, model.get_value("W")))
        model.train(X, T, 0.01)
    for snapshot, value in seen:
        assert np.array_equal(snapshot, value)
        with pytest.raises(ValueError):
            snapshot[0, 0] = 1
        with pytest.raises(ValueError):
            snapshot.flags.writeable = True
    assert not np.array_equal(seen[0][0], model.W)
    kept = seen[0][0]
    del model
    assert np.array_equal(kept, seen[0][1])


def test_an_argument_may_be_a_snapshot(affine: ModuleType) -> None:
    model = affine.Model()
    model.trim(model.b, [0])
    with pytest.raises(ValueError):
        model.predict(X, out=model.W)


def test_set_and_get(affine: ModuleType) -> None:
    model = affine.Model()
    model.W = [[1, 2, 3], [4, 5, 6]]
    assert model.W.dtype == np.float32 and model["W"].tolist() == [[1, 2, 3], [4, 5, 6]]
    source = np.full((2, 3), 7, "f")
    model["W.momentum.v"] = source
    source[:] = 0
    assert model["W.momentum.v"].min() == 7
    mine = model.get_value("W")
    mine[:] = 0
    assert model.W[0, 0] == 1
    model.k = 5
    assert model.k == 5 and type(model.k) is int and model.get_value("k").shape == ()
    for bad, error, words in (
        (np.ones((3, 3)), ValueError, "variable 'W' has shape (3, 3), expected (2, 3) (demo.tdsl:5)"),
        (np.ones((2, 3), complex), TypeError, "variable 'W' holds complex numbers, expected f32"),
    ):
        with pytest.raises(error, match=r"affine\.Model") as caught:
            model.W = bad
        assert words in str(caught.value)
    with pytest.raises(TypeError):
        model.k = 1.5
    with pytest.raises(KeyError, match="no variable 'V', only W, b, k"):
        model.get_value("V")
    with pytest.raises(AttributeError):
        model.w = 1


def test_mapping(affine: ModuleType) -> None:
    model = affine.Model()
    names = ["W", "b", "k", "W.momentum.v"]
    assert list(model) == model.keys() == names and len(model) == 4 and "b" in model and "c" not in model
    assert [name for name, _ in model.items()] == names and len(model.values()) == 4
    other = affine.Model(seed=3)
    other.load_state_dict(model.state_dict())
    assert state(other) == state(model)
    assert dict(model).keys() == set(names)


def test_load_state_dict_is_all_or_nothing(affine: ModuleType) -> None:
    model = affine.Model()
    before = state(model)
    values = model.state_dict()
    for changed, words in (
        ({**values, "W": values["W"] + 1, "b": np.ones(4)}, r"'b' has shape \(4,\)"),
        ({**values, "W": values["W"] + 1, "extra": 1}, "'extra' is unknown"),
        ({"W": values["W"] + 1}, r"Model.load_state_dict: 'b', 'k', 'W.momentum.v' are missing"),
    ):
        with pytest.raises(ValueError, match=words):
            model.load_state_dict(changed)
        assert state(model) == before
    report = model.load_state_dict({"W": values["W"] + 1, "b": np.ones(4), "extra": 0}, strict=False)
    assert report.loaded == ["W"] and report.missing == ["k", "W.momentum.v"]
    assert report.unexpected == ["extra"] and list(report.mismatched) == ["b"]
    assert model.W[0, 0] == 1


def test_seeds_and_reset(affine: ModuleType) -> None:
    model = affine.Model(seed=2)
    assert model.W[0, 0] == 2
    model.train(X, T)
    model.reset()
    assert state(model) == state(affine.Model())
    with pytest.raises(TypeError):
        affine.Model(seed=1.5)
    with pytest.raises(ValueError, match="Model: seed is 1180591620717411303424, expected at most"):
        affine.Model(seed=1 << 70)


def test_copies_and_pickles(affine: ModuleType) -> None:
    model = affine.Model(seed=4)
    model.train(X, T, 0.01)
    for twin in (model.copy(), copy.copy(model), copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert type(twin) is affine.Model and state(twin) == state(model)
        twin.train(X, T, 0.01)
        assert state(twin) != state(model)


def test_subclasses(affine: ModuleType) -> None:
    class Mine(affine.Model):  # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__(seed=1)
            self.note = "mine"

    assert Mine().train(X, T) > 0 and Mine().copy().W[0, 0] == 1


@pytest.mark.parametrize(
    ("entry", "arguments", "error", "words"),
    [
        ("pick", (7,), IndexError, "affine.pick: index 7 is out of bounds for size 3 in b[i] at demo.tdsl:50:9"),
        ("pick", (-4,), IndexError, "affine.pick: index -4 is out of bounds for size 3 in b[i] at demo.tdsl:50:9"),
        ("divide", (7, 0), ZeroDivisionError, "affine.divide: 7 is divided by zero in n // d at demo.tdsl:51:9"),
        ("guarded", (-1,), AssertionError, "affine.guarded: assertion failed at demo.tdsl:40:5: s > 0"),
    ],
)
def test_a_failed_call_changes_nothing(
    affine: ModuleType, entry: str, arguments: tuple[float, ...], error: type[Exception], words: str
) -> None:
    model = affine.Model()
    model.train(X, T, 0.01)
    before = state(model)
    with pytest.raises(error) as caught:
        getattr(model, entry)(*arguments)
    assert str(caught.value) == words
    assert state(model) == before
    model.count()
    assert model.k == 2


def test_faults_spare_good_values(affine: ModuleType) -> None:
    model = affine.Model()
    model.b = [1, 2, 3]
    assert [model.pick(index) for index in (-3, -1, 0, 2)] == [1, 3, 1, 3]
    assert model.divide(-7, 2) == -4


def test_printing(affine: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    model = affine.Model()
    assert model.guarded(1.5) == 3.0
    assert capsys.readouterr().out == "s = 1.5 b = [0. 0. 0.]\n"
    with pytest.raises(AssertionError):
        model.guarded(-1.5)
    assert capsys.readouterr().out == "s = -1.5 b = [0. 0. 0.]\n"


def test_print_that_fails_or_calls_back(affine: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    model = affine.Model()

    class Out:
        def write(self, text: str) -> None:
            model.count()

    monkeypatch.setattr("sys.stdout", Out())
    with pytest.raises(RuntimeError, match=r"affine\.count: the model is in use by the call that this one is part of"):
        model.guarded(1)
    assert model.k == 0
    model.count()
    assert model.k == 1


def test_refuse_nan(strict: ModuleType) -> None:
    model = strict.Model()
    before = state(model)
    cases = [
        (lambda: model.logs([1, np.nan]), "strict.logs: argument 'x' is not finite: x[1] = nan (demo.tdsl:8)"),
        (lambda: model.logs([1, 0]), "strict.logs: result 'y' is not finite: y[1] = -inf (demo.tdsl:40:5)"),
        (lambda: model.grow(2e38), "strict.grow: the new value of 'w' is not finite: w[0] = inf (demo.tdsl:5)"),
        (lambda: model.grow(np.inf), "strict.grow: argument 'factor' is not finite: factor = inf (demo.tdsl:1)"),
        (lambda: model.grow(1e300), "strict.grow: argument 'factor' is not finite: factor = inf (demo.tdsl:1)"),
        (
            lambda: model.set_value("w", [1, 2, np.nan]),
            "strict.Model: variable 'w' is not finite: w[2] = nan (demo.tdsl:5)",
        ),
        (lambda: model.fit([1, 2, np.nan], entry="sum", batch_size=1, shuffle=False), None),
    ]
    for call, words in cases:
        with pytest.raises(FloatingPointError) as caught:
            call()  # type: ignore[no-untyped-call]
        assert words is None or str(caught.value) == words
        assert state(model) == before


def test_threads_take_turns(affine: ModuleType) -> None:
    model = affine.Model()
    x, t = np.ones((3000, 2), "f"), np.ones((3000, 3), "f")
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for round in range(100):
                model.train(x, t, 0.0) if round % 2 else model.count()
                model.get_value("W")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures and model.k == 600


def test_checkpoints(affine: ModuleType, tmp_path: Path) -> None:
    model, other = affine.Model(seed=5), affine.Model()
    model.train(X, T, 0.01)
    path = tmp_path / "model.npz"
    model.save(path)
    model.save(str(path))
    assert os.listdir(tmp_path) == ["model.npz"]
    report = other.load(path)
    assert report.same_source is True and report.loaded == model.keys()
    assert state(other) == state(model)
    with np.load(path, allow_pickle=False) as archive:
        assert np.array_equal(archive["W.momentum.v"], model["W.momentum.v"])
    np.savez(
        tmp_path / "plain.npz",
        allow_pickle=False,
        **{name: np.array(value, order="F") for name, value in model.state_dict().items()},
    )
    other.reset()
    assert other.load(tmp_path / "plain.npz").same_source is None and state(other) == state(model)


def test_checkpoints_that_differ(affine: ModuleType, tmp_path: Path) -> None:
    model = affine.Model()
    before = state(model)
    np.savez(tmp_path / "a.npz", W=np.ones((2, 4), "f"), b=np.ones(3), k=np.int64(3), extra=1)
    with pytest.raises(ValueError) as caught:
        model.load(tmp_path / "a.npz")
    for words in ("'W' is f32[2, 4], expected f32[2, 3]", "'b' is f64[3], expected f32[3]", "'W.momentum.v' is missing",
                  "'extra' is unknown"):  # fmt: skip
        assert words in str(caught.value)
    assert state(model) == before
    assert model.load(tmp_path / "a.npz", strict=False).loaded == ["k"] and model.k == 3
    with pytest.raises(FileNotFoundError):
        model.load(tmp_path / "none.npz")


def test_damaged_checkpoints(affine: ModuleType, tmp_path: Path) -> None:
    model = affine.Model(seed=1)
    path = tmp_path / "model.npz"
    model.save(path)
    content, before = path.read_bytes(), state(model)
    source = np.random.default_rng(0)
    for _ in range(300):
        damaged = bytearray(content)
        for position in source.integers(0, len(content), 3):
            damaged[position] = source.integers(0, 256)
        path.write_bytes(damaged[: source.integers(1, len(content) + 1)] if source.random() < 0.3 else damaged)
        try:
            model.load(path)
        except ValueError:
            assert state(model) == before
        model.load_state_dict({name: np.frombuffer(value, model[name].dtype if name != "k" else "i8").reshape(
            np.shape(model[name])) for name, value in before.items()})  # fmt: skip


def test_a_failed_save_leaves_the_old_file(affine: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = affine.Model(seed=1)
    path = tmp_path / "model.npz"
    model.save(path)
    content = path.read_bytes()

    def fail(descriptor: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    model.count()
    with pytest.raises(OSError, match="disk full"):
        model.save(path)
    monkeypatch.undo()
    assert path.read_bytes() == content and os.listdir(tmp_path) == ["model.npz"]
