"""Programs in C and C++ with a library: that of docs/library.md, and what a header and a library must not contain."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tdsl
from tdsl.driver import Stages
from tdsl.resources import RUNTIME
from tdsl.settings import Settings
from tdsl.source import Source
from tests import sanitized
from tests.library.conftest import Library

DOCUMENT = Path(__file__).parents[2] / "docs" / "library.md"
WARNINGS = ("-Wall", "-Wextra", "-pedantic", "-Werror")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT.read_text(encoding="utf-8"), re.M | re.S)


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_document(tmp_path: Path) -> None:
    (program, *_), (caller,) = blocks(""), blocks("c")
    (tmp_path / "line.tdsl").write_text(program, encoding="utf-8")
    (tmp_path / "main.c").write_text(caller, encoding="utf-8")
    making, (compiling, running) = blocks("sh")[0].split(), blocks("sh")[1].splitlines()
    run(tmp_path, sys.executable, "-m", *making, "--opt", "1")
    run(tmp_path, *compiling.split(), *WARNINGS)
    assert f"It prints `{run(tmp_path, running).strip()}`" in DOCUMENT.read_text(encoding="utf-8")
    model = tdsl.compile(tmp_path / "line.tdsl", opt=1).Model()
    model.load(tmp_path / "line.npz")
    assert round(float(model.predict([10])[0]), 3) == 21


@pytest.mark.parametrize("compiler", [("cc", "-std=c99", "-xc"), ("c++", "-std=c++11", "-xc++")], ids=["C", "C++"])
def test_the_header(compiler: tuple[str, ...], tried: Library) -> None:
    (tried.folder / "user.c").write_text(
        '#include "tried.h"\n#include "tried.h"\nint main(void) { return TRIED_OK; }\n'
    )
    run(tried.folder, *compiler, "-fsyntax-only", *WARNINGS, "user.c")


@pytest.mark.skipif(not shutil.which("nm"), reason="no nm")
def test_the_symbols(tried: Library) -> None:
    library = str(tried.folder / "libtried.so")
    listed = [line.split()[-2:] for line in run(tried.folder, "nm", "-D", library).splitlines()]
    assert not [name for _, name in listed if re.match(r"_?Py|numpy|npy", name)]
    own = {name for kind, name in listed if kind not in "Uw"}
    assert own and all(name.startswith("tried_") for name in own)
    assert own == set(re.findall(r"^(?!static)\w.*?\b(tried_\w+)\(", (tried.folder / "tried.h").read_text(), re.M))


@pytest.mark.skipif(not shutil.which("ldd"), reason="no ldd")
def test_the_libraries_that_it_needs(tried: Library) -> None:
    text = run(tried.folder, "ldd", str(tried.folder / "libtried.so"))
    needed = {line.split()[0].partition(".so")[0] for line in text.splitlines()}
    runtimes = {"libasan", "libubsan", "libtsan"} if sanitized.NAMES else set()
    loader = {name for name in needed if "linux-vdso" in name or "ld-linux" in name}
    assert needed - loader - runtimes <= {"libstdc++", "libgcc_s", "libc", "libm", "libpthread", "libdl"}


@pytest.mark.skipif(platform.machine() != "x86_64", reason="other processors may have all features")
def test_another_processor(tmp_path: Path) -> None:
    text, settings = "entry f(x: f64) -> x * x", Settings()
    library = Stages(Source("far.tdsl", text), settings, lambda path: path.read_text()).library
    (tmp_path / "far.h").write_text(library.header)
    (tmp_path / "exports.cpp").write_text(library.exports)
    includes = [f"-I{folder}" for folder in (RUNTIME / "include", RUNTIME / "source", tmp_path)]
    here = Path(__file__).parent / "other_processor.cpp"
    run(tmp_path, "c++", "-std=c++20", "-Wall", "-Wextra", "-Werror", *includes, "exports.cpp", str(here), "-o", "far")
    status, _, text = run(tmp_path, "./far").strip().partition(" ")
    assert status == "9"
    assert text.startswith("far was compiled for another processor, and this one has no ")
    assert "; compile far.tdsl on this machine" in text
