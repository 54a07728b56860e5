"""What a generated module shows to the world, made from its description, its entries and its core.

Wherever these files run as a bundle, `__name__` is the name the generated module was imported by.
"""

from __future__ import annotations

from collections.abc import Mapping

from .conversion import CopyWarning
from .description import ModuleTable
from .model import make_model


def module_attributes(module: ModuleTable, core: type | None, entries: Mapping[str, object]) -> dict[str, object]:
    """The public names: `Model` where there are variables, otherwise the entries themselves."""

    def build_info() -> dict[str, object]:
        """What this module was built from, with what, and how."""
        import json

        info: dict[str, object] = json.loads(module["build"] or "{}")
        return info

    CopyWarning.__qualname__ = "CopyWarning"  # the NumPy target defines it inside a function
    public: dict[str, object] = dict(entries) if core is None else {"Model": make_model(module, core, entries)}
    public["build_info"] = build_info
    public.setdefault("CopyWarning", CopyWarning)  # unless an entry has that name
    return {"__doc__": module["doc"] or None, **public, "__all__": sorted(public)}
