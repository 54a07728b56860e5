"""Units that apply each elementwise op to arrays of each type that it takes: its kernels for a device, and loops over
the functions of the runtime for the CPU."""

from __future__ import annotations

from collections.abc import Sequence

from tdsl.emit.cuda import Kernels
from tdsl.types import Dim, Kind
from tests.cuda.every_op import elementwise
from tests.cuda.units import kernels_of
from tests.lower.cases import Case, program
from tests.stages import stages

CASES = {case.name: case for case in elementwise(Dim.symbol("N"))}
_CPU = """extern "C" __attribute__((visibility("default")))
void {name}(int64_t n0, {inputs}, {result} *__restrict__ y) {{
    for (int64_t i0 = 0; i0 < n0; ++i0) y[i0] = {function}({values});
}}
"""


def has_function(case: Case) -> bool:
    """Whether a function of the runtime computes reals from reals; NumPy gives the same bits for all else."""
    (root,) = case.roots
    is_real = all(node.type.dtype.kind is Kind.REAL for node in (root, case.inputs[-1]))
    return is_real and root.op.c.startswith("tdsl::")


def device_unit(cases: Sequence[Case]) -> tuple[str, dict[str, str]]:
    """The text, and the kernel's name of each case."""
    kernels, names = Kernels(), {}
    for case in cases:
        count = len(kernels.names)
        kernels_of([stages(program([case]), "cuda").scheduled], before=kernels)
        (names[case.name],) = kernels.names[count:]
    return kernels.text, names


def cpu_unit(cases: Sequence[Case]) -> str:
    """With fused multiplications and additions, also on processors that lack them."""
    lines = []
    for case in filter(has_function, cases):
        inputs = ", ".join(f"const {node.type.dtype.c} *__restrict__ x{k}" for k, node in enumerate(case.inputs))
        values = ", ".join(f"x{k}[i0]" for k in range(len(case.inputs)))
        (root,) = case.roots
        lines.append(
            _CPU.format(name=case.name, inputs=inputs, result=root.type.dtype.c, function=root.op.c, values=values)
        )
    return "\n".join(['#define __FMA__ 1\n#include "tdsl/math.hpp"', *lines])
