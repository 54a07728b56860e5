"""`given x = e` and inputs with values: an entry with other values in the place of its file's inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tdsl.check import Options, analyse
from tdsl.ir.node import topological
from tdsl.source import Source
from tdsl.syntax import nodes as syntax
from tdsl.syntax.parse import parse
from tests.check.conftest import read

Make = Callable[..., Any]
TEXT = """
use std.optim: sgd
dim B
input x: real[B, 2]
input y: real[B]
input training: bool = false
input scale: real = 2
state data: real[6, 2] = uniform(0, 1)
state labels: real[6] = uniform(0, 1)
shared w: real[2] = 1
fn noisy(h) = if training then h * 3 else h
fn predicted(x) = noisy(x @ w) * scale
let z = predicted(x)
let rest, count = (z[1:], B)
cost C = mean((z - y) ** 2, axis=B)

entry train(k: int) -> (C, B, count) {
    let rows = 2 * k + arange(2)
    given x = data[rows]
    given y = labels[rows]
    given training = true
    minimize C with sgd(0.1)
}
entry test(x) -> (z, rest)
entry flagged(x, training) -> z
entry scaled(x, y, scale) -> (C, grad(C, scale))
entry half(x) -> (C, grad(C, x)) { given y = 0.5 * x[:, 0] }
entry known(x) -> z { given scale = 4 }
entry raw(raw: real[B, 2], y) -> (C, grad(C, raw), grad(C, x)) { given x = raw ** 2 }
entry three(y) -> C { given x = data[:3] }
entry sized(dim B) -> z { given x = data[:4] }
entry weights(y) -> C {
    given x = [w, 2 * w]
    minimize C with sgd(0.5)
}
entry chained(x) -> C {
    given training = true
    let scaled = 2 * z
    given y = scaled
}
entry other(v: real[B, 2]) -> predicted(v)
entry calls(x) -> (predicted(x), predicted(x[:1])) { given scale = 1 }
"""


def predicted(x: Any, w: Any, scale: float = 2) -> Any:
    return x @ w * scale


@pytest.fixture
def given(model: Make) -> Any:
    return model(TEXT)


def near(found: Any, wanted: Any) -> None:
    np.testing.assert_allclose(found, wanted, rtol=1e-13)


def test_rows_of_data_kept_between_calls(given: Any) -> None:
    data, labels, w = (given.values[name].copy() for name in ("data", "labels", "w"))
    for k in (0, 2):
        rows = slice(2 * k, 2 * k + 2)
        z = predicted(data[rows], w, 6)
        cost, size, count = given.train(k)
        near(cost, np.mean((z - labels[rows]) ** 2))
        assert size == count == 2
        w = w - 0.1 * 2 * 6 * (z - labels[rows]) @ data[rows] / 2
        near(given.values["w"], w)


def test_an_input_has_its_value_unless_it_is_listed_or_given(given: Any) -> None:
    x, w, y = np.array([[1.0, 2], [3, 4]]), given.values["w"], np.array([1.0, -1])
    z = predicted(x, w)
    near(given.test(x)[0], z)
    near(given.test(x)[1], z[1:])
    near(given.flagged(x), z)
    near(given.flagged(x, True), 3 * z)
    near(given.known(x), 2 * z)
    near(given.other(x), z)
    cost, slope = given.scaled(x, y, 5.0)
    near(cost, np.mean((2.5 * z - y) ** 2))
    near(slope, np.mean((2.5 * z - y) * z))
    near(given.scaled(x, y)[0], np.mean((z - y) ** 2))
    assert [parameter.default for parameter in given.entry("scaled").parameters] == [None, None, 2.0]


def test_derivatives_pass_through_given_values(given: Any) -> None:
    x, w, y = np.array([[1.0, 2], [3, 4]]), given.values["w"], np.array([1.0, -1])
    z = predicted(x, w)
    cost, slope = given.half(x)
    error = z - 0.5 * x[:, 0]
    near(cost, np.mean(error**2))
    near(slope, error[:, None] * (2 * w - [0.5, 0]))
    error = predicted(x**2, w) - y
    cost, by_raw, by_x = given.raw(x, y)
    near(cost, np.mean(error**2))
    near(by_x, error[:, None] * 2 * w)
    near(by_raw, error[:, None] * 2 * w * 2 * x)
    w = w.copy()
    v = np.array([w, 2 * w])
    error = predicted(v, w) - y
    given.weights(y)
    near(given.values["w"], w - 0.5 * (error[0] * 4 * w + error[1] * 8 * w))


def test_given_values_bind_dims(given: Any) -> None:
    data, w = given.values["data"], given.values["w"]
    near(given.three([1, 1, 1]), np.mean((predicted(data[:3], w) - 1) ** 2))
    assert [str(parameter.node.type) for parameter in given.entry("three").parameters] == ["f64[3]"]
    near(given.sized(4), predicted(data[:4], w))
    assert [str(parameter.size) for parameter in given.entry("sized").parameters] == ["4"]
    with pytest.raises(AssertionError):
        given.sized(5)


def test_a_given_value_is_made_of_others(given: Any) -> None:
    x, w = np.array([[1.0, 2], [3, 4]]), given.values["w"]
    near(given.chained(x), np.mean((3 * predicted(x, w)) ** 2))


def test_functions_keep_their_sizes(given: Any) -> None:
    x, w = np.array([[1.0, 2], [3, 4]]), given.values["w"]
    whole, first = given.calls(x)
    near(whole, predicted(x, w, 1))
    near(first, predicted(x[:1], w, 1))


def test_a_known_value_chooses_while_compiling(given: Any) -> None:
    for name in ("train", "test", "known", "chained"):
        assert all(node.op.name != "if" for node in topological(given.entry(name).roots()))
    assert any(node.op.name == "if" for node in topological(given.entry("flagged").roots()))


def test_dims_in_the_types_of_functions_stay_any_size(model: Make) -> None:
    text = """
    dim B, K
    input x: real[B, 3]
    state data: real[4, 3] = 1
    fn total(z: real[B, K], more: real[B]) = sum(z) + sum(more) + B * K
    fn rows() = zeros(B)
    let all = total(x, x[:, 0])
    entry f(v: real[K, 2]) -> (all, total(v, v[:, 0]), B, rows(), size(B)) { given x = data }
    """
    m = model(text)
    total, other, size, rows, same = m.f(np.ones((5, 2)))
    assert (total, other, size, same) == (12 + 4 + 12, 10 + 5 + 10, 4, 4) and rows.shape == (4,)


def test_the_file_keeps_the_types_of_its_own(model: Make) -> None:
    text = """
    dim B
    input x: real[B]
    state data: real[4] = 1
    let z = 2 * x
    entry f(x) -> z
    entry g() -> z { given x = data }
    """
    found = analyse(parse(Source("t.tdsl", text)), Options(), read, "t")
    (let,) = (item for item in found.file.items if isinstance(item, syntax.Let))
    assert found.describe(let.value) == "real[B]"
