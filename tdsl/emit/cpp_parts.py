"""The kernels of a unit shared out between parts, which compilers can take side by side."""

from __future__ import annotations

from tdsl.emit.cpp_kernel import Kernels

# In lines: what a kernel takes whatever stands in it, and what a part takes at least and at most.
_KERNEL, _PART = 8, 160
_MOST_PARTS = 256


def kernel_parts(kernels: Kernels) -> list[range]:
    """The numbers of the kernels of each part, at least one; of about the same length."""
    weights = [_KERNEL + len(body) for body in kernels.bodies]
    count = max(1, min(_MOST_PARTS, len(weights), round(sum(weights) / _PART)))
    share = sum(weights) / count
    starts, done = [0], 0
    for number, weight in enumerate(weights):
        if number > starts[-1] and done + weight / 2 >= share * len(starts) and len(starts) < count:
            starts.append(number)
        done += weight
    return [range(start, end) for start, end in zip(starts, [*starts[1:], len(weights)], strict=True)]


def kernel_lines(kernels: Kernels, parts: list[range]) -> list[str]:
    """All kernels; if there are several parts, each between the lines that make a compiler skip it."""
    if len(parts) == 1:
        return _defined(kernels, parts[0])
    lines = [f"TDSL_ROUTINE {head};" for head in kernels.heads]
    for number, part in enumerate(parts, 1):
        lines += [f"#if TDSL_IN_PART({number})", *_defined(kernels, part), "#endif"]
    return lines


def _defined(kernels: Kernels, numbers: range) -> list[str]:
    return [
        line
        for number in numbers
        for line in (f"TDSL_ROUTINE {kernels.heads[number]} {{", *kernels.bodies[number], "}", "")
    ]
