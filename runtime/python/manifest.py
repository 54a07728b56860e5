"""The manifest of a training: everything that its result depends on, as values of JSON."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .description import DTYPES, EntryTable, ModuleTable
from .devices import device_text
from .fit_options import FitOptions
from .made_with import made_with
from .metrics import Metric
from .rates import Rates, shortest
from .state import source_hash
from .steps import Run
from .stopping import Monitor
from .values import ModelValues

Digests = dict[str, dict[str, dict[str, object]]]
"""Shape, dtype and a digest of all bytes of each array, by the kind of data and the names of arguments."""


def run_manifest(
    model: ModelValues,
    run: Run,
    options: FitOptions,
    metrics: Sequence[Metric],
    monitor: Monitor | None,
    rates: Rates,
    digests: Digests,
) -> dict[str, object]:
    """`data` and `validation` have shape, type and digest of each array."""
    import datetime

    module = model._module
    entry = module["entries"][run.entry]
    return {
        "module": module["name"],
        "source": module["source"],
        "source_hash": source_hash(module),
        "entry": entry["name"],
        "epochs": options.epochs,
        "rows": run.rows,
        "batch_size": run.batch_size,
        "shuffle": options.shuffle,
        "seed": options.seed,
        "arguments": given_numbers(entry, run, rates),
        "data": digests["argument"],
        "validation": digests["validation"],
        "metrics": [column for metric in metrics for column in metric.columns],
        "monitor": monitor and monitor._asdict(),
        "device": device_text(model._device()),
        **made_with(module),
        "begun": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }


def given_numbers(entry: EntryTable, run: Run, rates: Rates) -> dict[str, object]:
    """The arguments that are numbers, by name."""
    given = zip(entry["arguments"], run.arguments, strict=True)
    numbers = {
        argument["name"]: shortest(np.asarray(value, DTYPES[argument["dtype"]])[()])
        for argument, value in given
        if not argument["shape"]
    }
    return numbers | rates.described()


def training_identity(
    model: ModelValues,
    run: Run,
    options: FitOptions,
    monitor: Monitor | None,
    columns: Sequence[str],
    digests: Digests,
) -> dict[str, object]:
    """What a training that is resumed must have in common with the one that was interrupted."""
    module = model._module
    return {
        "source_hash": source_hash(module),
        "entry": module["entries"][run.entry]["name"],
        **digests,
        "batch_size": run.batch_size,
        "shuffle": options.shuffle,
        "seed": options.seed,
        "columns": list(columns),
        "monitor": monitor and monitor.column,
        "mode": monitor and monitor.mode,
        "min_delta": monitor and monitor.min_delta,
    }


def data_digests(module: ModuleTable, run: Run, metrics: Sequence[Metric]) -> Digests:
    """Those of the data of a training, and of its validation."""
    validation = [metric.run for metric in metrics if metric.place == "validation"]
    return {"argument": _digests(module, [run]), "validation": _digests(module, validation)}


def _digests(module: ModuleTable, runs: Sequence[Run]) -> dict[str, dict[str, object]]:
    import hashlib

    found: dict[str, dict[str, object]] = {}
    for run in runs:
        for argument, value in zip(module["entries"][run.entry]["arguments"], run.arguments, strict=True):
            if not argument["shape"] or argument["name"] in found:
                continue
            array = value if isinstance(value, np.ndarray) else np.asarray(value)
            digest = hashlib.blake2b(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data, digest_size=16)
            shape = [int(size) for size in array.shape]
            found[argument["name"]] = {"shape": shape, "dtype": argument["dtype"], "digest": digest.hexdigest()}
    return found
