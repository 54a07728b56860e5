"""The exact messages about the origin of NaN and infinities: the first calculation that makes one of finite numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tdsl
from tdsl.driver import generate
from tdsl.emit.bundle import bundle
from tdsl.settings import Settings
from tdsl.source import Source
from tests.modules.programs import state

TEXT = """use std.nn: softmax, dense
use std.optim: adam, sgd
dim N, B
const H = 3
input x: real[N]
input a: real[B, H]
input t: real[B]
shared w: real[H] = 1
shared k: real = 0
fn length(v) = sqrt(sum(v * v))
let root = sqrt(a @ w - t)

entry logs(x) -> switch(x > 5, log(x - 5), x) - log(x)
entry other(x) -> 1 + log(x)
entry slope(x) -> grad(length(x), x)
entry curvature(s: real) -> grad(grad(s ** 1.5, s), s)
entry attend(q: real[N, 2], m: bool[N, N]) -> softmax(switch(m, q @ q.T, -inf))
entry train(a, t) -> mean(root) {
    minimize mean(root) with sgd(0.5)
}
entry grow(x) -> sum(x) {
    k <- k + 1
    w <- w * exp(sum(x))
}
entry sides(x) -> if sum(x) > 0 then sum(log(x)) else sum(log(1 - x))
entry product(a) -> (a * 1e30) @ (a * 1e30).T
entry total(x) -> sum(x)
entry both(x) -> (1 / x[0], log(x))
entry whole(n: int[N]) -> 1 / real(n)
entry tiny(x) -> 1 / (x * 1e-30)
entry long(x) ->
    sum(
        log(
            x))
entry fast(x, lr: real) { minimize sum(k * x) with adam(0.1, 0.9, 1 - lr) }
"""


@cache
def module(target: str) -> Any:
    return tdsl.compile(TEXT, name="where", target=target, nan="refuse")


A = np.ones((4, 3))
CASES: list[tuple[Callable[[Any], object], str]] = [
    (
        lambda m: m.logs([1, 0, 7]),
        """\
where.logs: the result is not finite: result[1] = inf (where.tdsl:13:18)
where.tdsl:13:49: here log(0.0) = -inf at [1]
   |
13 | entry logs(x) -> switch(x > 5, log(x - 5), x) - log(x)
   |                                                 ^^^^^^""",
    ),
    (
        # The same calculation has a place in each entry.
        lambda m: m.other([1, 0, 7]),
        """\
where.other: the result is not finite: result[1] = -inf (where.tdsl:14:19)
where.tdsl:14:23: here log(0.0) = -inf at [1]
   |
14 | entry other(x) -> 1 + log(x)
   |                       ^^^^^^""",
    ),
    (
        lambda m: m.slope([0, 0]),
        """\
where.slope: result 'dcost_dx' is not finite: dcost_dx[0] = nan (where.tdsl:15:19)
where.tdsl:10:25: in the derivative of this, inf * 0.0 = nan at [0]
   |
10 | fn length(v) = sqrt(sum(v * v))
   |                         ^^^^^
where.tdsl:10:16: before that, in the derivative of this, 0.5 / 0.0 = inf
   |
10 | fn length(v) = sqrt(sum(v * v))
   |                ^^^^^^^^^^^^^^^^""",
    ),
    (
        lambda m: m.attend([[1, 2], [3, 4]], [[True, True], [False, False]]),
        """\
where.attend: the result is not finite: result[1, 0] = nan (where.tdsl:17:47)
where.tdsl:17:47: here -inf - -inf = nan at [1, 0]
   |
17 | entry attend(q: real[N, 2], m: bool[N, N]) -> softmax(switch(m, q @ q.T, -inf))
   |                                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
where.tdsl:17:55: before that, here -inf is given
   |
17 | entry attend(q: real[N, 2], m: bool[N, N]) -> softmax(switch(m, q @ q.T, -inf))
   |                                                       ^^^^^^^^^^^^^^^^^^^^^^^^""",
    ),
    (
        lambda m: m.train(A, [1, 2, 3, 6]),
        """\
