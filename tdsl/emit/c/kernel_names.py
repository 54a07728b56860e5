"""The names of kernels by their operations: `map_sigmoid`, `sum_rows_of_exp`, `gemm_sub_mul`."""

from __future__ import annotations

from collections.abc import Iterable

from tdsl.ir.node import OPS
from tdsl.loops.body import Body, BoundsCheck, Compute, Divide, Literal, operands
from tdsl.loops.language import Call, Contraction, Leaf, Map, Probe, Reduce, RowGroup, Scatter

_MOST = 3
_WITHOUT_A_NAME = frozenset(("cast", "select"))


def kernel_name(statement: Leaf | RowGroup) -> str:
    match statement:
        case Map():
            made = _words(statement.body, [store.register for store in statement.stores])
            only_literals = all(isinstance(instruction, Literal) for instruction in statement.body)
            made = made or ("fill" if only_literals else "copy" if statement.stores else "check")
            return f"{'map' if statement.axes else 'scalar'}_{made}"
        case Reduce():
            made = _words(statement.body, [statement.value])
            along = "columns" if statement.along == "kept" else "rows" if statement.kept else "all"
            return f"{statement.combiner}_{along}" + (f"_of_{made}" if made else "")
        case Contraction():
            registers = [store.register for store in statement.stores]
            made = _words(statement.body, registers)
            kind = "batched" if statement.batch else "", "" if statement.is_strided else "affine"
            return "_".join(filter(None, (*kind, "gemm", made)))
        case Scatter():
            return "scatter_add" if statement.adds else "scatter"
        case Call():
            return statement.routine
        case Probe():
            return "probe"
        case RowGroup():
            return "_".join(dict.fromkeys(map(kernel_name, statement.statements[:_MOST])))


def _words(body: Body, registers: Iterable[int]) -> str:
    """The functions that make some registers, from the last on; without one, the operators."""
    functions: dict[str, None] = {}
    operators: dict[str, None] = {}
    waiting = list(dict.fromkeys(registers))
    seen = set(waiting)
    for register in waiting:
        if len(functions) == _MOST:
            break
        instruction = body[register]
        match instruction:
            case Compute(op) if op not in _WITHOUT_A_NAME:
                (functions if OPS[op].c[0].isalpha() else operators)[op] = None
            case Divide(op):
                functions[op] = None
            case BoundsCheck():
                functions["gather"] = None
            case _:
                pass
        waiting += [operand for operand in operands(instruction) if operand not in seen]
        seen.update(operands(instruction))
    return "_".join([*(functions or operators)][:_MOST])
