"""Prints a description as the C table of abi.h, and builds it with the binding into an importable module."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sysconfig
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pybind11

from tdsl.emit.bundle import support_source
from tdsl.resources import RUNTIME

Table = dict[str, Any]
# Entries in two parts, and which of their updates only the second writes.
IN_PLACE = {("affine", "train"): [1, 0, 1, 0], ("affine", "count"): [1], ("affine", "guarded"): [1]}
FLAGS = (
    *("-std=c++20", "-O1", "-march=native", "-fPIC", "-fvisibility=hidden"),
    *("-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror"),
    *os.environ.get("TDSL_TEST_FLAGS", "").split(),
)
SOURCES = [path for path in sorted((RUNTIME / "source").glob("*.cpp")) if path.stem != "door"]


def _text(value: str) -> str:
    return json.dumps(value)


class Printer:
    """Collects the arrays a table points to, then the table."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def array(self, kind: str, items: Iterable[str]) -> str:
        listed = list(items)
        if not listed:
            return "nullptr"
        name = f"array_{len(self.lines)}"
        self.lines.append(f"const {kind} {name}[] = {{{', '.join(listed)}}};")
        return name

    def function(self, kind: str, formula: str) -> str:
        return f"[](const int64_t *{'d' if 'd[' in formula else ''}) -> {kind} {{ return {formula}; }}"

    def shape(self, shape: list[Table]) -> str:
        extents = []
        for size in shape:
            derived = size["size"] < 0 and size["dim"] < 0
            value = self.function("int64_t", size["formula"]) if derived else "nullptr"
            extents.append(
                f"{{{size['size']}, {size['dim']}, {value}, {_text(size['text'])}, {_text(size['formula'])}}}"
            )
        return f"{len(shape)}, {self.array('tdsl_extent', extents)}"

    def argument(self, table: Table) -> str:
        default = table["default"]
        value = float(default or 0)
        head = ", ".join(_text(table[key]) for key in ("name", "doc", "place"))
        tail = f"{int(default is not None)}, {value}, {int(value)}"
        return f"{{{head}, TDSL_{table['dtype'].upper()}, {self.shape(table['shape'])}, {tail}}}"

    def result(self, table: Table) -> str:
        texts = ", ".join(_text(table[key]) for key in ("name", "text", "place"))
        head = f"TDSL_{table['role'].upper()}, {table['statement']}, {texts}"
        return f"{{{head}, TDSL_{table['dtype'].upper()}, {self.shape(table['shape'])}}}"

    def entry(self, module: str, table: Table) -> str:
        needs = [
            f"{{{self.function('int32_t', need['formula'])}, {_text(need['text'])}, {_text(need['formula'])},"
            f" {_text(need['place'])}}}"
            for need in table["requirements"]
        ]
        groups = [
            ("tdsl_argument", [self.argument(item) for item in table["arguments"]]),
            ("tdsl_result", [self.result(item) for item in table["results"]]),
            ("int32_t", [str(item) for item in table["updates"]]),
            ("tdsl_requirement", needs),
        ]
        fields = [_text(table[key]) for key in ("name", "doc", "place")]
        for kind, items in groups:
            fields += [str(len(items)), self.array(kind, items)]
            fields += [_text(table["nesting"])] * (kind == "tdsl_result")
        room = self.function("int64_t", "d[0] > 0 ? d[0] * 12 : 0")
        memory = [self.function("int64_t", table["memory"]["formula"]), *map(_text, table["memory"].values())]
        memory += [self.function("int64_t", table["largest"]["formula"]), *map(_text, table["largest"].values())]
        run = f"{module}_{table['name']}"
        in_place = IN_PLACE.get((module, table["name"]), [])
        update = [f"{run}_update" if in_place else "nullptr", self.array("int32_t", map(str, in_place))]
        return f"{{{', '.join([*fields, room, *memory, run, *update])}}}"

    def module(self, table: Table) -> str:
        name = table["name"]
        variables = [
            f"{{{', '.join(_text(item[key]) for key in ('name', 'doc', 'place'))},"
            f" TDSL_{ {'rule': 'RULE_STATE'}.get(item['kind'], item['kind'].upper()) },"
            f" TDSL_{item['dtype'].upper()}, {len(item['shape'])},"
            f" {self.array('int64_t', map(str, item['shape']))}}}"
            for item in table["variables"]
        ]
        sites = [
            f"{{TDSL_FAULT_{item['kind'].upper()}, {_text(item['place'])}, {_text(item['text'])}}}"
            for item in table["sites"]
        ]
        texts = ", ".join(_text(table[key]) for key in ("name", "doc", "source", "build"))
        fields = [f"TDSL_ABI_VERSION, {texts}, {int(table['refuse_nan'])}, nullptr, {int(table['flush_subnormals'])}"]
        fields += [f"{len(table['dims'])}, {self.array('char *const', map(_text, table['dims']))}"]
        fields += [f"{len(variables)}, {self.array('tdsl_variable', variables)}"]
        entries = [self.entry(name, item) for item in table["entries"]]
        fields += [f"{len(entries)}, {self.array('tdsl_entry', entries)}"]
        start = table["initialise"]
        fields += [self.array("tdsl_entry", [self.entry(name, start)]) if start else "nullptr"]
        fields += [f"{len(sites)}, {self.array('tdsl_site', sites)}, {table['threads']}, {table['memory_limit']}"]
        self.lines.append(f"const tdsl_module the_table = {{{', '.join(fields)}}};")
        return "\n".join(self.lines)


def unit(table: Table) -> str:
    """A whole generated unit, in small."""
    return f"""#include "{Path(__file__).with_name("kernels.cpp")}"
{Printer().module(table)}
extern "C" void *tdsl_bind(const tdsl_module *);
extern "C" __attribute__((visibility("default"))) void *PyInit_{table["name"]}(void) {{
    return tdsl_bind(&the_table);
}}
"""


def _compile(source: Path, target: Path, extra: tuple[str, ...] = ()) -> Path:
    includes = [f"-I{RUNTIME / 'include'}", f"-I{RUNTIME / 'source'}"]
    for folder in (sysconfig.get_paths()["include"], np.get_include(), pybind11.get_include()):
        includes += ["-isystem", folder]
    subprocess.run(["g++", *FLAGS, *extra, *includes, "-c", str(source), "-o", str(target)], check=True)
    return target


def modules(tables: Iterable[Table], folder: Path) -> dict[str, Path]:
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    return {table["name"]: folder / f"{table['name']}{suffix}" for table in tables}


def build(tables: Iterable[Table], folder: Path, extra: tuple[str, ...] = ()) -> dict[str, Path]:
    """Extension modules by name, linked with objects of the runtime that are compiled once."""
    support = folder / "support.cpp"
    support.write_text(support_source())
    sources = [*SOURCES, support]
    for table in tables:
        (folder / f"{table['name']}_unit.cpp").write_text(unit(table))
        sources.append(folder / f"{table['name']}_unit.cpp")
    with ThreadPoolExecutor(2) as workers:
        objects = dict(
            zip(
                [source.stem for source in sources],
                workers.map(lambda source: _compile(source, folder / f"{source.stem}.o", extra), sources),
                strict=True,
            )
        )
    shared = [str(target) for name, target in objects.items() if not name.endswith("_unit")]
    found = modules(tables, folder)
    for name, target in found.items():
        link = ["g++", "-shared", "-pthread", *extra, str(objects[f"{name}_unit"]), *shared, "-o", str(target)]
        subprocess.run(link, check=True)
    return found


def load(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
