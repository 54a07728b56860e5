"""`use`: the standard library and files beside this one, each checked once, cycles refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from tdsl import resources
from tdsl.check.values import CompileTime, FunctionValue, ModelDefinition, RuleDefinition, Scope, TupleValue
from tdsl.source import (
    MOST_LABELS,
    Label,
    Source,
    Span,
    UserError,
    fail,
)
from tdsl.spelling import closest, suggestion
from tdsl.syntax import nodes as syntax
from tdsl.syntax.parse import parse

Loader = Callable[[Path], str]
Check = Callable[[syntax.File, Scope], None]
PRELUDE = "prelude"


@dataclass
class Modules:
    """The files read so far, and those being read with the place that asked for each; `load` gives the text of a path
    or raises OSError."""

    load: Loader
    universe: Scope
    outside: bool = False
    """Whether files may be used that do not lie in the folder of the program or below."""
    home: Path | None = None
    done: dict[str, Scope] = field(default_factory=dict)
    failed: dict[str, UserError] = field(default_factory=dict)
    reading: dict[str, Span] = field(default_factory=dict)

    def use(self, item: syntax.Use, scope: Scope, check: Check) -> None:
        """Brings the names asked for, or all that can be used, into a scope; `check` fills the scope of a file."""
        module = self._module(item, check)
        names = item.names
        if names is None:
            names = tuple(
                syntax.Name(item.module_span, name)
                for name, value in module.values.items()
                if _importable(value) and name not in module.imported
            )
        for name in names:
            value = module.values.get(name.name)
            if value is None:
                offered = [other for other, value in module.values.items() if _importable(value)]
                hint = suggestion(name.name, module.values, f"it has {', '.join(offered) or 'nothing to use'}")
                raise fail("TD0303", f"{item.module} has no '{name.name}'", name.span, hint=hint)
            if not _importable(value):
                declared = module.spans.get(name.name)
                labels = [Label(declared, "declared here")] if declared else []
                raise fail("TD0304", "only fn, rule, const and model can be used from another file", name.span, *labels)
            scope.declare(name, value)
            scope.imported.add(name.name)

    def _module(self, item: syntax.Use, check: Check) -> Scope:
        """The names of a file; its errors are raised at every use."""
        key, _ = self._place(item)
        if key in self.reading:
            raise self._circle(item, key)
        if key not in self.done and key not in self.failed:
            self._read(item, check)
        if key in self.failed:
            raise self.failed[key]
        return self.done[key]

    def _circle(self, item: syntax.Use, key: str) -> UserError:
        files = [*self.reading]
        files = files[files.index(key) :]
        labels = [Label(self.reading[file], "on the way here") for file in files[1 : 1 + MOST_LABELS]]
        circle = [Path(file).name for file in files]
        what = f"{circle[0]} uses itself"
        if len(circle) > 1:
            shown = circle if len(circle) <= MOST_LABELS else [*circle[: MOST_LABELS - 1], "…", circle[-1]]
            what = f"files use each other in a circle: {', '.join([*shown, circle[0]])}"
        return fail("TD0302", what, item.module_span, *labels, hint="move the shared names into a third file")

    def _read(self, item: syntax.Use, check: Check) -> None:
        """Checks a file, and before it all that it uses, with a stack of its own: chains of files have any length.
        A file that cannot be opened, or closes a circle, is left to the check of the file that uses it."""
        stack = [self._opened(item)]
        while stack:
            file, uses = stack[-1]
            used = next(uses, None)
            if used is not None:
                wanted, _ = self._place(used)
                if wanted not in self.done and wanted not in self.failed and wanted not in self.reading:
                    with suppress(UserError):
                        stack.append(self._opened(used))
                continue
            stack.pop()
            key, scope = next(reversed(self.reading)), Scope(self.universe)
            try:
                check(file, scope)
            except UserError as error:
                self.failed[key] = error
            else:
                self.done[key] = scope
            del self.reading[key]

    def _opened(self, item: syntax.Use) -> tuple[syntax.File, Iterator[syntax.Use]]:
        """The syntax of a file, which is now being read, and the files that it uses."""
        key, path = self._place(item)
        source = self._source(item, path)
        file = parse(source) if item.is_file else parse_once(source.name, source.text)
        self.reading[key] = item.module_span
        return file, (part for part in file.items if isinstance(part, syntax.Use))

    def _place(self, item: syntax.Use) -> tuple[str, Path]:
        """The key of a file, and its path."""
        if not item.is_file:
            return item.module, resources.STANDARD_LIBRARY / f"{item.module.partition('.')[2]}.tdsl"
        here = item.span.source.path
        path = (here.parent if here else Path()) / item.module
        try:
            return str(path.resolve()), path
        except (OSError, ValueError, RuntimeError):
            return str(path), path

    def _source(self, item: syntax.Use, path: Path) -> Source:
        """The text of a file; raises `UserError` TD0301 if there is none."""
        if item.is_file:
            self._refuse(item, path)
            shown, origin = item.module, path
        else:
            root, _, name = item.module.partition(".")
            known = [stem for stem in standard_modules() if stem != PRELUDE]
            if root != "std" or name not in known:
                close = closest(item.module, [f"std.{stem}" for stem in known])
                hint = f"did you mean {close}?" if close else 'a file of your own is in quotes: use "layers.tdsl"'
                module, _, member = item.module.rpartition(".")
                if module.removeprefix("std.") in known:
                    hint = f"names follow a colon: use {module}: {member}"
                elif member in known:
                    hint = f"did you mean std.{member}?"
                raise fail("TD0301", f"there is no module {item.module}", item.module_span, hint=hint)
            shown, origin = f"std/{name}.tdsl", None
        try:
            return Source(shown, self.load(path), origin)
        except FileNotFoundError:
            what = f"there is no file {item.module_span.text}"
            raise fail("TD0301", what, item.module_span, hint=f"looked for {path.as_posix()}") from None
        except UnicodeDecodeError:
            raise fail("TD0301", f"{item.module_span.text} is not UTF-8 text", item.module_span) from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "no file has such a name"
            raise fail("TD0301", f"{item.module_span.text} cannot be read: {reason}", item.module_span) from None

    def begin(self, program: syntax.File) -> None:
        """The program, which is being read and whose folder holds the files that it uses."""
        path = program.source.path
        self.home = (path.parent if path else Path()).resolve()
        if path is not None:
            self.reading[str(path.resolve())] = Span(program.source, 0, 0)

    def _refuse(self, item: syntax.Use, path: Path) -> None:
        """A program may be somebody else's: it opens no file that is not tdsl, and none that is not beside it."""
        shown = item.module_span.text
        try:
            real = path.resolve()
        except (OSError, ValueError, RuntimeError):
            return  # reading it will tell
        if path.suffix != ".tdsl" or real.suffix != ".tdsl":
            hint = f'did you mean "{item.module}.tdsl"?' if not path.suffix else None
            raise fail("TD0305", f"{shown} is not called NAME.tdsl, and is not opened", item.module_span, hint=hint)
        if self.outside or self.home is None:
            return
        if Path(item.module).is_absolute() or not real.is_relative_to(self.home):
            hint = "move it there; or, if you trust the program, set outside = allow"
            message = f"{shown} does not lie in the folder of the program or below, and is not opened"
            raise fail("TD0305", message, item.module_span, hint=hint)


@lru_cache(maxsize=16)
def parse_once(name: str, text: str) -> syntax.File:
    """The syntax of a file of the standard library, which seldom changes."""
    return parse(Source(name, text, is_library=True))


def module_of(load: Loader, name: str) -> str | None:
    """The module of the standard library that has a name."""
    for stem in standard_modules():
        text = load(resources.STANDARD_LIBRARY / f"{stem}.tdsl")
        if re.search(rf"^(fn|rule|const|model) {re.escape(name)}\b", text, re.M):
            return f"std.{stem}"
    return None


def standard_modules() -> list[str]:
    """The names of the files of the standard library."""
    return sorted(file.stem for file in resources.STANDARD_LIBRARY.glob("*.tdsl"))


def _importable(value: object) -> bool:
    parts = value.items if isinstance(value, TupleValue) else (value,)
    return isinstance(value, FunctionValue | RuleDefinition | ModelDefinition) or all(
        isinstance(part, CompileTime) and part.number is not None for part in parts
    )
