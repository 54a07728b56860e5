"""Models: instances, lists, parameters, updates that calls make, and what all of it means for entries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tdsl.source import UserError

Make = Callable[..., Any]
X = np.random.default_rng(0).normal(size=(5, 4))

LAYERS = """
use std.optim: sgd, momentum
dim B
input x: real[B, 4]
model Layer(N, M, f = sigmoid) {
    const TWICE = 2 * N
    shared W: real[N, M] = normal(0, 1)
    shared b: real[M] = 0.5
    let total = sum(W) + TWICE
    fn encode(x) = f(x @ W + b)
    fn decode(h) = h @ W.T
}
"""


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def close(actual: Any, expected: Any) -> None:
    np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-12)


def test_an_instance_has_values_of_its_own(model: Make) -> None:
    m = model(
        LAYERS + "model a = Layer(4, 3)\nmodel b = Layer(4, 3, f=tanh)\n"
        "entry f(x) -> (a.encode(x), b.encode(x), a.decode(b.encode(x)), b.W, a.total)"
    )
    assert list(m.values) == ["a.W", "a.b", "b.W", "b.b"]
    one, other, back, weights, total = m.f(X)
    close(one, sigmoid(X @ m.values["a.W"] + 0.5))
    close(other, np.tanh(X @ m.values["b.W"] + 0.5))
    close(back, other @ m.values["a.W"].T)
    close(weights, m.values["b.W"])
    close(total, m.values["a.W"].sum() + 8)


def test_lists_and_their_slices(model: Make) -> None:
    m = model(
        LAYERS + "const SIZES = 4\nmodel layers[i in 3] = Layer(SIZES - i, SIZES - i - 1)\n"
        "fn first(list) = list[0].W\n"
        "entry f(x) -> (layers[2].encode(layers[1].encode(layers[0].encode(x))), len(layers), len(layers[:2]), "
        "first(layers[::-1]), first(layers[1:]), layers[-1].b)"
    )
    assert list(m.values) == [f"layers.{number}.{name}" for number in range(3) for name in "Wb"]
    deep, count, fewer, last, second, bias = m.f(X)
    h = X
    for number in range(3):
        h = sigmoid(h @ m.values[f"layers.{number}.W"] + 0.5)
    close(deep, h)
    assert (count, fewer) == (3, 2)
    close(last, m.values["layers.2.W"])
    close(second, m.values["layers.1.W"])
    assert bias.shape == (1,)


def test_models_in_models(model: Make) -> None:
    m = model(
        LAYERS
        + "model Both(N) {\n    model inner[i in 2] = Layer(N + i, N + i + 1)\n    model last = Layer(N + 2, 1)\n"
        "    shared s: real = 2\n    fn f(x) = s * last.encode(inner[1].encode(inner[0].encode(x)))\n}\n"
        "model net = Both(4)\nlet y = net.f(x)\nentry f(x) -> (y, grad(sum(y), net), grad(sum(y), (net.last, x)))"
    )
    names = ["net.inner.0.W", "net.inner.0.b", "net.inner.1.W", "net.inner.1.b", "net.last.W", "net.last.b", "net.s"]
    assert list(m.values) == names
    y, *_ = m.f(X)
    v = m.values
    h0 = sigmoid(X @ v["net.inner.0.W"] + 0.5)
    h1 = sigmoid(h0 @ v["net.inner.1.W"] + 0.5)
    h2 = sigmoid(h1 @ v["net.last.W"] + 0.5)
    close(y, 2 * h2)
    assert m.entry("f").nesting == ".(.......)((..).)"
    found = m.f(X)
    slope = 2 * h2 * (1 - h2)
    close(found[5], h1.T @ slope)
    close(found[6], slope.sum(0))
    close(found[7], h2.sum())
    close(found[8], found[5])


def test_parameters_of_every_kind(model: Make) -> None:
    m = model(
        LAYERS + "model Wrapped(inner, table, rate, f, step: int = 3, pair = (1, 2)) {\n"
        "    shared s: real[step, pair[1]] = rate\n"
        "    fn apply(x) = f(inner.encode(x)) @ table.T\n    fn train() = momentum(rate)\n}\n"
        "fn doubled(z) = 2 * z\n"
        "shared E: real[7, 3] = normal(0, 1)\n"
        "model a = Layer(4, 3)\nmodel w = Wrapped(a, E, 0.25, doubled)\n"
        "entry f(x) -> (w.apply(x), w.s, grad(sum(w.apply(x) ** 2), E))\n"
        "entry train(x) { minimize sum(w.apply(x) ** 2) over a, E with w.train() }"
    )
    y, s, slope = m.f(X)
    h = 2 * sigmoid(X @ m.values["a.W"] + 0.5)
    close(y, h @ m.values["E"].T)
    assert s.shape == (3, 2) and (s == 0.25).all()
    close(slope, 2 * y.T @ h)
    before = m.values["E"]
    m.train(X)
    close(m.values["E"], before - 0.25 * slope)
    assert "a.W.momentum.v" in m.values


def test_tied_values_are_one_variable(model: Make) -> None:
    """Gradients of all uses add up."""
    m = model(
        "dim B\ninput k: int[B]\nmodel Embedding(V, D) { shared E: real[V, D] = normal(0, 1) }\n"
        "model Out(E) { fn f(h) = h @ E.T }\nmodel embed = Embedding(6, 3)\nmodel out = Out(embed.E)\n"
        "entry f(k) -> grad(sum(out.f(embed.E[k]) ** 2), embed.E)"
    )
    assert list(m.values) == ["embed.E"]
    table, k = m.values["embed.E"], np.array([1, 4, 1])

    def cost(one: Any, other: Any) -> Any:
        return ((one[k] @ other.T) ** 2).sum()

    found = m.f(k)
    for place in np.ndindex(table.shape):
        step = np.zeros(table.shape, complex)
        step[place] = 1e-30j
        close(found[place], cost(table + step, table + step).imag / 1e-30)


def test_minimize_over_models(model: Make) -> None:
    m = model(
        LAYERS + "model layers[i in 3] = Layer(4, 4)\nshared V: real = 3\n"
        "cost C = sum(layers[1].encode(layers[0].encode(x))) * V\n"
        "entry one(x) -> grad(C, layers[0]) { minimize C over layers[0] with sgd(0.5) }\n"
        "entry all(x) { minimize C over layers[:2], V with sgd(0.5) }\n"
        "entry every(x) { minimize C with sgd(0.5) }\n"
        "entry used(x) { minimize sum(layers[0].decode(x)) over layers[0] with sgd(0.5) }"
    )
    before = dict(m.values)
    slope, bias_slope = m.one(X)
    changed = {name for name in before if not np.array_equal(before[name], m.values[name])}
    assert changed == {"layers.0.W", "layers.0.b"}
    close(m.values["layers.0.W"], before["layers.0.W"] - 0.5 * slope)
    close(m.values["layers.0.b"], before["layers.0.b"] - 0.5 * bias_slope)
    names = ("layers.0.W", "layers.0.b", "layers.1.W", "layers.1.b", "V")
    assert [update.variable for update in m.entry("all").updates] == list(names)
    assert sorted(update.variable for update in m.entry("every").updates) == sorted(names)
    assert [update.variable for update in m.entry("used").updates] == ["layers.0.W"]


def test_an_entry_updates_members(model: Make) -> None:
    m = model(
        LAYERS + "model Kept() { state k: int = 7\n    model inner = Layer(2, 2) }\nmodel kept[i in 2] = Kept()\n"
        "entry f() -> kept[1].k {\n    kept[1].k <- kept[0].k + 1\n    kept[0].inner.W <- 0\n"
        "    kept[0].k <- kept[1].k\n}"
    )
    assert m.f() == 7
    assert m.values["kept.1.k"] == 8 and m.values["kept.0.k"] == 7
    assert (m.values["kept.0.inner.W"] == 0).all() and (m.values["kept.1.inner.W"] != 0).any()


NORM = """
use std.layers: BatchNorm
use std.optim: sgd
dim B
input x: real[B, 4]
model norm = BatchNorm(4)
"""


def test_a_call_updates_the_state_of_its_model(model: Make) -> None:
    m = model(
        NORM + "let y = norm.forward(x, true)\ncost C = sum(y ** 2)\n"
        "entry result(x) -> y\nentry costs(x, lr: real) { minimize C with sgd(lr) }\n"
        "entry slope(x) -> grad(C, norm.gamma)\nentry none(x) -> x + norm.gamma\n"
        "entry checked(x) { assert C > 0 }\nentry test(x) -> norm.forward(x, false)"
    )
    mean, var = X.mean(0), X.var(0)
    for call in (m.result, lambda x: m.costs(x, 0.0), m.slope, m.checked):
        before = dict(m.values)
        call(X)
        close(m.values["norm.running_mean"], 0.9 * before["norm.running_mean"] + 0.1 * mean)
        close(m.values["norm.running_var"], 0.9 * before["norm.running_var"] + 0.1 * var)
    for entry in ("none", "test"):
        assert m.entry(entry).updates == ()
    expected = (X - m.values["norm.running_mean"]) / np.sqrt(m.values["norm.running_var"] + 1e-5)
    close(m.test(X), expected)
    close(m.result(X), (X - mean) / np.sqrt(var + 1e-5))


def test_a_switch_of_the_call(model: Make) -> None:
    """Known only at run time, the state takes its own old value."""
    m = model(NORM + "entry f(x, training: bool) -> norm.forward(x, training)")
    before = dict(m.values)
    m.f(X, False)
    assert all(np.array_equal(before[name], m.values[name]) for name in before)
    m.f(X, True)
    close(m.values["norm.running_mean"], 0.1 * X.mean(0))


COUNTER = """
dim B
input x: real[B, 4]
model Counter() {
    state n: int = 0
    fn count(x) {
        n <- n + 1
        (x, 2 * x)
    }
}
model Twice(c) {
    model own = Counter()
    state seen: real = 0
    fn both(x) {
        let a, b = own.count(x)
        seen <- seen + sum(c.count(b)[0])
        a
    }
}
model outer = Counter()
model twice = Twice(outer)
"""


def test_calls_inside_of_calls(model: Make) -> None:
    """The updates of a call that only the new value of another's state is made of belong to the entry too."""
    m = model(
        COUNTER + "entry f(x) -> twice.both(x)\nentry part(x) -> twice.own.count(x)[1]\nentry n(x) -> x + real(outer.n)"
    )
    m.f(X)
    assert (m.values["outer.n"], m.values["twice.own.n"]) == (1, 1)
    close(m.values["twice.seen"], (2 * X).sum())
    m.part(X)
    assert (m.values["outer.n"], m.values["twice.own.n"]) == (1, 2)
    m.n(X)
    assert (m.values["outer.n"], m.values["twice.own.n"]) == (1, 2)


