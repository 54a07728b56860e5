"""Metrics: entries without updates, evaluated after each epoch on the data of the training or of its validation."""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping, Sequence

from .arguments import called_by_training, converted
from .batches import UnchangedArguments, batched_arguments, check_batches
from .description import EntryTable, ModuleTable, default_value, type_text
from .steps import Run, summed_results
from .value_text import value_text
from .values import ModelValues

SETS = ("training", "validation")
LEAST_METRIC_ROWS = 1024  # of a batch


class Metric(typing.NamedTuple):
    """An entry with its data, and a column for each real scalar that it returns."""

    place: str  # "training" or "validation"
    run: Run
    columns: tuple[str, ...]
    watch: UnchangedArguments

    def evaluated(self, model: ModelValues, between: Callable[[], None]) -> dict[str, float]:
        """Means over the rows; `between` is called now and then."""
        row, totals = 0, (0.0,) * len(self.columns)
        while True:
            self.watch.check()
            completed, row, totals = model._steps(self.run, 1, row, totals)
            if completed:
                means = (total / self.run.rows for total in completed[0])
                return dict(zip(self.columns, means, strict=True))
            between()


def made_metrics(
    model: ModelValues, where: str, run: Run, names: Sequence[str], validation: object
) -> tuple[Metric, ...]:
    """Names are those of entries, alone or behind `training.` or `validation.`."""
    module = model._module
    trained = module["entries"][run.entry]
    own = dict(zip((argument["name"] for argument in trained["arguments"]), run.arguments, strict=True))
    shared = {name: value for (name, value), cut in zip(own.items(), run.batched, strict=True) if not cut}
    validating = _named(trained, where, validation)
    if validating is not None and not any(_placed(name, True)[0] == "validation" for name in names):
        raise ValueError(f"{where}: validate needs metrics, entries to evaluate on it{_candidates(module, 'such as ')}")
    chosen: list[tuple[str, int]] = []
    for name in dict.fromkeys(names):
        place, entry_name = _placed(name, validating is not None)
        if place == "validation" and validating is None:
            raise ValueError(f"{where}: metrics {value_text(name)} needs validate=, the data to evaluate it on")
        chosen.append((place, _metric_entry(module, where, entry_name)))
    if isinstance(validation, Mapping):
        taken = dict.fromkeys(one["name"] for _, index in chosen for one in module["entries"][index]["arguments"])
        if unknown := [name for name in validation if name not in taken]:
            only = f"; they take {', '.join(taken) or 'nothing'}"
            raise TypeError(f"{where}: validate gives {value_text(unknown[0])}, which no metric takes{only}")
    metrics = [
        _metric(model, where, place, index, own if place == "training" else {**shared, **(validating or {})}, run)
        for place, index in chosen
    ]
    columns = [column for metric in metrics for column in metric.columns]
    if twice := next((column for column in columns if columns.count(column) > 1), None):
        raise ValueError(f"{where}: two metrics are called '{twice}'")
    return tuple(metrics)


def _placed(name: str, validates: bool) -> tuple[str, str]:
    """The set of rows and the entry of a name."""
    place, dot, entry = name.partition(".")
    if dot and place in SETS:
        return place, entry
    return SETS[validates], name


def _named(entry: EntryTable, where: str, validation: object) -> dict[str, object] | None:
    """The validation data by the names of arguments."""
    if validation is None:
        return None
    if isinstance(validation, Mapping):
        return {str(name): value for name, value in validation.items()}
    values = validation if isinstance(validation, (tuple, list)) else (validation,)
    names = [argument["name"] for argument in entry["arguments"]]
    if len(values) > len(names):
        taken = f"{entry['name']} takes {', '.join(names) or 'nothing'}"
        raise TypeError(f"{where}: validate gives {len(values)} values, and {taken}")
    return dict(zip(names, values, strict=False))


def _metric_entry(module: ModuleTable, where: str, name: str) -> int:
    """The index of an entry that is a metric."""
    names = [entry["name"] for entry in module["entries"]]
    if name not in names:
        if (called := called_by_training(module, name)) is not None:
            raise ValueError(
                f"{where}: metrics: {name} is a training of {called}; a metric is an entry without updates"
            )
        import difflib

        close = difflib.get_close_matches(name, names, 1, 0.5)
        hint = f"; did you mean '{close[0]}'?" if close else _candidates(module, ", only ")
        raise ValueError(f"{where}: metrics: no entry {value_text(name)}{hint}")
    entry = module["entries"][names.index(name)]
    if entry["updates"]:
        tables = [module["variables"][index] for index in entry["updates"]]
        updated = ", ".join([table["name"] for table in tables if table["kind"] != "rule"] or [tables[0]["name"]])
        reason = "draws random numbers, which 'random' counts" if updated == "random" else f"updates {updated}"
        raise ValueError(f"{where}: metrics: {name} {reason}; a metric is an entry without updates")
    if not summed_results(entry):
        returned = [
            type_text(table["dtype"], table["shape"]) for table in entry["results"] if table["role"] == "return"
        ]
        found = f", only {' and '.join(returned)}" if returned else ""
        raise ValueError(f"{where}: metrics: {name} returns no real number{found}; a metric is a mean over rows")
    return names.index(name)


def _candidates(module: ModuleTable, before: str) -> str:
    names = [entry["name"] for entry in module["entries"] if not entry["updates"] and summed_results(entry)]
    return f"{before if before.startswith(',') else ', ' + before}{', '.join(names)}" if names else ""


def _with_large_batches(module: ModuleTable, entry: EntryTable, run: Run) -> Run:
    """The run with batches of many rows, if the entry takes these."""
    large = run._replace(batch_size=max(run.batch_size, LEAST_METRIC_ROWS))
    try:
        check_batches(module, entry, large)
    except ValueError:
        return run
    return large


def _metric(
    model: ModelValues, where: str, place: str, index: int, given: Mapping[str, object], training: Run
) -> Metric:
    module = model._module
    entry = module["entries"][index]
    for argument in entry["arguments"]:
        if argument["name"] not in given and default_value(argument) is None:
            giver = "the training has" if place == "training" else "validate gives"
            raise TypeError(f"{where}: metrics: {entry['name']} takes '{argument['name']}', and {giver} none")
    values = {argument["name"]: given[argument["name"]] for argument in entry["arguments"] if argument["name"] in given}
    try:
        batched = batched_arguments(module, entry)
    except ValueError:  # its rows belong together
        batched = (False,) * len(entry["arguments"])
    try:
        arguments = converted(module, entry, (), values, model._on_device)
        run = Run(index, arguments, batched, None, training.batch_size, training.seconds, sums=summed_results(entry))
        run = _with_large_batches(module, entry, run)
        check_batches(module, entry, run)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{error}, in the data of {place} for metrics") from None
    if run.rows == 0:
        raise ValueError(f"{where}: there are no rows of {place} for metrics")
    name = f"{place}.{entry['name']}"
    results = [entry["results"][result]["name"] for result in run.sums]
    named = [f".{result}" if result else f"[{position}]" for position, result in enumerate(results)]
    columns = (name,) if len(run.sums) == 1 else tuple(name + part for part in named)
    return Metric(place, run, columns, UnchangedArguments(f"{module['name']}.{entry['name']}", entry, arguments))
