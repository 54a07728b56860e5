"""Elements of arrays in messages."""

from __future__ import annotations

import numpy as np

Element = tuple[int, ...]


def first_element(where: np.ndarray) -> Element:
    """The first place that is true, in the order of rows."""
    shape = np.shape(where)
    return tuple(int(at) for at in np.unravel_index(int(np.argmax(where)), shape)) if shape else ()


def element_text(name: str, element: Element) -> str:
    """`W[1, 2]`, or the name of a scalar."""
    return f"{name}[{', '.join(map(str, element))}]" if element else name
