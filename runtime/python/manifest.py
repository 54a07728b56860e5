"""The manifest of a training: everything that its result depends on, as values of JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import numpy as np

from .description import ArgumentTable
from .devices import device_text
from .environment import given_threads
from .fit_options import FitOptions
from .state import source_hash
from .steps import Run
from .values import ModelValues


def run_manifest(model: ModelValues, run: Run, options: FitOptions) -> dict[str, object]:
    """`data` has shape, type and digest of each array; `threads` 0 stands for one per CPU."""
    import datetime
    import json

    module = model._module
    entry = module["entries"][run.entry]
    build = json.loads(module["build"] or "{}")
    given = zip(entry["arguments"], run.arguments, strict=True)
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
        "arguments": {argument["name"]: value for argument, value in given if not argument["shape"]},
        "data": data_digests(zip(entry["arguments"], run.arguments, strict=True)),
        "device": device_text(model._device()),
        "threads": given_threads() or module["options"]["threads"],
        "versions": {"python": sys.version.split()[0], "numpy": np.__version__, "tdsl": build.pop("tdsl", "")},
        "build": {name: value for name, value in build.items() if name != "entries"},
        "begun": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }


def data_digests(arguments: Iterable[tuple[ArgumentTable, object]]) -> dict[str, dict[str, object]]:
    """Shape, dtype and a digest of all bytes of each array."""
    import hashlib

    found: dict[str, dict[str, object]] = {}
    for argument, value in arguments:
        if not argument["shape"]:
            continue
        array = value if isinstance(value, np.ndarray) else np.asarray(value)
        digest = hashlib.blake2b(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data, digest_size=16)
        shape = [int(size) for size in array.shape]
        found[argument["name"]] = {"shape": shape, "dtype": argument["dtype"], "digest": digest.hexdigest()}
    return found
