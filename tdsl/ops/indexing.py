"""Operations that read or write at positions known only when the program runs."""

from __future__ import annotations

from typing import Any

import numpy as np

from tdsl.ir.attributes import Axis, Bound, Message, SizedAxis
from tdsl.ir.node import IllTyped, Node, apply
from tdsl.ops import meanings
from tdsl.ops.define import INTEGER, LIGHT, NUMBER, accept, define
from tdsl.types import I64, ONE, Dim, Type


def gather_type(types: list[Type], axis: int) -> Type:
    """The elements at the positions along one axis; a position counts from the end if negative."""
    operand, index = types
    accept("an index", index.dtype, INTEGER)
    if not 0 <= axis < operand.rank:
        raise IllTyped(f"{operand} has no axis {axis}")
    return operand.with_shape(operand.shape[:axis] + index.shape + operand.shape[axis + 1 :])


def gather_values(x: Any, index: Any, axis: int) -> Any:
    """Checks positions also where NumPy does not, as the result is empty."""
    size = x.shape[axis]
    if np.any((np.asarray(index) < -size) | (np.asarray(index) >= size)):
        raise IndexError(f"an index is out of bounds for size {size}")
    return np.take(x, index, axis=axis)


def scatter_type(types: list[Type], axis: int, size: Dim) -> Type:
    """The transpose of a gather: elements at the same position are added."""
    value, index = types
    accept("an index", index.dtype, INTEGER)
    accept("scatter", value.dtype, NUMBER)
    if not 0 <= axis <= value.rank - index.rank or value.shape[axis : axis + index.rank] != index.shape:
        raise IllTyped(f"scatter of {value} cannot use positions {index}")
    return value.with_shape((*value.shape[:axis], size, *value.shape[axis + index.rank :]))


def scatter_values(value: Any, index: Any, axis: int, size: int) -> Any:
    index = np.asarray(index)
    out = np.zeros((*value.shape[:axis], size, *value.shape[axis + index.ndim :]), value.dtype)
    meanings.add_at(out, value, index, axis)
    return out


def scattered(g: Node, y: Node, x: Node, i: Node) -> Node:
    """Values of each element of a gather, added up at the positions of its operand."""
    return apply("scatter", g, i, axis=y.get(Axis).axis, size=x.type.shape[y.get(Axis).axis])


def within_type(types: list[Type], size: Dim) -> Type:
    (label,) = types
    if label.dtype != I64:
        raise IllTyped(f"within takes i64, got {label}")
    return label


def within_values(label: Any, size: int) -> Any:
    """Labels as they are; one outside 0 … size - 1 is a fault of the call, also if it is negative."""
    label = np.asarray(label)
    if np.any((label < 0) | (label >= size)):
        raise IndexError(f"a label is out of bounds for size {size}")
    return label


def asserted(failed: Any, text: str) -> Any:
    """0, which is one for each assertion that holds."""
    if np.any(failed):
        raise AssertionError(text)
    return failed


within = define(
    "within",
    "elementwise",
    within_type,
    within_values,
    Bound,
    tdsl="within",
    signature=("labels", "size"),
    python="within(faults, {site}, {0}, {size})",
    cost=LIGHT,
    fault="index",
)
assertion = define(
    "assertion",
    "elementwise",
    lambda types, text: within_type(types, ONE),
    asserted,
    Message,
    python="within(faults, {site}, {0}, 1)",
    cost=LIGHT,
    fault="assertion",
)
gather = define(
    "gather",
    "gather",
    gather_type,
    gather_values,
    Axis,
    cotangents=lambda g, y, x, i: (scattered(g, y, x, i), None),
    masks=lambda m, y, x, i: (scattered(m.cast(I64), y, x, i) > 0, None),
    leaves_out=True,
    tdsl="gather",
    signature=("x", "positions", "axis?"),
    python="take(faults, {site}, {0}, {1}, {axis})",
    fault="index",
)
scatter = define(
    "scatter",
    "scatter",
    scatter_type,
    scatter_values,
    SizedAxis,
    cotangents=lambda g, y, x, i: (apply("gather", g, i, axis=y.get(SizedAxis).axis), None),
    masks=lambda m, y, x, i: (apply("gather", m, i, axis=y.get(SizedAxis).axis), None),
    mixes=False,
    tdsl="scatter",
    signature=("x", "positions", "axis", "size"),
    python="scatter(faults, {site}, {0}, {1}, {axis}, {size})",
    fault="index",
)
