"""`Model.fit`: its arguments become those of a training."""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence

from .arguments import entry_index, named_arguments, prepare
from .batches import batched_arguments
from .fit_options import FitOptions
from .history import History
from .metrics import made_metrics
from .rates import Rates, split_rates
from .steps import Run, summed_results
from .training import SECONDS_PER_CHUNK, Training
from .values import ModelValues


def fit_model(
    model: ModelValues, name: str, data: Sequence[object], keywords: Mapping[str, object], options: FitOptions
) -> History:
    """The history of the training."""
    module = model._module
    index = entry_index(module, name, f"{module['name']}.Model.fit")
    entry = module["entries"][index]
    where = f"{module['name']}.{name}"
    options = options.checked(where)
    batched = batched_arguments(module, entry)
    values = named_arguments(entry, where, data, keywords, ("entry", *FitOptions._fields))
    values, changing = split_rates(where, entry, values)
    arguments = prepare(module, entry, values, {}, model._on_device)
    run = Run(index, arguments, batched, None, 1, SECONDS_PER_CHUNK, sums=summed_results(entry)[:1])
    run = run._replace(batch_size=max(run.rows, 1) if options.batch_size is None else options.batch_size)
    if run.rows == 0 and options.epochs:
        raise ValueError(f"{where}: there are no rows to fit")
    rates = Rates(where, entry, changing, options.epochs, -(-run.rows // run.batch_size))
    metrics = made_metrics(model, where, run, typing.cast("list[str]", options.metrics), options.validate)
    training = Training(where, model, run, options, rates, metrics)
    try:
        return training.fit()
    finally:
        model._forget_steps()
        training.progress.close()
