"""What only the native target promises: speed of calls, imports, memory, forks, and the C++ tests themselves."""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import subprocess
import sys
import timeit
from pathlib import Path
from types import ModuleType

import numpy as np


def best(statement: str, names: dict[str, object]) -> float:
    return min(timeit.repeat(statement, globals=names, number=20000, repeat=7)) / 20000 * 1e6


def test_calls_are_cheap(native_modules: dict[str, ModuleType]) -> None:
    """Ten times the goals, so that only a lost fast path fails on a busy machine."""
    plain, a = native_modules["plain"], np.arange(3.0)
    assert best("f(3.0)", {"f": plain.square}) < 1.2
    assert best("f(a, a)", {"f": plain.add, "a": a}) < 3.5


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


def test_import_is_quick(native_paths: dict[str, Path]) -> None:
    code = (
        "import sys, time, numpy; sys.path.insert(0, sys.argv[1]); start = time.perf_counter(); import affine;"
        "print(time.perf_counter() - start); affine.Model(); assert affine.__file__"
    )
    folder = str(native_paths["affine"].parent)
    times = [float(subprocess.check_output([sys.executable, "-c", code, folder])) for _ in range(5)]
    assert min(times) < 0.03
