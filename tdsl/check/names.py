"""Looking names up, and the errors for those that nothing has."""

from __future__ import annotations

from collections.abc import Callable

from tdsl.check.elements import definition_around
from tdsl.check.foreign_names import advice, is_word
from tdsl.check.values import POISON, CompileTime, Poisoned, Scope, Value
from tdsl.source import Diagnostic, Label, Span, UserError, fail
from tdsl.spelling import closest
from tdsl.syntax import nodes as syntax
from tdsl.syntax.habits import NAMED_SIZE

MOST_LISTED = 12


def look_up(scope: Scope, name: syntax.Name) -> Value:
    """The value of a name; raises `UserError` with the closest names if there is none."""
    value = scope.find(name.name)
    if value is POISON:
        raise Poisoned
    if value is None:
        raise unknown_name(scope, name)
    return value


def unknown_name(start: Scope, name: syntax.Name) -> UserError:
    """The error for a name that nothing has; silence where a file that failed may have brought it."""
    known: list[str] = []
    scope: Scope | None = start
    elsewhere: Callable[[str], str | None] = _nowhere
    while scope is not None:
        if name.name in scope.later:
            if scope.later[name.name].start < name.span.start:
                return fail("TD0201", f"'{name.name}' is used in its own value", name.span)
            below = Label(scope.later[name.name], "declared only here")
            return fail("TD0201", f"'{name.name}' is used before it is declared", name.span, below, hint="move it up")
        if scope.incomplete:
            raise Poisoned
        if name.name in scope.entries:
            return _entry_called(name, scope.entries[name.name])
        if name.name in scope.sizes and is_word(name.name):
            return fail("TD0201", f"there is no size '{name.name}'", name.span, hint=NAMED_SIZE)
        if name.name in scope.sizes and (missing := _missing_sizes(scope, name.name)):
            return missing
        known += scope.values
        elsewhere = scope.elsewhere or elsewhere
        scope = scope.outer
    module = elsewhere(name.name)
    hint = f"use {module}: {name.name}" if module else _instead(name, known, elsewhere)
    return _unknown_index(start, name) if hint is None and definition_around(start) else _nothing(name, hint)


def _nothing(name: syntax.Name, hint: str | None, *labels: Label) -> UserError:
    return fail("TD0201", f"there is nothing called '{name.name}'", name.span, *labels, hint=hint)


def _unknown_index(scope: Scope, name: syntax.Name) -> UserError:
    """The error for what may be an index that nothing introduces here."""
    definition = definition_around(scope)
    assert definition is not None
    for index in definition.indices.values():
        if index.name == name.name:
            return _nothing(
                name, "an index ends with the brackets of its reduction", Label(index.span, "introduced here")
            )
    left = ", ".join([*(index.name for index in definition.left), name.name])
    return _nothing(name, f"an index is named on the left, [{left}], or by a reduction, sum[{name.name}](…)")


def _missing_sizes(scope: Scope, name: str) -> UserError | None:
    """The error for all names that types of this file have as sizes and nothing declares, reported once, or
    the first of very many; None where the name is a slip of the pen."""
    declared = [other for other, value in scope.values.items() if isinstance(value, CompileTime)]
    missing = {
        other: size
        for other, size in scope.sizes.items()
        if scope.find(other) is None and not closest(other, declared) and not is_word(other)
    }
    if name not in missing:
        return None
    scope.values |= dict.fromkeys(missing, POISON)
    missing = dict([*missing.items()][:MOST_LISTED])
    called = [other for other, size in missing.items() if not size.fixed]
    fixed = [other for other, size in missing.items() if size.fixed]
    hints = [f"declare {'it' if len(called) == 1 else 'them'} above: dim {', '.join(called)}"] * bool(called)
    hints += [f"declare it above: const {other} = 10; sizes of a shared or state are fixed" for other in fixed]
    first, *others = (Label(size.span, "") for size in missing.values())
    *names, last = (f"'{other}'" for other in missing)
    listed = f"{', '.join(names)} or {last}" if names else last
    what = f"there is nothing called {listed}"
    return UserError(Diagnostic("TD0201", what, first.span, tuple(others), tuple(hints)))


def _nowhere(name: str) -> str | None:
    return None


def _instead(name: syntax.Name, known: list[str], elsewhere: Callable[[str], str | None]) -> str | None:
    """The hint for an unknown name."""
    meant = closest(name.name, known)
    if meant is not None and meant.lower() == name.name.lower():
        return f"did you mean '{meant}'?"
    after = name.span.source.text[name.span.end : name.span.end + 200].partition("\n")[0]
    found = advice(name.name, after, known, elsewhere)
    if found or meant:
        return found or f"did you mean '{meant}'?"
    if name.name.isupper() and len(name.name) == 1:
        return f"a size is declared by dim {name.name} or const {name.name} = 10, a trained value by shared"
    return None


def _entry_called(name: syntax.Name, declared: Span) -> UserError:
    return fail(
        "TD0201",
        f"'{name.name}' is an entry, which only Python calls",
        name.span,
        Label(declared, "declared here"),
        hint=f"fn {name.name}(…) = … can be called here, and the entry can call it too",
    )
