"""The names in a generated unit: the user's own where C++ allows them, each unique in its scope.

W1 → W1      int → int_      W1.momentum.v → W1_momentum_v      __x → x      x, if there is one → x_2
"""

from __future__ import annotations

from collections.abc import Iterable

from tdsl.record import record

_KEYWORDS = """
    alignas alignof and and_eq asm atomic_cancel atomic_commit atomic_noexcept auto bitand bitor bool break case catch
    char char16_t char32_t char8_t class co_await co_return co_yield compl concept const const_cast consteval constexpr
    constinit continue decltype default delete do double dynamic_cast else enum explicit export extern false float for
    friend goto if inline int long mutable namespace new noexcept not not_eq nullptr operator or or_eq private
    protected public reflexpr register reinterpret_cast requires return short signed sizeof static static_assert
    static_cast struct switch synchronized template this thread_local throw true try typedef typeid typename typeof
    union unsigned using virtual void volatile wchar_t while xor xor_eq
"""
# Names of routines themselves, types, and small words that are macros somewhere.
_OTHERS = """
    call dims slots memory std main int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t size_t ptrdiff_t
    arm assert errno far hpux huge i386 interface isfinite isinf isnan isnormal linux major makedev max min minor mips
    near noreturn offsetof pascal pixel powerpc signbit small sparc stderr stdin stdout strdupa strndupa sun unix vax
    vector
"""
_RESERVED = frozenset((_KEYWORDS + _OTHERS).split())


def letters(text: str) -> str:
    """A text as part of a name: its words, as reserved names begin with a line or have two side by side."""
    kept = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in text)
    return "_".join(kept.split()) or "unnamed"


def identifier(text: str) -> str:
    """A name of C++ that is no keyword, no type and no macro: the latter are long words of capitals."""
    name = letters(text)
    if name[0].isdigit():
        name = f"v{name}"
    is_macro = name.upper() == name and sum(letter.isalpha() for letter in name) > 2
    return f"{name}_" if is_macro or name.startswith("tdsl") or name in _RESERVED else name


class Names:
    """The names of one scope, beside those visible from there."""

    def __init__(self, seen: Iterable[str] = ()) -> None:
        self._taken = set(seen)
        self._last: dict[str, int] = {}

    def add(self, wanted: str) -> str:
        """A free name as similar as possible to a text."""
        name = base = identifier(wanted)
        while name in self._taken:
            self._last[base] = self._last.get(base, 1) + 1
            name = f"{base.rstrip('_')}_{self._last[base]}"
        self._taken.add(name)
        return name


@record(frozen=True)
class EntryNames:
    """The functions of an entry."""

    run: str
    update: str
    workspace: str

    @staticmethod
    def of(entry: str, names: Names) -> EntryNames:
        kinds = ("run", "update", "workspace")
        return EntryNames(*(names.add(f"{kind}_{entry}") for kind in kinds))
