"""Taking over the values of another model, a file or a dictionary: all of them, or a report of the mismatches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from .conversion import checked_boolean, checked_value
from .description import DTYPES, ModuleTable, type_text
from .state_report import ArrayType, StateReport, outermost, possibly_renamed
from .value_text import value_text
from .values import ModelValues

SCHEMA_MEMBER = "__schema__.json"  # of a checkpoint, beside the variables
MOST_NAMES = 12  # in a message

_NAMES = {dtype: name for name, dtype in DTYPES.items()}


def source_hash(module: ModuleTable) -> str:
    """The source hash in the build's description, or an empty string."""
    import json

    found = json.loads(module["build"] or "{}").get("source_hash", "")
    return str(found)


def array_type(dtype: np.dtype, shape: tuple[int, ...]) -> ArrayType:
    """A type as declarations have it, if there is such a one."""
    return _NAMES.get(dtype.newbyteorder("="), str(dtype)), tuple(map(int, shape))


def source_names(
    model: ModelValues, found: Iterable[str], renamed: Mapping[str, str] | None, where: str
) -> dict[str, str]:
    """The name in the source of each variable of the model: `renamed` has those of values and instances that differ."""
    if renamed is None:
        renamed = {}
    if not isinstance(renamed, Mapping):
        raise TypeError(f"{where}: renamed is {value_text(renamed)}, expected a dictionary, new names to old ones")
    found = list(found)
    for new, old in renamed.items():
        if not any(_is_within(name, new) for name in model._index):
            raise ValueError(f"{where}: renamed has {value_text(new)}, which is no value or instance of the model")
        if not any(_is_within(name, old) for name in found):
            raise ValueError(f"{where}: renamed has {value_text(old)}, which is no value or instance of the source")
        if (new in model._index) != (old in found):
            kinds = ("a value", "an instance")
            ours, theirs = kinds if new in model._index else kinds[::-1]
            pair = f"{value_text(new)}, {ours} of the model, for {value_text(old)}, {theirs} of the source"
            raise ValueError(f"{where}: renamed has {pair}")
    names: dict[str, str] = {}
    for name in model._index:
        ways = [new for new in renamed if _is_within(name, new)]
        new = max(ways, key=len, default="")
        names[name] = renamed[new] + name[len(new) :] if new else name
    return names


def _is_within(name: str, outer: object) -> bool:
    return isinstance(outer, str) and (name == outer or name.startswith(f"{outer}."))


def compared(
    model: ModelValues,
    names: Mapping[str, str],
    found: Iterable[str],
    type_of: Callable[[str], ArrayType | None],
) -> StateReport:
    """Compares the names in the source with those that the variables have there.  `type_of` gives types in the source,
    None where they are not known."""
    found = list(found)
    known, taken = set(found), set(names.values())
    report = StateReport([], [], [], {}, {}, None)
    for name in model._index:
        (report.loaded if names[name] in known else report.missing).append(name)
    report.unexpected.extend(name for name in found if name not in taken)
    if report.missing and report.unexpected:
        new = {name: declared_type(model, name) for name in outermost(report.missing, model._index)}
        old = {name: type_of(name) for name in outermost(report.unexpected, known)}
        report.renamed.update(possibly_renamed(new, old))
    return report


def keep_states_together(model: ModelValues, report: StateReport) -> None:
    """The states of a rule for a value begin anew if the value or one of them does: a count of steps means nothing
    without the means over these."""
    tables = model._module["variables"]
    groups: dict[tuple[str, str], list[str]] = {}
    for name, index in model._index.items():
        if tables[index]["kind"] == "rule":
            value, rule, _ = name.rsplit(".", 2)
            groups.setdefault((value, rule), []).append(name)
    for (value, _), states in groups.items():
        loaded = [name for name in states if name in report.loaded]
        others = [name for name in (value, *states) if name not in report.loaded]
        for name in loaded if others else ():
            report.loaded.remove(name)
            report.mismatched[name] = f"begins anew with {others[0]}"


def difference(got: ArrayType, expected: ArrayType) -> str:
    return f"is {type_text(*got)}, expected {type_text(*expected)}"


def declared_type(model: ModelValues, name: str) -> ArrayType:
    table = model._module["variables"][model._index[name]]
    return table["dtype"], tuple(table["shape"])


def refuse_differences(where: str, report: StateReport) -> None:
    """Raises one ValueError that names every difference, one line a kind."""
    lines = [f"'{name}' {text}" for name, text in report.mismatched.items()]
    lines += [_some(report.missing, "is missing", "are missing")] if report.missing else []
    lines += [_some(report.unexpected, "is unknown", "are unknown")] if report.unexpected else []
    lines += [report.advice] if report.renamed else []
    if not lines:
        return
    hint = "strict=False takes the others" if report.loaded else ""
    if len(lines) == 1:
        raise ValueError(f"{where}: {lines[0]}" + f" ({hint})" * bool(hint))
    raise ValueError("\n  ".join([f"{where}:", *lines, *filter(None, [hint])]))


def _some(names: list[str], one: str, many: str) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"{', '.join(map(value_text, names[:MOST_NAMES]))}{more} {one if len(names) == 1 else many}"


def load_state(
    model: ModelValues, state: Mapping[str, object], strict: bool, renamed: Mapping[str, str] | None = None
) -> StateReport:
    """Values are converted as `set_value` does; nothing changes before all are checked."""
    module = model._module
    where = f"{model._path()}.load_state_dict"
    strict = checked_boolean(strict, f"{where}: strict")
    of_one_call = getattr(state, "state_dict", None)  # of a model of any module
    if of_one_call is not None:
        state = of_one_call()
    for name in state:
        if not isinstance(name, str):
            raise TypeError(f"{where}: {value_text(name)} is no name of a value")
    found = [name for name in state if not name.startswith("__")]  # the other ones belong to checkpoints
    names = source_names(model, found, renamed, where)
    report = compared(model, names, found, lambda name: _type_of(state[name]))
    values: dict[str, np.ndarray] = {}
    for name in list(report.loaded):
        try:
            values[name] = checked_value(module, model._index[name], state[names[name]], model._on_device)
        except (TypeError, ValueError) as error:
            if strict:
                raise
            report.loaded.remove(name)
            got, expected = _type_of(state[names[name]]), declared_type(model, name)
            report.mismatched[name] = str(error) if got in (None, expected) else difference(got, expected)
    if strict:
        refuse_differences(where, report)
    keep_states_together(model, report)
    model._assign({model._index[name]: values[name] for name in report.loaded})
    return report


def _type_of(value: object) -> ArrayType | None:
    return array_type(value.dtype, value.shape) if isinstance(value, np.ndarray) else None
