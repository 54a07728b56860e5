"""Functions and their first and second derivatives against fifty digits, over the whole range of floats: in the
interpreter, in the NumPy target, and compiled."""

from __future__ import annotations

import itertools
import re
from functools import cache, lru_cache

import numpy as np
import pytest
from mpmath import mp, mpf

from tdsl import resources
from tdsl.ir.attributes import Named
from tdsl.ir.node import OPS, IllTyped, Node, apply
from tdsl.types import DTYPES, Type
from tests.lower.cases import Case

from .exact import FUNCTIONS, LIMITS, Exact
from .ways import Way, checked, slope, ways_of

# The units of rounding that a result may be off by, and those of its operands.
RESULT, OPERAND = 24, 6
WIDTHS = ("f32", "f64")
# Ops whose derivatives are other operations on whole arrays, or choices: test_gradients, test_kinks, test_rows; those
# whose fifty digits take long: test_gamma.
ELSEWHERE = {"select", "if", "cast", "pow", "mod", "polygamma", "gammainc", "gammaincc", "gammainc_slope",
             "gammainc_curve", "gamma_density", "betaln", "beta", "betaln_slope", "polygamma_difference"}  # fmt: skip
ROWS = {"dense", "outer", "dot", "softmax", "log_softmax", "logsumexp", "pick", "categorical_cross_entropy",
        "categorical_cross_entropy_on_logits", "categorical", "dropout", "clip_grad", "scale_grad",
        "layer_norm"}  # fmt: skip


def test_every_elementwise_op_is_here() -> None:
    wanted = {op.name for op in OPS.values() if op.family in ("elementwise", "branch") and op.cotangents} - ELSEWHERE
    found = {node.op.name for text in FUNCTIONS for node in [root_of(text, "f64")[0]]}
    assert wanted <= found
    assert set(LIMITS) == {name for name in wanted if arity(name) == 1}


def arity(name: str) -> int:
    operand = apply("argument", name="x", type=Type(DTYPES["f64"]))
    try:
        OPS[name].infer([operand.type, operand.type])
        return len(OPS[name].cotangents(operand, operand, operand, operand))  # type: ignore[misc]
    except (TypeError, IllTyped):
        return 1


def test_every_function_of_the_library_is_here() -> None:
    texts = [(resources.STANDARD_LIBRARY / f"{name}.tdsl").read_text() for name in ("nn", "special", "prelude")]
    names = {name for text in texts for name in re.findall(r"^fn (\w+)", text, re.M)}
    names = {name for name in names if not re.search(r"conv\d|pool\d", name)}  # tests/check/test_convolution.py
    assert names - ROWS <= {text.partition("(")[0] for text in FUNCTIONS}


def root_of(text: str, dtype: str) -> tuple[Node, list[Node]]:
    """A function as a node over arrays of N, and its operands."""
    names = ("a", "b") if FUNCTIONS[text].arity == 2 else ("x",)
    (root,), operands = checked(text, ", ".join(f"{name}: {dtype}[N]" for name in names), int(dtype[1:]))
    return root, operands


@cache
def case(text: str, dtype: str) -> Case:
    """The value, the first and the second derivatives."""
    root, operands = root_of(text, dtype)
    first = [slope(root, operand) for operand in operands]
    second = [slope(first[i], operands[j]) for i in range(len(operands)) for j in range(i, len(operands))]
    name = re.sub(r"\W+", "_", f"{list(FUNCTIONS).index(text)}_{text}_{dtype}")
    return Case(f"f{name}", (root, *first, *second), tuple(operands))


@pytest.fixture(scope="module")
def ways() -> dict[str, Way]:
    return ways_of([case(text, dtype) for text in FUNCTIONS for dtype in WIDTHS])


def grid(dtype: str, count: int) -> list[float]:
    """Numbers of both signs, from the least to the greatest, and dense where most functions bend."""
    info = np.finfo(DTYPES[dtype].numpy)
    far = np.geomspace(float(info.tiny) * 4, float(info.max) / 4, count)
    near = np.geomspace(1e-3, 60, count)
    special = [0.5, 1, 2, 2.5, 17, 40, 88, 700] if count > 9 else [1, 2, 40]
    sizes = np.asarray([*far, *near, *special]).astype(DTYPES[dtype].numpy)
    return [0.0, *(-sizes).tolist(), *sizes.tolist()]


def points(function: Exact, dtype: str) -> list[tuple[float, ...]]:
    """Operands in the domain; of two operands also equal ones, and neighbours of these."""
    if function.arity == 1:
        return [(x,) for x in [*grid(dtype, 50), 1 - 1e-6, -1 + 1e-6, 1 + 1e-6] if function.domain(rounded(x, dtype))]
    one = grid(dtype, 4)
    pairs = [
        *itertools.product(one, one),
        *itertools.product(one, (0.25, 0.75)),
        *itertools.product((0.25, 0.999), one),
    ]
    near = [(x, x * (1 + step)) for x in one for step in (-1e-3, -3e-7, 3e-7, 1e-3, 0.3)]
    limit = float(np.finfo(DTYPES[dtype].numpy).max)
    return [
        pair for pair in [*pairs, *near] if abs(pair[1]) < limit and function.domain(*(rounded(x, dtype) for x in pair))
    ]