def test_the_side_that_a_const_has_not_chosen_updates_nothing(model: Make) -> None:
    text = COUNTER + "const USE = true\nlet y = outer.count(x)[0]\nentry f(x) -> if USE then y else x\n"
    for use, count in (("true", 1), ("false", 0)):
        m = model(text, USE=use)
        m.f(X)
        assert m.values["outer.n"] == count
        assert len(m.entry("f").updates) == count


def test_a_call_by_name_is_one_call(model: Make) -> None:
    m = model(COUNTER + "let a, b = outer.count(x)\nentry f(x) -> (a, b, sum(a) + sum(b))")
    m.f(X)
    assert m.values["outer.n"] == 1


def test_no_derivative_passes_into_updates(model: Make) -> None:
    m = model(NORM + "entry f(x) -> grad(sum(norm.forward(x, true) * x), x)")
    one, two = m.f(X), m.f(X)
    close(one, two)


def test_streams_depend_on_names_alone(model: Make) -> None:
    """Another model, value or draw changes no other first value."""
    alone = model(LAYERS + "model b = Layer(4, 3)\nshared V: real[3] = normal(0, 1)\nentry f() -> V").values
    beside = model(
        LAYERS + "shared U: real[9] = normal(0, 1) + uniform(0, 1)\nmodel a = Layer(4, 3)\nmodel b = Layer(4, 3)\n"
        "shared V: real[3] = normal(0, 1)\nentry f() -> V"
    ).values
    for name in alone:
        assert np.array_equal(alone[name], beside[name])
    assert not np.array_equal(beside["a.W"], beside["b.W"])
    assert not np.array_equal(model("shared a: real[3] = normal(0, 1) - normal(0, 1)\nentry f() -> a").values["a"], 0)


