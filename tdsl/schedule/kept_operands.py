"""Operands of products that stay the same through the steps of a loop: they are packed once.

for step: h[…] @ U[…]      →      for step: h[…] @ U[…, kept]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from tdsl.loops.language import AffineMatrix, Contraction, Kept, Loop, Module, Routine, Statement
from tdsl.loops.rebuild import rebuild
from tdsl.types import Kind

MOST_KEPT = 16
"""The number of operands of a routine that are kept, for which threads have memory: most_kept of buffer.hpp."""


def kept_operands(module: Module) -> Module:
    return module.each(_kept)


def _kept(routine: Routine) -> Routine:
    numbers = count()

    def around(statement: Statement) -> Statement:
        if not isinstance(statement, Loop):
            return statement
        return replace(statement, body=rebuild(statement.body, lambda line: _through(statement, line, numbers)))

    return replace(routine, statements=rebuild(routine.statements, around))


def _through(loop: Loop, statement: Statement, numbers: Iterator[int]) -> Statement:
    """A product with the operands kept that no step of a loop changes; loops around come after those inside."""
    if not isinstance(statement, Contraction) or statement.batch or statement.dtype.kind is not Kind.REAL:
        return statement
    constant = {*loop.inputs} - {*loop.outputs}

    def through(operand: AffineMatrix) -> AffineMatrix:
        if operand.buffer not in constant or loop.counter in operand.offset.symbols():
            return operand
        number = operand.kept.number if operand.kept else next(numbers)
        return replace(operand, kept=Kept(loop.counter, number)) if number < MOST_KEPT else operand

    return replace(statement, left=through(statement.left), right=through(statement.right))
