"""Debug mode finds mistakes of the compiler itself: kernels and rewrites that are broken on purpose, each with the
place in the program; a sound module gives what it gives without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

import tdsl
from tdsl.build.cache import Cache
from tdsl.clock import Clock
from tdsl.compilation import compile_source
from tdsl.driver import show
from tdsl.emit.cpp import emit_cpp
from tdsl.emit.unit import Unit
from tdsl.ir.node import Node, apply
from tdsl.ir.program import Program
from tdsl.ir.rewrite import rewrite
from tdsl.passes import PASSES
from tdsl.settings import Settings
from tdsl.source import Source

KERNELS = """dim N

entry sign(x: real[N]) -> h { let h = x - 1 }
entry tail(x: real[N]) -> h { let h = exp(x) }
entry term(x: real[N]) -> s { let s = sum(x) }
entry transposed(a: real[3, 3], b: real[3, 3]) -> h { let h = a @ b }
entry unwritten(x: real[N]) -> h { let h = sqrt(x) }
entry writing(x: real[N]) -> h { let h = x * 2 }
entry racing(x: real[N]) -> h { let h = cos(x) }
entry stepping(x: real[N, 2], h0: real[2]) -> h {
    let h = for x_t in x {
        state h = h0
        h <- tanh(h + x_t)
    }
}
entry chosen(x: real[N], k: int) -> h { let h = if k > 0 then sin(x) else x * 3 }
entry late(x: real[N]) -> (h, g) {
    let h = log1p(x)
    let g = abs(x)
}
entry counted(x: int[N]) -> h { let h = x * 2 + 1 }
"""
# Pieces of the generated C++, each in one kernel or routine, and the mistakes that take their places.
MISTAKES = {
    "p0[i0] - 1.0f": "p0[i0] + 1.0f",
    "void map_exp(int64_t n0, const float *p0, float *p1) {\n    tdsl::map({n0}": (
        "void map_exp(int64_t n0, const float *p0, float *p1) {\n    tdsl::map({n0 & -8}"
    ),
    "({1}, {n0}, p0": "({1}, {n0 - 1}, p0",
    "{b, 3, 1}": "{b, 1, 3}",
    "void map_sqrt(int64_t n0, const float *p0, float *p1) {\n    tdsl::map({n0}": (
        "void map_sqrt(int64_t n0, const float *p0, float *p1) {\n    tdsl::map({n0 - 1}"
    ),
    "p1[i0] = p0[i0] * 2.0f;": "p1[i0] = p0[i0] * 2.0f; if (i0 == 3) const_cast<float *>(p0)[i0] = 7;",
    "p1[i0] = tdsl::cos(p0[i0]);": (
        "static int64_t turns = 0; p1[i0] = tdsl::cos(p0[i0]) + 1e-6f * float(turns); turns += i0 == 5;"
    ),
    "x + 2 * step": "x + 2 * (step ^ 1)",
    "p1[i0] = p0[i0] * 3.0f;": "p1[i0] = p0[i0] * 3.0f + 1e-4f;",
    "tdsl::probe(call, 1, {}, g": "h[2] = 9; tdsl::probe(call, 1, {}, g",
    "tdsl::add(p0[i0], int64_t{1})": "tdsl::add(p0[i0], int64_t{i0 == 4})",
}
OURS = "this is a mistake of tdsl, not of the program: please report it with the program; the call changed nothing"
X = np.linspace(0.5, 1.5, 11, dtype=np.float32)
A, B = np.float32([[1, 2, 3], [4, 5, 6], [7, 8, 9]]), np.float32([[1, 0, 2], [0, 1, 0], [3, 0, 1]])


def compiled(text: str, name: str, **settings: Any) -> Any:
    return tdsl.compile(text, name=name, mode="debug", **settings)


@pytest.fixture(scope="module")
def broken() -> Any:
    """The module with all mistakes."""

    def emitted(*given: Any) -> Unit:
        unit = emit_cpp(*given)
        text = unit.text
        for old, new in MISTAKES.items():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        return Unit(text, unit.calls, unit.parts, unit.device)

    with patch("tdsl.driver.stages.emit_cpp", emitted):
        return compiled(KERNELS, "broken")


FAILURES = [
    (
        "sign",
        (X,),
        "the compiled code computes h[0] = 1.5, NumPy computes -0.5 from the same operands",
        "3:39",
        "x - 1",
    ),
    ("tail", (X,), "the compiled code does not write h[8]", "4:39", "exp(x)"),
    ("term", (X,), "the compiled code computes s = 9.5, NumPy computes 11.0 from the same operands", "5:39", "sum(x)"),
    (
        "transposed",
        (A, B),
        "the compiled code computes h[0, 0] = 7.0, NumPy computes 10.0 from the same operands",
        "6:63",
        "a @ b",
    ),
    ("unwritten", (X,), "the compiled code does not write h[10]", "7:44", "sqrt(x)"),
    (
        "racing",
        (X,),
        "two runs of this call differ, or read memory that nothing was written to: h[0] = ",
        "9:41",
        "cos(x)",
    ),
    (
        "stepping",
        (np.float32([[0, 1], [2, 3]]), np.float32([0, 0])),
        "the compiled code computes add[0] = 2.0, NumPy computes 0.0 from the same operands",
        "13:19",
        "state + x_step, in step 0",
    ),
    (
        "chosen",
        (X, 0),
        "the compiled code computes h[0] = 1.5001, NumPy computes 1.5 from the same operands",
        "16:75",
        "x * 3",
    ),
    ("late", (X,), "at the end of the call h[2] is 9.0, before it was 0.5306282", "17:28", ""),
    (
        "counted",
        (np.arange(9),),
        "the compiled code computes h[0] = 0, NumPy computes 1 from the same operands",
        "",
        "mul + 1",
    ),
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure[0])
def test_a_broken_kernel_is_found(broken: Any, failure: tuple[str, tuple[Any, ...], str, str, str]) -> None:
    entry, arguments, problem, place, expression = failure
    with pytest.raises(RuntimeError) as raised:
        getattr(broken, entry)(*arguments)
    first, second, *rest = str(raised.value).split("\n")
    assert first.startswith(f"broken.{entry}: {problem}")
    assert place in second and expression in second
    assert rest[-1] == OURS


def test_the_message_shows_the_place(broken: Any) -> None:
    with pytest.raises(RuntimeError) as raised:
        broken.sign(X)
    assert (
        str(raised.value)
        == f"""broken.sign: the compiled code computes h[0] = 1.5, NumPy computes -0.5 from the same operands
