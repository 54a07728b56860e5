"""Calls every entry of a built module, in a process of its own: `python calls.py MODULE CALLS FOUND`.

The start of the process is part of the test: its number of threads, and the content of unwritten memory.
Results are written over poison; arguments must be as they were.
"""

from __future__ import annotations

import importlib.util
import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np

POISON = 0xA5


def poisoned(shape: tuple[int, ...], dtype: str) -> Any:
    """A truth has only two values that mean anything."""
    array = np.empty(shape, dtype)
    array.reshape(-1).view("u1")[...] = 1 if dtype == "bool" else POISON
    return array


def called(module: Any, call: dict[str, Any], stored: dict[str, Any]) -> Any:
    """Results and all kept values after the call, or the name of its fault, or a failed check of debug mode."""
    model = module.Model(seed=0) if stored else module
    for name, value in stored.items():
        model[name] = value
    arguments = {name: np.array(value, order="C") for name, value in call["arguments"].items()}
    before = {name: value.tobytes() for name, value in arguments.items()}
    out = tuple(poisoned(shape, dtype) for shape, dtype in call["results"])
    try:
        getattr(model, call["entry"])(**arguments, out=out if len(out) > 1 else out[0])
    except (IndexError, ZeroDivisionError) as fault:
        return type(fault).__name__
    except RuntimeError as failed:
        return str(failed)
    changed = [name for name, value in arguments.items() if value.tobytes() != before[name]]
    assert not changed, f"{call['entry']} wrote to {', '.join(changed)}"
    return list(out), {name: np.asarray(model[name], value.dtype) for name, value in stored.items()}


def main(path: str, calls: str, found: str) -> None:
    spec = importlib.util.spec_from_file_location(Path(path).name.partition(".")[0], path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    given = pickle.loads(Path(calls).read_bytes())
    results = [called(module, call, given["stored"]) for call in given["calls"]]
    Path(found).write_bytes(pickle.dumps(results))


if __name__ == "__main__":
    main(*sys.argv[1:])
