"""Builds a description with kernels by hand and the binding into an importable module."""

from __future__ import annotations

import importlib.util
import subprocess
import sysconfig
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import numpy as np
import pybind11

from tdsl.build.flags import MEANING
from tdsl.build.objects import ALWAYS
from tdsl.describe.table import ModuleTable
from tdsl.emit.bundle import support_source
from tdsl.emit.c.table import Code, EntryCode, TablePrinter
from tdsl.resources import RUNTIME
from tests import sanitized

# Entries in two parts, and which of their updates only the second writes.
IN_PLACE = {("affine", "train"): (1, 0, 1, 0), ("affine", "count"): (1,), ("affine", "guarded"): (1,)}
FLAGS = (
    *("-std=c++20", "-O1", "-march=native", "-fPIC", "-fvisibility=hidden"),
    *(*MEANING, "-Wall", "-Wextra", "-Werror"),
    *sanitized.FLAGS,
)
# The kernels by hand call no others.
OBJECTS = {name: ALWAYS[name].sources for name in ("module", "binding", "pool")}


def unit(table: ModuleTable) -> str:
    """A whole generated unit, in small."""
    code = [
        Code("workspace", run := f"{table.name}_{entry.name}", f"{run}_update", in_place)
        if (in_place := IN_PLACE.get((table.name, entry.name)))
        else Code("workspace", f"{table.name}_{entry.name}")
        for entry in table.routines
    ]
    printer = TablePrinter(table, list(map(EntryCode, code)))
    lines = "\n".join(printer.lines)
    return f"""#include "{Path(__file__).with_name("kernels.cpp")}"
#include "tdsl/kernels.hpp"
namespace {{
int64_t workspace(const int64_t *dims) {{ return dims[0] > 0 ? dims[0] * 12 : 0; }}
{lines}
const tdsl_module the_table = {printer.module};
}}
extern "C" void *tdsl_bind(const tdsl_module *);
extern "C" __attribute__((visibility("default"))) void *PyInit_{table.name}(void) {{
    return tdsl_bind(&the_table);
}}
"""


def _compile(source: Path) -> Path:
    target = source.with_suffix(".o")
    includes = [f"-I{RUNTIME / 'include'}", f"-I{RUNTIME / 'source'}"]
    for folder in (sysconfig.get_paths()["include"], np.get_include(), pybind11.get_include()):
        includes += ["-isystem", folder]
    subprocess.run(["g++", *FLAGS, *includes, "-c", str(source), "-o", str(target)], check=True)
    return target


def modules(tables: Iterable[ModuleTable], folder: Path) -> dict[str, Path]:
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    return {table.name: folder / f"{table.name}{suffix}" for table in tables}


def build(tables: Iterable[ModuleTable], folder: Path) -> dict[str, Path]:
    """Extension modules by name, linked with objects of the runtime that are compiled once."""
    texts = {
        f"runtime_{name}": "".join(f'#include "{source}"\n' for source in sources) for name, sources in OBJECTS.items()
    }
    texts["support"] = support_source()
    shared = list(texts)
    found = modules(tables, folder)
    texts |= {f"{table.name}_unit": unit(table) for table in tables}
    for name, text in texts.items():
        (folder / f"{name}.cpp").write_text(text)
    with ThreadPoolExecutor(2) as workers:
        made = dict(zip(texts, workers.map(lambda name: _compile(folder / f"{name}.cpp"), texts), strict=True))
    for name, target in found.items():
        objects = [str(made[each]) for each in (f"{name}_unit", *shared)]
        subprocess.run(["g++", "-shared", "-pthread", *objects, "-o", str(target)], check=True)
    return found


def load(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
