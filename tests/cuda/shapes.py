"""Launch shapes of the kernels of these tests."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path
from typing import Any

from tdsl.resources import RUNTIME
from tests.cuda.shim.build import FLAGS, Kernels, compiler

HERE = Path(__file__).parent


def compile_shapes(folder: Path) -> None:
    options = [*FLAGS, "-shared", f"-I{RUNTIME / 'include'}", "-o", str(folder / "shapes.so")]
    subprocess.run([compiler(), *options, str(HERE / "shapes.cpp")], check=True)


class Shapes:
    def __init__(self, folder: Path) -> None:
        self.library = ctypes.CDLL(str(folder / "shapes.so"))

    def of(self, template: str, *numbers: int) -> tuple[int, int, int, int]:
        """Blocks, threads, phases and bytes of scratch memory."""
        found = (ctypes.c_int64 * 4)()
        getattr(self.library, template)(found, *map(ctypes.c_int64, numbers))
        return found[0], found[1], found[2], found[3]

    def launch(
        self, unit: Kernels, kernel: str, shape: tuple[int, int, int, int], *given: Any, products: Any = None
    ) -> None:
        blocks, threads, phases, scratch = shape
        unit.launch(kernel, blocks, *given, threads=threads, phases=phases, scratch=scratch, products=products)