def test_first_values_of_members_are_made_of_members(model: Make) -> None:
    m = model(
        "shared b: real = 5\nmodel A(c) {\n    shared b: real = 2\n    shared d: real = b * c\n"
        "    state e: real = d + 1\n}\n"
        "model a = A(b)\nentry f() -> a.e"
    )
    assert m.f() == 11


@pytest.mark.parametrize("name", ["LayerNorm", "BatchNorm", "Dense"])
def test_layers_of_the_library(model: Make, name: str) -> None:
    arguments = "4, 3" if name == "Dense" else "4"
    more = ", true" if name == "BatchNorm" else ""
    m = model(
        f"use std.layers: {name}\ndim B\ninput x: real[B, 4]\nmodel a = {name}({arguments})\n"
        f"entry f(x) -> a.forward(x{more})"
    )
    axis, keep = (-1, True) if name == "LayerNorm" else (0, False)
    expected = (X - X.mean(axis, keepdims=keep)) / np.sqrt(X.var(axis, keepdims=keep) + 1e-5)
    close(m.f(X), X @ m.values["a.W"] if name == "Dense" else expected)


def test_models_nest_to_any_depth(model: Make) -> None:
    levels = [f"model M{n}() {{ model inner = M{n + 1}()\n    fn f(x) = 1 + inner.f(x) }}" for n in range(1500)]
    last = "model M1500() { shared w: real = 3\n    fn f(x) = w * x }"
    m = model("\n".join([*levels, last, "model a = M0()", "entry f(x: real) -> a.f(x)"]))
    assert m.f(2.0) == 1506
    assert list(m.values) == [f"a.{'inner.' * 1500}w"]


