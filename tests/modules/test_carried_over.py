"""The values of a model in the next version of its program: by name, from a model, a dictionary or a file, with a
report of what was not taken over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tdsl
from tdsl.emit.bundle import bundle

OLD = """
use std.optim: adam
dim B
input x: real[B, 3]
model Layer(N, M) {
    shared W: real[N, M] = normal(0, 0.5)
    shared b: real[M] = 0.5
    fn forward(x) = tanh(x @ W + b)
}
model enc = Layer(3, 4)
model layers[i in 2] = Layer(4, 4)
shared head: real[4] = 1
shared slope: real[3] = 2
state calls: int = 0
let y = (layers[1].forward(layers[0].forward(enc.forward(x))) @ head + x @ slope)
entry train(x) -> mean(y ** 2) {
    minimize mean(y ** 2) with adam(0.01)
    calls <- calls + 1
}
"""
NEW = (
    OLD.replace("head: real[4] = 1", "output: real[4] = 0")
    .replace("@ head", "@ output")  # renamed
    .replace("layers[", "blocks[")  # renamed instances
    .replace("slope: real[3] = 2", "slope: f64[3] = 3")  # of another type
    .replace("state calls", "shared gain: real[5, 5] = 7\nstate calls")  # new
)
X = np.random.default_rng(0).normal(size=(20, 3))


@pytest.fixture(scope="module")
def old() -> Any:
    model = tdsl.compile(OLD, name="net", target="numpy").Model(seed=4)
    for _ in range(3):
        model.train(X)
    return model


@pytest.fixture
def new() -> Any:
    return tdsl.compile(NEW, name="net", target="numpy").Model(seed=5)


_BUNDLE: dict[str, Any] = {"__name__": "bundle"}
exec(bundle(), _BUNDLE)
likely = _BUNDLE["possibly_renamed"]
KEPT = ["enc.W", "enc.b"]
STATES = [f"{name}.adam.{state}" for name in KEPT for state in "tmv"]
SLOPE = ["slope", "slope.adam.m", "slope.adam.v"]
RENAMED = {"blocks": "layers", "output": "head"}
TEXT = """\
9 of 34 values are loaded, of another text of the program
  kept: enc.W, enc.b, calls and 6 states of theirs
  new: blocks.0.W, blocks.0.b, blocks.1.W, blocks.1.b, output, gain and 15 states of theirs
  gone: layers.0.W, layers.0.b, layers.1.W, layers.1.b, head and 15 states of theirs
  changed: slope is f32[3], expected f64[3]; it begins anew with 3 states
  perhaps renamed={'blocks': 'layers', 'output': 'head'}"""


def sources(old: Any, tmp_path: Path) -> dict[str, Any]:
    old.save(tmp_path / "old.npz")
    return {"model": old, "dictionary": old.state_dict(), "file": tmp_path / "old.npz"}


def taken(new: Any, source: Any, **options: Any) -> Any:
    return (new.load if isinstance(source, Path) else new.load_state_dict)(source, strict=False, **options)


@pytest.mark.parametrize("kind", ["model", "dictionary", "file"])
def test_report(old: Any, new: Any, kind: str, tmp_path: Path) -> None:
    before = new.state_dict()
    report = taken(new, sources(old, tmp_path)[kind])
    # Files are not converted; the steps of Adam begin anew with its means.
    changed = [*SLOPE, "slope.adam.t"] if kind == "file" else []
    assert set(report.loaded) == {*KEPT, *STATES, "calls", *SLOPE, "slope.adam.t"} - {*changed}
    assert list(report.mismatched) == changed
    assert not changed or report.mismatched["slope.adam.t"] == "begins anew with slope"
    assert sorted([*report.loaded, *report.missing, *report.mismatched]) == sorted(new)
    assert set(report.unexpected) == set(old) - set(new)
    assert all(np.array_equal(new[name], old[name]) for name in report.loaded)
    assert all(np.array_equal(new[name], before[name]) for name in (*report.missing, *changed))
    assert report.renamed == RENAMED
    assert report.same_source is (False if kind == "file" else None)


@pytest.mark.parametrize("kind", ["model", "dictionary", "file"])
def test_renamed_values_take_their_states_along(old: Any, new: Any, kind: str, tmp_path: Path) -> None:
    report = taken(new, sources(old, tmp_path)[kind], renamed=RENAMED)
    assert not report.unexpected and report.missing == ["gain"]
    assert np.array_equal(new["output.adam.m"], old["head.adam.m"]) and new["output.adam.t"] == 3
    assert np.array_equal(new.blocks[1].W, old.layers[1].W) and np.array_equal(new.output, old.head)
    assert not report.renamed


def test_the_text_of_a_report(old: Any, new: Any, tmp_path: Path) -> None:
    assert str(taken(new, sources(old, tmp_path)["file"])) == TEXT
    whole = str(new.load_state_dict(new))
    assert whole.startswith("34 of 34 values are loaded\n  kept: enc.W,") and whole.endswith(" and 24 states of theirs")


@pytest.mark.parametrize("kind", ["model", "dictionary", "file"])
def test_another_shape(old: Any, kind: str, tmp_path: Path) -> None:
    """All sources say it in the same words."""
    text = OLD.replace("slope: real[3]", "slope: real[4]").replace("x @ slope", "x @ slope[:3]")
    reshaped = tdsl.compile(text, name="net", target="numpy").Model(seed=5)
    lines = str(taken(reshaped, sources(old, tmp_path)[kind])).splitlines()
    assert lines[-1] == "  changed: slope is f32[3], expected f32[4]; it begins anew with 3 states"


def test_a_part_takes_over_a_part_of_another_name(old: Any, new: Any) -> None:
    report = new.blocks[0].load_state_dict(old.enc, strict=False)
    assert [name for name in report.loaded if ".adam." not in name] == ["b"] and "W.adam.t" in report.mismatched
    report = new.enc.load_state_dict({"V": old.enc.W, "b": old.enc.b}, strict=False)
    assert report.renamed == {"W": "V"} and str(report).endswith("\n  perhaps renamed={'W': 'V'}")
    assert new.enc.load_state_dict({"V": old.enc.W, "b": old.enc.b}, renamed={"W": "V"}, strict=False).loaded == [
        "W",
        "b",
    ]


def test_strict_names_the_likely_old_names(old: Any, new: Any) -> None:
    before = new.state_dict()
    with pytest.raises(ValueError) as caught:
        new.load_state_dict(old)
    advice = "\n  perhaps renamed={'blocks': 'layers', 'output': 'head'}\n  strict=False takes the others"
    assert str(caught.value).endswith(f"are unknown{advice}")
    assert all(np.array_equal(new[name], value) for name, value in before.items())


def test_mistakes(old: Any, new: Any, tmp_path: Path) -> None:
    before = new.state_dict()
    file = sources(old, tmp_path)["file"]
    for options, kind, text in (
        ({"renamed": {"out": "head"}}, ValueError, "renamed has 'out', which is no value or instance of the model"),
        ({"renamed": {"output": "hea"}}, ValueError, "renamed has 'hea', which is no value or instance of the source"),
        ({"renamed": {3: "head"}}, ValueError, "renamed has 3, which is no value or instance of the model"),
        ({"renamed": {"output": 3}}, ValueError, "renamed has 3, which is no value or instance of the source"),
        (
            {"renamed": {"blocks": "head"}},
            ValueError,
            "renamed has 'blocks', an instance of the model, for 'head', a value of the source",
        ),
        ({"renamed": "head"}, TypeError, "renamed is 'head', expected a dictionary, new names to old ones"),
    ):
        for call, where in ((new.load, f"load: {file}"), (new.load_state_dict, "load_state_dict")):
            with pytest.raises(kind) as caught:
                call(file if call == new.load else old, strict=False, **options)
            assert str(caught.value) == f"net.Model.{where}: {text}"
    with pytest.raises(TypeError, match=r"^net\.Model\.load_state_dict: 0 is no name of a value$"):
        new.load_state_dict({**before, 0: 1}, strict=False)
    assert all(np.array_equal(new[name], value) for name, value in before.items())


@pytest.mark.parametrize(
    ("new", "old", "found"),
    [
        ({"a": 1}, {"b": 1}, {"a": "b"}),
        ({"a": 1}, {"b": 2}, {}),
        ({"a": 1, "c": 1}, {"b": 1}, {}),  # which one?
        ({"a": 1, "c": 1}, {"b": 1, "d": 1}, {"a": "b", "c": "d"}),
        ({"e.a": 1, "c": 1}, {"b": 1, "d.a": 1}, {"e": "d", "c": "b"}),
        ({"e.a": 1, "e.b": 1}, {"d.b": 1, "d.a": 1}, {"e": "d"}),
        ({"a": 1}, {"b": None}, {}),
    ],
)
def test_likely_names(new: dict[str, int], old: dict[str, int | None], found: dict[str, str]) -> None:
    def types(sizes: dict[str, Any]) -> dict[str, Any]:
        return {name: None if size is None else ("f32", (size,)) for name, size in sizes.items()}

    assert likely(types(new), types(old)) == found
