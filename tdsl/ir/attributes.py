"""The attributes of ops: one small record a family, so that `node.get(Slice).starts` has a type.

A record that extends another one can be read as it: `node.get(Axis).axis` is that of a gather and of an argmax.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tdsl.types import Dim, DType, Shape, Type


@dataclass(frozen=True)
class Attributes:
    """The record of ops without attributes, and the base of all others."""

    def given(self) -> Mapping[str, Any]:
        """The fields as `apply` takes them."""
        return self.__dict__

    @property
    def may_fault(self) -> bool:
        """Whether a function among them could end a call."""
        return False


NONE = Attributes()


@dataclass(frozen=True)
class Named(Attributes):
    """An argument or variable."""

    name: str
    type: Type


@dataclass(frozen=True)
class FunctionParameter(Attributes):
    """A parameter of a function, by its number."""

    index: int
    type: Type


@dataclass(frozen=True)
class Item(Attributes):
    """One of the results of a node that has several."""

    index: int


@dataclass(frozen=True)
class Constant(Attributes):
    """A literal; reals are hexadecimal text."""

    value: int | str
    dtype: DType


@dataclass(frozen=True)
class Size(Attributes):
    dim: Dim


@dataclass(frozen=True)
class Bound(Attributes):
    """Labels lie in 0 … size - 1."""

    size: Dim


@dataclass(frozen=True)
class Cast(Attributes):
    dtype: DType


@dataclass(frozen=True)
class Tag(Attributes):
    """The number of a marker, which makes it unique."""

    tag: int | str


@dataclass(frozen=True)
class Axis(Attributes):
    axis: int


@dataclass(frozen=True)
class Cumulative(Axis):
    reverse: bool


@dataclass(frozen=True)
class Iota(Axis):
    shape: Shape


@dataclass(frozen=True)
class Position(Axis):
    """The position of an extremum, in some integer dtype."""

    dtype: DType


@dataclass(frozen=True)
class SizedAxis(Axis):
    """`size` is the result's along the axis."""

    size: Dim


@dataclass(frozen=True)
class Axes(Attributes):
    axes: tuple[int, ...]


@dataclass(frozen=True)
class Broadcast(Axes):
    """`axes[i]` is where the operand's axis i goes."""

    shape: Shape


@dataclass(frozen=True)
class Reshape(Attributes):
    shape: Shape


@dataclass(frozen=True)
class Region(Attributes):
    """Every `steps`-th element from `starts` on, axis by axis."""

    starts: tuple[Dim, ...]
    steps: tuple[int, ...]


@dataclass(frozen=True)
class Slice(Region):
    sizes: tuple[Dim, ...]


@dataclass(frozen=True)
class Place(Region):
    """A slice written into zeros of a shape."""

    shape: Shape


@dataclass(frozen=True)
class Stream(Attributes):
    """The attributes of random values."""

    stream: int
    dtype: DType
    shape: Shape
