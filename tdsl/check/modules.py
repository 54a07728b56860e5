"""`use`: the standard library and files beside this one, each checked once, cycles refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from tdsl import rooms, syntax
from tdsl.check.values import Function, RuleDefinition, Scope, Static
from tdsl.parse import parse
from tdsl.source import Label, Source, Span, fail

Loader = Callable[[Path], str]


@dataclass
class Modules:
    """The files read so far and those being read; `load` gives the text of a path or raises OSError."""

    load: Loader
    check: Callable[[syntax.File, Scope], None]
    universe: Scope
    done: dict[str, Scope] = field(default_factory=dict)
    reading: list[tuple[str, Span]] = field(default_factory=list)

    def use(self, item: syntax.Use, scope: Scope) -> None:
        """Brings the names asked for, or all fn, rule and const, into a scope."""
        module = self._module(item)
        names = item.names
        if names is None:
            names = tuple(
                syntax.Name(item.module_span, name) for name, value in module.values.items() if _importable(value)
            )
        for name in names:
            value = module.values.get(name.name)
            if value is None:
                close = get_close_matches(name.name, module.values, 1)
                hint = f"did you mean '{close[0]}'?" if close else "it has " + ", ".join(module.values)
                raise fail("TD0303", f"{item.module} has no '{name.name}'", name.span, hint=hint)
            if not _importable(value):
                declared = module.spans.get(name.name)
                labels = [Label(declared, "declared here")] if declared else []
                raise fail("TD0304", "only fn, rule and const can be used from another file", name.span, *labels)
            scope.declare(name, value)

    def _module(self, item: syntax.Use) -> Scope:
        key, source = self._source(item)
        for place, (reading, _) in enumerate(self.reading):
            if reading == key:
                chain = [Label(span, "which uses") for _, span in self.reading[place + 1 :]]
                raise fail("TD0302", f"'{item.module}' uses itself", item.span, *chain)
        if key not in self.done:
            scope = Scope(self.universe)
            self.reading.append((key, item.span))
            try:
                self.check(parse(source), scope)
            finally:
                self.reading.pop()
            self.done[key] = scope
        return self.done[key]

    def _source(self, item: syntax.Use) -> tuple[str, Source]:
        if item.is_file:
            here = item.span.source.path
            path = (here.parent if here else Path()) / item.module
            shown, origin = item.module, path
        else:
            root, _, name = item.module.partition(".")
            path = rooms.STANDARD_LIBRARY / f"{name}.tdsl"
            known = sorted(file.stem for file in rooms.STANDARD_LIBRARY.glob("*.tdsl"))
            if root != "std" or name not in known:
                close = get_close_matches(item.module, [f"std.{stem}" for stem in known], 1)
                hint = f"did you mean {close[0]}?" if close else 'a file of your own is in quotes: use "layers.tdsl"'
                raise fail("TD0301", f"there is no module {item.module}", item.module_span, hint=hint)
            shown, origin = f"std/{name}.tdsl", None
        try:
            text = self.load(path)
        except OSError as error:
            reason = error.strerror or "it cannot be read"
            raise fail("TD0301", f"'{item.module}': {reason}", item.module_span, hint=f"looked for {path}") from None
        except UnicodeDecodeError:
            raise fail("TD0301", f"'{item.module}' is not UTF-8 text", item.module_span) from None
        return str(path.resolve()), Source(shown, text, origin)


def _importable(value: object) -> bool:
    return isinstance(value, Function | RuleDefinition | Static)