where.train: the result is not finite: result = nan (where.tdsl:18:22)
where.tdsl:11:12: here sqrt(-3.0) = nan at [3]
   |
11 | let root = sqrt(a @ w - t)
   |            ^^^^^^^^^^^^^^^""",
    ),
    (
        # The cost is finite, its derivative is not.
        lambda m: m.train(A, [1, 2, 3, 0]),
        """\
where.train: the new value of 'w' is not finite: w[0] = -inf (where.tdsl:8)
where.tdsl:11:12: in the derivative of this, 0.125 / 0.0 = inf at [2]
   |
11 | let root = sqrt(a @ w - t)
   |            ^^^^^^^^^^^^^^^""",
    ),
    (
        lambda m: m.fit(A, [3, 3, 3, 3], entry="train", batch_size=2),
        """\
where.train: the new value of 'w' is not finite: w[0] = -inf (where.tdsl:8)
where.tdsl:11:12: in the derivative of this, 0.25 / 0.0 = inf at [0]
   |
11 | let root = sqrt(a @ w - t)
   |            ^^^^^^^^^^^^^^^""",
    ),
    (
        # The place of a library's rule is that of its use.
        lambda m: m.fast([1], -1),
        """\
where.fast: the new value of 'k' is not finite: k = nan (where.tdsl:9)
where.tdsl:35:27: here sqrt(-1.0) = nan
   |
35 | entry fast(x, lr: real) { minimize sum(k * x) with adam(0.1, 0.9, 1 - lr) }
   |                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^""",
    ),
    (
        lambda m: m.grow([80, 20]),
        """\
where.grow: the new value of 'w' is not finite: w[0] = inf (where.tdsl:8)
where.tdsl:23:14: here exp(100.0) = inf
   |
23 |     w <- w * exp(sum(x))
   |              ^^^^^^^^^^^""",
    ),
    (
        lambda m: m.sides([1, 2, -1]),
        """\
where.sides: the result is not finite: result = nan (where.tdsl:25:19)
where.tdsl:25:42: here log(-1.0) = nan at [2]
   |
25 | entry sides(x) -> if sum(x) > 0 then sum(log(x)) else sum(log(1 - x))
   |                                          ^^^^^^""",
    ),
    (
        lambda m: m.sides([-4, 1, 1]),
        """\
where.sides: the result is not finite: result = -inf (where.tdsl:25:19)
where.tdsl:25:59: here log1p(-1.0) = -inf at [1]
   |
25 | entry sides(x) -> if sum(x) > 0 then sum(log(x)) else sum(log(1 - x))
   |                                                           ^^^^^^^^^^""",
    ),
    (
        lambda m: m.product([[1, -2, 3]]),
        """\
where.product: the result is not finite: result[0, 0] = inf (where.tdsl:26:21)
where.tdsl:26:21: here matmul of values up to 3.0000002e+30 and 3.0000002e+30 = inf at [0, 0]
   |
26 | entry product(a) -> (a * 1e30) @ (a * 1e30).T
   |                     ^^^^^^^^^^^^^^^^^^^^^^^^^""",
    ),
    (
        lambda m: m.total([3e38, 1, -2, 3e38]),
        """\
where.total: the result is not finite: result = inf (where.tdsl:27:19)
where.tdsl:27:19: here sum of values up to 3e+38 = inf
   |
27 | entry total(x) -> sum(x)
   |                   ^^^^^^""",
    ),
    (
        # The first result that is not finite, not the first calculation of the entry.
        lambda m: m.both([2, 0]),
        """\
where.both: result 2 is not finite: result 2[1] = -inf (where.tdsl:28:29)
where.tdsl:28:29: here log(0.0) = -inf at [1]
   |
28 | entry both(x) -> (1 / x[0], log(x))
   |                             ^^^^^^""",
    ),
    (
        lambda m: m.whole([1, 0]),
        """\
where.whole: the result is not finite: result[1] = inf (where.tdsl:29:27)
where.tdsl:29:27: here 1.0 / 0.0 = inf at [1]
   |