def test_two_definitions_may_call_each_other_through_instances(model: Make) -> None:
    """A function of one instance may call the same function of another."""
    m = model(
        "model Residual(inner) { fn f(x) = x + inner.f(x) }\nmodel End() { shared w: real = 3\n    fn f(x) = w * x }\n"
        "model a = End()\nmodel b = Residual(a)\nmodel c = Residual(b)\nentry f(x: real) -> c.f(x)"
    )
    assert m.f(2.0) == 10


def test_lists_of_nothing(model: Make) -> None:
    m = model(LAYERS + "model layers[i in 0] = Layer(2, 2)\nentry f() -> len(layers)")
    assert m.f() == 0 and m.values == {}


def test_errors_of_members_are_told_once(model: Make) -> None:
    with pytest.raises(UserError) as caught:
        model("model A(N) { shared W: real[N, M] = 0 }\nmodel a = A(2)\nmodel b = A(3)\nentry f() -> a.W")
    assert [one.code for one in caught.value.diagnostics] == ["TD0201"]


def test_given_inputs_reach_functions_of_models(model: Make) -> None:
    """The functions of an instance are those of the entry, over the same kept values."""
    m = model(
        "dim B\ninput x: real[B, 4]\ninput training: bool = false\n"
        "model Scaled(N) {\n    shared w: real[N] = 2\n    state n: int = 0\n    model inner = Inner()\n"
        "    fn f(z) {\n        n <- if training then n + 1 else n\n"
        "        z * w * inner.f() + sum(x)\n    }\n}\n"
        "model Inner() { shared v: real = 5\n    fn f() = if training then v else 3 }\n"
        "model layers[i in 2] = Scaled(4)\nlet y = layers[1].f(x)\n"
        "entry plain(x) -> y\nentry trained(z: real[B, 4]) -> y {\n    given x = 2 * z\n    given training = true\n}"
    )
    close(m.plain(X), X * 2 * 3 + X.sum())
    assert m.entry("plain").updates == ()
    close(m.trained(X), 2 * X * 2 * 5 + 2 * X.sum())
    assert m.values["layers.1.n"] == 1 and m.values["layers.0.n"] == 0
    assert len(m.values) == 6


