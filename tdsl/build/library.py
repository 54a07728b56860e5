"""From generated texts to a folder of the cache that holds a C library and its header."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tdsl.build.flags import of_library
from tdsl.build.marks import header_marked
from tdsl.build.native import NativeBuild
from tdsl.build.objects import OF_LIBRARIES
from tdsl.targets import library_file

if TYPE_CHECKING:
    from tdsl.emit.library import LibraryTexts
    from tdsl.emit.unit import Unit


class LibraryBuild(NativeBuild):
    """A build of a library, without any of the objects that need Python."""

    objects = OF_LIBRARIES

    def finish_library(self, name: str, unit: Unit, texts: LibraryTexts) -> Path:
        """The folder with NAME.h, the library, NAME.cpp and the source of its exported functions."""
        exports = f"{name}_exports.cpp"
        symbols, target = f"{name}.symbols", library_file(name)
        files = {f"{name}.h": header_marked(texts.header), exports: texts.exports, symbols: texts.symbols}
        return self._made(name, unit, files, [exports], target, of_library(target, symbols))
