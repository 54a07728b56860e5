"""Operations without operands, and the random values that initialise parameters."""

from __future__ import annotations

from typing import Any

import numpy as np

from tdsl.ir.attributes import Constant, Iota, Named, Size, Stream
from tdsl.ir.node import IllTyped
from tdsl.ops.define import define
from tdsl.ops.random import normal_values, orthogonal_values, uniform_values
from tdsl.types import I64, DType, Shape, Type


def _given(types: list[Type], name: str, type: Type) -> Type:
    return type


def _unbound(*operands: Any, **attributes: Any) -> Any:
    raise LookupError("arguments, variables and sizes have their value from the call")


def _positions(types: list[Type], shape: Shape, axis: int) -> Type:
    if not 0 <= axis < len(shape):
        raise IllTyped(f"there is no axis {axis} to count along")
    return Type(I64, shape)


def _iota(shape: tuple[int, ...], axis: int) -> Any:
    index = np.arange(shape[axis], dtype=np.int64)
    return np.broadcast_to(index.reshape([-1 if i == axis else 1 for i in range(len(shape))]), shape)


def _random(types: list[Type], stream: int, dtype: DType, shape: Shape) -> Type:
    if types != [Type(I64)]:
        raise IllTyped("a random source takes an i64 seed")
    return Type(dtype, shape)


def _literal(value: int | str, dtype: DType) -> Any:
    return np.asarray(float.fromhex(value) if isinstance(value, str) else value).astype(dtype.numpy)


constant = define("constant", "source", lambda types, value, dtype: Type(dtype), _literal, Constant)
argument = define("argument", "source", _given, _unbound, Named)
variable = define("variable", "source", _given, _unbound, Named)
size = define("size", "source", lambda types, dim: Type(I64), lambda dim: np.int64(dim), Size, tdsl="size")
iota = define("iota", "index", _positions, _iota, Iota, tdsl="iota")

random_uniform = define("random_uniform", "index", _random, uniform_values, Stream, c="tdsl::random_uniform")
random_normal = define("random_normal", "index", _random, normal_values, Stream, c="tdsl::random_normal")
random_orthogonal = define("random_orthogonal", "call", _random, orthogonal_values, Stream, c="tdsl::random_orthogonal")