def test_draws_in_functions_of_models(model: Make) -> None:
    """Each instance, and each of its calls, draws its own values; a member may be called `random`."""
    m = model(
        "model Noise() {\n    state random: real = 1\n    fn f() = random * normal(0, 1, 3)\n}\n"
        "model a = Noise()\nmodel b = Noise()\nlet once = a.f()\n"
        "entry f() -> (a.f(), b.f(), a.f(), once, once)"
    )
    one, other, again, once, twice = m.f()
    assert len({value.tobytes() for value in (one, other, again, once)}) == 4
    assert np.array_equal(once, twice)
    assert list(m.values) == ["a.random", "b.random", "random"]


def test_loops_over_lists_of_models(model: Make) -> None:
    """The body is written out, so that each layer may update its own states."""
    m = model(
        NORM + "model Layer(N, M) {\n    shared W: real[N, M] = normal(0, 1)\n    model norm = BatchNorm(M)\n"
        "    fn f(x) = norm.forward(x @ W, true)\n    fn plain(x) = x @ W\n}\n"
        "model layers[n in (4, 3, 2)] = Layer(n, n - 1)\n"
        "fn encoded(x, n) = for layer in layers[:n] {\n    state h = x\n    h <- layer.f(h)\n}\n"
        "entry f(x) -> encoded(x, 3)\n"
        "entry back(x) -> for layer in layers[::-1], k in len(layers) {\n    yield layer.W[0, 0] * real(k)\n}\n"
        "entry steps(z: real[7, 4]) -> for z_t in z { yield layers[0].plain(z_t) }\n"
        "entry every[i in len(layers)](x) -> encoded(x, i)"
    )
    values = dict(m.values)
    h = X
    for number in range(3):
        h = h @ values[f"layers.{number}.W"]
        mean = h.mean(0)
        h = (h - mean) / np.sqrt(h.var(0) + 1e-5)
        if number == 0:
            first = mean
    close(m.f(X), h)
    close(m.values["layers.0.norm.running_mean"], 0.1 * first)
    assert len(m.entry("f").updates) == 6
    assert [len(m.entry(f"every[{count}]").updates) for count in range(3)] == [0, 2, 4]
    close(m.back(X), [values[f"layers.{2 - k}.W"][0, 0] * k for k in range(3)])
    z = np.random.default_rng(2).normal(size=(7, 4))
    close(m.steps(z), z @ values["layers.0.W"])


def test_derivatives_of_models(model: Make) -> None:
    """A function of a model may have a derivative of its own; an instance stands for the tuple of its values."""
    m = model(
        "model Doubled(N) {\n    shared w: real[N] = 3\n    shared v: real = 2\n"
        "    fn f(z) = z\n    derivative f(z) for y, g = 7 * g\n    fn g(z) = f(z * w) * v\n}\n"
        "model a = Doubled(2)\n"
        "entry f(x: real[2]) -> (grad(sum(a.g(x)), x), jvp(sum(a.g(x)), a, a), vjp(a.g(x), a, 1), "
        "jacobian(a.g(x), (a, x)))"
    )
    x = np.array([1.0, 2.0])
    by_x, along, by_w, by_v, rows, column, square = m.f(x)
    close(by_x, [42.0, 42.0])
    close(by_w, 14 * x)
    close(by_v, 3 * x.sum())
    close(along, (14 * x * 3).sum() + 3 * x.sum() * 2)
    close(rows, np.diag(14 * x))
    close(column, 3 * x)
    close(square, np.diag([42.0, 42.0]))
