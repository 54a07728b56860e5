from __future__ import annotations

del annotations


def _contents():
    """All of the module, where the names that its entries have cannot reach, builtins included."""
    from builtins import @builtins

@contents

    return numpy_module(@table, @entries, @initialise)


globals().update(_contents())
