"""Units that use every op of the table: the elementwise ones with each type that they take, the templates and routines
of all others with each type of elements.

`python -m tests.cuda.every_op sm_80 sm_100 …` compiles them for other GPUs than the tests do, without spills.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

from tdsl.emit.c.kernels import scatter_template
from tdsl.ir.node import IllTyped, apply
from tdsl.loops.language import Branch, Call, Contraction, Loop, Map, Module, Reduce, Scatter, Statement, walk
from tdsl.types import DTYPES, Dim, Kind
from tests.cuda.units import compiled, kernels_of
from tests.lower.cases import Case, all_cases, argument, program
from tests.ops.elementwise import elementwise_cases
from tests.stages import stages

SPILLS = re.compile(r"entry function '(\w+)'(?:.|\n)*?(\d+ bytes spill stores, \d+ bytes spill loads)")
NO_SPILLS = "0 bytes spill stores, 0 bytes spill loads"


def elementwise(*shape: Dim) -> Iterator[Case]:
    """Each op with each type of operands and results."""
    found = set()
    for case in elementwise_cases():
        if case.op == "if":  # a branch
            continue
        for dtype in DTYPES.values():
            types = [case.fixed.get(place, dtype) for place in range(len(case.shapes))]
            inputs = tuple(argument(name, each, *shape) for name, each in zip("abc", types, strict=False))
            try:
                root = apply(case.op, *inputs, **case.attributes)
            except IllTyped:
                continue
            key = case.op, *types, root.type.dtype
            if key not in found:
                found.add(key)
                yield Case("_".join(map(str, key)), (root,), inputs)


def template(statement: Statement) -> object:
    """The template or routine that a statement uses, with its types.

    Products of f32 and f64 are those of the golden programs and of gemm.cu, and take long."""
    match statement:
        case Call():
            return statement.routine, statement.dtype, len(statement.inputs)
        case Reduce():
            return statement.combiner, statement.dtype, statement.along
        case Scatter():
            return scatter_template(statement), len(statement.axes)
        case Contraction():
            return None if statement.dtype.kind is Kind.REAL else statement.dtype
        case Map():
            return statement.order, len(statement.axes)
    return type(statement)


def elementwise_unit() -> str:
    """Of scalars, which compile sooner than loops."""
    return kernels_of([stages(program([*elementwise()]), "cuda").scheduled]).text


@cache
def _module() -> Module:
    return stages(program(all_cases()), "cuda").scheduled


def templates() -> dict[object, Statement]:
    """Every template and routine once for each type, with the statement that uses it first."""
    found: dict[object, Statement] = {}
    for routine in _module().routines:
        for statement in walk(routine.statements):
            if not isinstance(statement, Branch | Loop):
                found.setdefault(template(statement), statement)
    found.pop(None)
    return found


def template_unit(of_routines: bool) -> str:
    """Compiled in two units, which take seconds."""
    chosen = {id(line) for line in templates().values() if isinstance(line, Call) == of_routines}
    return kernels_of([_module()], lambda statement: id(statement) in chosen).text


UNITS: dict[str, Callable[[], str]] = {
    "elementwise": elementwise_unit,
    "routines": partial(template_unit, True),
    "nests": partial(template_unit, False),
}


def spilled(text: str, architecture: str, folder: Path) -> tuple[int, list[str]]:
    """The number of kernels, and those that keep values in memory."""
    _, output = compiled(text, architecture, folder, "--ptxas-options=-v")
    assert "warning" not in output, output
    found = SPILLS.findall(output)
    return len(found), [name for name, spills in found if spills != NO_SPILLS]


def main(architectures: list[str]) -> None:
    for architecture in architectures:
        for name, unit in UNITS.items():
            with tempfile.TemporaryDirectory() as folder:
                count, names = spilled(unit(), architecture, Path(folder))
            found = f"{count} kernels, spills: {' '.join(names) or 'none'}" if count else "PTX"
            print(f"{architecture} {name}: {found}")


if __name__ == "__main__":
    main(sys.argv[1:])
