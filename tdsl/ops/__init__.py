"""The table of operations, one line each.  Importing this package fills `tdsl.ir.OPS`."""

from tdsl.ops import contraction, elementwise, indexing, reductions, sources, views

__all__ = ["contraction", "elementwise", "indexing", "reductions", "sources", "views"]
