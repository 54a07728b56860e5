"""Readers of settings: from a raw value (text, number, TOML value) to the setting's value, or a ValueError."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
from collections.abc import Callable, Iterable, Mapping

from tdsl.visible import value_text

Reader = Callable[[object], object]
Defines = tuple[tuple[str, str], ...]

_MEBIBYTES = {"": 1, "m": 1, "g": 1 << 10, "t": 1 << 20}
_MOST_MEBIBYTES = (1 << 31) - 1
_NUMBER = r"[+-]?([0-9]{1,400}\.?[0-9]{0,400}|\.[0-9]{1,400})([eE][+-]?[0-9]{1,4})?"


def one_of(*options: str | int) -> Reader:
    def read(value: object) -> object:
        for option in options:
            if value_text(value, str) == str(option):
                return option
        raise ValueError("expected " + " or ".join(str(option) for option in options))

    return read


def switch(value: object) -> bool:
    if isinstance(value, str) and value.strip() in ("true", "false"):
        return value.strip() == "true"
    if not isinstance(value, bool):
        raise ValueError("expected true or false")
    return value


def sanitizers(value: object) -> tuple[str, ...]:
    """Names with commas between them, or a list of them."""
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
        raise ValueError("expected names with commas between them")
    found = tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
    if unknown := [name for name in found if name not in ("address", "undefined", "thread")]:
        raise ValueError(f"expected address, undefined or thread, not {unknown[0]}")
    if {"address", "thread"} <= set(found):
        raise ValueError("address and thread cannot watch the same code")
    return found


def number(low: int, high: int) -> Reader:
    def read(value: object) -> int:
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value.strip()):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"expected a whole number from {low} to {high}")
        return value

    return read


def mebibytes(low: int) -> Reader:
    """A number of MiB, or a text with a unit such as 2G."""

    def read(value: object) -> int:
        found = (
            re.fullmatch(r"([0-9]{1,9})\s?([mgt]?)(i?b)?", value.strip().lower()) if isinstance(value, str) else None
        )
        if found:
            value = int(found[1]) * _MEBIBYTES[found[2]]
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= _MOST_MEBIBYTES:
            raise ValueError(f"expected MiB, or a number with a unit such as 2G, from {low} to {_MOST_MEBIBYTES} MiB")
        return value

    return read


def text(value: object) -> str:
    if not isinstance(value, (str, os.PathLike)):
        raise ValueError("expected a text")
    found = os.fspath(value)
    if not isinstance(found, str) or "\0" in found:
        raise ValueError("expected a text")
    return found


def folder(value: object) -> str:
    found = os.path.expanduser(text(value))
    if found.startswith("~"):
        raise ValueError(f"there is no home folder for {found.partition('/')[0]}")
    return os.path.abspath(found) if found else ""


def words(value: object) -> tuple[str, ...]:
    """A shell-like text or a list of texts."""
    if isinstance(value, str):
        try:
            return tuple(shlex.split(value))
        except ValueError as problem:
            raise ValueError(f"expected words as in a shell: {problem}") from None
    if isinstance(value, Iterable) and not isinstance(value, (bytes, Mapping)):
        return tuple(text(word) for word in value)
    raise ValueError("expected a text or a list of texts")


def architecture(value: object) -> str:
    found = text(value)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.+-]*", found):
        raise ValueError("expected native, none or the name of an architecture such as x86-64-v3")
    return found


def device(value: object) -> str:
    """`cpu`, or a GPU: `cuda`, `cuda0` and `cuda:0` are the same."""
    found = re.fullmatch(r"cpu|cuda(?::?([0-9]{1,3}))?", value_text(value, str))
    if not found:
        raise ValueError("expected cpu, or cuda with the number of a GPU, such as cuda:0")
    return "cpu" if found[0] == "cpu" else f"cuda:{int(found[1] or 0)}"


def gpus(value: object) -> tuple[str, ...]:
    """Names such as sm_90 and compute_75, as words or a list."""
    found = tuple(dict.fromkeys(words(value)))
    if not found or not all(re.fullmatch(r"(sm|compute)_[1-9][0-9]{1,2}", name) for name in found):
        raise ValueError("expected architectures such as sm_90, or compute_75 for PTX, with spaces between them")
    if old := [name for name in found if int(name.partition("_")[2]) < 75]:
        raise ValueError(f"{old[0]} is too old: kernels run on GPUs of compute capability 7.5 or later")
    return found


def defines(value: object) -> Defines:
    """`H=500`, a list of such texts, pairs, or a table of names and numbers."""
    if isinstance(value, str):
        value = [value]
    pairs: list[tuple[object, object]] = []
    if isinstance(value, Mapping):
        pairs = list(value.items())
    elif isinstance(value, Iterable):
        for item in value:
            if isinstance(item, str):
                name, equals, given = item.partition("=")
                if not equals:
                    raise ValueError(f"expected NAME=VALUE, got {value_text(item)}")
                pairs.append((name, given))
            elif isinstance(item, tuple) and len(item) == 2:
                pairs.append((item[0], item[1]))
            else:
                raise ValueError("expected NAME=VALUE")
    else:
        raise ValueError("expected NAME=VALUE")
    return tuple(sorted({_name(name): _value(name, given) for name, given in pairs}.items()))


def guards(value: object) -> tuple[str, ...]:
    """A condition such as `value >= 0`, or a list of them."""
    found = (value,) if isinstance(value, str) else value
    if not isinstance(found, Iterable) or isinstance(found, (bytes, Mapping)):
        raise ValueError("expected a condition such as value >= 0")
    texts = tuple(dict.fromkeys(text(one).strip() for one in found))
    if not all(one and one.isprintable() for one in texts):
        raise ValueError("expected a condition such as value >= 0, on one line")
    return texts


def _name(value: object) -> str:
    if not isinstance(value, str) or not value.strip().isidentifier() or not value.isascii():
        raise ValueError(f"expected the name of a constant before =, got {value_text(value)}")
    return value.strip()


def _value(name: object, value: object) -> str:
    """The number or bool as the language spells it; of a tuple those of its parts, with a comma behind each but the
    last of several."""
    if isinstance(value, (tuple, list)):
        parts = [_value(name, part) for part in value if not isinstance(part, (tuple, list))]
        if len(parts) == len(value):
            return ",".join(parts) + "," * (len(parts) < 2)
    if isinstance(value, str) and "," in value:
        return _value(name, [part for part in re.sub(r"^\s*\((.*)\)\s*$", r"\1", value).split(",") if part.strip()])
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        with contextlib.suppress(ValueError):  # of more digits than Python writes
            value = repr(value)
    if isinstance(value, str) and (value.strip() in ("true", "false") or re.fullmatch(_NUMBER, value.strip())):
        return value.strip()
    raise ValueError(f"expected a number, true or false, or several with commas, for {name}, got {value_text(value)}")
