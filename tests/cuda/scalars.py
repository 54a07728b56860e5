"""Units that apply each elementwise op of reals, for a device and for the CPU."""

from __future__ import annotations

from tdsl.ir.node import OPS
from tdsl.types import Kind
from tests.ops.elementwise import TABLE

_DEVICE = """TDSL_KERNEL {name}(const tdsl_launch call, int64_t n0, {inputs}, float *__restrict__ y) {{
    if (tdsl::is_skipped(call)) return;
    tdsl::map({{n0}}, [=]() {{ return [=](int64_t i0) {{ y[i0] = {function}({values}); }}; }});
}}
"""
# For one element of each thread, which compiles sooner.
_ONE_ELEMENT = """TDSL_KERNEL {name}(const tdsl_launch call, {inputs}, float *__restrict__ y) {{
    if (tdsl::is_skipped(call)) return;
    const int64_t i0 = tdsl::global_index();
    y[i0] = {function}({values});
}}
"""
_CPU = """extern "C" __attribute__((visibility("default"))) void {name}(int64_t n0, {inputs}, float *__restrict__ y) {{
    for (int64_t i0 = 0; i0 < n0; ++i0) y[i0] = {function}({values});
}}
"""


def operands() -> dict[str, int]:
    """The elementwise functions of reals, and the numbers of their operands."""
    found = {}
    for name, op in OPS.items():
        is_real = op.family == "elementwise" and Kind.REAL in op.kinds and "n" not in op.signature
        if is_real and op.c.startswith("tdsl::"):
            found[name] = len(TABLE[name][1])
    return found


def _lines(form: str) -> str:
    lines = []
    for name, count in operands().items():
        inputs = ", ".join(f"const float *__restrict__ x{k}" for k in range(count))
        values = ", ".join(f"x{k}[i0]" for k in range(count))
        lines.append(form.format(name=f"{name}_f32", inputs=inputs, values=values, function=OPS[name].c))
    return "\n".join(lines)


def _unit(kernels: str) -> str:
    return f'#include "tdsl/cuda/device.hpp"\nnamespace tdsl_unit {{\n{kernels}}}\n'


def device_unit() -> str:
    return _unit(_lines(_DEVICE))


def one_element_unit() -> str:
    return _unit(_lines(_ONE_ELEMENT))


def cpu_unit() -> str:
    """With fused multiplications and additions, also on processors that lack them."""
    return f'#define __FMA__ 1\n#include "tdsl/math.hpp"\n{_lines(_CPU)}'
