"""The kernels of programs as one unit, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from tdsl.build.cuda import flags, locate_cuda
from tdsl.build.process import Processes
from tdsl.driver import Stages
from tdsl.emit.c import syntax as c
from tdsl.emit.c.functions import Functions
from tdsl.emit.c.names import EntryNames, Names
from tdsl.emit.c.routines import add_statements
from tdsl.emit.c.scope import Scope
from tdsl.emit.cuda import Kernels
from tdsl.loops.language import Branch, Loop, Module, Statement, walk
from tdsl.settings import Settings
from tdsl.source import Source
from tests.golden.test_golden import PROGRAMS


def golden_kernels(wanted: Callable[[Statement], bool]) -> Kernels:
    """The kernels of the wanted statements."""
    sources = (Source(path.name, path.read_text(encoding="utf-8"), path) for path in PROGRAMS)
    modules = (Stages(source, Settings(target="cuda"), Path.read_text).scheduled for source in sources)
    return kernels_of(modules, wanted)


def kernels_of(
    modules: Iterable[Module],
    wanted: Callable[[Statement], bool] = lambda statement: True,
    before: Kernels | None = None,
) -> Kernels:
    """The kernels of the wanted statements, outside and inside of branches and loops, after those before."""
    kernels = before or Kernels()
    for module in modules:
        own = Names()
        scopes = [Scope(routine, {dim: c.Name(own.add(dim)) for dim in module.dims}) for routine in module.routines]
        functions = Functions(Names([*kernels.names, *(name for scope in scopes for name in scope.names)]))
        for scope in scopes:
            names = EntryNames.of(scope.routine.name, functions.names)
            leaves = tuple(
                line for line in walk(scope.routine.statements) if not isinstance(line, Branch | Loop) and wanted(line)
            )
            add_statements(names.run, None, leaves, scope, functions, kernels.dialect)
    return kernels


def compiled(text: str, architecture: str, folder: Path, *more: str, cuda_compiler: str = "nvrtc") -> tuple[bytes, str]:
    """The image of a unit, and the output of the compiler."""
    (folder / "unit.cu").write_text(text, encoding="utf-8")
    settings = Settings(cuda_compiler=cuda_compiler)
    command = [*locate_cuda(settings).command, *flags(settings, architecture), *more, "unit.cu", "-o", "image"]
    finished = Processes().run(command, folder)
    assert finished.status == 0, finished.output
    return (folder / "image").read_bytes(), finished.output
