@doc

from collections.abc import Callable, Iterator, Mapping, Sequence
from os import PathLike
from typing import Any, TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = @names

class CopyWarning(UserWarning): ...

def build_info() -> dict[str, Any]:
    """What this module was built from, with what, and how."""
@content
