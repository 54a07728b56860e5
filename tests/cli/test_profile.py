"""`tdsl profile`: of an entry and of a script, as tables, JSON, a trace and a page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tdsl.build import limits
from tdsl.build.cache import Cache
from tdsl.build.limits import Limits, machine_limits
from tdsl.cli.profile import _as_built
from tdsl.cli.profile_tables import tables
from tdsl.settings import Settings
from tdsl.settings.table import fingerprint

Runs = Callable[..., tuple[int, str, str]]

TEXT = """\
## A layer: <tanh> & more.

dim B
input x: real[B, 3]
shared W: real[3, 4] = normal(0, 1)

let a = tanh(x @ W)
cost C = sum(a * a)

entry train(x, lr: real = 0.01) -> C { W <- W - lr * grad(C, W) }
entry test(x) -> a
entry pick(i: i64) -> W[0, i]
entry scaled[i in 2](x) -> real(i) * a
entry run = fit(train, batch=2)
"""
LIMITS = Limits(100.0, ((1 << 15, 50.0), (1 << 20, 20.0)))


@pytest.fixture
def layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tdsl.cli.profile.machine_limits", lambda settings, cache: LIMITS)
    path = tmp_path / "layer.tdsl"
    path.write_text(TEXT)
    return path


def test_tables_of_an_entry(layer: Path, tdsl_runs: Runs) -> None:
    code, out, err = tdsl_runs("profile", layer, "--dims", "B=50", "--steps", 7)
    assert code == 0, err
    head, told, _, *rest = out.splitlines()
    assert re.fullmatch(r"layer: 7 calls of train, \S+ [mµn]s each, B = 50", head)
    assert told == "limits of this machine: 100 GFLOP/s in f32, copies of 20 to 50 GB/s"
    statements, lines = ("\n".join(rest).split("\n\n"))[:2]
    for table in (statements, lines):
        shares = [float(line.split()[1]) for line in table.splitlines()[1:]]
        assert sum(shares) == pytest.approx(100, abs=0.06 * len(shares))
    assert re.search(r" 7 +\S+ +\d+% +\S+ +\d+% +a = tanh\(x @ W\) +layer.tdsl:7", statements)
    assert re.search(r"layer.tdsl:7 +let a = tanh\(x @ W\)", lines) and "outside of statements" in lines
    assert out.rstrip().endswith("their operations; a function counts as ten.")


def test_tables_fit_a_width() -> None:
    """Rates leave first, names of entries only if there are several; the middle of long texts is left out."""
    values = [{"place": place, "share": 0.5} for place in ("net.tdsl:2", "net.tdsl:3")]
    work = {"kind": "product", "flop": 2_000_000_000, "bytes": 10_000_000, "place": "net.tdsl:2", "values": values}
    long = "hidden = sigmoid(inputs @ first_weights + biases); output = hidden @ second_weights"
    rows = [
        {"entry": "train", "runs": 10, "seconds": 0.25, "text": long, **work},
        {"entry": "train", "runs": 7, "seconds": 0.5, "text": "b = c", **work},
        {"entry": "test", "runs": 0, "seconds": 0.0, "text": "never", **work},
    ]
    entries = [
        {"name": "train", "calls": 10, "seconds": 1.0, "outside": 0.25},
        {"name": "test", "calls": 0, "seconds": 0.0, "outside": 0.0},
    ]
    profile = {"module": "net", "seconds": 1.0, "entries": entries, "rows": rows}
    texts = {"net.tdsl": f"one\nlet b = c\nlet {long}\n"}

    def shown(width: int) -> list[str]:
        return tables(profile, texts, LIMITS, "f32", None, width).splitlines()[3:-2]

    assert shown(70) == [
        "     ms     %  runs  statement                              place",
        "500.000  50.0     7  b = c                                  net.tdsl:2",
        "250.000  25.0    10  hidden = sigmoid(inputs …cond_weights  net.tdsl:2",
        "250.000  25.0    10  outside of statements",
        "",
        "     ms     %  place       line",
        "375.000  37.5  net.tdsl:3  let hidden = sigmoid(inputs …second_weights",
        "375.000  37.5  net.tdsl:2  let b = c",
        "250.000  25.0              outside of statements",
    ]
    assert re.sub(" +", " ", shown(200)[1]) == "500.000 50.0 7 4.0 4% 0.0 0% train b = c net.tdsl:2"
    heads = {width: re.split("  +", shown(width)[0].strip()) for width in range(40, 200)}
    assert heads[180] == ["ms", "%", "runs", "GFLOP/s", "of peak", "GB/s", "of copy", "entry", "statement", "place"]
    assert heads[100] == ["ms", "%", "runs", "of peak", "GB/s", "of copy", "statement", "place"]
    assert heads[40] == ["ms", "%", "statement", "place"]
    assert all(len(line) <= width for width in range(45, 200) for line in shown(width))
    entries[1]["calls"] = 1
    assert "entry" in shown(60)[0]


def test_an_entry_of_a_list(layer: Path, tdsl_runs: Runs) -> None:
    code, out, err = tdsl_runs("profile", layer, "--entry", "scaled[1]", "--steps", 2)
    assert code == 0 and out.startswith("layer: 2 calls of scaled[1], "), err


def test_json_trace_and_page(layer: Path, tdsl_runs: Runs, tmp_path: Path) -> None:
    trace, page = tmp_path / "trace.json", tmp_path / "page.html"
    given = ("profile", layer, "--entry=test", "--steps=2")
    code, out, err = tdsl_runs(*given, "--json")
    assert code == 0, err
    found = json.loads(out)
    assert tdsl_runs(*given, "--trace", "-o", trace) == tdsl_runs(*given, "--html", "-o", page) == (0, "", "")
    assert {row["runs"] for row in found["rows"] if row["entry"] == "test" and row["kind"] != "function"} == {2}
    assert {row["runs"] for row in found["rows"] if row["entry"] == "train"} == {0}
    events = json.loads(trace.read_text())["traceEvents"]
    assert sum(event["ph"] == "X" for event in events) == sum(row["runs"] for row in found["rows"])
    parsed = _Page()
    parsed.feed(page.read_text())
    parsed.close()
    assert not parsed.open and "<script" not in page.read_text()
    shown = [text.strip() for text in "".join(parsed.texts).splitlines()]
    for number, line in enumerate(TEXT.splitlines(), 1):
        assert any(text.endswith(f"{number}{line}".strip()) for text in shown), line
    assert ">derivative<" in page.read_text() and any("map_tanh" in text for text in shown)


class _Page(HTMLParser):
    """The texts of a page whose elements are all closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_a_script_that_imports_the_module(layer: Path, tdsl_runs: Runs, tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(
        "import sys, numpy as np, layer\n"
        "model = layer.Model()\n"
        "for _ in range(int(sys.argv[1])): model.train(np.ones((5, 3), np.float32))\n"
        "model.fit(np.ones((20, 3), np.float32), batch_size=10, epochs=3)\n"
        "sys.exit(3 if sys.argv[2:] else 0)\n"
    )
    code, out, err = tdsl_runs("profile", layer, script, "4")
    assert code == 0, err
    assert re.match(r"layer: 10 calls of train, \S+ [mµn]s each; 1 call of initialise", out)
    assert not list(tmp_path.glob("*.so")), "the timed module is not left beside the file"
    code, out, err = tdsl_runs("profile", layer, script, "1", "--fails")
    assert code == 3 and "7 calls of train" in out


def test_a_script_that_compiles_the_file(layer: Path, tdsl_runs: Runs, tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(f"import tdsl\ntdsl.compile({str(layer)!r}, float=64).Model().pick(2)\n")
    code, out, err = tdsl_runs("profile", layer, "--html", "-o", "-", script)
    assert code == 0 and "1 call of pick" in out, err
    assert "50 GFLOP/s in f64" in out and "const double *" in out


ENTRIES = "the entries are train, test, pick, scaled[0], scaled[1]"
STEPS = "profile its steps, --entry train, or a script that calls model.run(…)"
MISTAKES = {
    "--entry=trian": "tdsl: error[TD0404]: there is no entry 'trian'\n= hint: did you mean 'train'?\n",
    "--entry=zero": f"tdsl: error[TD0404]: there is no entry 'zero'\n= hint: {ENTRIES}\n",
    "--entry=run": f"tdsl: error[TD0404]: 'run' is a training\n= hint: {STEPS}\n",
    "--dims=N=3": "Error: Invalid value for --dims: there is no dim 'N'; the dims are B\n",
    "--dim=3": "Error: No such option '--dim'. (Did you mean one of: '--define', '--dims'?)\n",
    "--out=none/page.html": "Error: Invalid value for '-o' / '--out': there is no folder none\n",
    "--out=.": "Error: Invalid value for '-o' / '--out': . is a folder\n",
}


@pytest.mark.parametrize("option", MISTAKES)
def test_mistakes(option: str, layer: Path, tdsl_runs: Runs) -> None:
    for given in ((layer, option), (option, layer)):
        code, out, err = tdsl_runs("profile", *given)
        assert (code, out) == (2, "") and err.endswith(MISTAKES[option])


def test_a_script_must_use_the_module(layer: Path, tdsl_runs: Runs, tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    expected = f"Error: {script} has called nothing of the module layer: let it import that, or compile {layer}\n"
    for text in ("", "import layer\n"):
        script.write_text(text)
        code, _, err = tdsl_runs("profile", layer, script)
        assert code == 2 and err.endswith(expected)
    code, _, err = tdsl_runs("profile", layer, "--steps=2", script)
    assert code == 2 and "--entry, --dims and --steps are for calls without a script" in err


def test_data_that_an_entry_refuses(tmp_path: Path, layer: Path, tdsl_runs: Runs) -> None:
    layer.write_text("dim B\ninput i: i64[B]\nentry part(i) -> 7 // (i - i)\n")
    for given in ((), ("--dims", f"B={1 << 60}"), ("--dims", f"B={1 << 70}")):
        code, _, err = tdsl_runs("profile", layer, *given)
        assert code == 2 and err.startswith("Error: part refuses the call: "), err
        assert err.endswith("(other sizes may fit, with --dims, or data of a script that calls it)\n")


def test_the_largest_limits_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_SIZES", (1 << 15,))
    settings = Settings(cache_dir=str(tmp_path / "cache"))
    found = machine_limits(settings, Cache.of(settings))
    for measured, largest in (([1.0, 1.0], found), ([found.fma * 2, 1.0], replace(found, fma=found.fma * 2))):
        monkeypatch.setattr(limits, "_measured", lambda program, measured=measured: measured)
        assert machine_limits(settings, Cache.of(settings)) == largest
    assert found.fma > 0 and found.bandwidth(1) == found.copies[0][1] * 1e9 > 0
    assert found.flops("f64") * 2 == found.flops("f32")
    assert [LIMITS.bandwidth(size) for size in (1, 1 << 16, (1 << 16) + 1, 1 << 30)] == [50e9, 50e9, 20e9, 20e9]


def test_the_settings_of_a_module_are_known(layer: Path, tdsl_runs: Runs) -> None:
    given = {"float": 64, "defines": {"K": "3"}, "nan": "refuse", "opt": 1, "guards": ["value < 9"], "mode": "debug"}
    defaults = json.loads(json.dumps({**fingerprint(Settings(), "program"), "defines": {}}))
    found = _as_built(Settings(march="none"), {**defaults, **given})
    expected = Settings(
        float=64, defines=(("K", "3"),), nan="refuse", opt=1, guards=("value < 9",), mode="debug", march="none"
    )
    assert found == expected and _as_built(Settings(), defaults) == Settings()
