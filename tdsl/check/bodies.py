"""The names that the body of a function or rule takes from around it.

A body is checked for types where it is called; these are looked up once, so that one never called hides no unknown
name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from tdsl import syntax


def free_names(item: syntax.Fn | syntax.Rule) -> list[syntax.Name]:
    """Every use of a name that the file around the body must have."""
    own = {parameter.name.name for parameter in item.parameters}
    if isinstance(item, syntax.Rule):
        own |= {item.parameter.name, item.gradient.name}
    names: list[syntax.Name] = []
    for part in _parts(item):
        if isinstance(part, syntax.Let):
            own |= {name.name for name in part.names}
        elif isinstance(part, syntax.Stored):
            own.add(part.name.name)
        elif isinstance(part, syntax.Name):
            names.append(part)
    return [name for name in names if name.name not in own]


_DECLARING = ("name", "names", "target", "parameter", "gradient")


def _parts(item: syntax.Syntax) -> Iterator[syntax.Syntax]:
    """Everything below an item in the order of the text, names that declare or are updated left out."""
    stack: list[object] = [item]
    while stack:
        part = stack.pop()
        if isinstance(part, tuple):
            stack.extend(reversed(part))
        elif isinstance(part, syntax.Syntax):
            yield part
            stack.extend(getattr(part, field.name) for field in reversed(fields(part)) if field.name not in _DECLARING)
