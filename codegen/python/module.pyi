@doc

# Entries, arguments and values may have any name that does not begin with an underscore, so all that is used here does.
from builtins import bool as _bool, bytes as _bytes, dict as _dict, float as _float, int as _int, list as _list
from builtins import Exception as _Exception, UserWarning as _UserWarning, object as _object, property as _property
from builtins import slice as _slice, str as _str, tuple as _tuple
from collections.abc import Callable as _Callable, Iterator as _Iterator, Mapping as _Mapping, Sequence as _Sequence
from os import PathLike as _PathLike
from typing import IO as _IO, Any as _Any, Literal as _Literal, NamedTuple as _NamedTuple, Protocol as _Protocol
from typing import Self as _Self
from typing import SupportsIndex as _SupportsIndex, overload as _overload

import numpy as _np
from numpy.typing import ArrayLike as _NumPyArrayLike, NDArray as _NDArray

__all__ = @names

class _Exchanged(_Protocol):
    """An array of another library, on the host or a GPU."""

    def __dlpack__(self, *, stream: _Any = ...) -> _Any: ...
    def __dlpack_device__(self) -> _tuple[_int, _int]: ...

_ArrayLike = _NumPyArrayLike | _Exchanged
_Out = _NDArray[_Any] | _Exchanged

@warning
def build_info() -> _dict[_str, _Any]:
    """What this module was built from, with what, and how."""
@profile@content
