"""tanh(x) … tanh_slope(x) → y … 1 - y · y: derivatives of functions are made of the functions' results, where these are
functions of matrix products."""

from __future__ import annotations

from tdsl.ir.program import Program
from tdsl.ir.rewrite import rewrite_scopes
from tdsl.ops.slopes import by_results


def slopes(program: Program) -> Program:
    return rewrite_scopes(program, lambda order, roots: by_results(order))
