"""Runs compiled units through their table with ctypes, without the Python binding."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tdsl.emit.cpp import emit_cpp
from tdsl.ir import Program
from tdsl.lower import lower
from tdsl.rooms import RUNTIME
from tests.shared import once

FLAGS = [
    "-std=c++20",
    "-march=native",
    "-fPIC",
    "-fvisibility=hidden",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-ffp-contract=off",
    "-Wall",
    "-Wextra",
    "-Werror",
    # A program may compare a value with itself.
    "-Wno-tautological-compare",
    *os.environ.get("TDSL_TEST_FLAGS", "").split(),
]
_STAND_IN = """
#include "tdsl/abi.h"
extern "C" {
extern const tdsl_module tdsl_this_module;
__attribute__((visibility("default"))) const void *table() { return &tdsl_this_module; }
}
extern "C" void tdsl_set_threads(int);
extern "C" __attribute__((visibility("default"))) void threads(int count) { tdsl_set_threads(count); }
"""


class Fault(ctypes.Structure):
    _fields_ = [("site", ctypes.c_int32), ("value", ctypes.c_int64), ("bound", ctypes.c_int64)]


class Call(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("arguments", "dims", "results", "variables", "updates", "workspace")),
        ("fault", Fault),
    ]


class EntryTable(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("doc", ctypes.c_char_p),
        ("place", ctypes.c_char_p),
        ("argument_count", ctypes.c_int32),
        ("arguments", ctypes.c_void_p),
        ("result_count", ctypes.c_int32),
        ("results", ctypes.c_void_p),
        ("nesting", ctypes.c_char_p),
        ("update_count", ctypes.c_int32),
        ("updates", ctypes.c_void_p),
        ("requirement_count", ctypes.c_int32),
        ("requirements", ctypes.c_void_p),
        ("workspace", ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)),
        ("memory", ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)),
        ("memory_text", ctypes.c_char_p),
        ("memory_formula", ctypes.c_char_p),
        ("largest", ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)),
        ("largest_text", ctypes.c_char_p),
        ("largest_formula", ctypes.c_char_p),
        ("run", ctypes.CFUNCTYPE(None, ctypes.POINTER(Call))),
        ("update", ctypes.CFUNCTYPE(None, ctypes.POINTER(Call))),
        ("in_place", ctypes.POINTER(ctypes.c_int32)),
    ]


class ModuleTable(ctypes.Structure):
    _fields_ = [
        ("abi_version", ctypes.c_int32),
        *((name, ctypes.c_char_p) for name in ("name", "doc", "source", "build")),
        ("refuse_nan", ctypes.c_int32),
        ("flush_subnormals", ctypes.c_int32),
        ("dim_count", ctypes.c_int32),
        ("dims", ctypes.POINTER(ctypes.c_char_p)),
        ("variable_count", ctypes.c_int32),
        ("variables", ctypes.c_void_p),
        ("entry_count", ctypes.c_int32),
        ("entries", ctypes.POINTER(EntryTable)),
        ("initialise", ctypes.POINTER(EntryTable)),
        ("site_count", ctypes.c_int32),
        ("sites", ctypes.c_void_p),
    ]


def compiler() -> str:
    return os.environ.get("CXX") or shutil.which("g++") or "c++"


def runtime_objects() -> list[Path]:
    """Compiled once for all."""

    def fill(folder: Path) -> None:
        for name in ("caches", "cpus", "gemm", "nests", "pool", "products", "random", "reductions"):
            command = [compiler(), *FLAGS, "-O2", f"-I{RUNTIME / 'include'}", "-c"]
            source, target = RUNTIME / "source" / f"{name}.cpp", folder / f"{name}.o"
            subprocess.run([*command, str(source), "-o", str(target)], check=True)

    return sorted(once("lower", fill).glob("*.o"))


class Native:
    """A compiled program; `call` runs an entry on arrays by name."""

    def __init__(self, program: Program, folder: Path, optimise: str = "-O2", text: str | None = None) -> None:
        self.program = program
        self.module = lower(program)
        self.text = text or emit_cpp(self.module, program).text
        (folder / "unit.cpp").write_text(self.text)
        (folder / "stand_in.cpp").write_text(_STAND_IN)
        sources = [folder / "unit.cpp", folder / "stand_in.cpp", *runtime_objects()]
        command = [compiler(), *FLAGS, optimise, "-shared", "-pthread", f"-I{RUNTIME / 'include'}", *map(str, sources)]
        subprocess.run([*command, "-o", str(folder / "unit.so")], check=True)
        self.library = ctypes.CDLL(str(folder / "unit.so"))
        start = self.library.table
        start.restype = ctypes.POINTER(ModuleTable)
        self.table = start().contents
        self.fault = (0, 0, 0)
        self.workspace_bytes = 0

    def threads(self, count: int) -> None:
        self.library.threads(ctypes.c_int(count))

    def call(
        self,
        name: str,
        values: Mapping[str, Any],
        dims: Mapping[str, int],
        variables: Mapping[str, Any] | None = None,
    ) -> list[np.ndarray[Any, Any]]:
        """Results, then updates.  Outputs and workspace begin as poison and are checked for writes past the end; what
        may be done in place is done in place as well, and gives the same."""
        outputs = self._call(name, values, dims, variables or {}, in_place=False)
        if self._table(name).update:
            again = self._call(name, values, dims, variables or {}, in_place=True)
            assert [array.tobytes() for array in again] == [array.tobytes() for array in outputs], "other in place"
        return outputs

    def _table(self, name: str) -> EntryTable:
        number = next(i for i, entry in enumerate(self.program.all_entries()) if entry.name == name)
        found = self.table.entries[number] if number < self.table.entry_count else self.table.initialise[0]
        assert isinstance(found, EntryTable)
        return found

    def _call(
        self,
        name: str,
        values: Mapping[str, Any],
        dims: Mapping[str, int],
        variables: Mapping[str, Any],
        in_place: bool,
    ) -> list[np.ndarray[Any, Any]]:
        entry = next(entry for entry in self.program.all_entries() if entry.name == name)
        table = self._table(name)
        sizes = np.array([dims.get(dim, 0) for dim in self.module.dims], np.int64)
        inputs = [np.ascontiguousarray(values[p.name], p.node.type.dtype.numpy) for p in entry.parameters]
        kept = [np.array(variables[v.name], v.node.type.dtype.numpy, order="C") for v in self.program.variables]
        roots = entry.roots()
        outputs = [_poisoned(tuple(s.evaluate(dims) for s in r.type.shape), r.type.dtype.numpy) for r in roots]
        self.workspace_bytes = table.workspace(sizes.ctypes.data)
        memory = np.full(self.workspace_bytes + 128, 0xA5, np.uint8)
        start = -memory.ctypes.data % 64
        if in_place:
            numbers = {variable.name: number for number, variable in enumerate(self.program.variables)}
            for number, update in enumerate(entry.updates):
                if table.in_place[number]:
                    outputs[len(entry.results) + number] = kept[numbers[update.variable]], memory[:0]
        pointers = [
            _pointers(inputs),
            _pointers([array for array, _ in outputs[: len(entry.results)]]),
            _pointers(kept),
            _pointers([array for array, _ in outputs[len(entry.results) :]]),
        ]
        call = Call(
            ctypes.addressof(pointers[0]),
            sizes.ctypes.data,
            ctypes.addressof(pointers[1]),
            ctypes.addressof(pointers[2]),
            ctypes.addressof(pointers[3]),
            memory.ctypes.data + start,
        )
        table.run(ctypes.byref(call))
        if table.update:
            table.update(ctypes.byref(call))
        self.fault = (call.fault.site, call.fault.value, call.fault.bound)
        assert (memory[start + self.workspace_bytes :] == 0xA5).all(), "workspace overrun"
        assert all((guard == 0xA5).all() for _, guard in outputs), "output overrun"
        return [array for array, _ in outputs]


def _poisoned(shape: tuple[int, ...], dtype: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    memory = np.full(size + 64, 0xA5, np.uint8)
    return memory[:size].view(dtype).reshape(shape), memory[size:]


def _pointers(arrays: Sequence[np.ndarray[Any, Any]]) -> Any:
    return (ctypes.c_void_p * max(1, len(arrays)))(*(array.ctypes.data for array in arrays))
