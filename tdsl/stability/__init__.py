"""Stability rewrites: naive forms of a function → the same function without overflow, underflow and lost digits.

A derivative is taken from the cost as it is, so the rewrites act twice: on each cost before it is differentiated, and
as passes on the values of the program.  One group of rules a file, each opening with *before → after*.

A rewrite may change rounding.  It keeps faults, NaN, and every infinity that the function itself has; a zero has the
sign of the values near it.
"""

from tdsl.stability.engine import Group, Rewrite, Step, stabilised
from tdsl.stability.logarithms import Logarithms
from tdsl.stability.logistic import logistic
from tdsl.stability.moments import moments
from tdsl.stability.near_one import near_one
from tdsl.stability.powers import powers
from tdsl.stability.softmaxes import softmaxes
from tdsl.stability.systems import systems

GROUPS = (
    Group("near_one", lambda moved: near_one, frozenset({"exp", "log", "erf", "erfc"})),
    Group("logistic", lambda moved: logistic, frozenset({"exp", "sigmoid", "tanh"})),
    Group("logarithms", Logarithms, frozenset({"log", "log1p", "log2", "log10"})),
    Group("softmaxes", lambda moved: softmaxes, frozenset({"exp"})),
    Group("powers", lambda moved: powers, frozenset({"sqrt", "exp", "pow"})),
    Group("moments", lambda moved: moments, frozenset({"sum"})),
    Group("systems", lambda moved: systems, frozenset({"lu_solve"})),
)
"""In their order: each expects the forms that those before it make."""

__all__ = ["GROUPS", "Group", "Rewrite", "Step", "stabilised"]
