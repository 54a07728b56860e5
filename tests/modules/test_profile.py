"""The profile of compiled modules: all runs are counted, the work is that of `tdsl info`, times add up."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tdsl
from tdsl.driver import inform
from tdsl.settings import Settings
from tdsl.source import Source, UserError
from tests.stages import stages_of

TEXT = """\
use std.optim: sgd

dim B, T
input x: real[B, 3]
input s: real[T, B, 3]
input n: i64
shared W: real[3, 3] = normal(0, 1)

let a = tanh(x @ W)
let b = exp(x @ W.T)
cost C = mean((a - b) ** 2)

entry train(x, lr: real = 0.01) -> C {
    minimize C with sgd(lr)
}
entry steps(s) -> for s_t in s {
    state h = s[0] * 0
    let next = tanh(h + s_t)
    h <- next @ W
}
entry scaled[i in 2](x) -> x * real(i + 2) @ W
entry chosen(x, n) -> if n > 0 then x @ W else exp(x)
"""
SMALL = """\
input x: real
entry line(x) -> 3 * x + 1
entry curve(x) -> exp(x) * x
"""
X = np.ones((40, 3), np.float32)


@pytest.fixture(scope="module")
def module() -> Any:
    return tdsl.compile(TEXT, name="profiled", profile=True)


@pytest.fixture(scope="module")
def small() -> Any:
    return tdsl.compile(SMALL, name="profiled_small", profile=True)


def counted(profile: Any) -> dict[str, set[int]]:
    """How often the statements of each entry ran."""
    found: dict[str, set[int]] = {}
    for row in profile.rows:
        if row.kind != "function":  # a routine as one function, for other sizes
            found.setdefault(row.entry, set()).add(row.runs)
    return found


def test_calls_and_steps_are_counted(module: Any) -> None:
    model = module.Model()
    module.profile().reset()
    for _ in range(3):
        model.train(X)
    model.fit(X, batch_size=10, epochs=5, progress=False)
    profile = module.profile()
    assert counted(profile)["train"] == {3 + 20}
    assert {entry.name: entry.calls for entry in profile.entries}["train"] == 23
    assert counted(profile)["initialise"] == {0} and module.Model() and module.profile().entries[-1].calls == 1


def test_the_work_is_that_of_the_formulas(module: Any) -> None:
    model = module.Model()
    module.profile().reset()
    sizes = (40, 7, 7, 1)
    for size in sizes:
        model.train(X[:size])
    costs = inform(Source("profiled", TEXT), Settings(), Path.read_text).entries[0].facts
    rows = [row for row in module.profile().rows if row.entry == "train"]
    for name in ("flop", "functions", "bytes"):
        assert sum(getattr(row, name) for row in rows) == sum(costs[name].evaluate({"B": size}) for size in sizes)


def test_statements_of_a_loop_run_once_a_step(module: Any) -> None:
    model = module.Model()
    module.profile().reset()
    model.steps(np.ones((5, 4, 3), np.float32))
    model.steps(np.ones((2, 4, 3), np.float32))
    rows = [row for row in module.profile().rows if row.entry == "steps"]
    assert {row.runs for row in rows if row.loops == 1} == {7} and {row.runs for row in rows if row.loops == 0} <= {2}
    assert any("tanh" in row.text for row in rows if row.loops == 1)


def test_entries_of_a_list_have_their_own_rows(module: Any) -> None:
    model = module.Model()
    module.profile().reset()
    for _ in range(3):
        model.scaled[1](X)
    assert counted(module.profile())["scaled[1]"] == {3} and counted(module.profile())["scaled[0]"] == {0}


def test_only_the_side_taken_runs(module: Any) -> None:
    model = module.Model()
    module.profile().reset()
    for n in (1, 0, 0):
        model.chosen(X, n)
    runs = Counter({row.kind: row.runs for row in module.profile().rows if row.entry == "chosen"})
    assert runs["product"] == 1 and runs["elements"] in (2, 3)


def test_times_add_up(module: Any) -> None:
    model = module.Model()
    module.profile().reset()
    model.train(X)
    model.fit(X, epochs=10, progress=False)
    profile = module.profile()
    for entry in profile.entries:
        inside = sum(row.seconds for row in profile.rows if row.entry == entry.name)
        assert entry.outside >= 0 and inside + entry.outside == pytest.approx(entry.seconds)
    for row in profile.rows:
        assert sum(value.share for value in row.values) == pytest.approx(1)
    shares = [float(line.split()[1]) for line in profile.table().splitlines()[3:]]
    assert sum(shares) == pytest.approx(100, abs=0.06 * len(shares))


def test_tables_fit_a_width(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    module.Model().train(X)
    profile = module.profile()
    whole, narrow = profile.table(1000).splitlines()[2:], profile.table(80).splitlines()[2:]
    assert max(map(len, whole)) > 80 == max(map(len, narrow)) and len(whole) == len(narrow)
    assert any(re.search(r"\S…\S", line) for line in narrow) and not any("…" in line for line in whole)
    monkeypatch.setenv("COLUMNS", "90")
    assert max(map(len, profile.table().splitlines())) == 90


def test_a_merged_kernel_is_divided_by_its_operations(module: Any) -> None:
    module.Model().train(X)
    rows = [row for row in module.profile().rows if row.entry == "train" and len(row.values) > 1]
    assert rows and all(0 <= value.share <= 1 for row in rows for value in row.values)


def test_json_and_trace_are_valid(module: Any) -> None:
    model = module.Model()
    module.profile().reset()
    model.train(X)
    model.train(X)
    profile = module.profile()
    found = json.loads(profile.to_json())
    assert found["module"] == "profiled" and len(found["rows"]) == len(profile.rows)
    assert {"text", "place", "share", "name", "derivative"} == found["rows"][0]["values"][0].keys()
    assert [(row["text"], row["place"]) for row in found["rows"]] == [(row.text, row.place) for row in profile.rows]
    trace = json.loads(profile.chrome_trace())
    events = [event for event in trace["traceEvents"] if event["ph"] == "X"]
    assert len(events) == sum(row.runs for row in profile.rows)
    assert all(event["dur"] >= 0 and event["ts"] >= 0 and event["tid"] == threading.get_native_id() for event in events)
    ends = [(event["ts"], event["ts"] + event["dur"]) for event in events]
    assert all(before[1] <= after[0] + 1e-6 for before, after in pairwise(ends))
    assert {event["args"]["place"].partition(":")[0] for event in events} == {"profiled.tdsl"}


def test_the_trace_keeps_the_latest_statements(small: Any) -> None:
    for _ in range(70_000):
        small.line(1.0)
    small.curve(1.0)
    events = [event for event in json.loads(small.profile().chrome_trace())["traceEvents"] if event["ph"] == "X"]
    assert len(events) == 1 << 16 and events[-1]["args"]["entry"] == "curve"


def test_calls_of_numbers_are_counted(small: Any) -> None:
    small.profile().reset()
    assert small.line(2.0) == 7 and small.line(3.0) == 10 and small.curve(0.0) == 0
    rows = small.profile().rows
    ran = [row for row in rows if row.runs]
    assert {(row.entry, row.kind, row.runs) for row in ran} == {("line", "function", 2), ("curve", "function", 1)}
    assert [entry.calls for entry in small.profile().entries] == [2, 1]
    assert sum(row.flop for row in ran if row.entry == "line") == 2 * 2
    assert [row.text for row in ran] == ["line as one function", "curve as one function"]


def test_threads_count_together(module: Any) -> None:
    models = [module.Model() for _ in range(4)]
    module.profile().reset()
    threads = [threading.Thread(target=lambda m=model: [m.train(X) for _ in range(50)]) for model in models]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted(module.profile())["train"] == {200}


def test_a_reset_hides_what_was_before(module: Any) -> None:
    model = module.Model()
    model.train(X)
    before = module.profile()
    before.reset()
    after = module.profile()
    assert {row.runs for row in after.rows} == {0} and after.seconds == 0 and before.seconds > 0
    assert "none" in after.table()


def test_a_profile_is_left_at_exit(tmp_path: Path, small: Any) -> None:
    folder = str(Path(small.__file__).parent)
    script = f"import sys; sys.path.insert(0, {folder!r}); import profiled_small as p; p.line(1.0)"
    for place in (str(tmp_path), "-"):
        environment = {**os.environ, "TDSL_PROFILE": place}
        command = [sys.executable, "-c", script]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert ("profiled_small: " in done.stderr) == (place == "-") and not done.stdout
    (line, _) = json.loads((tmp_path / "profiled_small.json").read_text())["entries"]
    assert line["name"] == "line" and line["calls"] == 1


def test_nothing_is_compiled_in_otherwise() -> None:
    plain = stages_of(TEXT)
    timed = stages_of(TEXT, profile=True)
    assert "timers" not in [step.__name__ for step in plain.loop_passes] and timed.loop_passes[-1].__name__ == "timers"
    assert "laps.hpp" not in plain.unit.text and "lap(" not in plain.unit.text and not plain.description.profile
    kept = [line for line in timed.unit.text.splitlines() if "tdsl::lap(" not in line and "laps.hpp" not in line]
    code = re.sub(r"\b(run_\w+_fixed\(.*\);)\n +return;", r"return \1", "\n".join(kept))
    functions = (text.partition("using namespace tdsl_unit")[0] for text in (code, plain.unit.text))
    assert next(functions) == next(functions)


def test_results_are_the_same_bits(module: Any) -> None:
    plain = tdsl.compile(TEXT, name="unprofiled")
    assert not hasattr(plain, "profile")
    models = [plain.Model(seed=3), module.Model(seed=3)]
    assert models[0].train(X) == models[1].train(X) and np.array_equal(models[0].W, models[1].W)


def test_other_targets_have_no_profile() -> None:
    for target in ("numpy", "cuda", "cpp,cuda"):
        with pytest.raises(UserError) as error:
            tdsl.compile(SMALL, name="refused", profile=True, target=target)
        (found,) = error.value.diagnostics
        assert found.code == "TD0404" and found.hints == ("--target cpp has one",)
        assert found.message.startswith(f"the target {target} has no profile: only statements on the CPU are timed")


def test_an_entry_may_not_be_called_profile() -> None:
    with pytest.raises(UserError) as error:
        tdsl.compile("input x: real\nentry profile(x) -> x", name="taken", profile=True)
    assert [found.code for found in error.value.diagnostics] == ["TD0218"]