def rounded(x: float, dtype: str) -> float:
    return float(np.dtype(DTYPES[dtype].numpy).type(x))


@lru_cache(maxsize=1)
def exactly(function: Exact, part: int, at: tuple[float, ...]) -> mpf:
    """The last one is kept, as all ways are compared with it."""
    return function.parts[part](*map(mpf, at))


@lru_cache(maxsize=1)
def explained(function: Exact, part: int, at: tuple[float, ...], dtype: str) -> tuple[mpf, mpf]:
    """The size of the terms that cancel in a result, and the error that rounding of the result and of the operands
    explains."""
    exact, right = function.parts[part], exactly(function, part, at)
    operands = [mpf(x) for x in at]
    unit = unit_of(dtype)
    spread = mpf(0)
    for position, operand in enumerate(operands):
        for factor in (1 - 2 * unit, 1 + 2 * unit):
            moved = [*operands[:position], operand * factor, *operands[position + 1 :]]
            if function.domain(*moved):
                spread = max(spread, abs(exact(*moved) - right))
    terms = function.scale(part, *operands)
    return terms, RESULT * unit * (abs(right) + terms) + OPERAND * spread


def unit_of(dtype: str) -> mpf:
    return mpf(float(np.finfo(DTYPES[dtype].numpy).eps)) / 2


def wrong(function: Exact, part: int, at: tuple[float, ...], found: float, dtype: str) -> bool:
    """Whether a result is further off than rounding explains.  A value that does not fit into the dtype may be
    infinite, and one below its least normal number may be 0."""
    info = np.finfo(DTYPES[dtype].numpy)
    right, largest, least = exactly(function, part, at), float(info.max), 4 * float(info.tiny)
    # Most are so close that no more has to be known.
    if np.isfinite(found) and abs(right - mpf(found)) <= RESULT * unit_of(dtype) * abs(right) + least:
        return False
    terms, allowed = explained(function, part, at, dtype)
    if terms > largest / 8:
        return False
    if not np.isfinite(found):
        return abs(right) < largest / 2 or found != (np.inf if right > 0 else -np.inf)
    return abs(right - mpf(found)) > allowed + least


@pytest.mark.parametrize("dtype", WIDTHS)
@pytest.mark.parametrize("text", FUNCTIONS)
def test_function(ways: dict[str, Way], text: str, dtype: str) -> None:
    function, made = FUNCTIONS[text], case(text, dtype)
    at = [tuple(rounded(x, dtype) for x in point) for point in points(function, dtype)]
    values = {
        node.get(Named).name: np.asarray([p[i] for p in at], DTYPES[dtype].numpy) for i, node in enumerate(made.inputs)
    }
    found = {name: way(made, values) for name, way in ways.items()}
    misses = []
    for part, number in itertools.product(range(len(function.parts)), range(len(at))):
        results = {float(found[name][part][number]): name for name in ways}
        for result, name in results.items():
            if wrong(function, part, at[number], result, dtype):
                right = exactly(function, part, at[number])
                misses.append(f"part {part} at {at[number]}, {name}: {result} for {mp.nstr(right, 17)}")
    assert not misses, f"{len(misses)} misses\n" + "\n".join(misses[:20])


@pytest.mark.parametrize("dtype", WIDTHS)
@pytest.mark.parametrize("name", LIMITS)
def test_limits(ways: dict[str, Way], name: str, dtype: str) -> None:
    """At infinities, and of nan."""
    text = "-x" if name == "neg" else f"{name}(x)"
    values = {"x": np.asarray([-np.inf, np.inf, np.nan], DTYPES[dtype].numpy)}
    expected = np.asarray([*LIMITS[name], (np.nan, np.nan)]).T
    for way in ways.values():
        value, first, _ = way(case(text, dtype), values)
        np.testing.assert_allclose(value, expected[0], rtol=1e-6)
        kept = ~np.isnan(expected[1])
        np.testing.assert_allclose(np.asarray(first)[kept], expected[1][kept], rtol=1e-6)


@pytest.mark.parametrize("text", FUNCTIONS)
def test_the_oracle_agrees_with_itself(text: str) -> None:
    """Its derivatives are those of its values, by numeric differentiation where nothing bends sharply."""
    function = FUNCTIONS[text]
    point = (mpf("0.37"),) if function.arity == 1 else (mpf("0.37"), mpf("0.61"))
    if not function.domain(*point):
        point = tuple(x + 1 for x in point)
    orders = [(1,), (2,)] if function.arity == 1 else [(1, 0), (0, 1), (2, 0), (1, 1), (0, 2)]
    for order, derivative in zip(orders, function.parts[1:], strict=True):
        measured = mp.diff(
            function.parts[0], point if len(point) > 1 else point[0], order if len(order) > 1 else order[0]
        )
        assert abs(measured - derivative(*point)) < mpf("1e-9"), order


def test_a_lost_tail_is_noticed() -> None:
    function = FUNCTIONS["sigmoid(x)"]
    assert wrong(function, 1, (40.0,), 0.0, "f64") and wrong(function, 1, (17.0,), 0.0, "f32")
    assert not wrong(function, 1, (800.0,), 0.0, "f64")
    assert wrong(function, 0, (1.0,), float(np.float64(0.7310585786300049 * (1 + 1e-14))), "f64")
