"""What a generated module shows to the world, made from its description, its entries and its core.

Wherever these files run as a bundle, `__name__` is the name the generated module was imported by.
"""

from __future__ import annotations

from collections.abc import Mapping

from .conversion import CopyWarning
from .description import ModuleTable
from .environment import given_memory, given_threads
from .model import make_model


def module_attributes(module: ModuleTable, core: type | None, entries: Mapping[str, object]) -> dict[str, object]:
    """The public names: `Model` where there are variables, otherwise the entries themselves."""

    def build_info() -> dict[str, object]:
        """What this module was built from, with what, and how."""
        import json

        info: dict[str, object] = json.loads(module["build"] or "{}")
        return info

    given_memory(), given_threads()  # what they do not understand is better told now than in the middle of the work
    build_info.__qualname__ = "build_info"
    public: dict[str, object] = dict(entries) if core is None else {"Model": make_model(module, core, entries)}
    public["build_info"] = build_info
    public.setdefault("CopyWarning", CopyWarning)  # unless an entry has that name
    return {"__doc__": module["doc"] or None, **public, "__all__": sorted(public)}
