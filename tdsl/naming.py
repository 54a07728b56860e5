"""The name of a module: that of its file, if Python can import it; and names of entries that are not there."""

from __future__ import annotations

import keyword
import sys
from collections.abc import Iterable
from pathlib import Path

from tdsl.source import Source, UserError, fail
from tdsl.spelling import suggestion

_LONGEST = 200
_TAKEN = {"numpy", "tdsl", *sys.stdlib_module_names}


def module_name(source: Source) -> str:
    """The name Python imports the module by; raises `UserError` TD0405 if it cannot."""
    name = Path(source.name).stem
    if len(name) > _LONGEST:
        message = f"the name {name[:20]}… has {len(name)} letters; with the ending of a module no file can be called so"
        raise fail("TD0405", message, None, hint=f"{_LONGEST} letters are the most")
    if not _can_be_imported(name):
        hint = f"call the file {_as_identifier(name)}.tdsl"
        raise fail("TD0405", f"{name!r} cannot be the name of a Python module", None, hint=hint)
    if name in _TAKEN or (name.startswith("__") and name.endswith("__")):
        message = f"{name!r} would hide the module of that name that Python, NumPy or tdsl bring"
        raise fail("TD0405", message, None, hint=f"call the file my_{name.strip('_')}.tdsl")
    return name


def unknown_entry(name: str, entries: Iterable[str]) -> UserError:
    """The error for an entry that a command should take."""
    hint = suggestion(name, entries, f"the entries are {', '.join(entries)}")
    return fail("TD0404", f"there is no entry '{name}'", None, hint=hint)


def _can_be_imported(name: str) -> bool:
    return name.isascii() and name.isidentifier() and not keyword.iskeyword(name)


def _as_identifier(name: str) -> str:
    letters = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name)
    return letters if _can_be_imported(letters) else f"model_{letters}"
