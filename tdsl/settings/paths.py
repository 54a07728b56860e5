"""Paths in settings are relative to their origin: the folder of a file, or the current folder of a command."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path

# Options of C++ compilers that take a path, at once or as the next word.
_OPTIONS = re.compile(
    r"(-I|-L|-B|-F|-isystem|-iquote|-idirafter|-isysroot|-include|-imacros|--sysroot=?|-specs=|-fprofile-use=|-fplugin=|@)"
    r"(.*)"
)


def placed(name: str, value: object, folder: Path) -> object:
    """The value of a setting from `folder`, with its relative paths made absolute."""
    if name == "flags":
        return _placed_flags(value, folder)
    if not isinstance(value, str) or not value or value.startswith(("~", "/")):
        return value
    if name == "cache_dir":
        return str(folder / value)
    if name == "compiler" and "/" in value.strip().partition(" ")[0]:
        return f"{shlex.quote(str(folder))}/{value}"
    return value


def _placed_flags(value: object, folder: Path) -> object:
    """Makes paths in flags absolute, as compilers run in a folder of the cache.  Only existing files are paths:
    `-include cmath` is searched for, and `a.so` may be another name."""
    try:
        words = shlex.split(value) if isinstance(value, str) else value
    except ValueError:
        return value
    if not isinstance(words, Iterable) or isinstance(words, bytes | Mapping):
        return value
    found: list[object] = []
    expected = False
    for word in words:
        if isinstance(word, str):
            option, path = _parts(word, expected)
            expected = bool(option) and not path
            if path and (folder / path).exists():
                word = f"{option}{folder / path}"
        found.append(word)
    return found


def _parts(word: str, expected: bool) -> tuple[str, str]:
    """An option that takes a path, and the path that is in the word, if it is one."""
    found = _OPTIONS.fullmatch(word)
    if found:
        return found[1], found[2]
    is_path = not word.startswith("-") and (expected or "/" in word or "." in word)
    return "", word if is_path else ""
