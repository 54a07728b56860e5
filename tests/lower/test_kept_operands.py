"""Operands of products that loops keep packed: which ones, for how long, and what they compute."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tdsl
from tdsl.driver import Stages
from tdsl.loops.language import Contraction, Loop, walk
from tdsl.schedule.kept_operands import MOST_KEPT
from tdsl.settings import Settings
from tdsl.source import Source

HEAD = """\
dim T, S, B, M
input xs: real[T, B, M]
input us: real[S, M]
input Us: real[T, M, M]
input U: real[M, M]
input V: real[M, M]
input h0: real[B, M]

"""
PROGRAMS = {
    "a matrix at the right": ("for x in xs { state h: real[B, M] = h0; h <- tanh(x + h @ U) }", ["_0"]),
    "a matrix at the left": ("for x in xs { state h: real[M, B] = h0.T; h <- tanh(x.T + U @ h) }", ["0_"]),
    "an element of a sequence": ("for A in Us { state h: real[B, M] = h0; h <- h @ A }", ["__"]),
    "states": ("for x in xs { state A: real[M, M] = U; A <- tanh(A @ A) }", ["__"]),
    "a stack": ("for u in us { state h: real[T, B, M] = xs; h <- tanh(h @ Us + u) }", ["__"]),
    "through both loops": (
        "for x in xs { state h: real[B, M] = h0; h <- for u in us { state g = h; g <- tanh(g @ U + u) } }",
        ["_0"],
    ),
    "through the inner loop": (
        "for A in Us { state h: real[B, M] = h0; h <- for u in us { state g = h; g <- tanh(g @ A + u) } }",
        ["_1"],
    ),
}


def lines(text: str) -> str:
    return text.replace("; ", "\n")


def scheduled(text: str) -> list[object]:
    stages = Stages(Source("p.tdsl", lines(HEAD + text)), Settings(), Path.read_text)
    return list(walk(stages.scheduled.routines[0].statements))


@pytest.mark.parametrize("what", PROGRAMS)
def test_kept(what: str) -> None:
    """Of each operand: the depth of the loop that keeps it."""
    loop, wanted = PROGRAMS[what]
    statements = scheduled(f"entry f(xs, us, Us, U, h0) -> {loop}")
    counters = [statement.counter for statement in statements if isinstance(statement, Loop)]
    products = [statement for statement in statements if isinstance(statement, Contraction)]
    found = [
        "".join(str(counters.index(side.kept.counter)) if side.kept else "_" for side in (product.left, product.right))
        for product in products
    ]
    assert found == wanted


def test_as_many_as_threads_have_memory_for() -> None:
    body = " + ".join(f"tanh(h + {number}) @ (U + {number})" for number in range(MOST_KEPT + 2))
    statements = scheduled(f"entry f(xs, U, h0) -> for x in xs {{ state h: real[B, M] = h0; h <- x + {body} }}")
    numbers = [line.right.kept.number for line in statements if isinstance(line, Contraction) and line.right.kept]
    assert sorted(numbers) == list(range(MOST_KEPT))


def test_values(tmp_path: Path) -> None:
    """The matrix of an inner loop is another one in each step of the outer one; derivatives keep transposes."""
    text = (
        HEAD
        + """
let inner = for A in Us { state h: real[B, M] = h0; h <- for u in us { state g = h; g <- tanh(g @ A + u) } }
let branch = for x in xs { state h: real[B, M] = h0; h <- if x[0, 0] > 0 then tanh(U @ h.T + x.T).T else tanh(h @ V) }
entry found(Us, xs, us, U, V, h0) -> (inner, branch, grad(sum(inner ** 2), Us))
"""
    )
    native = tdsl.compile(lines(text), name="kept_native", out=tmp_path, float=64)
    reference = tdsl.compile(lines(text), name="kept_numpy", out=tmp_path, float=64, target="numpy")
    random = np.random.default_rng(0)
    for steps, inner, batch, size in (3, 2, 20, 70), (4, 3, 2, 3), (2, 2, 33, 40), (1, 1, 150, 33), (2, 0, 1, 17):
        given = [
            random.normal(size=shape) / np.sqrt(size)
            for shape in ((steps, size, size), (steps, batch, size), (inner, size), *[(size, size)] * 2, (batch, size))
        ]
        for _ in range(2):
            flat(native.found(*given), reference.found(*given))


def flat(found: object, wanted: object) -> None:
    if isinstance(wanted, tuple):
        for one, other in zip(found, wanted, strict=True):
            flat(one, other)
    else:
        np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-12)