broken.tdsl:3:39: in h = x - 1
  |
3 | entry sign(x: real[N]) -> h {{ let h = x - 1 }}
  |                                       ^^^^^
{OURS}"""
    )


def test_a_write_to_an_argument_is_found_and_undone(broken: Any) -> None:
    x = X.copy()
    with pytest.raises(RuntimeError) as raised:
        broken.writing(x)
    expected = "broken.writing: the compiled code writes to argument 'x': x[3] was 0.8"
    assert str(raised.value).startswith(expected) and str(raised.value).endswith(f" and became 7.0\n{OURS}")
    np.testing.assert_array_equal(x, X)


def test_results_of_the_caller_stay(broken: Any) -> None:
    out = np.full_like(X, 5)
    with pytest.raises(RuntimeError):
        broken.sign(X, out=out)
    assert (out == 5).all()


REWRITTEN = """dim N
entry difference(x: real[N], y: real[N]) -> h { let h = x - y }
entry likely(x: real[N]) -> h { let h = log(sigmoid(x)) }
"""


def _wrong(node: Node) -> Node:
    """x - y → y - x and log(sigmoid(x)) → softplus(x)."""
    if node.op.name == "sub" and node.operands[1].op.name == "argument":
        return node.operands[1] - node.operands[0]
    if node.op.name == "log" and node.operands[0].op.name == "sigmoid":
        return apply("softplus", *node.operands[0].operands)
    return node


def wrong(program: Program) -> Program:
    return rewrite(program, _wrong)


@pytest.fixture(scope="module")
def rewritten() -> Any:
    with patch("tdsl.passes.PASSES", (wrong, *PASSES)):
        return compiled(REWRITTEN, "rewritten")


@pytest.mark.parametrize(
    ("entry", "arguments", "problem"),
    [
        ("difference", (X, X + 1), "h[0] = 1.0, the program as written -1.0"),
        ("likely", (X,), "h[0] = 0.974077, the program as written -0.474077"),
    ],
)
def test_a_wrong_rewrite_is_found(rewritten: Any, entry: str, arguments: tuple[Any, ...], problem: str) -> None:
    with pytest.raises(RuntimeError) as raised:
        getattr(rewritten, entry)(*arguments)
    found = str(raised.value)
    assert found.startswith(f"rewritten.{entry}: the optimised program computes {problem}")
    assert re.search(r"\nrewritten\.tdsl:[23]:\d+: in h = ", found) and found.endswith(OURS)


SOUND = """use std.optim: sgd

dim B, N, T

model Layer(K, M) {
    shared W: real[K, M] = uniform(-1, 1)
    shared b: real[M] = 0
    fn of(x) = tanh(x @ W + b)
}
model first = Layer(3, 4)
shared v: real[4] = 1
state calls: int = 0

input x: real[B, 3]
input t: real[B]

let y = first.of(x) @ v
cost C = mean((y - t) ** 2)

