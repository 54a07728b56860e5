"""The public attributes of a generated module, made from its description, its entries and its core.

In a bundle `__name__` is the name that the generated module was imported by.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from .conversion import CopyWarning
from .cublas import installed_cublas as installed_cublas
from .description import ModuleTable
from .devices import default_device as default_device
from .environment import given_memory, given_threads
from .model import entry_lists, make_model
from .profile import Reading, profiler


def module_attributes(
    module: ModuleTable,
    core: type | None,
    entries: Mapping[str, object],
    read_laps: Callable[[], Reading] | None = None,
) -> dict[str, object]:
    """The public names: `Model` if there are variables, otherwise the entries; `profile` if statements are timed."""

    def build_info() -> dict[str, object]:
        """The source, settings and compiler that this module was built with."""
        import json

        info: dict[str, object] = json.loads(module["build"] or "{}")
        return info

    (
        given_memory(),
        given_threads(),
    )  # an error of theirs is reported at import, not later
    build_info.__qualname__ = "build_info"
    # Copies and pickles of an entry in a list find it by its own name.
    elements = {name: entry for name, entry in entries.items() if "[" in name and core is None}
    alone = {name: entry for name, entry in entries.items() if "[" not in name}
    public: dict[str, object] = {**alone, **entry_lists(entries)}
    if core is not None:
        public = {"Model": make_model(module, core, entries)}
    public["build_info"] = build_info
    if read_laps is not None:
        public["profile"] = profiler(module, read_laps)
    public.setdefault("CopyWarning", CopyWarning)  # unless an entry has that name
    names = {"__all__": sorted(public), "__getattr__": _refused(module, entries)}
    return {"__doc__": module["doc"] or None, **elements, **public, **names}


def _refused(module: ModuleTable, entries: Mapping[str, object]) -> Callable[[str], object]:
    """The module's `__getattr__`: an error that says where entries and values of models are found."""
    methods = {name.partition("[")[0] for name in entries}
    values = {re.split(r"[.\[]", variable["name"])[0] for variable in module["variables"]}

    def __getattr__(name: str) -> object:
        kind = "method" if name in methods else "value" if name in values else ""
        hint = f"; it is a {kind} of a model: {module['name']}.Model().{name}" if kind else ""
        raise AttributeError(f"module '{module['name']}' has no attribute '{name}'{hint}")

    return __getattr__
