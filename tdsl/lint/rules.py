"""The rules, and all that they find in a program."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tdsl.lint.allowances import silenced
from tdsl.lint.domains import outside_domain
from tdsl.lint.hiding import hiding
from tdsl.lint.stretches import stretching
from tdsl.lint.subject import Subject
from tdsl.lint.symmetry import symmetric
from tdsl.lint.training import untrained, unused_derivatives
from tdsl.lint.unused import unused
from tdsl.source import Diagnostic

RULES: dict[str, Callable[[Subject], Iterator[Diagnostic]]] = {
    "TD0502": unused,
    "TD0503": hiding,
    "TD0504": untrained,
    "TD0505": unused_derivatives,
    "TD0506": symmetric,
    "TD0507": outside_domain,
    "TD0508": stretching,
}
"""By their codes."""


def lint(subject: Subject) -> tuple[Diagnostic, ...]:
    """The warnings about a file, in the order of their places; each once."""
    found: dict[tuple[object, ...], Diagnostic] = {}
    for rule in RULES.values():
        for one in rule(subject):
            if one.span and subject.is_own(one.span):
                found.setdefault((one.code, one.span.start, one.span.end, one.message), one)
    left = silenced(list(found.values()), subject.file.source)
    return tuple(sorted(left, key=lambda one: (one.span.start if one.span else -1, one.code)))
