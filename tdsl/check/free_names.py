"""The names that an item takes from around it, and those that types have as sizes.

The body of a function or rule is checked for types where it is called; its names are looked up once, so that one never
called hides no unknown name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from itertools import zip_longest

from tdsl.check.values import SizeUse, member_names
from tdsl.source import Span
from tdsl.syntax import nodes as syntax
from tdsl.syntax.nodes import REDUCTIONS


def free_names(item: syntax.Item) -> list[syntax.Name]:
    """Every use of a name that the file around the item must have."""
    if isinstance(item, syntax.Model):
        return _free_in_model(item)
    own: set[str] = set()
    if isinstance(item, syntax.Fn | syntax.Derivative | syntax.Rule | syntax.Entry):
        own |= {parameter.name.name for parameter in item.parameters}
    if isinstance(item, syntax.Rule):
        own |= {item.parameter.name, item.gradient.name}
    if isinstance(item, syntax.Derivative):
        own |= {item.output.name, item.gradient.name}
    found: list[syntax.Name] = []
    # Each scope with the parts of it; inside of a loop names mean those of its own first.
    scopes: list[tuple[syntax.Syntax | tuple[syntax.Syntax, ...], set[str]]] = [(item, own)]
    for scope, own in scopes:
        names: list[syntax.Name] = []
        for part in parts(scope, through=False):
            if isinstance(part, syntax.For) and part is not scope:
                scopes.append((part.body, own | {binding.name.name for binding in part.bindings}))
            elif isinstance(part, syntax.Elements):
                scopes.append(((part.element,), own | {axis.name.name for axis in part.axes}))
            elif isinstance(part, syntax.Call):
                own |= _introduced(part)
            elif isinstance(part, syntax.Let):
                own |= {name.name for name in part.names}
            elif isinstance(part, syntax.Stored | syntax.Each):
                own.add(part.name.name)
            elif isinstance(part, syntax.Name):
                names.append(part)
        found += [name for name in names if name.name not in own]
    return found


def _introduced(call: syntax.Call) -> set[str]:
    """The indices that `sum[j](…)` introduces."""
    over = call.function
    if isinstance(over, syntax.Index) and isinstance(over.value, syntax.Name) and over.value.name in REDUCTIONS:
        return {index.name for index in over.indices if isinstance(index, syntax.Name)}
    return set()


def _free_in_model(model: syntax.Model) -> list[syntax.Name]:
    own = {name.name for member in model.members for name in member_names(member)}
    own |= {parameter.name.name for parameter in model.parameters}
    names = [part for part in parts(model.parameters) if isinstance(part, syntax.Name)]
    names += [name for member in model.members for name in free_names(member)]
    return [name for name in names if name.name not in own]


def unknown_attributes(item: syntax.Item, besides: list[syntax.Name], reported: list[Span]) -> list[syntax.Attribute]:
    """Every attribute but T; none around another of them or one of some names, none inside a reported place."""
    found = [part for part in parts(item) if isinstance(part, syntax.Attribute) and part.name != "T"]
    return [
        attribute
        for attribute, after in zip_longest(found, found[1:])
        if not (after and attribute.span.holds(after.span))
        and not any(attribute.span.holds(name.span) for name in besides)
        and not any(span.holds(attribute.span) for span in reported)
    ]


def may_be_models(item: syntax.Item) -> set[str]:
    """The names inside an item that may stand for instances: only a use tells."""
    found: set[str] = set()
    for part in parts(item):
        if isinstance(part, syntax.Parameter) and part.type is None and not isinstance(item, syntax.Entry):
            found.add(part.name.name)
        elif isinstance(part, syntax.Let):
            found |= {name.name for name in part.names}
        elif isinstance(part, syntax.Instance):
            found.add(part.name.name)
        elif isinstance(part, syntax.For):
            found |= {binding.name.name for binding in part.bindings}
    return found


def root(expression: syntax.Expression) -> syntax.Expression:
    """The expression whose members, elements or results another is."""
    while True:
        match expression:
            case syntax.Attribute(value=inner) | syntax.Index(value=inner) | syntax.Call(function=inner):
                expression = inner
            case _:
                return expression


def names_in(part: syntax.Syntax) -> list[str]:
    """The names that an expression or statement mentions."""
    return [found.name for found in parts(part) if isinstance(found, syntax.Name)]


def named_sizes(file: syntax.File) -> dict[str, SizeUse]:
    """The names in the types of a file, each with its first use."""
    found: dict[str, SizeUse] = {}
    for written, fixed in (pair for item in file.items for pair in _types(item)):
        for name in parts(written):
            if isinstance(name, syntax.Name):
                before = found.get(name.name)
                found[name.name] = SizeUse(before.span if before else name.span, fixed or bool(before and before.fixed))
    return found


def _types(item: syntax.Item) -> Iterator[tuple[syntax.TypeSyntax, bool]]:
    """The types in the declarations of an item, in the order of the text, and whether they are of a shared or state."""
    declarations: list[syntax.Input | syntax.Stored | syntax.Parameter] = []
    match item:
        case syntax.Input() | syntax.Stored():
            declarations = [item]
        case syntax.Fn() | syntax.Rule() | syntax.Entry():
            declarations += item.parameters
            if isinstance(item.body, syntax.Block):
                declarations += [part for part in item.body.statements if isinstance(part, syntax.Stored)]
    for declaration in declarations:
        if declaration.type is not None:
            yield declaration.type, isinstance(declaration, syntax.Stored)
    if isinstance(item, syntax.Fn) and item.result is not None:
        yield item.result, False


_DECLARING = ("name", "names", "fields", "target", "parameter", "output", "gradient")
_FLAT = ("Span", "str", "str | None", "bool", "int", "int | float")
# The fields of each kind of syntax that hold the parts below it, the last first.
_BELOW = {
    kind: tuple(f.name for f in reversed(fields(kind)) if f.name not in _DECLARING and f.type not in _FLAT)
    for kind in vars(syntax).values()
    if isinstance(kind, type) and issubclass(kind, syntax.Syntax)
}


def parts(item: syntax.Syntax | tuple[syntax.Syntax, ...], through: bool = True) -> Iterator[syntax.Syntax]:
    """Everything below an item in the order of the text, names that declare or are updated left out; the bodies of
    loops and definitions by elements only if they are looked `through`."""
    stack: list[object] = [item]
    while stack:
        part = stack.pop()
        if isinstance(part, tuple):
            stack.extend(reversed(part))
        elif isinstance(part, syntax.For) and not through:
            yield part
            stack += [part.checkpoint, *(binding.over for binding in reversed(part.bindings))]
        elif isinstance(part, syntax.Elements) and not through:
            yield part
            stack += [axis.size for axis in reversed(part.axes)]
        elif isinstance(part, syntax.Syntax):
            yield part
            stack += [getattr(part, name) for name in _BELOW[type(part)]]
