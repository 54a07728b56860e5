"""Operations without operands, and arrays of random values."""

from __future__ import annotations

from typing import Any

import numpy as np

from tdsl.ir.attributes import Constant, Iota, Named, Reshape, Size, Stream
from tdsl.ir.node import IllTyped
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


def _bits(types: list[Type], shape: Shape) -> Type:
    if types != [Type(I64), Type(I64)]:
        raise IllTyped("random_bits takes a key and a stream, two ints")
    return Type(I64, shape)


def _orthogonal(types: list[Type], stream: int, dtype: DType, shape: Shape) -> Type:
    if types != [Type(I64)]:
        raise IllTyped("a random matrix takes an i64 seed")
    return Type(dtype, shape)


def _orthogonal_values(seed: Any, stream: int, dtype: DType, shape: tuple[int, ...]) -> Any:
    return random.orthogonal_values(seed, stream, np.dtype(dtype.numpy), shape)


def _literal(value: int | str, dtype: DType) -> Any:
    return np.asarray(float.fromhex(value) if isinstance(value, str) else value).astype(dtype.numpy)


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

random_bits = define(
    "random_bits",
    "index",
    _bits,
    random.random_bits,
    Reshape,
    tdsl="random_bits",
    signature=("key", "stream", "shape"),
    python="random_bits({0}, {1}, {shape})",
)
random_orthogonal = define(
    "random_orthogonal",
    "call",
    _orthogonal,
    _orthogonal_values,
    Stream,
    c="tdsl::random_orthogonal",
    python="orthogonal_values({0}, {stream}, {dtype}, {shape})",
)
