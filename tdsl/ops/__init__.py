"""The table of operations, one line each.  Importing this package fills `tdsl.ir.OPS`."""

from tdsl.ops import (
    contraction,
    elementwise,
    indexing,
    products,
    reductions,
    sources,
    views,
)

__all__ = ["contraction", "elementwise", "indexing", "products", "reductions", "sources", "views"]
