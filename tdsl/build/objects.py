"""The runtime's objects: what never depends on a program is compiled once per Python, compiler and flags."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import tdsl
from tdsl import rooms
from tdsl.build.cache import Cache
from tdsl.build.compiler import invoke
from tdsl.build.flags import compiling
from tdsl.build.identity import MARK, content_digest, digest, processor, python_identity, tree_digest
from tdsl.build.toolchain import Toolchain
from tdsl.settings import Settings

_SUPPORT = "support.cpp"


def runtime_objects(settings: Settings, toolchain: Toolchain, cache: Cache) -> list[Path]:
    # The products are templates over types and tile heights and take longest, so they start first.
    sources = sorted((rooms.RUNTIME / "source").glob("*.cpp"), key=lambda path: (path.stem != "gemm", path))
    # The support's text holds byte code, which differs from run to run; what it is made from does not.
    bundler = importlib.import_module("tdsl.emit.bundle").__file__ or ""
    flags = compiling(settings, 3, toolchain)
    key = digest(
        python_identity(),
        toolchain.identity,
        flags,
        processor() if settings.march == "native" else "",
        tree_digest([rooms.RUNTIME / room for room in ("source", "include", "python")]),
        [tdsl.__version__, content_digest(Path(bundler).read_bytes())],
        [importlib.metadata.version(name) for name in ("numpy", "pybind11")],
    )

    def fill(folder: Path) -> None:
        (folder / _SUPPORT).write_text(_support(), encoding="utf-8")
        arguments = [*flags, *(f"-I{path}" for path in _includes())]

        def compile_one(source: Path) -> None:
            command = [*arguments, "-c", str(source), "-o", f"{source.stem}.o"]
            invoke(toolchain, command, folder, f"the runtime's {source.name}", cache)

        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            list(pool.map(compile_one, [*sources, folder / _SUPPORT]))

    folder = cache.make("objects", key, fill)
    return sorted(folder.glob("*.o"))


def _includes() -> list[str]:
    import numpy
    import pybind11

    return [
        str(rooms.RUNTIME / "include"),
        str(rooms.RUNTIME / "source"),
        *dict.fromkeys((sysconfig.get_path("include"), sysconfig.get_path("platinclude"))),
        numpy.get_include(),
        pybind11.get_include(),
    ]


def _support() -> str:
    from tdsl.emit.bundle import support_source

    mark = f"{MARK} {tdsl.__version__}"
    return (
        f"{support_source()}\n"
        "// Tells modules made by tdsl from other people's.\n"
        f'extern "C" __attribute__((used)) const char tdsl_generated_mark[] = "{mark}";\n'
    )
