"""Operations without operands, and the random values that initialise parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tdsl.ir.attributes import Constant, Iota, Named, Size, Stream
from tdsl.ir.node import IllTyped, Op
from tdsl.ops import meanings, random
from tdsl.ops.define import define
from tdsl.types import I64, DType, Shape, Type


def _given(types: list[Type], name: str, type: Type) -> Type:
    return type


def unbound(*operands: Any, **attributes: Any) -> Any:
    raise LookupError("arguments, variables, parameters and sizes have their value from the call")


def _positions(types: list[Type], shape: Shape, axis: int) -> Type:
    if not 0 <= axis < len(shape):
        raise IllTyped(f"there is no axis {axis} to count along")
    return Type(I64, shape)


def _random(types: list[Type], stream: int, dtype: DType, shape: Shape) -> Type:
    if types != [Type(I64)]:
        raise IllTyped("a random source takes an i64 seed")
    return Type(dtype, shape)


def _literal(value: int | str, dtype: DType) -> Any:
    return np.asarray(float.fromhex(value) if isinstance(value, str) else value).astype(dtype.numpy)


def source(name: str, family: str, numpy: Callable[..., Any]) -> Op:
    """Random values; `numpy` takes their dtype as NumPy's."""

    def values(seed: Any, stream: int, dtype: DType, shape: tuple[int, ...]) -> Any:
        return numpy(seed, stream, np.dtype(dtype.numpy), shape)

    python = f"{numpy.__name__}({{0}}, {{stream}}, {{dtype}}, {{shape}})"
    return define(name, family, _random, values, Stream, c=f"tdsl::{name}", python=python)


constant = define("constant", "source", lambda types, value, dtype: Type(dtype), _literal, Constant)
argument = define("argument", "source", _given, unbound, Named)
variable = define("variable", "source", _given, unbound, Named)
size = define("size", "source", lambda types, dim: Type(I64), lambda dim: np.int64(dim), Size, tdsl="size")
iota = define(
    "iota",
    "index",
    _positions,
    meanings.iota_values,
    Iota,
    tdsl="iota",
    signature=("shape", "axis"),
    python="iota_values({shape}, {axis})",
)

random_uniform = source("random_uniform", "index", random.uniform_values)
random_normal = source("random_normal", "index", random.normal_values)
random_orthogonal = source("random_orthogonal", "call", random.orthogonal_values)
