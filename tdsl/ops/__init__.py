"""The table of operations, one line each.  Importing this package fills `tdsl.ir.OPS`."""

from tdsl.ops import (
    contraction,
    cumulative,
    decompositions,
    elementwise,
    functions,
    indexing,
    linear_algebra,
    products,
    reductions,
    scan,
    scan_gradient,
    sorting,
    sources,
    special,
    views,
    writes,
)

__all__ = [
    "contraction",
    "cumulative",
    "decompositions",
    "elementwise",
    "functions",
    "indexing",
    "linear_algebra",
    "products",
    "reductions",
    "scan",
    "scan_gradient",
    "sorting",
    "sources",
    "special",
    "views",
    "writes",
]
