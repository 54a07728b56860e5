"""`fit(…, comm=…)`: the training of one process, by several; a failure of one ends all."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.modules.programs import state
from tests.modules.ranks import Communicator, together
from tests.modules.test_data_parallel import TEXT, X, Y, compiled

GIVEN = {"epochs": 4, "batch_size": 7, "seed": 5, "progress": False}  # 30 rows: batches of 7 and 2 rows


@pytest.fixture
def ranks(target: str) -> Any:
    return compiled(target)


def fitted(module: Any, number: int, **given: Any) -> list[Any]:
    """The history and the model of each process, or its exception; the models begin with different values."""

    def work(comm: Communicator) -> Any:
        model = module.Model(seed=comm.rank)
        own = {name: value(comm) if callable(value) and name != "callback" else value for name, value in given.items()}
        history = model.fit(X, Y, comm=comm, **{**GIVEN, **own})
        return list(history), model

    return together(number, work)


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("shuffle", [False, True])
def test_it_is_the_training_of_one_process(ranks: Any, number: int, shuffle: bool) -> None:
    alone = ranks.Model(seed=0)
    expected = alone.fit(X, Y, shuffle=shuffle, **GIVEN)
    results = fitted(ranks, number, shuffle=shuffle)
    again = fitted(ranks, number, shuffle=shuffle)
    for (history, model), (same, twin) in zip(results, again, strict=True):
        np.testing.assert_allclose(history, expected, rtol=1e-9)
        assert history == same == results[0][0]
        assert state(model) == state(twin) == state(results[0][1])
        assert getattr(model, "_exchange", None) is None
    for name, value in alone.items():
        np.testing.assert_allclose(results[0][1].get_value(name), value, rtol=1e-9, atol=1e-11, err_msg=name)


def test_rows_between_epochs(ranks: Any) -> None:
    """Those of all processes are the means over the rows of all."""
    options = {**GIVEN, "record_steps": 4}
    expected = ranks.Model(seed=0).fit(X, Y, **options).steps

    def work(comm: Communicator) -> Any:
        return ranks.Model(seed=0).fit(X, Y, comm=comm, **options).steps

    for steps in together(2, work):
        assert steps["step"] == expected["step"] == [4, 8, 12, 16, 20]
        np.testing.assert_allclose(steps["cost"], expected["cost"], rtol=1e-9)


def test_more_processes_than_rows(ranks: Any) -> None:
    """The last batch has two rows for three processes."""
    (history, model), *_ = fitted(ranks, 3, epochs=1)
    assert np.isfinite(history).all() and all(np.isfinite(value).all() for value in model.state_dict().values())


def test_only_the_first_writes(ranks: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told: list[int] = []

    class Recorder:
        def __init__(self, rank: int) -> None:
            self.rank = rank

        def begin(self, run: Any) -> None:
            told.append(self.rank)

        def row(self, values: Any) -> None:
            told.append(self.rank)

        def end(self, reason: str) -> None:
            told.append(self.rank)

    results = fitted(
        ranks,
        2,
        progress=True,
        record=lambda comm: Recorder(comm.rank),
        checkpoint=lambda comm: tmp_path / f"{comm.rank}.npz",
    )
    assert set(told) == {0} and len(told) == 6
    assert [path.name for path in tmp_path.iterdir()] == ["0.npz"]
    model = ranks.Model()
    model.load(tmp_path / "0.npz")
    assert state(model) == state(results[1][1])


def test_a_training_goes_on(ranks: Any, tmp_path: Path) -> None:
    whole = fitted(ranks, 2)
    file = tmp_path / "run.npz"
    fitted(ranks, 2, epochs=2, checkpoint=file)
    resumed = fitted(ranks, 2, checkpoint=file, resume=True)
    for (history, model), (expected, other) in zip(resumed, whole, strict=True):
        assert history == expected and state(model) == state(other)


def test_a_callback_stops_all(ranks: Any) -> None:
    def stopping(comm: Communicator) -> Any:
        def call(epoch: int, cost: float, model: Any) -> None:
            if epoch == 1 and comm.rank == 1:
                raise model.StopTraining

        return [call]

    def work(comm: Communicator) -> Any:
        return len(ranks.Model().fit(X, Y, comm=comm, callback=stopping(comm), **GIVEN))

    assert together(2, work) == [2, 2]


@pytest.mark.parametrize("failing", [0, 1])
def test_a_callback_that_fails_ends_all(ranks: Any, failing: int, tmp_path: Path) -> None:
    def work(comm: Communicator) -> Any:
        def call(epoch: int, cost: float, model: Any) -> None:
            if epoch == 1 and comm.rank == failing:
                raise KeyError("lost")

        model = ranks.Model()
        file = tmp_path / "run.npz"
        try:
            model.fit(X, Y, comm=comm, callback=call, checkpoint=file, checkpoint_epochs=1, **GIVEN)
        except (KeyError, RuntimeError) as error:
            return error, state(model)
        return None

    results = together(2, work)
    errors = [error for error, _ in results]
    assert type(errors[failing]) is KeyError
    told = f"{ranks.__name__}.train: process {failing} of 2 has failed: KeyError: 'lost'"
    assert type(errors[1 - failing]) is RuntimeError and str(errors[1 - failing]) == told
    assert results[0][1] == results[1][1]
    model = ranks.Model()
    history = model.fit(X, Y, checkpoint=tmp_path / "run.npz", resume=True, **GIVEN)
    assert len(history) == 4


def test_a_fault_ends_all(ranks: Any) -> None:
    ids = np.arange(30) % 5
    ids[26] = 99  # of the second process, in the last batch but one

    def work(comm: Communicator) -> Any:
        model = ranks.Model()
        try:
            model.fit(X, ids, Y, entry="embed", comm=comm, epochs=2, batch_size=7, shuffle=False)
        except (IndexError, RuntimeError) as error:
            return error, state(model)
        return None

    (first, values), (second, others) = together(2, work)
    assert str(first) == f"{ranks.__name__}.embed: process 1 of 2 has failed: a step has failed"
    assert type(second) is IndexError and values == others


@pytest.mark.parametrize(
    ("different", "told"),
    [
        ({"epochs": 2}, "epochs is 2 in process 1 and 4 in process 0"),
        ({"seed": 1}, "seed is 1 in process 1 and 5 in process 0"),
        ({"batch_size": 9}, "batch_size is 9 in process 1 and 7 in process 0"),
    ],
)
def test_terms_are_equal(ranks: Any, different: dict[str, Any], told: str) -> None:
    def work(comm: Communicator) -> None:
        ranks.Model().fit(X, Y, comm=comm, **{**GIVEN, **(different if comm.rank else {})})

    first, second = together(2, work)
    assert type(second) is ValueError and str(second) == f"{ranks.__name__}.train: {told}"
    name = ranks.__name__
    assert str(first) == f"{name}.train: process 1 of 2 has failed: ValueError: {name}.train: {told}"


def test_wrong_arguments_of_one_end_all(ranks: Any) -> None:
    def work(comm: Communicator) -> None:
        ranks.Model().fit(X, Y[:9] if comm.rank else Y, comm=comm)

    first, second = together(2, work)
    assert type(second) is ValueError and "argument 'y_hat' has shape (9,)" in str(second)
    assert "process 1 of 2 has failed: ValueError: " in str(first)


def test_what_cannot_be_shared(ranks: Any, target: str) -> None:
    with pytest.raises(TypeError, match=r"train: comm is 3, expected a communicator of mpi4py"):
        ranks.Model().fit(X, Y, comm=3)

    def work(comm: Communicator) -> None:
        compiled(target, False).Model().fit(X, Y, comm=comm)

    made = f"ranks_{target}.tdsl with --data-parallel"
    told = f"ranks_{target}.train: comm has 2 processes, and the module is for one: compile {made}"
    assert [str(error) for error in together(2, work)] == [told, told]

    def test(comm: Communicator) -> None:
        ranks.Model().fit(X, Y, entry="test", comm=comm)

    line = TEXT.splitlines().index("entry test(x, y_hat) -> C") + 1
    where = f"ranks_{target}.test (ranks_{target}.tdsl:{line})"
    told = f"{where}: comm has 2 processes, which have nothing to exchange in it"
    assert [str(error) for error in together(2, test)] == [told, told]


def trained_by_two(ranks: Any, **given: Any) -> list[Any]:
    """The histories of two processes, or their exceptions; each value is that of both or a function of the rank."""

    def work(comm: Communicator) -> Any:
        own = {name: value(comm.rank) for name, value in given.items()}
        arguments = [own.pop(name, default) for name, default in (("x", X), ("y", Y))]
        model = ranks.Model()
        return list(model.fit(*arguments, comm=comm, **{**GIVEN, **own})), state(model)

    return together(2, work)


def halved(rank: int) -> Any:
    return lambda epoch: 0.1 if rank == 0 or epoch < 2 else 0.05


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"lr": lambda rank: (0.1, 0.2)[rank]}, r"argument 'lr' is 0\.2 in process 1 and 0\.1 in process 0"),
        ({"lr": lambda rank: (0.1, [0.1] * 4)[rank]}, r"the list of columns is .*, lr in process 1 and .*, cost in"),
        (
            {"lr": lambda rank: [(0.1, 0.2)[rank]] * 4},
            r"argument 'lr' is \[0\.2, .*\] in process 1 and \[0\.1, .*\] in",
        ),
        ({"lr": halved}, r"argument 'lr' in epoch 2 differs between process 1 and process 0"),
        ({"x": lambda rank: X + rank}, r"argument 'x' is f64\[30, \d\] with digest \w{8} in process 1 and f64\[30, "),
        ({"patience": lambda rank: (None, 2)[rank]}, r"patience is 2 in process 1 and None in process 0"),
    ],
)
def test_numbers_and_data_are_equal(ranks: Any, given: dict[str, Any], told: str) -> None:
    first, second = trained_by_two(ranks, **given)
    assert type(second) is ValueError
    assert re.match(rf"{ranks.__name__}\.train: {told}", str(second)), second
    assert type(first) is RuntimeError and str(first).endswith(f"process 1 of 2 has failed: ValueError: {second}")


def test_validation_data_are_equal(ranks: Any) -> None:
    first, second = trained_by_two(ranks, validate=lambda rank: (X, Y + rank), metrics=lambda rank: "test")
    assert type(first) is RuntimeError and type(second) is ValueError
    assert re.match(rf"{ranks.__name__}\.train: validation of 'y_hat' is f64\[30\] with digest ", str(second))


def test_one_process_may_have_callbacks_of_its_own(ranks: Any) -> None:
    epochs: list[int] = []
    alone = trained_by_two(ranks)
    assert trained_by_two(ranks, callback=lambda rank: (None, lambda *row: epochs.append(row[0]))[rank]) == alone
    assert epochs == [0, 1, 2, 3]


def test_callbacks_set_equal_values(ranks: Any) -> None:
    def setting(rank: int) -> Any:
        def call(epoch: int, cost: float, model: Any) -> None:
            name = next(iter(model))
            if epoch == 1:
                model[name] = np.full_like(model.get_value(name), rank)

        return call

    first, second = trained_by_two(ranks, callback=setting)
    told = f"{ranks.__name__}.train: a value that a callback has set differs between process 1 and process 0"
    assert type(second) is ValueError and str(second) == told
    assert str(first).endswith(f"process 1 of 2 has failed: ValueError: {told}")
    assert all(not isinstance(result, Exception) for result in trained_by_two(ranks, callback=lambda rank: setting(0)))
