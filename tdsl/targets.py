"""The targets of a compilation: one line each."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.machinery import EXTENSION_SUFFIXES

from tdsl.record import record


@record(frozen=True)
class Target:
    """`suffix` ends the name of a module's file.  A native module is compiled by a C++ compiler, plans the memory of a
    call and sets the floating-point state; any other is Python source that runs in the state of its process.  A native
    one has code for the CPU, for CUDA devices, or for both."""

    name: str
    suffix: str
    is_native: bool
    on_cpu: bool = True
    on_cuda: bool = False

    @property
    def has_profile(self) -> bool:
        """Whether its statements can be timed."""
        return self.is_native and not self.on_cuda


def image_number(architecture: str) -> int:
    """The number of an architecture of GPUs in tdsl_image: 90 for sm_90, -75 for compute_75, which is PTX."""
    kind, _, number = architecture.partition("_")
    return int(number) if kind == "sm" else -int(number)


def library_file(name: str) -> str:
    """The name of a C library, which is compiled for the target cpp."""
    return f"lib{name}.dylib" if sys.platform == "darwin" else f"lib{name}.so"


_EXTENSION = EXTENSION_SUFFIXES[0]
TARGETS: Mapping[str, Target] = {
    target.name: target
    for target in (
        Target("cpp", _EXTENSION, True),
        Target("numpy", ".py", False),
        Target("cuda", _EXTENSION, True, on_cpu=False, on_cuda=True),
        Target("cpp,cuda", _EXTENSION, True, on_cuda=True),
    )
}
