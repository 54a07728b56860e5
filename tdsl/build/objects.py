"""The runtime's objects: code independent of programs is compiled once per compiler and flags, when a program first
needs it."""

from __future__ import annotations

import importlib
import sysconfig
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

import tdsl
from tdsl import resources
from tdsl.build.cache import Cache
from tdsl.build.compiler import invoke
from tdsl.build.flags import compiling
from tdsl.build.identity import (
    MARK,
    content_digest,
    digest,
    processor,
    python_identity,
    tree_digest,
)
from tdsl.build.jobs import Jobs
from tdsl.build.toolchain import Toolchain
from tdsl.clock import Clock
from tdsl.record import record
from tdsl.settings import Settings
from tdsl.types import DTYPES

Report = Callable[[int, int], None]
"""Called with the number of compiled objects of the runtime, and the number of those to compile."""


@record(frozen=True)
class Object:
    """Some sources, compiled as one so that headers are read once.  `seconds` estimates the compile time.  `level` is
    the optimisation level, low for code that runs once per import.  The headers of an older `standard` are shorter."""

    sources: tuple[str, ...]
    seconds: float
    level: str = "3"
    standard: int = 17
    python: bool = False

    def flags(self, settings: Settings, toolchain: Toolchain) -> list[str]:
        # Debug mode checks the very objects that others run.
        return compiling(replace(settings, mode="fast-run"), self.level, toolchain, self.standard)


_SUPPORT = "support"
_CUDA = (
    *("bind_cuda", "bind_cuda_array", "bind_cuda_dlpack", "bind_cuda_frame", "bind_cuda_interface", "bind_cuda_steps"),
    *("cuda_cublas", "cuda_device", "cuda_driver", "cuda_launcher", "cuda_layout", "cuda_model"),
    *("cuda_multiplier", "cuda_notes"),
)
_BINDING = (
    *("arguments", "call", "checks", "core", "entry", "exchange"),
    *("frame", "out", "outcome", "profile", "steps", "turns"),
)
_POOL = ("pool", "caches", "cpus", "nests", "call", "lap_timer", "notes", "rows")
_LIBRARY = ("checkpoint", "memory", "model", "text", "training")
# The objects of every module.  Two are started before the others are known; `module` is not the second, so that a
# product, which takes longest, starts as soon as the pool is done.
ALWAYS = {
    "module": Object(("bind_module.cpp",), 0.5, level="g", python=True),
    "binding": Object(tuple(f"bind_{part}.cpp" for part in _BINDING), 1.1, level="2", python=True),
    "pool": Object(tuple(f"{part}.cpp" for part in _POOL), 0.7, level="2", standard=20),
    _SUPPORT: Object((), 0.1, level="1", python=True),
}
# The objects of every C library.
OF_LIBRARIES = ("pool", "library")
# Objects that some programs need, most of them for one type each: "gemm-f32".
_BY_TYPE = {
    "cuda": Object(tuple(f"{part}.cpp" for part in _CUDA), 1.9, level="2", python=True),
    "library": Object(tuple(f"library_{part}.cpp" for part in _LIBRARY), 1.5, level="1"),
    "gemm": Object(("gemm.cpp",), 2.6, standard=20),
    "all_reduce": Object(("all_reduce.cpp",), 0.3),
    "affine_gemm": Object(("gemm_affine.cpp",), 2.7, standard=20),
    "reductions": Object(("reductions.cpp",), 0.4),
    "random": Object(("random.cpp",), 0.3),
    "draws": Object(("quantile.cpp", "binomial.cpp"), 0.3),
    "products": Object(("products.cpp",), 0.3),
    "cumulative": Object(("cumulative.cpp",), 0.3),
    "decompositions": Object(("decompositions.cpp",), 0.7),
    "linear_algebra": Object(("linear_algebra.cpp",), 1.1),
    "sorting": Object(("sorting.cpp",), 0.6),
}


