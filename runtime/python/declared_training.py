"""Trainings that a program declares, `entry run = fit(train, batch=100)`, as methods of its models."""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from .arguments import converted
from .batches import UnchangedArguments, batched_arguments, check_batches
from .conversion import checked_integer
from .description import EntryTable, ModuleTable, TrainingTable, argument_text, default_value
from .fit_options import MOST
from .steps import SECONDS_PER_CHUNK, Run, mean
from .values import ModelValues

if typing.TYPE_CHECKING:
    import inspect


def make_training(module: ModuleTable, training: TrainingTable) -> Callable[..., np.ndarray]:
    """The method of a model."""

    def run(_self: ModelValues, /, *args: object, **kwargs: object) -> np.ndarray:
        return run_training(_self, training, args, kwargs)

    run.__name__ = training["name"]
    run.__qualname__ = f"Model.{training['name']}"
    run.__doc__ = _document(module, training)
    run.__signature__ = _signature(module, training)  # type: ignore[attr-defined]
    return run


def run_training(
    model: ModelValues, training: TrainingTable, args: Sequence[object], kwargs: Mapping[str, object]
) -> np.ndarray:
    """The mean cost of each epoch."""
    module = model._module
    entry = _entry(module, training)
    where = f"{module['name']}.{training['name']}"
    given = dict(kwargs)
    epochs = training["epochs"]
    if epochs < 0:
        if "epochs" not in given:
            raise TypeError(f"{where}: missing argument 'epochs', the number of epochs")
        epochs = checked_integer(given.pop("epochs"), f"{where}: epochs", 0, MOST)
    seed = 0
    if training["shuffle"]:
        seed = checked_integer(given.pop("seed", 0), f"{where}: seed", -MOST - 1, MOST)
    arguments = converted(module, entry, args, given, model._on_device, _options(training))
    run = Run(
        training["entry"],
        arguments,
        batched_arguments(module, entry),
        None,
        1,
        SECONDS_PER_CHUNK,
        sums=(training["cost"],),
    )
    run = run._replace(batch_size=training["batch"] or max(run.rows, 1))
    if run.rows == 0 and epochs:
        raise ValueError(f"{where}: there are no rows to fit")
    check_batches(module, entry, run)
    try:
        return np.array(_costs(model, run, epochs, training["shuffle"], seed, where), np.float64)
    finally:
        model._forget_steps()


def _costs(model: ModelValues, run: Run, epochs: int, shuffle: bool, seed: int, where: str) -> list[float]:
    watch = UnchangedArguments(where, model._module["entries"][run.entry], run.arguments)
    costs: list[float] = []
    shuffle &= run.rows > run.batch_size
    while len(costs) < epochs:
        order = model._row_order(seed, len(costs), run.rows) if shuffle else None
        row, sums = 0, (0.0,)
        end = len(costs) + 1 if shuffle else epochs
        while len(costs) < end:
            watch.check()
            completed, row, sums = model._steps(run._replace(order=order), end - len(costs), row, sums)
            costs += [mean(totals, run.rows) for totals in completed]
    return costs


def _entry(module: ModuleTable, training: TrainingTable) -> EntryTable:
    """The entry under the name of the training, for messages."""
    return {**module["entries"][training["entry"]], "name": training["name"]}


def _options(training: TrainingTable) -> tuple[str, ...]:
    """The arguments that a training has beside those of its entry."""
    return ("epochs",) * (training["epochs"] < 0) + ("seed",) * training["shuffle"]


def _document(module: ModuleTable, training: TrainingTable) -> str:
    entry = module["entries"][training["entry"]]
    lines = [training["doc"].strip(), ""] if training["doc"].strip() else []
    batch = f"minibatches of {training['batch']} rows" if training["batch"] else "one minibatch"
    order = ", in an order of its own" if training["shuffle"] else ""
    lines += [f"Calls {entry['name']} for each epoch's {batch}{order}.", "", "Arguments:"]
    for argument in entry["arguments"]:
        default = default_value(argument)
        lines.append(f"    {argument['name']}: {argument_text(argument)}{'' if default is None else f' = {default!r}'}")
    lines += [f"    {name}: i64{' = 0' * (name == 'seed')}" for name in _options(training)]
    lines += ["Returns:", "    the mean cost of each epoch"]
    if training["place"]:
        lines.append(f"Declared at {training['place']}.")
    return "\n".join(lines)


def _signature(module: ModuleTable, training: TrainingTable) -> inspect.Signature:
    import inspect

    from .entry_text import entry_signature

    base = entry_signature(_entry(module, training), True)
    own = [parameter for parameter in base.parameters.values() if parameter.name != "out"]
    for name in _options(training):
        default = 0 if name == "seed" else inspect.Parameter.empty
        own.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default))
    return inspect.Signature(own)
