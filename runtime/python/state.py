"""Taking over the values of another model, a file or a dictionary: all of them, or a report of the mismatches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

import numpy as np

from .conversion import checked_boolean, checked_value
from .description import ModuleTable, type_text
from .value_text import value_text
from .values import ModelValues

SCHEMA_MEMBER = "__schema__.json"  # of a checkpoint, beside the variables
MOST_NAMES = 12  # in a message


class StateReport(TypedDict):
    """Names of variables; `mismatched` has texts of the found and the expected type."""

    loaded: list[str]
    missing: list[str]
    unexpected: list[str]
    mismatched: dict[str, str]
    same_source: bool | None


def source_hash(module: ModuleTable) -> str:
    """The source hash in the build's description, or an empty string."""
    import json

    found = json.loads(module["build"] or "{}").get("source_hash", "")
    return str(found)


def compared(module: ModuleTable, found: Mapping[str, tuple[str, tuple[int, ...]]]) -> StateReport:
    """Compares `found`, dtype and shape by name, with the variables of a module."""
    report = StateReport(loaded=[], missing=[], unexpected=[], mismatched={}, same_source=None)
    names = {table["name"] for table in module["variables"]}
    report["unexpected"] = [name for name in found if name not in names]
    for table in module["variables"]:
        name, expected = table["name"], (table["dtype"], tuple(table["shape"]))
        if name not in found:
            report["missing"].append(name)
        elif found[name] != expected:
            got = type_text(found[name][0], list(found[name][1]))
            report["mismatched"][name] = f"is {got}, expected {type_text(expected[0], list(expected[1]))}"
        else:
            report["loaded"].append(name)
    return report


def refuse_differences(where: str, report: StateReport) -> None:
    """Raises one ValueError that names every difference, one line a kind."""
    lines = [f"'{name}' {text}" for name, text in report["mismatched"].items()]
    lines += [_some(report["missing"], "is missing", "are missing")] if report["missing"] else []
    lines += [_some(report["unexpected"], "is unknown", "are unknown")] if report["unexpected"] else []
    if lines:
        raise ValueError(f"{where}: {lines[0]}" if len(lines) == 1 else "\n  ".join([f"{where}:", *lines]))


def _some(names: list[str], one: str, many: str) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"{', '.join(map(value_text, names[:MOST_NAMES]))}{more} {one if len(names) == 1 else many}"


def load_state(model: ModelValues, state: Mapping[str, object], strict: bool) -> StateReport:
    """Values are converted as `set_value` does; nothing changes before all are checked."""
    module = model._module
    where = f"{model._path()}.load_state_dict"
    strict = checked_boolean(strict, f"{where}: strict")
    if isinstance(state, ModelValues):
        state = state.state_dict()  # of one call
    report = StateReport(loaded=[], missing=[], unexpected=[], mismatched={}, same_source=None)
    report["unexpected"] = [name for name in state if name not in model._index and name != SCHEMA_MEMBER]
    values: dict[int, np.ndarray] = {}
    for name, index in model._index.items():
        if name not in state:
            report["missing"].append(name)
            continue
        try:
            values[index] = checked_value(module, index, state[name], model._on_device)
            report["loaded"].append(name)
        except (TypeError, ValueError) as error:
            if strict:
                raise
            report["mismatched"][name] = str(error)
    if strict:
        refuse_differences(where, report)
    model._assign(values)
    return report
