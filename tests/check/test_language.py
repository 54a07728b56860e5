"""Rules of the language that take more than one value to see: kinks, widths, requirements, effects, docs, files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tdsl.source import UserError

Make = Callable[..., Any]
V = np.array([-1.0, 0.0, 2.0, 3.5, -0.5])


def close(actual: Any, expected: Any) -> None:
    several = isinstance(expected, tuple)
    results, wanted = (actual, expected) if several else ((actual,), (expected,))
    for one, other in zip(results, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "spelling", ["switch(z < 0, 0, z)", "maximum(z, 0)", "z * (z > 0)", "relu(z)", "switch(z > 0, z, 0)"]
)
def test_one_derivative_at_the_kink_of_relu(model: Make, spelling: str) -> None:
    m = model(
        f"use std.nn: relu\nfn rectified(z) = {spelling}\ndim N\n"
        f"entry f(x: real[N]) -> (rectified(x), grad(sum(rectified(x)), x))"
    )
    close(m.f(np.array([-1.0, 0.0, 1.0])), (np.array([0.0, 0.0, 1.0]), np.array([0.0, 0.0, 1.0])))


def test_ties_are_shared(model: Make) -> None:
    m = model(
        "dim N\ninput a: real[N]\ninput b: real[N]\n"
        "entry f(a, b) -> (grad(sum(maximum(a, b)), a), grad(sum(minimum(a, b)), b),\n"
        "                 grad(sum(switch(a > b, a, b)), b))\n"
        "entry g(a) -> grad(max(a), a)\nentry h(a) -> grad(abs(a[0]), a)"
    )
    a, b = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 2.0])
    close(m.f(a, b), ([0, 0.5, 1], [0, 0.5, 1], [1, 0.5, 0]))
    close(m.g(np.array([3.0, 1.0, 3.0])), [0.5, 0, 0.5])
    close(m.h(np.array([0.0, 1.0])), [0, 0])


def test_defines_replace_consts(model: Make) -> None:
    text = (
        "const H = 1000\nconst rate = 0.5\nconst wide = false\nentry f(x: real[2 * H]) -> if wide then sum(x) else rate"
    )
    assert model(text, H=2).f(np.ones(4)) == 0.5
    assert model(text, H=1, rate=3, wide="true").f(np.ones(2)) == 2
    with pytest.raises(UserError, match="H is an integer"):
        model(text, H=0.5)


def test_the_width_of_real(model: Make) -> None:
    text = "entry f(x: real, y: f64, z: f32) -> (x, y, z, x + y, 1e300 * y, sqrt(2))"
    assert [v.dtype.name for v in model(text, float=32).f(1, 1, 1)] == ["float32", "float64", "float32"] + [
        "float64"
    ] * 2 + ["float32"]
    assert [v.dtype.name for v in model(text, float=64).f(1, 1, 1)] == ["float64", "float64", "float32"] + [
        "float64"
    ] * 3


def test_a_reshape_that_leaves_no_rest_is_checked_at_the_door(model: Make) -> None:
    m = model(
        "dim B, T\nentry pool(x: real[B, T]) -> max(reshape(x, (B, T // 4, 4)), axis=2)\n"
        "entry pairs(x: real[B, T]) -> reshape(x, (B, -1, 2))\n"
        "entry slope(x: real[T]) -> grad(sum(reshape(x, (2, -1))[1] ** 2), x)"
    )
    x = np.arange(16.0).reshape(2, 8)
    close(m.pool(x), x.reshape(2, 2, 4).max(2))
    close(m.pairs(x), x.reshape(2, 4, 2))
    close(m.slope(np.arange(4.0)), np.array([0.0, 0.0, 4.0, 6.0]))
    with pytest.raises(ValueError, match=r"B \* T == 4 \* B \* \(T // 4\)"):
        m.pool(x[:, :7])


def test_requirements_are_checked_at_the_door(model: Make) -> None:
    m = model(
        "dim N\ninput x: real[N]\nentry f(x) -> x[2:5]\nentry g(x) -> x[3]\n"
        "entry h(x) -> zeros(N - 3)\nentry top(x) -> max(x)"
    )
    close(m.f(V), V[2:5])
    for entry, short, text in (("f", 4, "N >= 5"), ("g", 3, "N > 3"), ("h", 2, "N - 3 >= 0"), ("top", 0, "N >= 1")):
        with pytest.raises(ValueError, match=text):
            m.call(entry, np.zeros(short))


def test_assertions_and_prints(model: Make) -> None:
    m = model(
        "dim N\nstate k: int = 0\nentry f(x: real[N]) -> sum(x) {\n    "
        'assert x > 0, "all \\"positive\\""\n    assert k < 2\n'
        '    print "sum is", sum(x), x[0], (k, 1)\n    print k\n    k <- k + 1\n}'
    )
    assert m.f([1.0, 2.0]) == 3
    texts = [(role, text) for role, text, _ in m.effects]
    assert texts[:2] == [("assert", 'all "positive"'), ("assert", "k < 2")]
    assert [text for role, text in texts if role == "print"] == ["sum is", "x[0] =", "k =", "1 =", "k ="]
    with pytest.raises(ValueError, match="positive"):
        m.f([1.0, -2.0])
    assert m.values["k"] == 1, "a call that fails changes nothing"


def test_docs_go_where_they_stand(model: Make) -> None:
    m = model(
        "## About the file.\n## Second line.\n\n## The positions.\ninput x: real  ## in metres\n\n## Lost.\n\n"
        "## The weight.\nshared w: real = 0\nshared v: real = 0 # no doc\n"
        "## Lonely.\n\nentry f(x) -> x * w + v ## f itself\n"
        "## Of g.\n## More.\nentry g(\n    ## not here\n    x) -> x\n"
    )
    assert m.program.doc == "About the file.\nSecond line."
    assert m.entry("f").parameters[0].doc == "The positions.\nin metres"
    assert {v.name: v.doc for v in m.program.variables} == {"w": "The weight.", "v": ""}
    assert m.entry("f").doc == "f itself" and m.entry("g").doc == "Of g.\nMore."


def test_a_doc_that_touches_belongs_to_its_item(model: Make) -> None:
    m = model("## Of f.\nentry f(x: real) -> x")
    assert (m.program.doc, m.entry("f").doc) == ("", "Of f.")


def test_files(model: Make, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "layers.tdsl").write_text(
        'use "deep/more.tdsl"\nuse std.nn: relu\nconst k = 3\ndim N\nlet hidden = 2\n'
        "fn layer(x: real[N], w: real[N]) = relu(shifted(x @ w)) * hidden\nentry own(x: real) -> x\n"
    )
    (tmp_path / "deep" / "more.tdsl").write_text('use "../bottom.tdsl": base\nfn shifted(x) = x + base\n')
    (tmp_path / "bottom.tdsl").write_text("const base = 10\n")
    text = 'use "layers.tdsl"\nuse "bottom.tdsl": base\ndim N\nentry f(x: real[N]) -> layer(x, x) * k + base'
    m = model(text, path=tmp_path / "main.tdsl")
    close(m.f(V), (V @ V + 10) * 2 * 3 + 10)
    assert [entry.name for entry in m.program.entries] == ["f"]


def test_names_of_results(model: Make) -> None:
    m = model("input x: real\nlet y = 2 * x\nentry f(x) -> (y, x + 1, z) { let z = x }")
    assert [result.name for result in m.entry("f").results] == ["y", "", "z"]


def test_states_of_rules_have_names(model: Make) -> None:
    m = model("use std.optim: adam\nshared W: real[2] = 1\ncost C = sum(W ** 2)\nentry f() { minimize C with adam() }")
    assert {v.name: v.kind for v in m.program.variables} == {
        **{"W": "shared", "W.adam.t": "rule state", "W.adam.m": "rule state", "W.adam.v": "rule state"}
    }
