"""The table of operations, one line each.  Importing this package fills `tdsl.ir.OPS`."""

from tdsl.ops import (
    contraction,
    elementwise,
    functions,
    indexing,
    products,
    reductions,
    scan,
    sources,
    views,
)

__all__ = ["contraction", "elementwise", "functions", "indexing", "products", "reductions", "scan", "sources", "views"]
