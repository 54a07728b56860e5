"""The functions of the language itself, by topic, a few lines each.  Functions that can be written in tdsl are in
tdsl/std instead."""

import math

from tdsl.check.builtins import (
    derivatives,
    elementwise,
    initial,
    joining,
    linear_algebra,
    matrices,
    positions,
    random,
    reductions,
    sorting,
    views,
    windows,
)
from tdsl.check.builtins.define import BUILTINS, BuiltinCall
from tdsl.check.values import Builtin, CompileTime, Scope, Value

CONSTANTS: dict[str, Value] = {
    "true": CompileTime(True),
    "false": CompileTime(False),
    "pi": CompileTime(math.pi),
    "e": CompileTime(math.e),
    "inf": CompileTime(math.inf),
    "nan": CompileTime(math.nan),
}


def universe() -> Scope:
    """The scope around every file."""
    return Scope(values={**BUILTINS, **CONSTANTS})


__all__ = [
    "BUILTINS",
    "CONSTANTS",
    "Builtin",
    "BuiltinCall",
    "derivatives",
    "elementwise",
    "initial",
    "joining",
    "linear_algebra",
    "matrices",
    "positions",
    "random",
    "reductions",
    "sorting",
    "universe",
    "views",
    "windows",
]
