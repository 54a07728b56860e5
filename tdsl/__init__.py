"""tdsl: an ahead-of-time compiler from a small language of expressions to native extension modules.

Names are looked up on first use, so that importing the package costs nothing.
"""

# The constant of `typing`, without importing it.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from tdsl.api import compile, program
    from tdsl.settings.code import config
    from tdsl.source import CompilerBug, UserError

__version__ = "0.1.0"
__all__ = ["CompilerBug", "UserError", "__version__", "compile", "config", "program"]

_HOMES = {
    "compile": "tdsl.api",
    "config": "tdsl.settings.code",
    "program": "tdsl.api",
    "CompilerBug": "tdsl.source",
    "UserError": "tdsl.source",
}


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'tdsl' has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
