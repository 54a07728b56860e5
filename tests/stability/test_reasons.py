"""The list of rewrites: every rule tells its reason at the place of the form, and forms that are left are dangers."""

from __future__ import annotations

import importlib

import pytest

from tdsl.driver import rewritten
from tdsl.passes import STABILITY
from tdsl.passes.markers import markers
from tdsl.settings import Settings
from tdsl.source import Source
from tdsl.stability.dangers import dangers
from tdsl.stability.reasons import Reason

from .naive import NAIVE
from .test_rules import LEFT, checked

FILES = ("logarithms", "logistic", "moments", "near_one", "powers", "softmaxes", "systems")
MORE = ("inverse(M) @ x", "log(det(M))", "log(sqrt(x))", "log(exp(x) - exp(y))", "log(switch(x > 0, softmax(x), 0)[0])")


def listed(text: str) -> list[tuple[str, str, str, bool]]:
    """The place, form, result and whether it is differentiated, of each rewrite of a program."""
    found, _ = rewritten(Source("f.tdsl", text), Settings(), lambda path: path.read_text())
    return [(one.span.position, one.before, one.after, one.in_cost) for one in found]


def test_every_reason_is_given() -> None:
    """Those of the forms that are tested by many digits, and of some more."""
    texts = [f"    let r{number} = {text}" for number, text in enumerate([*(one.text for one in NAIVE), *MORE])]
    results = ", ".join(f"r{number}" for number in range(len(texts)))
    lines = "\n".join(texts)
    text = (
        f"use std.nn\nuse std.special\nentry f(x: real[3], y: real[3], M: real[3, 3]) -> ({results}) {{\n{lines}\n}}\n"
    )
    found, _ = rewritten(Source("f.tdsl", text), Settings(float=64), lambda path: path.read_text())
    modules = [importlib.import_module(f"tdsl.stability.{name}") for name in FILES]
    reasons = {value.name for module in modules for value in vars(module).values() if isinstance(value, Reason)}
    assert {one.name for one in found} == reasons


def test_a_form_has_its_last_result() -> None:
    """A probability that is spelled as a quotient is a sigmoid first."""
    text = "entry f(z: real[3]) -> log(1 - p) {\n    let p = 1 / (1 + exp(-z))\n}\n"
    assert listed(text) == [
        ("f.tdsl:1:24", "log(1 - p)", "-softplus(z)", False),
        ("f.tdsl:2:13", "1 / (1 + exp(-z))", "sigmoid(z)", False),
    ]


def test_a_part_of_a_form_is_not_listed_beside_it() -> None:
    """1 - h is no value any more, unless something else takes it."""
    text = "entry f(z: real[3]) -> h * (1 - h) {\n    let h = sigmoid(z)\n}\n"
    assert listed(text) == [("f.tdsl:1:24", "h * (1 - h)", "sigmoid_slope(z)", False)]
    text = text.replace("-> h * (1 - h)", "-> h * (1 - h) / (1 - h)")
    assert [before for _, before, _, _ in listed(text)] == ["h * (1 - h)", "(1 - h)"]


def test_forms_of_costs_functions_and_loops() -> None:
    text = """use std.nn: softmax
input x: real[5, 4]
shared W: real[4, 3] = 0
fn chosen(p) = p[:, 0]
let p = softmax(x @ W)
cost C = -sum(chosen(log(p)))
entry train(x) -> C { W <- W - grad(C, W) }
entry walk(x) -> for x_t in x {
    state s = 0.0
    s <- s + sum(log(1 - sigmoid(x_t)))
}
"""
    assert listed(text) == [
        ("f.tdsl:6:22", "log(p)", "log_softmax(x @ W)", True),
        ("f.tdsl:10:18", "log(1 - sigmoid(x_t))", "-softplus(x_t)", False),
    ]


@pytest.mark.parametrize("text", ["log(sum(exp(x - max(x))))", "exp(x - max(x)) / sum(exp(x - max(x)))", "log(2 + x)",
                                  "log(maximum(softmax(x), 1e-9))", "log(softmax(x) + 1e-9)", "x / exp(y)",
                                  "1 / sigmoid(x)", "exp(x + y)", "exp(log(x) + y)", "log(tanh(x))",
                                  *(one.text for one in NAIVE if not one.text.startswith("norm"))])  # fmt: skip
def test_no_danger(text: str) -> None:
    """Of forms that are stable, or are after their rewrites."""
    program = markers(checked(text))
    for step in STABILITY:
        program = step(program)
    assert not dangers(program.roots())


@pytest.mark.parametrize(
    "text", ["log(exp(x) * y)", "log(sum(y * exp(x)))", "log(prod(exp(x)))", "exp(x) / (y + exp(x))"]
)
def test_danger(text: str) -> None:
    """Of forms that no rule may rewrite, as they hide something."""
    assert text in LEFT or "/" in text
    (found,) = dangers(markers(checked(text)).roots())
    assert found.node.op.name in ("log", "div")
