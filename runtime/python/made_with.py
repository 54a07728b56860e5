"""The versions and settings that values were made with."""

from __future__ import annotations

import sys

import numpy as np

from .description import ModuleTable
from .environment import given_threads


def made_with(module: ModuleTable) -> dict[str, object]:
    """As values of JSON; `threads` 0 stands for one per CPU."""
    import json

    build = json.loads(module["build"] or "{}")
    return {
        "threads": given_threads() or module["options"]["threads"],
        "versions": {"python": sys.version.split()[0], "numpy": np.__version__, "tdsl": build.pop("tdsl", "")},
        "build": {name: value for name, value in build.items() if name != "entries"},
    }
