"""A generated text and the requirements of its build."""

from __future__ import annotations

from tdsl.record import record


@record(frozen=True)
class TimedKernel:
    """The C++ of a timed statement, by its entry and its lap: the call, and the function that is called, if the unit
    defines it."""

    entry: str
    lap: int
    call: str
    function: str


@record(frozen=True)
class Unit:
    """The text of NAME.cpp or NAME.py.  A native one also has the objects of the runtime that it calls, and the number
    of parts that may be compiled in parallel, numbered from 1 on; `device` is NAME.cu, if it has kernels for GPUs;
    `timed` is the C++ of the statements of a profile."""

    text: str
    calls: frozenset[str] = frozenset()
    parts: int = 1
    device: str = ""
    timed: tuple[TimedKernel, ...] = ()
