"""Classes that all modules of a process share, so that one filter or one `except` names those of all."""

from __future__ import annotations

import sys
from typing import TypeVar

SHARED_MODULE = "_tdsl_shared"  # in sys.modules; nothing else is in it

Shared = TypeVar("Shared", bound=type)


def shared(made: Shared) -> Shared:
    """The class of that name of the first module that was imported."""
    import types

    made.__module__, made.__qualname__ = SHARED_MODULE, made.__name__
    home = sys.modules.setdefault(SHARED_MODULE, types.ModuleType(SHARED_MODULE))
    found: Shared = home.__dict__.setdefault(made.__name__, made)
    return found
