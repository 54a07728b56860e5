"""The objects of the runtime that the kernels of a module call: a kind of work and a type, such as `gemm-f32`."""

from __future__ import annotations

from tdsl.loops.body import Compute
from tdsl.loops.language import Call, Contraction, Module, Reduce, walk
from tdsl.loops.routines import ROUTINES
from tdsl.types import Kind

_DRAWS = ("standard_normal", "standard_truncated_normal", "random_binomial")


def runtime_calls(module: Module) -> frozenset[str]:
    """The functions that the headers of `runtime/include/tdsl` leave to objects; kernels may call fewer, never more."""
    found: set[str] = set()
    for routine in module.routines:
        for statement in walk(routine.statements):
            match statement:
                case Call():
                    parts = ROUTINES[statement.routine].parts
                    own = statement.dtype.name
                    found.update(part if part == "draws" or "-" in part else f"{part}-{own}" for part in parts)
                    continue
                case Contraction():
                    found.add(f"{'gemm' if statement.is_strided else 'affine_gemm'}-{statement.dtype.name}")
                case Reduce(combiner="sum" | "max" | "min") if statement.dtype.kind is Kind.REAL:
                    found.add(f"reductions-{statement.dtype.name}")
            body = getattr(statement, "body", ())
            if any(isinstance(one, Compute) and one.op in _DRAWS for one in body):
                found.add("draws")
    return frozenset(found)
