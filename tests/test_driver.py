"""The driver: every stage can be shown, and what cannot be is said."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tdsl.driver import STAGES, examine, generate, gradient, show
from tdsl.passes import PASSES
from tdsl.source import Source, UserError

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


@dataclass(frozen=True)
class Chosen:
    """The settings that the driver asks for."""

    float: int = 32
    target: str = "cpp"
    defines: tuple[tuple[str, str], ...] = ()
    nan: str = "keep"
    subnormals: str = "flush"
    threads: int = 0
    memory_limit: int = 0
    outside: str = "refuse"


def load(path: Path) -> str:
    return path.read_text()


def shown(stage: str, text: str = TEXT, name: str = "line.tdsl") -> str:
    return show(Source(name, text), Chosen(), load, stage)


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_is_shown(stage: str) -> None:
    assert shown(stage)


def test_inputs_name_everything() -> None:
    text = shown("inputs")
    for part in ("line (real is f32)", "x: real[B]", "w: real", "calls: i64", "w.momentum.v: real", "updates"):
        assert part in text, text
    assert "train(x, y, lr = 0.1) -> real" in text


def test_syntax_has_kinds_and_places() -> None:
    text = shown("syntax")
    assert "Entry" in text and "Binary operator='-'" in text and "@ line.tdsl:11:" in text


def test_typed_numbers_nodes_in_order() -> None:
    text = shown("typed")
    assert "entry train(x: real[B], y: real[B], lr: real)" in text
    assert "    %0: " in text and "# x" in text and "w <- %" in text
    assert "requires" in text and "assert %" in text
    assert "value=2.0" in text or "value=0.1" in text or "value=1.0" in text


@pytest.mark.parametrize("name", dict.fromkeys(step.__name__ for step in PASSES))
def test_after_each_pass(name: str) -> None:
    assert "entry train" in shown(f"after:{name}")


def test_an_unknown_pass_is_said() -> None:
    with pytest.raises(UserError, match="there is no pass 'magic'") as caught:
        shown("after:magic")
    assert "markers, slopes, views, widen" in str(caught.value)


@pytest.mark.parametrize("name", ["a-b.tdsl", "2nd.tdsl", "größe.tdsl", "numpy.tdsl", "random.tdsl"])
def test_a_name_that_python_cannot_import(name: str) -> None:
    with pytest.raises(UserError, match="TD0405"):
        shown("typed", name=name)


@pytest.mark.parametrize("target", ["cpp", "numpy"])
def test_texts_of_a_module(target: str) -> None:
    made = generate(Source("line.tdsl", TEXT), Chosen(target=target), load)
    assert (made.name, made.target) == ("line", target)
    assert made.unit and "class Model" in made.stub
    assert made == generate(Source("line.tdsl", TEXT), Chosen(target=target), load)


def test_a_gradient_is_named_after_its_own_cost() -> None:
    text = TEXT + "\ncost whole = 2 * C\nentry slope(x, y) -> grad(whole, w)\n"
    found = gradient(Source("line.tdsl", text), Chosen(), load, "C", ("w",))
    assert "let dC_dw = " in found and "dwhole" not in found


def test_the_gradient_is_a_file() -> None:
    text = gradient(Source("line.tdsl", TEXT), Chosen(), load, None, ())
    assert text.startswith("## The derivative of C, made from line.tdsl.\n")
    assert "entry gradient(x, y) -> dC_dw" in text
    assert shown("typed", text)


def test_names_that_are_asked_for_must_exist() -> None:
    for cost, wrt in (("D", ()), ("C", ("v",))):
        with pytest.raises(UserError, match="TD0201"):
            gradient(Source("line.tdsl", TEXT), Chosen(), load, cost, wrt)
    with pytest.raises(UserError, match="TD0406"):
        gradient(Source("line.tdsl", "entry f(x: real) -> x"), Chosen(), load, None, ())


def test_a_file_of_functions_passes_check_and_cannot_be_compiled() -> None:
    library = Source("layers.tdsl", "dim N\nconst SCALE = 2.0\nfn twice(x: real[N]) = SCALE * x\n")
    assert examine(library, Chosen(), load) == ()
    with pytest.raises(UserError, match=r"TD0224.*only offers what other files use"):
        generate(library, Chosen(), load)
