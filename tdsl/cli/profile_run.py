"""The runs that `tdsl profile` times: a script, or calls of one entry with random data."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import numpy as np

from tdsl.build.process import attached
from tdsl.build.samples import script_environment
from tdsl.compilation import Artefact
from tdsl.describe.table import ArgumentTable, EntryTable, Extent, ModuleTable
from tdsl.naming import unknown_entry
from tdsl.record import record
from tdsl.source import fail
from tdsl.types import DTYPES

_SECONDS, _LEAST = 1.0, 3
_DEFAULT_SIZE = 100
# The script finds the timed module before any that lies beside it.
_RUNNER = """
import runpy, sys
folder, *sys.argv = sys.argv[1:]
sys.path[:1] = [folder, sys.argv[0].rpartition("/")[0]]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@record(frozen=True)
class Found:
    """A profile as JSON, and its trace; `sizes` are those of the calls, if these had data made here."""

    text: str
    trace: str
    sizes: Mapping[str, int] | None = None


def of_script(
    script: Path, arguments: Sequence[str], artefact: Artefact, flags: Sequence[str]
) -> tuple[Found | None, int]:
    """The profile that the module has left at exit, if the script has called it, and the script's exit status."""
    with tempfile.TemporaryDirectory(prefix="tdsl-") as modules, tempfile.TemporaryDirectory(prefix="tdsl-") as left:
        artefact.install(Path(modules))
        environment = {**script_environment(flags), "TDSL_PROFILE": left}
        status = attached([sys.executable, "-c", _RUNNER, modules, str(script.absolute()), *arguments], environment)
        profile = Path(left, f"{artefact.name}.json")
        text = profile.read_text() if profile.exists() else '{"entries": []}'
        if not any(entry["calls"] for entry in json.loads(text)["entries"]):
            return None, status
        return Found(text, profile.with_suffix(".trace.json").read_text()), status


def of_entry(
    module: ModuleType, table: ModuleTable, entry: EntryTable, given: Mapping[str, int], steps: int | None
) -> Found:
    """The profile of calls with random data: `steps`, or as many as take a second, after some that are left out, as
    the first ones find memory for new values."""
    sizes = {**dict.fromkeys(_dims(table, entry), _DEFAULT_SIZE), **given}
    try:
        call = _callable(module.Model() if table.variables else module, entry.name)
        data = _random_arguments(table, entry, [sizes.get(name, 0) for name in table.dims])
        for _ in range(_LEAST):
            call(*data)
        module.profile().reset()
        start = time.perf_counter()
        done = 0
        while done < (steps or _LEAST) or (steps is None and time.perf_counter() - start < _SECONDS):
            call(*data)
            done += 1
    except (ValueError, ArithmeticError, LookupError, AssertionError, MemoryError) as problem:
        hint = "other sizes may fit, with --dims, or data of a script that calls it"
        raise click.ClickException(f"{entry.name} refuses the call: {problem}\n({hint})") from None
    profile = module.profile()
    return Found(profile.to_json(), profile.chrome_trace(), {name: sizes[name] for name in _dims(table, entry)})


def chosen_entry(table: ModuleTable, wanted: str | None) -> EntryTable:
    """The entry of that name, else `train`, else the first one."""
    entries = {entry.name: entry for entry in table.entries}
    if wanted is None:
        return entries.get("train", table.entries[0])
    called = next((table.entries[one.entry].name for one in table.trainings if one.name == wanted), None)
    if called is not None:
        hint = f"profile its steps, --entry {called}, or a script that calls model.{wanted}(…)"
        raise fail("TD0404", f"'{wanted}' is a training", None, hint=hint)
    if wanted not in entries:
        raise unknown_entry(wanted, entries)
    return entries[wanted]


def _callable(owner: Any, name: str) -> Callable[..., object]:
    """An entry, or one in a list: `pretrain[0]`."""
    base, _, number = name.rstrip("]").partition("[")
    found = getattr(owner, base)
    return found[int(number)] if number else found  # type: ignore[no-any-return]


def _dims(table: ModuleTable, entry: EntryTable) -> list[str]:
    """The dims that the arguments of an entry bind."""
    extents = [extent for argument in entry.arguments for extent in _extents(argument)]
    return [name for number, name in enumerate(table.dims) if any(extent.dim == number for extent in extents)]


def _extents(argument: ArgumentTable) -> tuple[Extent, ...]:
    return (*argument.shape, *([argument.binds] if argument.binds else []))


def _random_arguments(table: ModuleTable, entry: EntryTable, dims: Sequence[int]) -> list[object]:
    """Reals between 0 and 1, whole numbers and bools that are 0 or 1; defaults where there are some."""
    random = np.random.default_rng(0)
    values = dict(zip(table.dims, dims, strict=True))

    def size(extent: Extent) -> int:
        known = dims[extent.dim] if extent.dim >= 0 else extent.size
        return known if extent.value is None else extent.value.evaluate(values)

    found: list[object] = []
    for argument in entry.arguments:
        shape, dtype = tuple(map(size, argument.shape)), DTYPES[argument.dtype].numpy
        if argument.binds:
            found.append(size(argument.binds))
        elif argument.has_default:
            found.append(argument.default_real if argument.dtype in ("f32", "f64") else argument.default_integer)
        elif argument.dtype in ("f32", "f64"):
            found.append(random.random(shape).astype(dtype))
        else:
            found.append(random.integers(0, 2, shape).astype(dtype))
    return found