class Runtime:
    """The objects of one program; jobs compile those that the cache lacks."""

    def __init__(
        self, settings: Settings, toolchain: Toolchain, cache: Cache, jobs: Jobs, clock: Clock, report: Report
    ) -> None:
        self._settings, self._toolchain, self._cache = settings, toolchain, cache
        self._jobs, self._clock, self._report = jobs, clock, report
        self._folders: dict[str, Path] = {}
        self._keys: dict[str, str] = {}
        self._lock = threading.Lock()
        self._done = self._wanted = 0

    def want(self, names: Iterable[str] = ALWAYS) -> None:
        """Requests objects by their names, such as `gemm-f32`."""
        for name in names:
            if name in self._keys:
                continue
            key = self._keys[name] = self._key(name)
            found = self._cache.find("objects", key)
            if found is not None:
                self._folders[name] = found
                continue
            self._count(wanted=1)
            self._jobs.add(_object(name).seconds, lambda name=name: self._make(name))  # type: ignore[misc]

    @property
    def keys(self) -> list[str]:
        return [self._keys[name] for name in sorted(self._keys)]

    @property
    def files(self) -> list[Path]:
        """The files of all requested objects, once the jobs are done."""
        return [self._folders[name] / f"{name}.o" for name in sorted(self._keys)]

    def _key(self, name: str) -> str:
        one = _object(name)
        parts: list[object] = [
            name,
            self._toolchain.identity,
            one.flags(self._settings, self._toolchain),
            processor() if self._settings.march == "native" else "",
            _tree("source", "include"),
        ]
        if one.python:
            import numpy
            import pybind11

            parts += [python_identity(), numpy.__version__, pybind11.__version__]
        if name == _SUPPORT:
            # Its text contains byte code, which differs from run to run; its inputs do not.
            bundler = importlib.import_module("tdsl.emit.bundle").__file__ or ""
            parts += [_tree("python"), tdsl.__version__, content_digest(Path(bundler).read_bytes())]
        return digest(*parts)

    def _make(self, name: str) -> None:
        with self._clock.piece(name):
            self._folders[name] = self._cache.make("objects", self._keys[name], lambda folder: self._fill(name, folder))
        self._count(done=1)

    def _fill(self, name: str, folder: Path) -> None:
        one = _object(name)
        (folder / f"{name}_object.cpp").write_text(_text(name), encoding="utf-8")
        arguments = [
            *one.flags(self._settings, self._toolchain),
            *(f"-I{path}" for path in _includes(one.python)),
            *("-c", f"{name}_object.cpp", "-o", f"{name}.o"),
        ]
        invoke(self._toolchain, arguments, folder, f"the runtime's {name}", self._cache, self._jobs.processes)

    def _count(self, wanted: int = 0, done: int = 0) -> None:
        with self._lock:
            self._wanted += wanted
            self._done += done
            self._report(self._done, self._wanted)


def _object(name: str) -> Object:
    return ALWAYS[name] if name in ALWAYS else _BY_TYPE[name.partition("-")[0]]


def _text(name: str) -> str:
    if name == _SUPPORT:
        return _support()
    _, _, dtype = name.partition("-")
    defined = [f"#define TDSL_TYPE {DTYPES[dtype].c}"] if dtype else []
    return "\n".join([*defined, *(f'#include "{source}"' for source in _object(name).sources), ""])


def _tree(*names: str) -> str:
    return _digest_of(tuple(resources.RUNTIME / name for name in names))


@cache
def _digest_of(folders: tuple[Path, ...]) -> str:
    return tree_digest(folders)


def _includes(python: bool) -> list[str]:
    own = [str(resources.RUNTIME / "include"), str(resources.RUNTIME / "source")]
    if not python:
        return own
    import numpy
    import pybind11

    paths = (sysconfig.get_path("include"), sysconfig.get_path("platinclude"))
    return [*own, *dict.fromkeys(paths), numpy.get_include(), pybind11.get_include()]


def _support() -> str:
    from tdsl.emit.bundle import support_source

    mark = f"{MARK} {tdsl.__version__}"
    return (
        f"{support_source()}\n"
        "// Tells modules made by tdsl from other people's.\n"
        f'extern "C" __attribute__((used)) const char tdsl_generated_mark[] = "{mark}";\n'
    )
