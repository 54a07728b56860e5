"""The targets of a compilation: one line each.  `driver.PRINTERS` has the printer of each."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.machinery import EXTENSION_SUFFIXES

from tdsl.record import record


@record(frozen=True)
class Target:
    """`suffix` ends the name of a module's file.  A native module is compiled by a C++ compiler, plans the memory of a
    call and sets the floating-point state; any other is Python source that runs in the state of its process."""

    name: str
    suffix: str
    is_native: bool


TARGETS: Mapping[str, Target] = {
    target.name: target for target in (Target("cpp", EXTENSION_SUFFIXES[0], True), Target("numpy", ".py", False))
}