entry train(x, t) -> C {
    minimize C with sgd(0.1)
    calls <- calls + 1
}
entry several(x, k: int) -> (sort(x, axis=0), argmax(x, axis=1), sum(x) / real(B), x[k], x.T @ x)
entry noisy(x) -> x + normal(0, 1, (B, 3))
entry nested(s: real[T, N, 4]) -> (last, all) {
    let last, all = for s_t in s {
        state h = v
        let g = for s_n in s_t {
            state g = h
            g <- if sum(g) > 2 then g / 2 else g + sigmoid(s_n)
        }
        h <- g * 0.9
        yield exp(-h)
    }
}
entry slope(s: real[T, 4]) -> grad(sum(end), s) {
    let end = for s_t in s {
        state h = v
        h <- tanh(h * s_t)
    }
}
entry solved(a: real[N, N], u: real[N]) -> (solve(a, u), log(abs(det(a))), cumsum(u, 0))
entry halved(n: int) -> (rest, all) {
    let rest, all = for t in 20 {
        state h = real(n)
        let next = h / 2
        h <- next
        yield next
        until next < 1
    }
}
entry stable(u: real[N]) -> log(1 - sigmoid(u))
"""


@pytest.fixture(scope="module", params=[32, 64])
def both(request: pytest.FixtureRequest) -> Iterator[tuple[Any, Any]]:
    width: int = request.param
    yield (
        compiled(SOUND, f"sound{width}", float=width),
        tdsl.compile(SOUND, name=f"plain{width}", target="numpy", float=width),
    )


def test_sound_modules_pass(both: tuple[Any, Any]) -> None:
    random = np.random.default_rng(3)
    x, t = random.normal(size=(7, 3)), random.normal(size=7)
    calls: dict[str, tuple[Any, ...]] = {
        "train": (x, t),
        "several": (x, 2),
        "noisy": (x,),
        "nested": (random.normal(size=(4, 3, 4)),),
        "slope": (random.normal(size=(5, 4)),),
        "solved": (random.normal(size=(4, 4)) + 4 * np.eye(4), random.normal(size=4)),
        "halved": (5,),
        "stable": (np.array([40.0, 0, -3]),),
    }
    models = [module.Model(seed=1) for module in both]
    for name, arguments in calls.items():
        found, expected = (getattr(model, name)(*arguments) for model in models)
        for one, other in zip(_flat(found), _flat(expected), strict=True):
            np.testing.assert_allclose(one, other, rtol=3e-4, atol=1e-5)
    histories = [model.fit(x, t, epochs=2, batch_size=3, seed=0) for model in models]
    np.testing.assert_allclose(*histories, rtol=1e-4)
    assert models[0].calls == models[1].calls == 7


def _flat(value: Any) -> list[Any]:
    return [part for item in value for part in _flat(item)] if isinstance(value, tuple) else [value]


def test_probes_are_shown_and_in_no_other_mode() -> None:
    source = Source("broken.tdsl", KERNELS)
    debug, others = Settings(mode="debug", nan="refuse"), (Settings(), Settings(mode="fast-compile"))
    loops = show(source, debug, Path.read_text, "scheduled")
    assert "    probe 0: h\n" in loops and "        probe 1: add, step.0\n" in loops
    assert "tdsl::probe(" in show(source, debug, Path.read_text, "cpp")
    for settings in others:
        assert "probe" not in show(source, settings, Path.read_text, "scheduled")
        assert "tdsl::probe" not in show(source, settings, Path.read_text, "cpp")


def test_c_libraries_have_no_debug_mode(tmp_path: Path) -> None:
    source, settings = Source("line.tdsl", KERNELS), Settings(mode="debug", nan="refuse")
    with pytest.raises(tdsl.UserError, match="a C library has no debug mode"):
        compile_source(source, settings, Cache.of(Settings(cache_dir=str(tmp_path))), Clock(), is_library=True)


def test_processes_that_train_together() -> None:
    """The function doubles derivatives and their weight, as that of two equal processes."""
    model = compiled(SOUND, "together", data_parallel=True).Model(seed=1)
    alone = tdsl.compile(SOUND, name="plain32", target="numpy", float=32).Model(seed=1)
    model.set_allreduce(lambda numbers: np.multiply(numbers, 2, out=numbers))
    random = np.random.default_rng(3)
    x, t = (random.normal(size=(7, 3)), random.normal(size=7))
    np.testing.assert_allclose(model.train(x, t), alone.train(x, t), rtol=1e-4)
    np.testing.assert_allclose(model.v, alone.v, rtol=1e-4)


def test_fast_compile_gives_the_same() -> None:
    modules = [
        tdsl.compile(SOUND, name=f"mode{opt}", mode=mode) for opt, mode in ((3, "fast-run"), (0, "fast-compile"))
    ]
    assert [module.build_info()["mode"] for module in modules] == ["fast-run", "fast-compile"]
    random = np.random.default_rng(3)
    x, t = (random.normal(size=(7, 3)), random.normal(size=7))
    models = [module.Model(seed=1) for module in modules]
    np.testing.assert_allclose(*(model.fit(x, t, epochs=2, batch_size=3, seed=0) for model in models), rtol=1e-5)
