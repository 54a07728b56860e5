"""`tdsl.compile`: from a file or a text to an imported module, without touching sys.path."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
import warnings
from importlib.machinery import ExtensionFileLoader, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from tdsl.build import sanitizers
from tdsl.build.cache import Cache
from tdsl.build.identity import digest
from tdsl.build.reading import RecordingLoader, neighbour, read_source
from tdsl.clock import Clock
from tdsl.compilation import BUILDING, Artefact, compile_source
from tdsl.fork_safe_lock import ForkSafeLock
from tdsl.settings.code import config
from tdsl.settings.layers import resolve
from tdsl.source import Source, UserError, fail
from tdsl.visible import value_text

if TYPE_CHECKING:
    from tdsl.describe.values import ProgramValues

_loaded: dict[Path, ModuleType] = {}
_loading = ForkSafeLock()


def compile(
    path_or_text: str | os.PathLike[str],
    *,
    name: str | None = None,
    out: str | os.PathLike[str] | None = None,
    **settings: object,
) -> ModuleType:
    """Compiles a program and imports the module made of it.

    A path, or one line of text that ends in `.tdsl`, names a file; anything else is the program itself, whose
    module is called `name`, or `tdsl_` and a hash.  With `out` the module is put into that folder as well.
    Settings are keywords: `tdsl.compile(text, float=64)`.
    """
    try:
        return _compiled(path_or_text, name, out, settings)
    except UserError as error:
        # A user's mistake: the traceback ends at the call in the program.  A `raise` of the same error adds no frame.
        error.__cause__, error.__suppress_context__ = None, True
        error.__traceback__ = None
        raise


def program(path_or_text: str | os.PathLike[str], *, stage: str = "typed", **settings: object) -> ProgramValues:
    """The values of a program, to look at: as it is written, with its derivatives, or `stage="optimised"`.

    Files, texts and settings are those of `tdsl.compile`; nothing is compiled.
    """
    if stage not in ("typed", "optimised"):
        raise ValueError(f"tdsl.program: stage is {value_text(stage)}, expected 'typed' or 'optimised'")
    # The compiler: a module from the cache needs none.
    from tdsl.driver import values

    try:
        source = _source(path_or_text, None, "tdsl.program")
        folder = source.path.parent if source.path else Path.cwd()
        resolved = resolve(folder, config.layer, settings, "keyword argument")
        return values(source, resolved.settings, RecordingLoader(), stage)
    except UserError as error:
        raise error.with_traceback(None) from None


def _compiled(
    path_or_text: str | os.PathLike[str],
    name: str | None,
    out: str | os.PathLike[str] | None,
    settings: dict[str, object],
) -> ModuleType:
    source = _source(path_or_text, name)
    folder = source.path.parent if source.path else Path.cwd()
    resolved = resolve(folder, config.layer, settings, "keyword argument")
    cache = Cache.of(resolved.settings)
    sanitizers.require(resolved.settings.sanitize)
    artefact = compile_source(source, resolved.settings, cache, Clock(), _tell)
    for warning in (*resolved.warnings, *cache.warnings, *artefact.warnings):
        warnings.warn(str(warning), stacklevel=3)
    if out is not None:
        artefact.install(Path(out))
    return load(artefact, cache)


def _tell(done: int, wanted: int) -> None:
    if (done, wanted) == (0, 1) and sys.stderr is not None:
        print(f"tdsl: {BUILDING}, which takes some seconds", file=sys.stderr)


def _source(path_or_text: str | os.PathLike[str], name: str | None, function: str = "tdsl.compile") -> Source:
    if not isinstance(path_or_text, (str, os.PathLike)):
        raise TypeError(f"{function} takes a path or the text of a program, not a {type(path_or_text).__name__}")
    if isinstance(path_or_text, os.PathLike) or (path_or_text.endswith(".tdsl") and "\n" not in path_or_text):
        found = read_source(Path(path_or_text))
        return found if name is None else Source(_file_name(name), found.text, found.path)
    if re.fullmatch(r"[\w./\\~-]+", path_or_text):
        hint = neighbour(Path(path_or_text)) or "a file is called NAME.tdsl"
        raise fail("TD0407", f"{path_or_text} is neither a program nor the name of a file of one", None, hint=hint)
    return Source(_file_name("tdsl_" + digest(path_or_text)[:12] if name is None else name), path_or_text)


def _file_name(name: object) -> str:
    """The source of a program of that name, without a folder."""
    if not isinstance(name, str):
        raise TypeError(f"tdsl.compile: name is {value_text(name)}, expected a text")
    if Path(name).name != name:
        raise fail(
            "TD0405",
            f"{value_text(name)} cannot be the name of a Python module",
            None,
            hint="a module's name is no path",
        )
    return f"{name}.tdsl"


def load(artefact: Artefact, cache: Cache) -> ModuleType:
    """The module of an artefact, imported once per process; sys.modules stays unchanged."""
    with _loading:
        found = _loaded.get(artefact.module)
        if found is None:
            found = _load(artefact)
            # Lives as long as the module, as a temporary cache is removed with its `Cache`.
            found.__dict__["__tdsl_cache__"] = cache
            _loaded[artefact.module] = found
        return found


def _load(artefact: Artefact) -> ModuleType:
    path = str(artefact.module)
    loader = (ExtensionFileLoader if artefact.target.is_native else SourceFileLoader)(artefact.name, path)
    spec = importlib.util.spec_from_file_location(artefact.name, path, loader=loader)
    assert spec is not None
    # A module finds itself in sys.modules while it runs; CPython enters extensions of single-phase
    # initialisation there by itself.
    before = sys.modules.get(artefact.name)
    try:
        module = importlib.util.module_from_spec(spec)
        sys.modules[artefact.name] = module
        loader.exec_module(module)
    except ImportError:
        if os.statvfs(artefact.folder).f_flag & getattr(os, "ST_NOEXEC", 0):
            message = f"no code may be run from the file system of the cache, where {artefact.module} lies (noexec)"
            hint = "choose another with TDSL_CACHE_DIR, cache_dir or tdsl.compile(…, cache_dir=…)"
            raise fail("TD0410", message, None, hint=hint) from None
        raise
    finally:
        if before is not None:
            sys.modules[artefact.name] = before
        else:
            sys.modules.pop(artefact.name, None)
    return module
