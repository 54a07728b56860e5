"""The attributes of ops: one small record a family, so that `node.get(Slice).starts` has a type.

A record that extends another one can be read as it: `node.get(Axis).axis` is that of a gather and of an argmax.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tdsl.record import record
from tdsl.types import Dim, DType, Shape, Type


@record(frozen=True)
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


@record(frozen=True)
class Named(Attributes):
    """An argument or variable."""

    name: str
    type: Type


@record(frozen=True)
class FunctionParameter(Attributes):
    """A parameter of a function, by its number; debug mode tells those of loops apart by their owner, which is 0
    elsewhere."""

    index: int
    type: Type
    owner: int = 0


@record(frozen=True)
class Item(Attributes):
    """One of the results of a node that has several."""

    index: int


@record(frozen=True)
class Constant(Attributes):
    """A literal; reals are hexadecimal text."""

    value: int | str
    dtype: DType


@record(frozen=True)
class Size(Attributes):
    dim: Dim


@record(frozen=True)
class Bound(Attributes):
    """Labels lie in 0 … size - 1."""

    size: Dim


@record(frozen=True)
class Cast(Attributes):
    dtype: DType


@record(frozen=True)
class Tag(Attributes):
    """The number of a marker, which makes it unique."""

    tag: int | str


@record(frozen=True)
class Axis(Attributes):
    axis: int


@record(frozen=True)
class Cumulative(Axis):
    reverse: bool


@record(frozen=True)
class Iota(Axis):
    shape: Shape


@record(frozen=True)
class Position(Axis):
    """The position of an extremum, in some integer dtype."""

    dtype: DType


@record(frozen=True)
class SizedAxis(Axis):
    """`size` is the result's along the axis."""

    size: Dim


@record(frozen=True)
class Side(Attributes):
    """Whether a value is put to the right of equal ones."""

    right: bool


@record(frozen=True)
class Axes(Attributes):
    axes: tuple[int, ...]


@record(frozen=True)
class Broadcast(Axes):
    """`axes[i]` is where the operand's axis i goes."""

    shape: Shape


@record(frozen=True)
class Reshape(Attributes):
    shape: Shape


@record(frozen=True)
class Region(Attributes):
    """Every `steps`-th element from `starts` on, axis by axis."""

    starts: tuple[Dim, ...]
    steps: tuple[int, ...]


@record(frozen=True)
class Slice(Region):
    sizes: tuple[Dim, ...]


@record(frozen=True)
class Place(Region):
    """A slice written into zeros of a shape."""

    shape: Shape


@record(frozen=True)
class Write(Region, Axis):
    """A slice, whole along the axis whose positions the call decides."""


@record(frozen=True)
class Message(Attributes):
    """The text of an assertion."""

    text: str


@record(frozen=True)
class Triangle(Attributes):
    """Whether the lower triangle is read, or the upper one."""

    lower: bool


@record(frozen=True)
class Turned(Attributes):
    """Whether a matrix is transposed."""

    turned: bool


@record(frozen=True)
class Windows(Attributes):
    """Windows of some sizes over the last axes: each begins `strides` elements behind the one before, and its elements
    are `dilations` apart."""

    sizes: Shape
    strides: tuple[int, ...]
    dilations: tuple[int, ...]


@record(frozen=True)
class Overlap(Attributes):
    """The sizes of the last axes that windows are added up in."""

    shape: Shape
    strides: tuple[int, ...]
    dilations: tuple[int, ...]


@record(frozen=True)
class Rows(Attributes):
    """The number of rows of a batch, the weight of its means among those of other processes."""

    rows: Dim


@record(frozen=True)
class Stream(Attributes):
    """The attributes of random values."""

    stream: int
    dtype: DType
    shape: Shape
