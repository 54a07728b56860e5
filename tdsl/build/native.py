"""From generated text to a folder of the cache that holds the module and its stub."""

from __future__ import annotations

from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from tdsl import rooms
from tdsl.build.cache import Cache
from tdsl.build.compiler import invoke
from tdsl.build.flags import compiling, linking
from tdsl.build.identity import digest, processor
from tdsl.build.marks import marked
from tdsl.build.objects import runtime_objects
from tdsl.build.toolchain import Toolchain
from tdsl.clock import Clock
from tdsl.settings import Settings


def build_native(
    name: str, unit: str, stub: str, settings: Settings, toolchain: Toolchain, cache: Cache, clock: Clock
) -> Path:
    """Compiles the unit, links it with the runtime; the folder with NAME.cpp, the extension and NAME.pyi."""
    with clock.stage("runtime"):
        objects = runtime_objects(settings, toolchain, cache)
    flags = compiling(settings, settings.opt, toolchain)
    key = digest(
        name,
        unit,
        stub,
        flags,
        toolchain.identity,
        processor() if settings.march == "native" else "",
        EXTENSION_SUFFIXES[0],
        [path.parent.name for path in objects[:1]],
    )

    def fill(folder: Path) -> None:
        (folder / f"{name}.cpp").write_text(unit, encoding="utf-8")
        (folder / f"{name}.pyi").write_text(marked(stub), encoding="utf-8")
        with clock.stage("c++"):
            arguments = [*flags, f"-I{rooms.RUNTIME / 'include'}", "-c", f"{name}.cpp", "-o", f"{name}.o"]
            invoke(toolchain, arguments, folder, f"{name}.cpp", cache)
        with clock.stage("link"):
            target = f"{name}{EXTENSION_SUFFIXES[0]}"
            arguments = [f"{name}.o", *map(str, objects), *linking(settings), "-o", target]
            invoke(toolchain, arguments, folder, target, cache)
        (folder / f"{name}.o").unlink()

    return cache.make("modules", key, fill)


def build_pure(name: str, unit: str, stub: str, cache: Cache) -> Path:
    """The folder with NAME.py and NAME.pyi."""

    def fill(folder: Path) -> None:
        (folder / f"{name}.py").write_text(marked(unit), encoding="utf-8")
        (folder / f"{name}.pyi").write_text(marked(stub), encoding="utf-8")

    return cache.make("modules", digest(name, unit, stub), fill)
