"""The mean over processes that train together."""

from __future__ import annotations

from tdsl.ir.attributes import Rows
from tdsl.ir.node import IllTyped
from tdsl.ops import meanings
from tdsl.ops.define import REAL, accept, define
from tdsl.types import Dim, Type


def _with_rows(types: list[Type], rows: Dim) -> Type:
    (own,) = types
    accept("all_reduce", own.dtype, REAL)
    if own.rank != 1:
        raise IllTyped(f"all_reduce takes a vector, got {own}")
    return own.with_shape((own.shape[0] + 1,))


all_reduce = define(
    "all_reduce",
    "exchange",
    _with_rows,
    meanings.all_reduced,
    Rows,
    tdsl="all_reduce",
    python="all_reduced_at(faults, exchange, {0}, {rows})",
)
