"""The driver: every stage can be shown, and errors name those that cannot."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tdsl.check import Analysis, analyse
from tdsl.clock import Clock
from tdsl.driver import STAGES, examine, generate, gradient, show
from tdsl.driver import stages as driver
from tdsl.emit.unit import Unit
from tdsl.passes import PASSES
from tdsl.schedule import CPU
from tdsl.settings import Settings
from tdsl.settings.table import TABLE
from tdsl.source import Diagnostic, Source, UserError
from tdsl.targets import TARGETS

TEXT = """## A line
## through points.

dim B
input x: real[B]   ## where
input y: real[B]
shared w: real = 1 ## its slope
state calls: int = 0
use std.optim: momentum

cost C = mean((x * w - y) ** 2)

entry train(x, y, lr: real = 0.1) -> C {
    assert B > 0
    calls <- calls + 1
    minimize C with momentum(lr)
}

entry first(x) -> x[0]
"""


def load(path: Path) -> str:
    return path.read_text()


def shown(stage: str, text: str = TEXT, name: str = "line.tdsl") -> str:
    return show(Source(name, text), Settings(), load, stage)


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_is_shown(stage: str) -> None:
    assert shown(stage)


def test_inputs_name_everything() -> None:
    text = shown("inputs")
    for part in ("line (real is f32)", "x: real[B]", "w: real", "calls: i64", "w.momentum.v: real", "updates"):
        assert part in text, text
    assert "train(x, y, lr = 0.1) -> real" in text


def test_inputs_of_little_are_little() -> None:
    text = shown("inputs", "entry f() -> 1.5", "little.tdsl")
    assert text.split() == ["little", "(real", "is", "f32)", "entries", "f()", "->", "real"]


def test_syntax_has_kinds_and_places() -> None:
    text = shown("syntax")
    assert "Entry" in text and "Binary operator='-'" in text and "@ line.tdsl:11:" in text


def test_typed_numbers_nodes_in_order() -> None:
    text = shown("typed")
    assert "entry train(x: real[B], y: real[B], lr: real)" in text
    assert "    %0: " in text and "# x" in text and "w <- %" in text
    assert "requires" in text and "assert %" in text


@pytest.mark.parametrize("name", dict.fromkeys(step.__name__ for step in PASSES))
def test_after_each_pass(name: str) -> None:
    assert "entry train" in shown(f"after:{name}")


@pytest.mark.parametrize("name", [step.__name__ for step in CPU])
def test_after_each_pass_over_loops(name: str) -> None:
    assert "entry train" in shown(f"after:{name}")


def test_scheduled_is_the_result_of_the_last_pass() -> None:
    assert shown("loops") == shown("after:lower")
    assert shown("loops") != shown("scheduled") == shown(f"after:{CPU[-1].__name__}")


def test_nothing_is_committed_where_new_values_may_be_refused() -> None:
    source, settings = Source("line.tdsl", TEXT), Settings(nan="refuse")
    assert "cannot fail from here" in shown("scheduled")
    assert "cannot fail from here" not in show(source, settings, load, "scheduled")
    with pytest.raises(UserError, match="over loops: lower, epilogues, collapse_axes, merge_maps") as caught:
        show(source, settings, load, "after:commit")
    assert "commit," not in str(caught.value)


def test_an_unknown_pass_is_an_error() -> None:
    with pytest.raises(UserError, match="there is no pass 'magic'") as caught:
        shown("after:magic")
    assert "markers, checkpoints, near_one, logistic, logarithms, softmaxes, powers" in str(caught.value)
    assert "over loops: lower, epilogues, collapse_axes" in str(caught.value)


@pytest.mark.parametrize("name", ["a-b.tdsl", "2nd.tdsl", "größe.tdsl", "numpy.tdsl", "random.tdsl"])
def test_a_name_that_python_cannot_import(name: str) -> None:
    with pytest.raises(UserError, match="TD0405"):
        shown("typed", name=name)


@pytest.mark.parametrize("target", TARGETS)
def test_texts_of_a_module(target: str) -> None:
    made = generate(Source("line.tdsl", TEXT), Settings(target=target), load)
    assert made.name == "line"
    assert made.unit and "class Model" in made.stub
    assert made == generate(Source("line.tdsl", TEXT), Settings(target=target), load)


VALUES = {
    "float": 64,
    "target": "numpy",
    "defines": (("HIDDEN", "5"),),
    "outside": "allow",
    "mode": "debug",
    "guards": ("value > 0",),
    "nan": "refuse",
    "profile": True,
    "subnormals": "keep",
    "data_parallel": True,
    "opt": 1,
    "device": "cpu",
    "unstable": "refuse",
    "precision": "tf32",
    "cublas": "refuse",
    "threads": 3,
    "memory_limit": 7,
}


def shown_text(unit: Unit, target: str) -> str:
    return unit.device if target == "cuda" else unit.text


def test_every_setting_of_a_module_has_another_value() -> None:
    assert VALUES.keys() == {name for name, setting in TABLE.items() if setting.affects == "program"}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("setting", VALUES)
def test_the_module_is_shown_as_it_is_generated(setting: str, target: str) -> None:
    settings = replace(Settings(target=target), **{setting: VALUES[setting]})
    source = Source("line.tdsl", TEXT + "const HIDDEN = 3\nentry third(x) -> x[HIDDEN]\n")
    made = generate(source, settings, load)
    assert show(source, settings, load, settings.target) == shown_text(made.unit, settings.target)
    assert show(source, settings, load, "stub") == made.stub
    # Python source computes in the floating-point state of its process.
    has_no_effect = setting in ("target", "device") or (setting, settings.target) == ("subnormals", "numpy")
    has_no_effect |= setting == "profile" and not TARGETS[target].has_profile
    assert (made.unit == generate(source, Settings(target=settings.target), load).unit) == has_no_effect


@pytest.mark.parametrize("target", TARGETS)
def test_an_entry_may_have_the_name_of_that_which_makes_first_values(target: str) -> None:
    text = "dim N\nshared w: real[3] = 0\nentry initialise(x: real[N]) -> 2 * x\n"
    table = driver.Stages(Source("both.tdsl", text), Settings(target=target), load).description
    assert [entry.memory.text for entry in table.routines] == ["8 * N" if target == "numpy" else "4 * N", "12"]


def test_all_targets_for_the_cpu_refuse_the_same_sizes() -> None:
    text = (
        "dim K, M\nentry f(a: real[K, 15, 3], b: real[9, K, M], c: real[9], w: real[3])"
        " -> (sum(a[:, int(3 * w) % 15], axis=-2), b + c[:, new, new])\n"
    )
    native, *others = (
        driver.Stages(Source("sizes.tdsl", text), Settings(target=target), load).description
        for target, one in TARGETS.items()
        if one.on_cpu
    )
    for other in others:
        assert [entry.largest for entry in native.entries] == [entry.largest for entry in other.entries]
        assert native.sites == other.sites and native.dims == other.dims


def test_the_other_target_is_shown_too() -> None:
    source = Source("line.tdsl", TEXT)
    for target in TARGETS:
        expected = shown_text(generate(source, Settings(target=target, nan="refuse"), load).unit, target)
        texts = {show(source, Settings(target=other, nan="refuse"), load, target) for other in TARGETS}
        assert texts == {expected}


def test_a_stage_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def counted(name: str) -> Any:
        function = getattr(driver, name)

        def call(*arguments: object, **named: object) -> object:
            calls.append(name)
            return function(*arguments, **named)

        return call

    names = ["parse", "analyse", "optimise", "lower", "entry_facts", "describe", "emit_cpp", "emit_stub"]
    for name in names:
        monkeypatch.setattr(driver, name, counted(name))
    stages = driver.Stages(Source("line.tdsl", TEXT), Settings(), load)
    for stage in STAGES.values():
        stage(stages)
    assert sorted(calls) == sorted(names)


def test_warnings_of_the_analysis_are_those_of_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    warning = Diagnostic("TD0413", "look here", None, severity="warning")

    def warned(*arguments: object) -> Analysis:
        return replace(analyse(*arguments), diagnostics=(warning,))  # type: ignore[arg-type]

    monkeypatch.setattr(driver, "analyse", warned)
    assert examine(Source("line.tdsl", TEXT), Settings(), load) == (warning,)
    assert generate(Source("line.tdsl", TEXT), Settings(), load).warnings == (warning,)


def test_times_are_kept_in_the_order_of_stages() -> None:
    clock = Clock()
    generate(Source("line.tdsl", TEXT), Settings(), load, clock=clock)
    stages = [name for name in clock.seconds if name in ("parse", "check", "lower", "describe", "emit")]
    assert stages == ["parse", "check", "lower", "describe", "emit"]


def test_a_gradient_is_named_after_its_own_cost() -> None:
    text = TEXT + "\ncost whole = 2 * C\nentry slope(x, y) -> grad(whole, w)\n"
    found = gradient(Source("line.tdsl", text), Settings(), load, "C", ("w",))
    assert "let dC_dw = " in found and "dwhole" not in found


def test_the_gradient_is_a_file() -> None:
    text = gradient(Source("line.tdsl", TEXT), Settings(), load, None, ())
    assert text.startswith("## The derivative of C, made from line.tdsl.\n")
    assert "entry gradient(x, y) -> dC_dw" in text
    assert shown("typed", text)


def test_names_that_are_asked_for_must_exist() -> None:
    for cost, wrt in (("D", ()), ("C", ("v",))):
        with pytest.raises(UserError, match="TD0406"):
            gradient(Source("line.tdsl", TEXT), Settings(), load, cost, wrt)
    with pytest.raises(UserError, match="TD0406"):
        gradient(Source("line.tdsl", "entry f(x: real) -> x"), Settings(), load, None, ())


def test_a_file_of_functions_passes_check_and_cannot_be_compiled() -> None:
    library = Source("layers.tdsl", "dim N\nconst SCALE = 2.0\nfn twice(x: real[N]) = SCALE * x\n")
    assert examine(library, Settings(), load) == ()
    with pytest.raises(UserError, match=r"TD0224.*only has parts for other files"):
        generate(library, Settings(), load)
    with pytest.raises(UserError, match="TD0224"):
        show(library, Settings(), load, "cpp")
