"""Names, types and shapes: from syntax to the typed program."""

import tdsl.ops  # noqa: F401  fills the op table before anything looks at it
from tdsl.check.checker import check, differentiate
from tdsl.check.context import Options

__all__ = ["Options", "check", "differentiate"]
