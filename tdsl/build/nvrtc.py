"""NVRTC as a compiler with the command line of nvcc: it needs no GPU, no driver and no toolkit.

`python nvrtc.py --gpu-architecture=sm_90 --cubin [OPTION …] NAME.cu -o FILE`, or compute_90 and --ptx.  It has no
standard headers: those of tdsl/cuda/std take their place.  A program of its own, as a compilation in the process of the
caller could not be interrupted; it imports nothing of tdsl.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

MISSING = 4
"""The exit status if the packages are not there."""
_OF_NVCC = ("--cubin", "--ptx", "--expt-relaxed-constexpr")
_FOLDER = "--include-path="


def main(arguments: list[str]) -> int:
    try:
        from cuda.bindings import nvrtc
    except ImportError as problem:
        print(f"error: cuda.bindings cannot be imported: {problem}")
        return MISSING
    try:
        version = _checked(nvrtc, nvrtc.nvrtcVersion())
    except RuntimeError as problem:
        print(f"error: the library of NVRTC is missing or does not fit: {problem}")
        return MISSING
    if arguments == ["--version"]:
        print(f"NVRTC {version[0]}.{version[1]}")
        return 0
    place = arguments.index("-o")
    target, source = Path(arguments[place + 1]), Path(arguments[place - 1])
    is_ptx = "--ptx" in arguments
    options = [option for option in arguments[: place - 1] if option not in _OF_NVCC]
    options += [f"{option}/tdsl/cuda/std" for option in options if option.startswith(_FOLDER)]
    options += ["--device-as-default-execution-space", "--device-int128"]
    program = _checked(nvrtc, nvrtc.nvrtcCreateProgram(source.read_bytes(), source.name.encode(), 0, [], []))
    outcome = nvrtc.nvrtcCompileProgram(program, len(options), [option.encode() for option in options])[0]
    log = _bytes(nvrtc, program, "ProgramLog").decode("utf-8", "replace").strip("\0\n")
    if log:
        print(log)
    if outcome != nvrtc.nvrtcResult.NVRTC_SUCCESS:
        return 1
    target.write_bytes(_bytes(nvrtc, program, "PTX" if is_ptx else "CUBIN"))
    return 0


def _bytes(nvrtc: Any, program: Any, what: str) -> bytes:
    content = bytearray(_checked(nvrtc, getattr(nvrtc, f"nvrtcGet{what}Size")(program)))
    buffer = bytes(content)
    _checked(nvrtc, getattr(nvrtc, f"nvrtcGet{what}")(program, buffer))
    return buffer


def _checked(nvrtc: Any, answer: Any) -> Any:
    outcome, *values = answer
    if outcome != nvrtc.nvrtcResult.NVRTC_SUCCESS:
        raise RuntimeError(outcome.name)
    return values[0] if len(values) == 1 else values


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
