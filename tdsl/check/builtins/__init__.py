"""The functions of the language itself, by topic, a few lines each.  Whatever can be written in tdsl is in tdsl/std
instead."""

import math

from tdsl.check.builtins import (
    derivatives,
    elementwise,
    initial,
    positions,
    reductions,
    views,
)
from tdsl.check.builtins.define import BUILTINS, Builtin, Site
from tdsl.check.values import Scope, Static, Value

CONSTANTS: dict[str, Value] = {
    "true": Static(True),
    "false": Static(False),
    "pi": Static(math.pi),
    "e": Static(math.e),
    "inf": Static(math.inf),
    "nan": Static(math.nan),
}


def universe() -> Scope:
    """The scope around every file."""
    return Scope(values={**BUILTINS, **CONSTANTS})


__all__ = [
    "BUILTINS",
    "CONSTANTS",
    "Builtin",
    "Site",
    "derivatives",
    "elementwise",
    "initial",
    "positions",
    "reductions",
    "universe",
    "views",
]
