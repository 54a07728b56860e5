"""A generated text and the requirements of its build."""

from __future__ import annotations

from tdsl.record import record


@record(frozen=True)
class Unit:
    """The text of NAME.cpp or NAME.py.  A native one also has the objects of the runtime that it calls, and the number
    of parts that may be compiled in parallel, numbered from 1 on; `device` is NAME.cu, if it has kernels for GPUs."""

    text: str
    calls: frozenset[str] = frozenset()
    parts: int = 1
    device: str = ""