29 | entry whole(n: int[N]) -> 1 / real(n)
   |                           ^^^^^^^^^^^""",
    ),
    (
        lambda m: m.long([1, -1]),
        """\
where.long: the result is not finite: result = nan (where.tdsl:32:5)
where.tdsl:33:9: here log(-1.0) = nan at [1]
   |
33 |         log(
   |         ^^^^""",
    ),
]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_the_first_calculation_is_reported(target: str, number: int) -> None:
    call, words = CASES[number]
    model = module(target).Model()
    before = state(model)
    with pytest.raises(FloatingPointError) as caught:
        call(model)
    assert str(caught.value) == words
    assert state(model) == before
    assert model.other([1]) == 1


PASSED_ON = {
    "broadcast": "broadcast(log(x[0] - 1), (2, 3))",
    "columns": "log(x[:, new]) + x",
    "transpose": "outer(log(x), x).T",
    "reshape": "reshape(log(x), (2, 3))",
    "slice": "log(x)[1:5]",
    "backwards": "log(x)[4::-2]",
    "place": "place(log(x), 20, 2, 3)",
    "windows": "windows(log(x), 3, 2)",
    "overlap_add": "overlap_add(windows(log(x), 3), 6)",
    "pad": "pad(log(x), 1, 2, 5)",
    "positions": "log(x)[p]",
    "gathered_rows": "gather(outer(log(x), x), p, 1)",
    "scatter": "scatter(log(x), p, 0, 7)",
    "stack": "[x, log(x)]",
    "matmul": "outer(x, x) @ log(x)",
    "batched": "reshape(outer(x, log(x)), (3, 2, 6)) @ reshape(outer(x, x), (3, 6, 2))",
    "sum": "sum(outer(x, log(x)), axis=1)",
    "prod": "prod(log(x))",
    "norm": "norm(log(x))",
    "max": "max(log(x))",
    "min": "min(outer(x, log(x)), axis=0)",
    "prod_others": "prod_others(log(x))",
    "mean": "mean(log(x)) * x",
    "elementwise": "-atan2(tanh(log(x)), x) ** 2 % 3",
    "cast": "f64(log(x))",
    "conditional": "if x[0] > 0 then log(x) else x",
    "choice": "switch(x > 100, x, log(x))",
    "largest": "maximum(log(x), x)",
}


@pytest.fixture(scope="module", params=("cpp", "numpy"))
def passing(request: pytest.FixtureRequest) -> Any:
    lines = [f"entry {name}(x: real[6], p: int[6]) -> {text}" for name, text in PASSED_ON.items()]
    return tdsl.compile("\n".join(lines), name="passing", target=request.param, nan="refuse")


@pytest.mark.parametrize("name", PASSED_ON)
def test_calculations_that_pass_a_nan_on_are_not_reported(passing: Any, name: str) -> None:
    with pytest.raises(FloatingPointError) as caught:
        getattr(passing, name)([1, 2, 3, 4, -5, 6] if name != "broadcast" else [0, 1, 1, 1, 1, 1], [0, 4, 1, 4, 2, 5])
    lines = str(caught.value).split("\n")
    assert len(lines) == 5
    at = "" if name == "broadcast" else " at [4, 0]" if name == "columns" else " at [4]"
    text = "log(-1.0)" if name == "broadcast" else "log(-5.0)"
    assert lines[1].endswith(f": here {text} = nan{at}")
    line = list(PASSED_ON).index(name) + 1
    start = lines[3].index("log(") - lines[3].index("entry") + 1
    assert lines[1].startswith(f"passing.tdsl:{line}:{start}: ")


def test_first_values(target: str) -> None:
    text = "shared a: real[3] = normal(0, 1)\nshared b: real[3] = sqrt(a - 10)\nentry f() -> b\n"
    with pytest.raises(FloatingPointError) as caught:
        tdsl.compile(text, name="first", target=target, nan="refuse").Model()
    lines = str(caught.value).split("\n")
    assert lines[0] == "first.initialise: the new value of 'b' is not finite: b[0] = nan (first.tdsl:2)"
    assert re.fullmatch(r"first.tdsl:2:21: here sqrt\(-\d+\.\d+\) = nan at \[0\]", lines[1])


def test_subnormals_count_as_they_do_in_kernels() -> None:
    text = "entry f(x: real) -> x * 1e-30 / (x * 1e-30)\n"
    flushed = tdsl.compile(text, name="flushed", nan="refuse")
    with pytest.raises(FloatingPointError, match=r"here 0\.0 / 0\.0 = nan"):
        flushed.f(1e-10)
    assert tdsl.compile(text, name="kept", nan="refuse", subnormals="keep").f(1e-10) == 1


def test_the_origin_is_unknown_if_numpy_finds_none() -> None:
    """Kernels round elsewhere, and add up in another order: a value that just overflows in one need not in the
    other."""
    entry = tdsl.compile("entry f(x: real) -> log(x)\n", name="orders", target="numpy", nan="refuse").f
    space: dict[str, Any] = {}
    exec(bundle(), space)
    array = np.array(np.inf, "f")
    call = ([np.array(2, "f")], [], [])
    text = space["refusal"](entry._module, entry._entry, "result", 0, array, call)
    assert text == (
        "orders.f: the result is not finite: result = inf (orders.tdsl:1:21)\n"
        "where that arose is not known: as NumPy computes it, all is finite"
    )


def test_the_search_keeps_to_the_limit_of_memory(target: str) -> None:
    text = "dim N\nentry f(x: real[N]) -> sum(exp(x) * exp(-x) * log(x))\n"
    tight = tdsl.compile(text, name="tight", target=target, nan="refuse", memory_limit=1)
    with pytest.raises(FloatingPointError, match=r"here log\(-1.0\) = nan at \[0\]"):
        tight.f([-1])
    if target == "cpp":  # the other computes with as much memory
        with pytest.raises(FloatingPointError, match="finding it needs more memory than the limit"):
            tight.f(np.full(200_000, -1, "f"))


def test_nothing_is_carried_where_nothing_is_refused(target: str) -> None:
    def read(path: Path) -> str:
        return path.read_text()

    source = Source("small.tdsl", "entry f(x: real) -> log(x)\n")
    units = [generate(source, Settings(target=target, nan=nan), read).unit.text for nan in ("allow", "refuse")]
    assert len(units[0]) + 300 < len(units[1])


WITHIN = """dim T, N

model Layer(K) {
    shared gain: real[K] = 1
    fn of(x) = log(x * gain)
}
model layers[i in 2] = Layer(3)

entry deep(x: real[N, 3]) -> layers[1].of(layers[0].of(x))
entry stepping(s: real[T], start: real) -> last {
    let last, all = for s_t in s {
        state h = start
        let inner = for k in 3 {
            state g = h
            g <- g / s_t
        }
        h <- inner - 1
        yield inner
    }
}
entry slope(s: real[T]) -> grad(sum(all), s) {
    let all = for s_t in s { yield sqrt(s_t) }
}
"""


@pytest.mark.parametrize("target", ["numpy", "cpp", "debug"])
def test_steps_of_loops_and_instances_of_models_are_named(target: str) -> None:
    settings: dict[str, Any] = {"mode": "debug"} if target == "debug" else {"nan": "refuse", "target": target, "opt": 0}
    model = tdsl.compile(WITHIN, name="within", **settings).Model(seed=0)
    calls: list[tuple[Callable[[], object], str]] = [
        (
            lambda: model.deep(np.float32([[2, 3, 4], [2, 0.5, 4]])),
            "within.tdsl:5:16: here log(-0.6931472) = nan at [1, 1], in layers[1]",
        ),
        (
            lambda: model.stepping(np.float32([2, 0, 3]), 9),
            "within.tdsl:15:18: here 0.125 / 0.0 = inf, in step 1, in step 0 of the loop within",
        ),
        (
            lambda: model.slope(np.float32([1, 4, 0, 9])),
            "within.tdsl:22:15: in the derivative of this, 0.5 / 0.0 = inf, in step 2",
        ),
    ]
    for call, line in calls:
        with pytest.raises(FloatingPointError) as raised:
            call()
        assert line in str(raised.value)
