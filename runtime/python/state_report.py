"""The report of values that were taken over from elsewhere, and guesses at new names of old ones."""

from __future__ import annotations

import typing
from collections.abc import Collection, Iterable, Mapping

ArrayType = tuple[str, tuple[int, ...]]  # the name of a dtype, and a shape
INDENT = "\n  "


class StateReport(typing.NamedTuple):
    """Names of values of the model: those `loaded`, those `missing` in the source, and those `mismatched`, with the
    reason; `unexpected` are names in the source.  `renamed` has likely old names of new ones; `same_source` says
    whether the source is of the same text, if it says so."""

    loaded: list[str]
    missing: list[str]
    unexpected: list[str]
    mismatched: dict[str, str]
    renamed: dict[str, str]
    same_source: bool | None

    @property
    def advice(self) -> str:
        """The keyword that takes values with other names over."""
        return f"perhaps renamed={self.renamed}"

    def _with_its_states(self, name: str) -> str:
        """The states that begin anew with a changed value."""
        count = sum(other.startswith(f"{name}.") for other in self.mismatched)
        return f"; it begins anew with {count} state{'s' if count > 1 else ''}" if count else ""

    def __str__(self) -> str:
        count = len(self.loaded) + len(self.missing) + len(self.mismatched)
        text = "" if self.same_source is not False else ", of another text of the program"
        lines = [f"{len(self.loaded)} of {count} values are loaded{text}"]
        for label, names in (("kept", self.loaded), ("new", self.missing), ("gone", self.unexpected)):
            lines += [f"{label}: {_with_states(names)}"] if names else []
        changed = outermost(self.mismatched, self.mismatched)
        lines += [f"changed: {name} {self.mismatched[name]}{self._with_its_states(name)}" for name in changed]
        lines += [self.advice] if self.renamed else []
        return INDENT.join(lines)


def _with_states(names: list[str]) -> str:
    """The names, but only the number of the states whose values are among them."""
    listed = outermost(names, set(names))
    count = len(names) - len(listed)
    return ", ".join(listed) + (f" and {count} state{'s' if count > 1 else ''} of theirs" if count else "")


def outermost(names: Iterable[str], known: Collection[str]) -> list[str]:
    """Those that are no state of another value: W, and not W.momentum.v."""
    found = []
    for name in names:
        words = name.split(".")
        if not any(".".join(words[:length]) in known for length in range(1, len(words))):
            found.append(name)
    return found


def possibly_renamed(new: Mapping[str, ArrayType], old: Mapping[str, ArrayType | None]) -> dict[str, str]:
    """Likely old names of new values, or of the instances around them: those of the same type and last word, then those
    of the same type, in their order, if there are as many of each."""
    pairs: dict[str, str] = {}
    for with_word in (True, False):
        groups: dict[object, tuple[list[str], list[str]]] = {}
        for side, types in enumerate((new, old)):
            for name, type in types.items():
                if type is not None and name not in pairs and name not in pairs.values():
                    word = name.rpartition(".")[2] if with_word else ""
                    groups.setdefault((type, word), ([], []))[side].append(name)
        for ours, theirs in groups.values():
            if len(ours) == len(theirs):
                pairs.update(zip(ours, theirs, strict=True))
    return dict(_different_parts(*pair) for pair in pairs.items())


def _different_parts(new: str, old: str) -> tuple[str, str]:
    """Without the last words that are equal: the names of instances."""
    ours, theirs = new.split("."), old.split(".")
    while len(ours) > 1 and len(theirs) > 1 and ours[-1] == theirs[-1]:
        del ours[-1], theirs[-1]
    return ".".join(ours), ".".join(theirs)
