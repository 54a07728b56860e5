"""TD0502: a declaration, or an argument of an entry, that nothing uses.

The functions, rules, models and consts of a file without entries are there for other files, and shared and state values
that are updated are there for Python.  A name that begins with _ says itself that nothing uses it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tdsl.check.free_names import free_names, names_in, parts, root
from tdsl.check.values import FunctionValue, ModelDefinition, RuleDefinition, Scope
from tdsl.ir.node import topological
from tdsl.ir.program import Entry
from tdsl.lint.subject import Subject, warning
from tdsl.source import Diagnostic
from tdsl.syntax import nodes as syntax

_OFFERED = syntax.Fn | syntax.Rule | syntax.Model | syntax.Const
_WITH_BODY = syntax.Fn | syntax.Derivative | syntax.Rule | syntax.Entry | syntax.Model


def unused(subject: Subject) -> Iterator[Diagnostic]:
    used = {name for item in subject.file.items for name in _used(item)}
    for item in subject.file.items:
        if isinstance(item, syntax.Use):
            yield from _imports(item, used, subject.analysis.scope)
        elif not (subject.offers and isinstance(item, _OFFERED)):
            yield from _unless_used(_declared(item), used, isinstance(item, syntax.Let))
        if isinstance(item, syntax.Model) and not subject.offers:
            yield from _members(item, subject.file)
        if isinstance(item, _WITH_BODY):
            yield from _inside(item)
        if isinstance(item, syntax.Entry):
            yield from _arguments(item, subject.entries(item))


def _used(item: syntax.Item) -> Iterator[str]:
    """The names of the file that an item uses, updates, gives or lists."""
    yield from (name.name for name in free_names(item))
    for part in parts(item):
        match part:
            case syntax.Update():
                target = root(part.target)
                yield from [target.name] if isinstance(target, syntax.Name) else []
            case syntax.Given():
                yield part.name.name
            case syntax.Parameter(type=None) if isinstance(item, syntax.Entry):
                yield part.name.name


def _declared(item: syntax.Item | syntax.Member) -> tuple[syntax.Name, ...]:
    match item:
        case syntax.Dims() | syntax.Let():
            return item.names
        case syntax.Use() | syntax.Cost() | syntax.Derivative() | syntax.Entry() | syntax.Training():
            return ()
        case _:
            return (item.name,)


def _unless_used(names: Iterable[syntax.Name], used: set[str], together: bool = False) -> Iterator[Diagnostic]:
    """A warning for each name; of names that are declared `together` for all if none is used."""
    left = [name for name in names if name.name not in used and not name.name.startswith("_")]
    if together:
        left = left if {name.name for name in names} <= {name.name for name in left} else []
    for name in left:
        yield warning("TD0502", f"nothing uses '{name.name}'", name.span, hint="take it out")


def _imports(item: syntax.Use, used: set[str], scope: Scope) -> Iterator[Diagnostic]:
    if item.names is not None:
        yield from _unless_used(item.names, used)
        return
    stem = item.module if item.is_file else f"std/{item.module.partition('.')[2]}.tdsl"
    values = [scope.values.get(name) for name in used & scope.imported]
    defined = [value for value in values if isinstance(value, FunctionValue | RuleDefinition | ModelDefinition)]
    sources = {value.item.span.source.name for value in defined}
    if len(defined) == len(values) and stem not in sources:
        yield warning("TD0502", f"nothing uses a name of {item.module}", item.module_span, hint="take it out")


def _members(model: syntax.Model, file: syntax.File) -> Iterator[Diagnostic]:
    """The consts, lets and functions of a model that it does not use itself, and that nobody asks an instance for."""
    used = {part.name for item in file.items for part in parts(item) if isinstance(part, syntax.Attribute)}
    for member in model.members:
        used |= {name.name for name in free_names(member)}
    for member in model.members:
        if isinstance(member, syntax.Const | syntax.Let | syntax.Fn):
            yield from _unless_used(_declared(member), used, together=isinstance(member, syntax.Let))


def _inside(item: _WITH_BODY) -> Iterator[Diagnostic]:
    used = set(names_in(item))
    members = item.members if isinstance(item, syntax.Model) else ()
    for part in parts(item):
        if isinstance(part, syntax.Let) and part not in members and not takes_derivative(part.value):
            yield from _unless_used(part.names, used, together=True)


def takes_derivative(value: syntax.Expression) -> bool:
    """Whether it contains a call of grad, of which TD0505 tells."""
    return any(is_derivative(part) for part in parts(value))


def is_derivative(part: syntax.Syntax) -> bool:
    function = part.function if isinstance(part, syntax.Call) else None
    return isinstance(function, syntax.Name) and function.name == "grad"


def _arguments(item: syntax.Entry, entries: list[Entry]) -> Iterator[Diagnostic]:
    """The arguments that no result or update of the entry depends on, that its text does not mention, as a derivative
    by them would, and that bind no size alone."""
    idle: list[set[str]] = []
    for entry in entries:
        reached = set(topological(entry.roots()))
        left = set()
        for parameter in entry.parameters:
            others = [other for other in entry.parameters if other is not parameter]
            bound = {symbol for other in others for size in other.sizes for symbol in size.symbols()}
            symbols = {symbol for size in parameter.sizes for symbol in size.symbols()}
            if parameter.size is None and parameter.node not in reached and symbols <= bound:
                left.add(parameter.name)
        idle.append(left)
    names = (set.intersection(*idle) if idle else set()).difference(names_in(item))
    for written in item.parameters:
        name = written.name
        if name.name in names and not name.name.startswith("_"):
            what = f"neither a result nor an update of '{item.name.name}' depends on '{name.name}'"
            yield warning("TD0502", what, name.span, hint="take it out")
