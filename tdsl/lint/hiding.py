"""TD0503: a name that hides one of the language, or one that the file declares above.

Parameters, members of models and states of loops may have any name: they are the words of their own definition.
"""

from __future__ import annotations

from collections.abc import Iterator

from tdsl.check.free_names import parts
from tdsl.check.values import FunctionValue, Value
from tdsl.lint.subject import Subject, warning
from tdsl.source import Diagnostic, Label
from tdsl.syntax import nodes as syntax


def hiding(subject: Subject) -> Iterator[Diagnostic]:
    file = subject.analysis.scope
    language = subject.analysis.checker.modules.universe.values
    for item in subject.file.items:
        outside = _outside(item)
        for name in (*outside, *_inside(item)):
            above = file.declared(name.name)
            if name not in outside and subject.is_own(above) and above and above.start < name.span.start:
                label = [Label(above, "this is hidden")]
                yield warning("TD0503", f"'{name.name}' hides the file's", name.span, label, _HINT)
            elif name.name in language and name.name not in file.imported and not _is_in(subject, language[name.name]):
                yield warning("TD0503", f"'{name.name}' hides that of the language", name.span, hint=_HINT)


def _is_in(subject: Subject, value: Value) -> bool:
    """Whether the language has the value from this very file, its prelude."""
    return isinstance(value, FunctionValue) and value.item.span.source.text == subject.file.source.text


_HINT = "choose another name"


def _outside(item: syntax.Item) -> tuple[syntax.Name, ...]:
    """The names that an item declares for the file."""
    match item:
        case syntax.Dims() | syntax.Let():
            return item.names
        case syntax.Use() | syntax.Derivative() | syntax.Entry() | syntax.Training():
            return ()
        case _:
            return (item.name,)


def _inside(item: syntax.Item) -> Iterator[syntax.Name]:
    """The names that definitions inside of an item declare."""
    members = item.members if isinstance(item, syntax.Model) else ()
    for part in parts(item):
        match part:
            case syntax.Let() if part is not item and part not in members:
                yield from part.names
            case syntax.Binding() | syntax.Each():
                yield part.name
