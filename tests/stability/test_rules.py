"""Forms that become others, forms that are left alone, and what a rewrite must keep."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tdsl.check import Options, check
from tdsl.driver import show
from tdsl.ir.interp import evaluate
from tdsl.ir.node import Node, topological
from tdsl.ir.program import Program
from tdsl.passes import STABILITY, optimise
from tdsl.passes.markers import markers
from tdsl.settings import Settings
from tdsl.source import Source
from tdsl.syntax.parse import parse
from tdsl.types import ONE
from tests.work import lines

PARAMETERS = "x: real[3], y: real[3], z: real, M: real[2, 3], i: int, k: int[2], v: real[N]"


def checked(results: str, declarations: str = "") -> Program:
    text = f"use std.nn\ndim N\n{declarations}\nentry f({PARAMETERS}) -> {results}\n"
    return check(parse(Source("f.tdsl", text)), Options(64, ()), lambda path: path.read_text(), "f")


def roots(results: str, declarations: str = "") -> list[Node]:
    return optimise(checked(results, declarations)).entries[0].roots()


SAME = {
    "near_one": ("log(1 + x)", "log1p(x)"),
    "in two functions": ("log(one_more(x))", "log1p(x)"),
    "logistic": ("1 / (1 + exp(x))", "sigmoid(-x)"),
    "logarithms": ("log(1 - sigmoid(x))", "-softplus(x)"),
    "logarithms of a column": ("log(sigmoid(x)[:, new])", "(-softplus(-x))[:, new]"),
    "logarithms along rows": ("log(sum(exp(M), axis=1))", "logsumexp(M)"),
    "logarithms along columns": ("log(sum(exp(M), axis=0))", "logsumexp(M, axis=0)"),
    "logarithms of shares of columns": ("log(softmax(M, axis=0))", "log_softmax(M, axis=0)"),
    "softmaxes": ("x - logsumexp(x)", "(x - finite_or_zero(max(x))) - log(sum(exp(x - finite_or_zero(max(x)))))"),
    "powers": ("exp(x) * exp(y)", "exp_add(x, y)"),
    "moments": ("mean(M ** 2, axis=1) - mean(M, axis=1) ** 2", "var(M, axis=1)"),
    "moments of a size": ("mean(v ** 2) - mean(v) ** 2", "var(v)"),
    "logarithms of sizes of determinants": ("log(abs(det(M @ M.T)))", "logdet(M @ M.T)"),
    "logarithms of roots of determinants": ("log(sqrt(det(M @ M.T)))", "0.5 * logdet(M @ M.T)"),
    "systems": ("inverse(M @ M.T) @ M", "solve(M @ M.T, M)"),
    "systems of a vector": ("inverse(M @ M.T) @ x[:2]", "solve(M @ M.T, x[:2])"),
    "systems from the right": ("M.T @ inverse(M @ M.T)", "solve((M @ M.T).T, M).T"),
    "systems of a vector from the right": ("x[:2] @ inverse(M @ M.T)", "solve((M @ M.T).T, x[:2])"),
    "systems of a transpose": ("inverse(M @ M.T).T @ M", "solve((M @ M.T).T, M)"),
    "systems of stacks": ("inverse((M @ M.T)[new] + eye(2)) @ M[new]", "solve((M @ M.T)[new] + eye(2), M[new])"),
    "in a gathered place": ("log(softmax(x)[i])", "log_softmax(x)[i]"),
    "in a side of an if": ("if z > 0 then log(sigmoid(x)) else x", "if z > 0 then -softplus(-x) else x"),
}


@pytest.mark.parametrize("name", SAME)
def test_same(name: str) -> None:
    before, after = SAME[name]
    values = {"x": np.array([700.0, -300.0, 1e-20]), "y": np.array([-650.0, 2.0, 1e-20]), "z": np.float64(1), "i": 1,
              "M": np.array([[900.0, 2.0, -3.0], [899.0, -900.0, 1.0]]), "v": np.array([1e8, 1e8 + 1])}  # fmt: skip
    found, expected = (computed(text, values, "fn one_more(u) = 1 + u") for text in (before, after))
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-14, atol=1e-300)


LEFT = (
    "log(2 + x)", "log(x / 2)", "log(x * y)", "log(exp(x) * y)", "exp(x) - 2", "2 - exp(x)", "1 - y", "x - x", "x / x",
    "x * (1 / x)", "sqrt(x * y)", "exp(x + y)", "exp(x) * y", "2.0 ** x * 3.0 ** y",
    "y ** x * y ** z", "1 / (2 + exp(x))", "sigmoid(x) * exp(x)",
    "sigmoid(x) / sigmoid(y)", "exp(x) - exp(y)",
    "softmax(x)", "log_softmax(M)", "logsumexp(x)", "log(sum(exp(x - max(x))))",
    "exp(x - max(x)) / sum(exp(x - max(x)))", "log(sum(y * exp(x)))", "log(prod(exp(x)))",
    "exp(x) / sum(exp(y))", "x - sum(x)",
    "mean(x ** 2) - mean(y) ** 2", "sum(x ** 2) / 5.0 - (sum(x) / 5.0) ** 2",
    "mean(M ** 2, axis=1) - mean(M, axis=1) * mean(M, axis=1)[0]", "log(sum(switch(x > 0, softmax(x), 0)))",
    "log(pick(M, k))", "log(tanh(x))", "sigmoid(log(x / (1 - y)))",
    "exp(log(x) + y)",
    "sinh(x) * 2 / (exp(x) + exp(x))",
    "log(exp(x) + expm1(y))",
    "log(det(M @ M.T) + z)", "log(trace(M @ M.T))", "inverse(M @ M.T) * M[:, :2]", "solve(M @ M.T, M) @ x",
    "log(expm1(x) * expm1(y))",
    "log1p(exp(x) - exp(y))", "1 - tanh(x) * tanh(y)",
)  # fmt: skip


@pytest.mark.parametrize("text", LEFT)
def test_left_alone(text: str) -> None:
    made = markers(checked(text))
    for step in STABILITY:
        assert step(made) is made, step.__name__


OWN = """fn own(u) = 1 / (1 + exp(-u))
"""


def computed(results: str, values: dict[str, Any], declarations: str = "") -> list[Any]:
    given = {"x": np.zeros(3), "y": np.zeros(3), "z": np.float64(0), "M": np.zeros((2, 3)), "v": np.zeros(1)}
    given |= {"i": 0, "k": np.zeros(2, int)} | values
    with np.errstate(all="ignore"):
        return evaluate(roots(results, declarations), given, {"N": len(given["v"])}, {})


def test_derivatives_across_functions() -> None:
    (found,) = computed("grad(-mean(log(own(v))), v)", {"v": np.array([-800.0, 0.0])}, OWN)
    np.testing.assert_allclose(found, [-0.5, -0.25])
    (found,) = computed("grad(grad(sum(log(own(v))), v)[0], v)", {"v": np.array([-40.0])}, OWN)
    np.testing.assert_allclose(found, [-np.exp(-40.0)])


def test_the_asked_for_value_stays_a_variable() -> None:
    """The derivative by p itself is that of the written form."""
    functions = "fn by_share(u) {\n    let p = 1 - u\n    grad(sum(log(p)), p)\n}\n"
    (found,) = computed("by_share(v)", {"v": np.array([0.75])}, functions)
    np.testing.assert_allclose(found, [4.0])
    functions = "fn by_argument(p) = grad(sum(log(p)), p)\n"
    (found,) = computed("by_argument(softmax(x))", {"x": np.array([0.0, -1.0, -1.0])}, functions)
    np.testing.assert_allclose(found, [2 / np.e + 1, np.e + 2, np.e + 2])


def test_derivatives_through_loops() -> None:
    loop = "fn total(v) = for v_t in v {\n    state s = 0.0\n    s <- s + log(1 - sigmoid(v_t))\n}\n"
    value, slope = computed("(total(v), grad(total(v), v))", {"v": np.array([800.0, 0.0])}, loop)
    np.testing.assert_allclose(value, -800 - np.log(2))
    np.testing.assert_allclose(slope, [-1.0, -0.5])


def test_infinities_and_nan_stay() -> None:
    infinite, nan = np.array([np.inf, 0.0, 0.0]), np.array([np.nan, 0.0, 0.0])
    nothing = np.full(3, -np.inf)
    for values, expected in ((infinite, np.inf), (nan, np.nan), (nothing, -np.inf)):
        (found,) = computed("log(sum(exp(x)))", {"x": values})
        np.testing.assert_equal(found, expected)
    np.testing.assert_equal(computed("log(exp(x) / sum(exp(x)))", {"x": infinite})[0], [np.nan, -np.inf, -np.inf])
    np.testing.assert_equal(computed("exp(x) / sum(exp(x))", {"x": nothing})[0], [np.nan] * 3)
    np.testing.assert_equal(computed("exp(x) * exp(-x)", {"x": infinite})[0], [np.nan, 1, 1])
    np.testing.assert_equal(computed("log(exp(x) - exp(x))", {"x": infinite})[0], [np.nan, -np.inf, -np.inf])
    np.testing.assert_equal(computed("log(exp(x) - exp(x))", {"x": nothing})[0], [-np.inf] * 3)
    np.testing.assert_equal(computed("exp(log(x))", {"x": np.array([-1.0, 0.0, np.inf])})[0], [np.nan, 0.0, np.inf])
    outside = np.array([-1e-9, 1.5, 1.0])
    np.testing.assert_equal(computed("sigmoid(log(x / (1 - x)))", {"x": outside})[0], [np.nan, np.nan, 1.0])


def test_determinants_keep_their_sign() -> None:
    """That of a product out of the range too; the logarithm of 0 is -inf whatever its sign."""
    for diagonal, log in (
        ((1e200, 1e200, 1e200), 600 * np.log(10)),
        ((1e-200, 1e-200, 1e-200), -600 * np.log(10)),
        ((1e200, -1e200, 1e200), np.nan),
        ((-1e-200, 1e-200, 1e-200), np.nan),
        ((-1.0, 0.0, 2.0), -np.inf),
        ((0.0, 3.0, 2.0), -np.inf),
        ((np.nan, 1.0, 1.0), np.nan),
    ):
        (found,) = computed("log(det(diag(x)))", {"x": np.array(diagonal)})
        np.testing.assert_allclose(found, log, rtol=1e-14)
    slope, other = computed("(grad(log(det(diag(x))), x), grad(log10(det(diag(x))), x))", {"x": np.array([1e-200] * 3)})
    np.testing.assert_allclose(slope, [1e200] * 3)
    np.testing.assert_allclose(other, [1e200 / np.log(10)] * 3)


def test_matrices_without_an_inverse_are_still_faults() -> None:
    for text in ("inverse(diag(x)) @ y", "grad(y @ inverse(diag(x)) @ y, x)"):
        with pytest.raises(ArithmeticError):
            computed(text, {"x": np.array([1.0, 0.0, 2.0])})


SOLVERS = """
fn hilbert(n) { let H[i in n, j in n] = 1.0 / real(i + j + 1)
    H
}
fn inverted(u) = inverse(u)
model Inverse(n) {
    let inner = inverted(hilbert(n))
    fn times(u) = inner @ u
}
model of = Inverse(10)
let twice = of.times(of.times(ones(10)))
entry other() -> twice
"""


def test_systems_across_functions_models_and_entries() -> None:
    """No inverse is left: a right side has one column."""
    made = optimise(checked("(of.times(ones(10)), twice, inverted(hilbert(4)) @ ones(4))", SOLVERS))
    solved = [node for node in topological(made.roots()) if node.op.name == "lu_solve"]
    assert len(solved) == 3 and all(node.type.shape[-1] == ONE for node in solved)


def test_positions_are_still_checked() -> None:
    for text in ("log(softmax(x)[i])", "grad(log(softmax(x)[i]), x)", "log(pick(softmax(M), k))"):
        with pytest.raises(IndexError):
            computed(text, {"i": 3, "k": np.array([0, 3])})


def test_places_follow() -> None:
    """A view that moves keeps its place, and a part of a new form has that of the whole."""
    made = checked("(log(softmax(x)[i]), log(sum(exp(x))))")
    made = markers(made)
    before = set(topological(made.roots()))
    for step in STABILITY:
        made = step(made)
    entry = made.entries[0]
    known = {**made.spans, **entry.spans}
    new = set(topological(entry.roots())) - before
    assert {node.op.name for node in new if node not in known} == set()
    (gather,) = (node for node in topological(entry.roots()) if node.op.name == "gather")
    assert entry.spans[gather].text == "softmax(x)[i]"


@pytest.mark.parametrize("step", STABILITY, ids=[step.__name__ for step in STABILITY])
def test_each_is_a_stage_of_show(step: Any) -> None:
    source = Source("f.tdsl", "entry f(x: real) -> log(1 + x)\n")
    text = show(source, Settings(), Path.read_text, f"after:{step.__name__}")
    assert "log1p" in text


def sums(count: int) -> str:
    return "log(" + " + ".join(f"exp(x * {number}.5)" for number in range(count)) + ")"


def test_work_grows_with_size() -> None:
    """A long sum of exponentials is rewritten without recursion, in steps that grow with it."""

    def work(count: int) -> int:
        made = markers(checked(sums(count)))
        return lines(lambda: [step(made) for step in STABILITY])

    work(20)
    small, middle, large = (work(count) for count in (100, 200, 400))
    assert large - middle <= 2.3 * (middle - small)
