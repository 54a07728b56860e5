"""Loops of the language: what they give, beside plain NumPy; their derivatives, beside difference quotients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tdsl.ir.node import Node, apply, topological
from tdsl.source import UserError
from tests.ops.differences import directional_error, gradient

Make = Callable[..., Any]
RNG = np.random.default_rng(0)
X, W, U, H = RNG.normal(size=(5, 3, 2)), RNG.normal(size=(2, 4)), RNG.normal(size=(4, 4)) * 0.4, RNG.normal(size=(3, 4))
V, M = RNG.normal(size=6), RNG.normal(size=(4, 6))
HEAD = """
dim T, B, N, H, K
input x: real[T, B, N]
input W: real[N, H]
input U: real[H, H]
input h0: real[B, H]
input v: real[K]
input a: real
fn rnn(x, W, U, h0) = for x_t in x {
    state h: real[B, H] = h0
    let h1 = tanh(x_t @ W + h @ U)
    h <- h1
    yield sum(h1 * h, axis=1)
}
"""


def rnn(x: Any, w: Any, u: Any, h: Any) -> tuple[Any, Any]:
    made = []
    for x_t in x:
        new = np.tanh(x_t @ w + h @ u)
        made.append((new * h).sum(1))
        h = new
    return h, np.array(made).reshape(len(x), len(h))


def close(actual: Any, expected: Any) -> None:
    assert isinstance(actual, tuple) == isinstance(expected, tuple)
    pairs = zip(actual, expected, strict=True) if isinstance(actual, tuple) else [(actual, expected)]
    for one, other in pairs:
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)
        assert np.shape(one) == np.shape(other)


@pytest.mark.parametrize("trip", [0, 1, 2, 5])
def test_a_recurrent_network(model: Make, trip: int) -> None:
    m = model(HEAD + "entry f(x, W, U, h0) -> rnn(x, W, U, h0)")
    close(m.f(X[:trip], W, U, H), rnn(X[:trip], W, U, H))


def test_backwards(model: Make) -> None:
    m = model(HEAD + "entry f(x, W, U, h0) -> rnn(x[::-1], W, U, h0)")
    close(m.f(X, W, U, H), rnn(X[::-1], W, U, H))


def nested(v: Any) -> Any:
    s = 0.0
    for i in v:
        t = s + i
        for j in v:
            t *= j
        s = np.sin(t)
    return s


def descended(v: Any) -> Any:
    p = 0.5
    for i in v:
        p -= 0.4 * (p - i) ** 3
    return p


FORMS = {
    "fold": ("for i in v { state s: real = 0 s <- s + i ** 2 }", lambda v: (v**2).sum()),
    "map": ("for i in v { yield sin(i) }", np.sin),
    "several": ("for i in v, k in K { state n = 0 n <- n + k\nyield i\nyield 2 * i }", lambda v: (15, v, 2 * v)),
    "tuples": ("for i in v { yield (i, (2 * i, true)) }", lambda v: (v, 2 * v, np.ones(6, bool))),
    "order": ("for i in v { state p: real = 1\nstate q: real = 2 p <- q q <- p }", lambda v: (1.0, 2.0)),
    "kept": ("for i in v { state p = a state n = 0 n <- n + 1 }", lambda v: (0.5, 6)),
    "counted": ("for k in 4 { state n = 1 n <- n * (k + 1) }", lambda v: 24),
    "formula": ("for k in K - 2, i in v[2:] { yield real(k) * i }", lambda v: np.arange(4) * v[2:]),
    "rows": ("for r in v[:, new] { yield r }", lambda v: v[:, None]),
    "every second": ("for i in v[::2] { yield i }", lambda v: v[::2]),
    "widened": ("for k in 3 { state s: real[2] = 1 s <- s + real(k) }", lambda v: np.array([4.0, 4.0])),
    "constants": ("for k in 3 { yield 7 yield [1.5, 2] }", lambda v: (np.full(3, 7), np.tile([1.5, 2], (3, 1)))),
    "nested": (
        "for i in v { state s: real = 0 let t = for j in v { state u = s + i u <- u * j }\ns <- sin(t) }",
        nested,
    ),
    "three levels": (
        "for i in 3 { yield for j in 2 { yield for k in 4 { yield 100 * i + 10 * j + k } } }",
        lambda v: 100 * np.arange(3)[:, None, None] + 10 * np.arange(2)[:, None] + np.arange(4),
    ),
    "a gradient": ("for i in v { state p = a p <- p - 0.1 * grad((p - i) ** 4, p) }", descended),
    "functions": ("for f in (sin, cos) { yield f(v) }", lambda v: np.array([np.sin(v), np.cos(v)])),
    "types": ("for n in (1, 2) { state s = v s <- s[n:] }", lambda v: v[3:]),
    "written out": ("for p in ((1, a), (2, a)), k in 2 { state s: real = 0 s <- s + p[0] * p[1] + k }", lambda v: 2.5),
    "no parts": ("for n in () { state s: real = 3 s <- s + n }", lambda v: 3.0),
    "parts of arrays": ("for n in (3, 5), i in v[:2] { yield n * i }", lambda v: v[:2] * [3, 5]),
    "in brackets": ("2 * (for i in v { state s: real = 0 s <- s + i }) + 1", lambda v: 2 * v.sum() + 1),
}  # fmt: skip


def total(node: Node) -> Node:
    """The sum of squares."""
    return apply("sum", node * node, axes=tuple(range(node.type.rank))) if node.type.rank else node * node


def with_lines(text: str) -> str:
    """A newline before each statement that stands behind another one."""
    for word in ("state", "let", "yield", "until", "s <-", "n <-", "p <-", "q <-", "u <-"):
        text = text.replace(f" {word} ", f"\n{word} ")
    return text


def test_forms(model: Make) -> None:
    """Everything a loop may look like, each an entry."""
    entries = [f"entry f{i}(v, a) -> {with_lines(text)}" for i, (text, _) in enumerate(FORMS.values())]
    m = model(HEAD + "\n".join(entries))
    for number, (name, (_, oracle)) in enumerate(FORMS.items()):
        try:
            close(m.call(f"f{number}", V, 0.5), oracle(V))
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error


SIZES = {"T": 5, "B": 3, "N": 2, "H": 4, "K": 6}
DIFFERENTIATED = [
    "rnn(x, W, U, h0)[0]",
    "rnn(x[::-1], W, U, h0)[1]",
    "for i in v, k in K { state s = a s <- sin(s * i) + real(k) * i yield s }",
    "for i in v { state s = a s <- if i > 0 then s * i else s - i ** 2 yield switch(s > 0, s, i) * i }",
    "for i in v { state s = a let t = for j in v { state u = s u <- sin(u * j) + i } s <- t * i }",
    "for i in v { state p = a p <- p - 0.1 * grad(sin(p - i) ** 2, p) }",
    "for i in v { state p = v p <- 0.5 * p[::-1] + i * (p @ p) * 0.1 }",
    "for f in (sin, cos) { state s = v s <- f(s * a) yield s }",
    "for i in v, k in K { yield v[(k + 1) % K] * i + v[k] ** 2 }",
    "for i in v, k in K checkpoint 4 { state s = a s <- sin(s * i) + real(k) * i yield s }",
    "for i in v, k in K { state s = a s <- sin(s * i) + real(k) * i yield s until k == 3 }",
    "for i in v, k in K checkpoint 3 { state s = a s <- sin(s * i) * v[k] yield s * i until k == 3 }",
    "for i in v { state s = a let t = for j in v checkpoint 2 { state u = s u <- sin(u * j) + i } s <- t * i }",
    "for i in v[::-1] { yield for j in v[1:] { yield i * j ** 2 } }",
]


def test_derivatives(model: Make) -> None:
    """First and second ones, of the sum of squares of all that a loop gives."""
    calls = [f"f{i}(x, W, U, h0, v, a)" for i in range(len(DIFFERENTIATED))]
    entries = [f"entry {call} -> {with_lines(text)}" for call, text in zip(calls, DIFFERENTIATED, strict=True)]
    fixed = "".join(f"const {name} = {size}\n" for name, size in SIZES.items())
    m = model(HEAD.replace("dim T, B, N, H, K\n", fixed) + "\n".join(entries))
    values = {"x": X, "W": W, "U": U, "h0": H, "v": V * 0.6, "a": np.float64(0.4)}
    for number, entry in enumerate(m.program.entries):
        roots = [root for root in entry.roots() if root.type.is_real]
        cost = sum((total(root) for root in roots[1:]), total(roots[0]))
        given = [node for node in topological([cost]) if node.op.name == "argument" and node.type.is_real]
        assert directional_error(cost, given, values, number, order=8) < 1e-8, DIFFERENTIATED[number]
        firsts = gradient(cost, given)
        inner = sum((total(first) for first in firsts[1:]), total(firsts[0]))
        reached = [node for node in topological([inner]) if node in given]
        assert directional_error(inner, reached, values, number, order=8) < 1e-7, DIFFERENTIATED[number]


def test_truncated_derivatives(model: Make) -> None:
    """Cut after each third step."""
    m = model(
        "const K = 8\nentry f(v: real[K], a: real) -> (s, grad(s, (v, a))) {\n"
        "let s = for i in v, k in K {\nstate s = a\nlet t = s * i + i ** 2\n"
        "s <- if k % 3 == 2 then stop_grad(t) else t\n}\n}"
    )
    v = np.arange(1.0, 9.0)
    value, by_v, by_a = m.f(v, 0.5)
    s, states = 0.5, []
    for i in v:
        states.append(s)
        s = s * i + i**2
    assert value == s and by_a == 0
    np.testing.assert_allclose(by_v, [*np.zeros(6), (states[6] + 2 * v[6]) * v[7], states[7] + 2 * v[7]])


def test_a_name_of_a_body_is_known_there_only(model: Make) -> None:
    text = "entry f(x: real[3]) -> y {\nlet y = for i in x {\nlet inner = 2 * i\nyield inner\n}\nlet z = inner\n}"
    with pytest.raises(UserError, match="there is nothing called 'inner'"):
        model(text)


def test_an_unused_function_hides_no_unknown_name(model: Make) -> None:
    with pytest.raises(UserError, match="there is nothing called 'unknown'"):
        model("fn f(x) = for i in x {\nlet a = i\nyield a * unknown\n}\nentry g(x: real) -> x")
    model("fn f(x) = for i in x {\nlet a = i\nyield for j in x {\nyield a * j\n}\n}\nentry g(x: real) -> x")


def test_sizes_are_checked_on_entry(model: Make) -> None:
    """Those of slices inside of a body, of its derivative alone, and of a formula that is counted to."""
    m = model(
        "dim T, N\nentry f(x: real[T, N]) -> for r in x {\nyield sum(r[2:5])\n}\n"
        "entry g(x: real[T, N]) -> grad(sum(for r in x {\nyield sum(r[2:5])\n}), x)\n"
        "entry h(x: real[N]) -> for t in N - 3 {\nstate s: real = 0\ns <- s + x[t]\n}\n"
        "entry i(x: real[N], y: real[T]) -> for t in y {\nstate s: real[N - 3] = 0\ns <- s + t\n}\n"
    )
    assert m.f(np.ones((4, 5))).tolist() == [3.0] * 4
    assert m.h(np.ones(5)) == 2
    for call in (m.f, m.g):
        with pytest.raises(ValueError, match="N >= 5"):
            call(np.ones((4, 4)))
    with pytest.raises(ValueError, match="N - 3 >= 0"):
        m.h(np.ones(2))
    with pytest.raises(ValueError, match="N - 3 >= 0"):
        m.i(np.ones(2), np.ones(4))


def test_a_loop_mentions_what_a_const_leaves_out(model: Make) -> None:
    """A derivative by what only the other side of an `if` has is zero in a loop too."""
    text = (
        "const USE = false\nentry f(x: real[3], w: real) -> "
        "grad(sum(for i in x {\nyield if USE then i * w else i\n}), w)"
    )
    assert model(text).f(np.ones(3), 2.0) == 0
    assert model(text, USE="true").f(np.ones(3), 2.0) == 3


def test_a_tuple_is_written_out_within_limits(model: Make) -> None:
    with pytest.raises(UserError, match="unfolds to more than"):
        tuples = f"({', '.join(['1'] * 300)})"
        model(f"entry f(x: real) -> for n in {tuples} {{\nyield for m in {tuples} {{\nyield n * m * x\n}}\n}}")


def test_each_step_draws_anew(model: Make) -> None:
    """Also in loops inside of loops; what is drawn outside is the same in all steps, and in the derivative."""
    m = model(
        "entry f() -> for t in 3 {\nyield for k in 4 { yield uniform(0, 1, 2) }\n}\n"
        "entry g() -> z {\nlet mask = uniform(0, 1, 2)\nlet z = for t in 3 { yield mask }\n}\n"
        "entry h(x: real) -> (s, grad(s, x), z) {\n"
        "let s, z = for t in 3 {\nstate s: real = normal(0, 1, ()) * 0\nlet z = normal(0, 1, ())\n"
        "s <- s + x * z\nyield z\n}\n}"
    )
    drawn = m.f()
    assert drawn.shape == (3, 4, 2) and len(set(drawn.ravel())) == 24
    assert len(set(m.f().ravel()) | set(drawn.ravel())) == 48
    assert (np.diff(m.g(), axis=0) == 0).all()
    s, slope, z = m.h(2.0)
    assert s == 2 * z.sum() and abs(slope - z.sum()) < 1e-14
