"""A compiler of kernels for the stand-in driver, called as nvcc is: the image is the path of a shared object."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))
from tests.cuda.shim.build import compile_unit

ROOT = Path(__file__).parents[3]


def main(arguments: list[str]) -> None:
    if arguments == ["--version"]:
        print("stand-in 1")
        return
    unit, _, image = arguments[-3:]
    source = Path(unit).resolve()
    cache = os.environ.get("TDSL_CACHE_DIR")
    folder = Path(cache).with_name("stand-in") if cache else ROOT / "build" / "stand-in"
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / f"{hashlib.sha256(source.read_bytes()).hexdigest()[:16]}-{os.getpid()}.so"
    compile_unit(source, made)
    Path(image).write_text(str(made))


if __name__ == "__main__":
    main(sys.argv[1:])
