"""Names, types and shapes: from syntax to the typed program."""

import tdsl.ops  # noqa: F401  fills the op table before anything looks at it
from tdsl.check.analysis import Analysis, analyse, check
from tdsl.check.checker import Options
from tdsl.check.gradient import differentiate

__all__ = ["Analysis", "Options", "analyse", "check", "differentiate"]
