"""`Model.fit`: its arguments become those of a training."""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence

from .arguments import converted, entry_index, named_arguments
from .batches import batched_arguments, check_batches
from .fit_options import FitOptions
from .history import History
from .manifest import given_numbers
from .metrics import made_metrics
from .ranks import Ranks, checked_communicator
from .rates import Rates, split_rates
from .state import source_hash
from .steps import SECONDS_PER_CHUNK, Run, trained_results
from .training import Training
from .values import ModelValues


def fit_model(
    model: ModelValues, name: str, data: Sequence[object], keywords: Mapping[str, object], options: FitOptions
) -> History:
    """The history of the training."""
    module = model._module
    index = entry_index(module, name, f"{module['name']}.Model.fit")
    entry = module["entries"][index]
    where = f"{module['name']}.{name}"
    comm = checked_communicator(options.comm, where)
    with Ranks(where, model, entry, comm) as ranks:
        training = _training(model, index, data, keywords, options.checked(where), ranks)
        try:
            ranks.begin(lambda: _terms(training))
            return training.fit()
        finally:
            model._forget_steps()
            training.progress.close()


def _training(
    model: ModelValues,
    index: int,
    data: Sequence[object],
    keywords: Mapping[str, object],
    options: FitOptions,
    ranks: Ranks,
) -> Training:
    """The training of this process."""
    module, where = model._module, ranks.where
    entry = module["entries"][index]
    options = ranks.own(options)
    batched = batched_arguments(module, entry)
    values = named_arguments(entry, where, data, keywords, ("entry", *FitOptions._fields))
    values, changing = split_rates(where, entry, values)
    arguments = converted(module, entry, values, {}, model._on_device)
    run = Run(index, arguments, batched, None, 1, SECONDS_PER_CHUNK, sums=tuple(trained_results(entry)))
    run = run._replace(batch_size=max(run.rows, 1) if options.batch_size is None else options.batch_size)
    run = ranks.share(run)
    if run.rows == 0 and options.epochs:
        raise ValueError(f"{where}: there are no rows to fit")
    check_batches(module, entry, run)
    rates = Rates(where, entry, changing, options.epochs, -(-run.rows // run.batch_size), ranks.agree)
    metrics = made_metrics(model, where, run, typing.cast("list[str]", options.metrics), options.validate)
    return Training(where, model, run, options, rates, metrics)


def _terms(training: Training) -> dict[str, object]:
    """The terms that all processes must agree on."""
    options, run, module = training.options, training.run, training.model._module
    entry = module["entries"][run.entry]
    own = {
        "the program": source_hash(module),
        "the entry": entry["name"],
        "the number of rows": run.rows,
        "batch_size": run.batch_size,
        "shuffle": options.shuffle,
        "seed": options.seed,
        "epochs": options.epochs,
        "the number of epochs done": len(training.history),
        "the number of rows done": training.row,
        "patience": options.patience,
        "the list of columns": ", ".join(training.columns),
    }
    if training.monitor is not None:
        own |= {"monitor": training.monitor.column, "mode": options.mode, "min_delta": options.min_delta}
    own |= {f"argument '{name}'": value for name, value in given_numbers(entry, run, training.rates).items()}
    for kind, of in ("argument", "argument"), ("validation of", "validation"):
        for name, data in training.digests[of].items():
            own[f"{kind} '{name}'"] = f"{data['dtype']}{data['shape']} with digest {str(data['digest'])[:8]}"
    return own
