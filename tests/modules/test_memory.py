"""The memory of calls: formulas in `build_info()`, refusals before anything is touched, a MemoryError that changes
nothing at any moment of a call, and no allocation once the first calls are over."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tdsl
from tests.modules.programs import compiled, state

HERE = Path(__file__).parent
PRELOADS = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs LD_PRELOAD and the GNU C library")

LIMITED = """\
dim N, M, K
shared V: f64[100, 1000] = 0
shared w: f64[1000] = 0
entry count(x: f64[N, 100], y: f64[N]) -> sum(w) { w <- w + y @ cos(x @ V) }
entry double(x: f64[N]) -> x * 2
entry table(x: f64[N, K], y: f64[M, K]) -> x @ y.T
"""


@pytest.fixture
def limited(target: str) -> Any:
    return tdsl.compile(LIMITED, name="limited", target=target, memory_limit=1)


def preloaded(tmp_path: Path, script: str, **environment: str) -> list[tuple[str, ...]]:
    """The lines of a script that runs under the allocator of the tests."""
    library = tmp_path / "failing_malloc.so"
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", library, HERE / "failing_malloc.c"], check=True)
    folder = Path(str(compiled("deep", "cpp").__file__)).parent
    found = subprocess.run(
        [sys.executable, HERE / script, folder],
        env={**os.environ, "LD_PRELOAD": str(library), "OPENBLAS_NUM_THREADS": "1", **environment},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert found.returncode == 0, found.stderr
    return [tuple(line.split()) for line in found.stdout.splitlines()]


@PRELOADS
@pytest.mark.parametrize("threads", ["1", "2"])
def test_every_allocation_may_fail(tmp_path: Path, threads: str) -> None:
    told = preloaded(tmp_path, "failing_calls.py", PYTHONMALLOC="malloc", TDSL_NUM_THREADS=threads)
    ways = [
        "made",
        "thread",
        "first",
        "later",
        "keywords",
        "converted",
        "walked",
        "several",
        "out",
        "fit",
        "replaced",
        "held",
        "fit-in-place",
    ]
    assert [name for name, *_ in told] == ways
    assert all(int(failures) > 0 for _, _, failures in told), told


@PRELOADS
def test_later_calls_allocate_nothing(tmp_path: Path) -> None:
    """A chunk of the native loop allocates for itself; its steps do not."""
    told = {name: int(number) for name, number in preloaded(tmp_path, "counted_calls.py", TDSL_NUM_THREADS="1")}
    assert {told[name] for name in ("call", "keywords", "out", "replaced", "walked", "looped")} == {0}
    assert 0 < told["one"] == told["hundred"]


def test_sizes_that_cannot_fit_are_refused(module: Any) -> None:
    plain = module("plain")
    huge = np.broadcast_to(np.zeros(1, np.float32), (1 << 45,))
    with pytest.raises(MemoryError):
        plain.singles(huge)
    model = module("affine").Model()
    model.count()
    with pytest.raises(MemoryError):
        model.scale(huge)
    assert model.k == 1 and model.b.tolist() == [0, 0, 0]


def refusal(call: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(MemoryError) as caught:
        call(*arguments, **named)
    return str(caught.value)


def test_a_refusal_tells_the_formula(limited: Any, target: str) -> None:
    model = limited.Model()
    many, out = np.ones(131_073), np.zeros(131_073)
    each = {"cpp": 8, "numpy": 16}[target]  # a kernel in NumPy makes an array before it is the result
    text = (
        f"limited.double: needs {each * many.size:,} bytes = {each} * N with N = 131073 for workspace, results and new"
        " values, more than the limit of 1,048,576 bytes (the setting memory_limit); nothing was changed"
    )
    assert refusal(model.double, many) == text
    assert refusal(model.double, many, out=out) == text and not out.any()
    assert model.double(many[:60_000]).sum() == 120_000


def test_a_refusal_of_sizes_beyond_all_numbers(limited: Any, target: str) -> None:
    """Arrays without elements may have any sizes."""
    x = np.zeros((1 << 40, 0))
    each = {"cpp": 8, "numpy": 16}[target]
    assert refusal(limited.Model().table, x, x).startswith(
        f"limited.table: needs {each << 80:,} bytes = {each} * M * N with N = {1 << 40} and M = {1 << 40} for workspace"
    )


def test_fit_is_refused_and_keeps_the_values(limited: Any) -> None:
    model, x, y = limited.Model(), np.ones((300, 100)), np.ones(300)
    before = state(model)
    assert refusal(model.fit, x, y, entry="count", batch_size=200).startswith("limited.count: needs ")
    assert state(model) == before
    assert model.fit(x, y, entry="count", batch_size=60, progress=False) == [120_000.0]
    assert model.w.tolist() == [300.0] * 1000


SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy
if len(sys.argv) > 2:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
import unlimited
try:
    unlimited.Model().table(numpy.zeros((1 << 40, 0)), numpy.zeros((1 << 40, 0)))
except MemoryError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs the limits of POSIX")
@pytest.mark.parametrize(
    ("given", "limits", "told"),
    [
        ("3", [], r"3,145,728 bytes \(TDSL_MEMORY_LIMIT\)"),
        ("0.5", [], r"524,288 bytes \(TDSL_MEMORY_LIMIT\)"),
        ("1G", [], r"1,073,741,824 bytes \(TDSL_MEMORY_LIMIT\)"),
        (" 1e3 MiB", [], r"1,048,576,000 bytes \(TDSL_MEMORY_LIMIT\)"),
        ("64kb", [], r"65,536 bytes \(TDSL_MEMORY_LIMIT\)"),
        ("8796093022208", [], r"9,223,372,036,854,775,806 bytes \(TDSL_MEMORY_LIMIT\)"),
        ("0", [str(3 << 30)], r"3,221,225,472 bytes \(RLIMIT_AS\)"),
        ("", [], r"[\d,]+ bytes \((the machine's memory|the control group's limit|RLIMIT_AS)\)"),
    ],
)
def test_whose_limit_it_is(given: str, limits: list[str], told: str, target: str) -> None:
    unlimited = tdsl.compile(LIMITED, name="unlimited", target=target)
    found = subprocess.run(
        [sys.executable, "-c", SCRIPT, Path(unlimited.__file__).parent, *limits],
        env={**os.environ, "TDSL_MEMORY_LIMIT": given, "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert re.search(rf"more than the limit of {told}; nothing was changed\n$", found.stdout), found.stdout


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("TDSL_MEMORY_LIMIT", "a number of MiB, or one with a unit, such as 512, 0.5 or 2G"),
        ("TDSL_NUM_THREADS", "a whole number, at most 1024"),
    ],
)
@pytest.mark.parametrize("given", ["abc", "-1", "1X", "nan", ".", "1e", "1 2", "2000 threads"])
def test_an_invalid_environment_is_an_error_at_import(
    variable: str, expected: str, given: str, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlimited = tdsl.compile(LIMITED, name="unlimited", target=target)
    monkeypatch.setenv(variable, given)
    script = "import sys; sys.path.insert(0, sys.argv[1]); import unlimited"
    found = subprocess.run(
        [sys.executable, "-c", script, Path(unlimited.__file__).parent], capture_output=True, text=True, check=False
    )
    assert found.returncode == 1
    assert found.stderr.splitlines()[-1] == f"ValueError: {variable} is {given!r}, expected {expected}"


def test_formulas_are_shown(limited: Any, target: str) -> None:
    told = limited.build_info()["entries"]
    assert list(told) == ["count", "double", "table", "initialise"]
    between = {"cpp": "8000 * N", "numpy": "16000 * N + 16000"}[target]
    count, table = told["count"], told["table"]
    assert list(count) == ["workspace", "results", "updates", "memory", "flop", "functions", "bytes"]
    assert (count["workspace"], count["results"], count["updates"]) == (between, "0", "8000")
    assert count["memory"] == {"cpp": "8000 * N + 8000", "numpy": "16000 * N + 24000"}[target]
    assert count["functions"] == "1000 * N"
    assert (table["flop"], table["results"]) == ("2 * K * M * N", "8 * M * N")
    assert table["bytes"] == "8 * K * M + 8 * K * N + 8 * M * N"
