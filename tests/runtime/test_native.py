"""Guarantees of the native target only: minimal calls and imports, memory, and forks."""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np


def python_calls(call: Callable[[], object]) -> int:
    """The number of functions written in Python that run during the call, itself included."""
    seen: list[str] = []
    sys.setprofile(lambda frame, event, argument: seen.append(event) if event == "call" else None)
    try:
        call()
    finally:
        sys.setprofile(None)
    return len(seen)


def test_calls_that_fit_never_leave_native_code(native_modules: dict[str, ModuleType]) -> None:
    plain, model, a = native_modules["plain"], native_modules["affine"].Model(), np.arange(3.0)
    x, t = np.ones((4, 2), "f"), np.ones((4, 3), "f")
    for call in (
        lambda: plain.square(3),
        lambda: plain.add(a, b=a),
        lambda: plain.add(a, a, out=np.empty(3)),
        lambda: model.train(x, t),
        lambda: model.train(t=t, x=x, lr=0.5),
    ):
        assert python_calls(call) == 1
    assert python_calls(lambda: plain.square(np.float32(3))) > 1


def test_nothing_leaks(native_modules: dict[str, ModuleType]) -> None:
    affine = native_modules["affine"]
    model, x, t = affine.Model(), np.ones((4, 2), "f"), np.ones((4, 3), "f")

    def rounds(count: int) -> int:
        for _ in range(count):
            model.train(x, t, 0.0)
            model.predict([[1, 2]])
            model.W = model.get_value("W")
            for bad in (lambda: model.pick(9), lambda: model.train(x), lambda: model.predict(t)):
                with contextlib.suppress(IndexError, TypeError, ValueError):
                    bad()  # type: ignore[no-untyped-call]
        affine.Model()
        gc.collect()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    before = rounds(500)
    assert rounds(3000) - before < 1024


def test_results_outlive_everything(native_modules: dict[str, ModuleType]) -> None:
    model = native_modules["affine"].Model()
    y = model.predict(np.ones((4, 2), "f"))
    w = model.W
    del model
    gc.collect()
    assert y.shape == (4, 3) and w.shape == (2, 3)


def test_fork(native_modules: dict[str, ModuleType]) -> None:
    model = native_modules["affine"].Model()
    x, t = np.ones((50000, 2), "f"), np.ones((50000, 3), "f")
    model.fit(x, t, batch_size=20000)
    child = os.fork()
    if child == 0:
        model.fit(x, t, batch_size=20000)
        os._exit(0 if model.k == 6 else 1)
    assert os.waitpid(child, 0)[1] == 0 and model.k == 3


def test_in_a_package(native_paths: dict[str, Path], tmp_path: Path) -> None:
    package = tmp_path / "parcel"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / native_paths["affine"].name).symlink_to(native_paths["affine"])
    code = (
        "import sys, pickle; sys.path.insert(0, sys.argv[1]); from parcel import affine; m = affine.Model(3);"
        "print(affine.__name__, affine.Model.train.__module__, repr(pickle.loads(pickle.dumps(m)))[:20])"
    )
    found = subprocess.check_output([sys.executable, "-c", code, str(tmp_path)], text=True)
    assert found.split() == ["parcel.affine", "parcel.affine", "parcel.affine.Model("]


def test_an_import_needs_nothing_but_numpy(native_paths: dict[str, Path]) -> None:
    code = (
        "import sys, numpy; before = set(sys.modules); sys.path.insert(0, sys.argv[1]); import affine; affine.Model();"
        "print(*sorted(set(sys.modules) - before - set(sys.stdlib_module_names)))"
    )
    assert (
        subprocess.check_output([sys.executable, "-c", code, str(native_paths["affine"].parent)], text=True)
        == "_tdsl_shared affine\n"  # the first has no file
    )
