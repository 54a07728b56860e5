"""The reference meaning of the IR: an entry evaluated node by node with NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tdsl.ir import Node, topological
from tdsl.types import Dim


def evaluate(
    roots: list[Node], values: Mapping[str, Any], dims: Mapping[str, int], variables: Mapping[str, Any]
) -> list[Any]:
    """The arrays of `roots`, given the arguments and variables by name and the size of every dim.

    Arithmetic is NumPy's in the declared dtypes; floating-point warnings are silenced, NaN and infinities stay.
    """
    results: dict[Node, Any] = {}
    with np.errstate(all="ignore"):
        for node in topological(roots):
            if node.op.name == "argument":
                results[node] = np.asarray(values[node["name"]])
            elif node.op.name == "variable":
                results[node] = np.asarray(variables[node["name"]])
            else:
                attributes = {name: numbers(value, dims) for name, value in node.attributes}
                value = node.op.numpy(*(results[operand] for operand in node.operands), **attributes)
                results[node] = np.asarray(value).astype(node.type.dtype.numpy, copy=False)
    return [results[root] for root in roots]


def numbers(value: Any, dims: Mapping[str, int]) -> Any:
    """An attribute with every size made a number."""
    if isinstance(value, Dim):
        return value.evaluate(dims)
    if isinstance(value, tuple):
        return tuple(numbers(item, dims) for item in value)
    return value
