"""Three small modules by hand: one description each, kernels in NumPy here and in C++ in `kernels.cpp`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tdsl.describe.table import (
    ArgumentTable,
    EntryTable,
    Extent,
    ModuleTable,
    RequirementTable,
    ResultTable,
    SiteTable,
    VariableTable,
    extent,
    formula_table,
)
from tdsl.options import BuildOptions
from tdsl.types import Dim

DIMS = {"B": 0, "N": 1}


def size(text: int | str) -> Dim:
    found = eval(str(text), {name: Dim.symbol(name) for name in DIMS})
    return found if isinstance(found, Dim) else Dim.of(found)


def shaped(sizes: tuple[int | str, ...]) -> tuple[Extent, ...]:
    return tuple(extent(size(one), DIMS) for one in sizes)


def argument(name: str, dtype: str, *shape: int | str, default: float | None = None, line: int = 1) -> ArgumentTable:
    value = default or 0
    return ArgumentTable(
        name, "", f"demo.tdsl:{line}", dtype, shaped(shape), default is not None, float(value), int(value)
    )


def result(
    name: str, dtype: str, *shape: int | str, role: str = "return", text: str = "", statement: int = 0
) -> ResultTable:
    return ResultTable(role, statement, name, text, "demo.tdsl:40:5", dtype, shaped(shape))


def entry(
    name: str,
    arguments: list[ArgumentTable],
    results: list[ResultTable],
    updates: list[int] | None = None,
    needs: tuple[RequirementTable, ...] = (),
    memory: str = "0",
) -> EntryTable:
    return EntryTable(
        name,
        f"What {name} does.",
        "demo.tdsl:20",
        tuple(arguments),
        tuple(results),
        "",
        (),
        tuple(updates or ()),
        needs,
        formula_table(size(memory), DIMS),
        formula_table(size("B + N"), DIMS),
    )


def variable(name: str, kind: str, dtype: str, *shape: int, line: int = 5) -> VariableTable:
    return VariableTable(name, f"{name} itself", f"demo.tdsl:{line}", kind, dtype, shape)


def module(
    name: str, entries: list[EntryTable], variables: list[VariableTable], refuse_nan: bool = False
) -> ModuleTable:
    start = entry("initialise", [argument("seed", "i64")], [], list(range(len(variables))))
    return ModuleTable(
        name,
        f"The module {name}.",
        "demo.tdsl",
        '{"target": "test", "source_hash": "abc123"}',
        "",
        BuildOptions(refuse_nan=refuse_nan, flush_subnormals=False),
        tuple(DIMS),
        tuple(variables),
        tuple(entries),
        start if variables else None,
        (SiteTable("index", "demo.tdsl:50:9", "b[i]"), SiteTable("division", "demo.tdsl:51:9", "n // d")),
    )


AT_LEAST_3 = RequirementTable(size("B - 3"), "B >= 3", "d[0] - 3", "demo.tdsl:30")
_data = [argument("x", "f32", "B", 2, line=9), argument("t", "f32", "B", 3, line=10)]

AFFINE = module(
    "affine",
    [
        entry("predict", [_data[0]], [result("y", "f32", "B", 3)]),
        entry("train", [*_data, argument("lr", "f32", default=0.1, line=11)], [result("C", "f32")], [0, 1, 2, 3]),
        entry("both", _data, [result("C", "f32"), result("y", "f32", "B", 3)]),
        entry("count", [], [], [2]),
        entry(
            "guarded",
            [argument("s", "f32")],
            [
                result("", "f32", role="print", text="s ="),
                result("", "f32", 3, role="print", text="b ="),
                result("", "bool", role="assert", text="s > 0"),
                result("twice", "f32"),
            ],
            [2],
        ),
        entry("pick", [argument("i", "i64")], [result("", "f32")], [2]),
        entry("divide", [argument("n", "i64"), argument("d", "i64")], [result("", "i64")], [2]),
        entry("trim", [argument("v", "f32", "B"), argument("w", "f32", "B - 2", line=12)],
              [result("s", "f32", "B - 2")], needs=(AT_LEAST_3,)),
        entry("square_loss", [argument("a", "f32", "B", "B")], [result("", "f32")]),
        entry("huge", [argument("v", "f32", "B")], [result("y", "f32", "B * 50000000000000000")], [2],
              memory="B * 200000000000000000"),
    ],
    [
        variable("W", "shared", "f32", 2, 3),
        variable("b", "shared", "f32", 3),
        variable("k", "state", "i64"),
        variable("W.momentum.v", "rule", "f32", 2, 3),
    ],
)  # fmt: skip

PLAIN = module(
    "plain",
    [
        entry("square", [argument("x", "f64")], [result("y", "f64")]),
        entry("add", [argument("a", "f64", "N"), argument("b", "f64", "N")], [result("c", "f64", "N")]),
        entry("kinds", [argument("k", "i32", "N"), argument("u", "u8"), argument("flag", "bool", default=True)],
              [result("s", "i32", "N"), result("u", "u8"), result("f", "bool")]),
        entry("singles", [argument("a", "f32", "N")], [result("c", "f32", "N")]),
    ],
    [],
)  # fmt: skip

STRICT = module(
    "strict",
    [
        entry("logs", [argument("x", "f32", "N", line=8)], [result("y", "f32", "N")]),
        entry("grow", [argument("factor", "f32")], [], [0]),
        entry("sum", [argument("x", "f32", "B")], [result("s", "f32")]),
    ],
    [variable("w", "shared", "f32", 3)],
    refuse_nan=True,
)

Values = list[Any]
Answer = tuple[Values, Values, tuple[int, int, int] | None]


def _cost(x: np.ndarray, t: np.ndarray, weights: np.ndarray, bias: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    error = x @ weights + bias - t
    return (error * error).mean(dtype=np.float32), error


def _train(a: Values, d: list[int], v: Values) -> Answer:
    x, t, lr = a
    cost, error = _cost(x, t, v[0], v[1])
    scale = np.float32(2 / error.size) * lr
    velocity = np.float32(0.5) * v[3] - scale * (x.T @ error)
    return [cost], [v[0] + velocity, v[1] - scale * error.sum(0), v[2] + 1, velocity], None


def _both(a: Values, d: list[int], v: Values) -> Answer:
    cost, error = _cost(a[0], a[1], v[0], v[1])
    return [cost, error + a[1]], [], None


def _pick(a: Values, d: list[int], v: Values) -> Answer:
    good = -3 <= a[0] < 3
    return [v[1][a[0]] if good else 0], [v[2] + 1], None if good else (0, int(a[0]), 3)


def _divide(a: Values, d: list[int], v: Values) -> Answer:
    good = a[1] != 0
    return [a[0] // a[1] if good else 0], [v[2] + 1], None if good else (1, int(a[0]), 0)


def _affine_start(a: Values, d: list[int], v: Values) -> Answer:
    seed = np.float32(a[0])
    weights = np.arange(6, dtype=np.float32).reshape(2, 3) * np.float32(0.1) + seed
    return [], [weights, np.zeros(3), 0, np.zeros((2, 3))], None


KERNELS: dict[str, dict[str, Any]] = {
    "affine": {
        "predict": lambda a, d, v: ([a[0] @ v[0] + v[1]], [], None),
        "train": _train,
        "both": _both,
        "count": lambda a, d, v: ([], [v[2] + 1], None),
        "guarded": lambda a, d, v: ([a[0], v[1], a[0] > 0, 2 * a[0]], [v[2] + 1], None),
        "pick": _pick,
        "divide": _divide,
        "trim": lambda a, d, v: ([a[0][2:] + a[1]], [], None),
        "square_loss": lambda a, d, v: ([a[0].sum()], [], None),
        "huge": lambda a, d, v: ([0], [v[2] + 1], None),
    },
    "plain": {
        "square": lambda a, d, v: ([a[0] * a[0]], [], None),
        "add": lambda a, d, v: ([a[0] + a[1]], [], None),
        "kinds": lambda a, d, v: ([a[0] * 2, a[1], ~a[2]], [], None),
        "singles": lambda a, d, v: ([a[0]], [], None),
    },
    "strict": {
        "logs": lambda a, d, v: ([np.log(a[0])], [], None),
        "grow": lambda a, d, v: ([], [v[0] * a[0]], None),
        "sum": lambda a, d, v: ([a[0].sum()], [], None),
    },
}
INITIALISE: dict[str, Any] = {
    "affine": _affine_start,
    "plain": None,
    "strict": lambda a, d, v: ([], [np.full(3, math.pi)], None),
}
MODULES = {"affine": AFFINE, "plain": PLAIN, "strict": STRICT}
