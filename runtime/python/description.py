"""The description of a module: `runtime/include/tdsl/abi.h` as plain dictionaries.

The native binding builds it from the C table, a NumPy module contains it as a literal; everything else reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import numpy as np


class ExtentTable(TypedDict):
    """One size: `size` if not negative, else the dim of index `dim` if not negative, else `formula` over d[0] …"""

    size: int
    dim: int
    text: str
    formula: str


class ArgumentTable(TypedDict):
    """`default_real` is the default of a real scalar, `default_integer` that of any other; see `default_value`.
    `binds` is the size that the argument gives or must be, where it is itself a size."""

    name: str
    doc: str
    place: str
    dtype: str
    shape: list[ExtentTable]
    has_default: bool
    default_real: float
    default_integer: int
    binds: ExtentTable | None


class ResultTable(TypedDict):
    """`role` is "return", "assert" or "print"; `text` the message of an assertion or the label of a print."""

    role: str
    statement: int
    name: str
    text: str
    place: str
    dtype: str
    shape: list[ExtentTable]


class VariableTable(TypedDict):
    """`kind` is "shared", "state" or "rule"."""

    name: str
    doc: str
    place: str
    kind: str
    dtype: str
    shape: list[int]


class RequirementTable(TypedDict):
    """A condition on the dims of a call beyond their agreement: `formula` >= 0."""

    text: str
    formula: str
    place: str


class SiteTable(TypedDict):
    """A place where data is checked; `kind` is "index", "division", "definite", "singular" or "assertion", `loops` are
    the headers of the loops around it, each on a line."""

    kind: str
    place: str
    text: str
    loops: str


class ImageTable(TypedDict):
    """All kernels compiled for a GPU: `architecture` is 90 for machine code of sm_90, negative for PTX."""

    architecture: int


class FormulaTable(TypedDict):
    """A number of a call as a formula over d[0] …"""

    text: str
    formula: str


class EntryTable(TypedDict):
    """`updates` are indices of variables, `memory` the bytes of a call beside its arguments and the current values;
    `largest`, a sum of products, bounds every number that it computes from its dims; `nesting` describes the
    tuples of the returned results, see nesting.py, and `fields` are the names of the outermost ones, if they have
    names; `lap_count` is the number of timed statements; `exchanged` numbers are added up over all processes that train
    together."""

    name: str
    doc: str
    place: str
    arguments: list[ArgumentTable]
    results: list[ResultTable]
    nesting: str
    fields: list[str]
    updates: list[int]
    requirements: list[RequirementTable]
    memory: FormulaTable
    largest: FormulaTable
    lap_count: int
    exchanged_dtype: str
    exchanged: int


class TrainingTable(TypedDict):
    """A loop over minibatches: `entry`, `rows` and `cost` are indices, `rows` of the dim that is cut and `cost` of the
    result whose mean an epoch has.  A `batch` of 0 is all rows; each call gives the `epochs` if they are -1."""

    name: str
    doc: str
    place: str
    entry: int
    rows: int
    cost: int
    batch: int
    epochs: int
    shuffle: bool


class ModuleTable(TypedDict):
    """`build` is a JSON object; `origins`, see origins.py, may be empty; `options` are settings, see TDSL_OPTIONS of
    abi.h; `initialise` takes the seed and updates every variable; `kernels` are those of the images for GPUs, and
    `default_device` is -1 for the CPU, else the number of a GPU; `profile`, see profile.py, may be empty."""

    name: str
    doc: str
    source: str
    build: str
    origins: str
    options: dict[str, int]
    dims: list[str]
    variables: list[VariableTable]
    entries: list[EntryTable]
    initialise: EntryTable | None
    sites: list[SiteTable]
    kernels: list[str]
    images: list[ImageTable]
    default_device: int
    profile: str
    trainings: list[TrainingTable]


DTYPES: dict[str, np.dtype] = {
    "bool": np.dtype(np.bool_),
    "u8": np.dtype(np.uint8),
    "i32": np.dtype(np.int32),
    "i64": np.dtype(np.int64),
    "f32": np.dtype(np.float32),
    "f64": np.dtype(np.float64),
}


def is_real(dtype: str) -> bool:
    return dtype in ("f32", "f64")


def default_value(argument: ArgumentTable) -> float | int | bool | None:
    """The default as the Python type that belongs to the dtype."""
    if not argument["has_default"]:
        return None
    if is_real(argument["dtype"]):
        return argument["default_real"]
    return bool(argument["default_integer"]) if argument["dtype"] == "bool" else argument["default_integer"]


def type_text(dtype: str, shape: Sequence[ExtentTable] | Sequence[int]) -> str:
    """`f32[B, 2]`"""
    sizes = [extent["text"] if isinstance(extent, dict) else str(extent) for extent in shape]
    return f"{dtype}[{', '.join(sizes)}]" if sizes else dtype


def argument_text(argument: ArgumentTable) -> str:
    """The type of an argument; `dim` if it is a size."""
    return "dim" if argument["binds"] else type_text(argument["dtype"], argument["shape"])


def shape_text(sizes: list[str]) -> str:
    """`(B, 2)`, and `(B,)` as Python writes it."""
    return f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(sizes)})"


def in_place_text(place: str) -> str:
    return f" ({place})" if place else ""


_formulas: dict[str, object] = {}


def evaluate(formula: str, dims: list[int]) -> int:
    """The value of a formula that the compiler has made, never of a user's text."""
    code = _formulas.get(formula)
    if code is None:
        code = _formulas[formula] = compile(formula, "<formula>", "eval")
    return int(eval(code, {"__builtins__": {}, "d": dims, "min": min, "max": max}))  # type: ignore[arg-type]


def sizes_of(shape: list[ExtentTable], dims: list[int]) -> tuple[int, ...]:
    """A shape as numbers, once all dims are known."""
    return tuple(
        extent["size"]
        if extent["size"] >= 0
        else dims[extent["dim"]]
        if extent["dim"] >= 0
        else evaluate(extent["formula"], dims)
        for extent in shape
    )
