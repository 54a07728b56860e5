"""Runs compiled units through their table with ctypes, without the Python binding."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import weakref
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from tdsl.build.cache import Cache
from tdsl.build.flags import MEANING, of_parts
from tdsl.build.jobs import Jobs
from tdsl.build.objects import Runtime
from tdsl.build.toolchain import locate
from tdsl.clock import Clock
from tdsl.ir.program import Program
from tdsl.options import BuildOptions
from tdsl.resources import RUNTIME
from tdsl.settings import Settings
from tests import sanitized
from tests.shared import once
from tests.stages import stages

FLAGS = [
    "-std=c++20",
    "-march=native",
    "-fPIC",
    "-fvisibility=hidden",
    *MEANING,
    "-Wall",
    "-Wextra",
    "-Werror",
    # A program may compare a value with itself.
    "-Wno-tautological-compare",
]
# Bytes behind the memory of a call that no code may write; sanitizers detect reads too, right behind its end.
GUARD = 0 if sanitized.NAMES else 64
LIBRARY = ctypes.CDLL(None)
# Enough for two processors; each reads the headers again.
_OBJECTS = 6

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
    _fields_ = [
        ("site", ctypes.c_int32),
        ("value", ctypes.c_int64),
        ("bound", ctypes.c_int64),
        ("steps", ctypes.c_int64 * 4),
    ]


class Call(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("arguments", "dims", "results", "variables", "updates", "workspace")),
        ("fault", Fault),
        ("device", ctypes.c_void_p),
        ("laps", ctypes.c_void_p),
        ("exchange", ctypes.c_void_p),
        ("recorder", ctypes.c_void_p),
    ]


_OF_DIMS = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)


class FormulaTable(ctypes.Structure):
    _fields_ = [("value", _OF_DIMS), ("text", ctypes.c_char_p), ("formula", ctypes.c_char_p)]


class CodeTable(ctypes.Structure):
    _fields_ = [
        ("workspace", _OF_DIMS),
        ("run", ctypes.CFUNCTYPE(None, ctypes.POINTER(Call))),
        ("update", ctypes.CFUNCTYPE(None, ctypes.POINTER(Call))),
        ("in_place", ctypes.POINTER(ctypes.c_int64)),
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
        ("field_count", ctypes.c_int32),
        ("fields", ctypes.c_void_p),
        ("update_count", ctypes.c_int32),
        ("updates", ctypes.c_void_p),
        ("requirement_count", ctypes.c_int32),
        ("requirements", ctypes.c_void_p),
        ("memory", FormulaTable),
        ("largest", FormulaTable),
        ("lap_count", ctypes.c_int32),
        ("exchanged_dtype", ctypes.c_int),
        ("exchanged", ctypes.c_int64),
        ("host", CodeTable),
        ("device", CodeTable),
    ]


class OptionsTable(ctypes.Structure):
    _fields_ = [(field.name, ctypes.c_int32) for field in fields(BuildOptions)]


class ModuleTable(ctypes.Structure):
    _fields_ = [
        ("abi_version", ctypes.c_int32),
        *((name, ctypes.c_char_p) for name in ("name", "doc", "source", "build", "origins")),
        ("options", OptionsTable),
        ("dim_count", ctypes.c_int32),
        ("dims", ctypes.POINTER(ctypes.c_char_p)),
        ("variable_count", ctypes.c_int32),
        ("variables", ctypes.c_void_p),
        ("entry_count", ctypes.c_int32),
        ("entries", ctypes.POINTER(EntryTable)),
        ("initialise", ctypes.POINTER(EntryTable)),
        ("site_count", ctypes.c_int32),
        ("sites", ctypes.c_void_p),
        ("kernel_count", ctypes.c_int32),
        ("kernels", ctypes.POINTER(ctypes.c_char_p)),
        ("image_count", ctypes.c_int32),
        ("images", ctypes.c_void_p),
        ("default_device", ctypes.c_int32),
        ("profile", ctypes.c_char_p),
        ("training_count", ctypes.c_int32),
        ("trainings", ctypes.c_void_p),
    ]


def compiler() -> str:
    return os.environ.get("CXX") or shutil.which("g++") or "c++"


def runtime_objects(calls: frozenset[str]) -> list[Path]:
    """The objects that modules link, from the cache of all tests, without the binding."""
    settings = Settings(sanitize=sanitized.NAMES, cache_dir=os.environ["TDSL_CACHE_DIR"])
    with Jobs() as jobs:
        runtime = Runtime(settings, locate(settings), Cache.of(settings), jobs, Clock(), lambda done, wanted: None)
        runtime.want(("pool", *sorted(calls)))
        jobs.wait()
    return runtime.files


def library(text: str, calls: frozenset[str], parts: int, optimise: str) -> Path:
    """The library of a unit that calls these objects of the runtime, compiled once for all tests."""

    def fill(folder: Path) -> None:
        unit, stand_in = folder / "unit.cpp", folder / "stand_in.cpp"
        unit.write_text(text)
        stand_in.write_text(_STAND_IN)
        ranges = enumerate(of_parts(parts, min(parts, _OBJECTS)))
        wanted = [([*only, str(unit)], folder / f"unit{number}.o") for number, only in ranges]
        wanted.append(([str(stand_in)], folder / "stand_in.o"))
        compile_all(wanted, optimise)
        objects = map(str, [*(made for _, made in wanted), *runtime_objects(calls)])
        command = [compiler(), *FLAGS, *sanitized.FLAGS, "-shared", "-pthread", *objects]
        subprocess.run([*command, "-o", str(folder / "unit.so")], check=True)

    return once(f"unit-{sha256(f'{optimise} {text}'.encode()).hexdigest()[:24]}", fill) / "unit.so"


def compile_all(wanted: Sequence[tuple[list[str], Path]], optimise: str) -> None:
    """Compiles pairs of arguments and object, two at a time."""

    def compile_one(one: tuple[list[str], Path]) -> None:
        command = [compiler(), *FLAGS, optimise, *sanitized.FLAGS, f"-I{RUNTIME / 'include'}", "-c", *one[0]]
        subprocess.run([*command, "-o", str(one[1])], check=True)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(compile_one, wanted))


class Native:
    """A compiled program; `call` runs an entry on arrays by name."""

    def __init__(self, program: Program, optimise: str = "-O2", text: str | None = None) -> None:
        self.program = program
        made = stages(program)
        self.module, unit = made.loops, made.unit
        self.text = text or unit.text
        self.library = ctypes.CDLL(str(library(self.text, unit.calls, 1 if text else unit.parts, optimise)))
        start = self.library.table
        start.restype = ctypes.POINTER(ModuleTable)
        self.table = start().contents
        self.fault = (0, 0, 0)
        self.steps = (0,) * 4
        self.workspace_bytes = 0

    def threads(self, count: int) -> None:
        self.library.threads(ctypes.c_int(count))

    def call(
        self,
        name: str,
        values: Mapping[str, Any],
        dims: Mapping[str, int],
        variables: Mapping[str, Any] | None = None,
        shifted: bool = False,
    ) -> list[np.ndarray[Any, Any]]:
        """Results, then updates.  Outputs and workspace begin as poison and are checked for writes past the end;
        updates that may be done in place are done in place as well, and give the same.  Shifted arrays begin one
        element behind where vectors would like it, as views do."""
        outputs = self._call(name, values, dims, variables or {}, shifted, in_place=False)
        if self._table(name).host.update:
            again = self._call(name, values, dims, variables or {}, shifted, in_place=True)
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
        shifted: bool,
        in_place: bool,
    ) -> list[np.ndarray[Any, Any]]:
        entry = next(entry for entry in self.program.all_entries() if entry.name == name)
        table = self._table(name)
        sizes = np.array([dims.get(dim, 0) for dim in self.module.dims], np.int64)
        inputs = [_placed(values[p.name], p.node.type.dtype.numpy, shifted) for p in entry.parameters]
        kept = [_placed(variables[v.name], v.node.type.dtype.numpy, shifted) for v in self.program.variables]
        outputs = [
            _poisoned(tuple(s.evaluate(dims) for s in r.type.shape), r.type.dtype.numpy, shifted) for r in entry.roots()
        ]
        self.workspace_bytes = table.host.workspace(sizes.ctypes.data)
        memory, behind = _poisoned((self.workspace_bytes,), "u1")
        if in_place:
            numbers = {variable.name: number for number, variable in enumerate(self.program.variables)}
            for number, update in enumerate(entry.updates):
                if table.host.in_place[number]:
                    outputs[len(entry.results) + number] = kept[numbers[update.variable]], behind[:0]
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
            memory.ctypes.data,
        )
        table.host.run(ctypes.byref(call))
        if table.host.update:
            table.host.update(ctypes.byref(call))
        self.fault = (call.fault.site, call.fault.value, call.fault.bound)
        self.steps = tuple(call.fault.steps)
        assert (behind == 0xA5).all(), "workspace overrun"
        assert all((guard == 0xA5).all() for _, guard in outputs), "output overrun"
        return [array for array, _ in outputs]


def _poisoned(
    shape: tuple[int, ...], dtype: str, shifted: bool = False
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """An array of poison, and the guard behind it, in memory that ends there."""
    start = np.dtype(dtype).itemsize if shifted else 0
    end = start + int(np.prod(shape)) * np.dtype(dtype).itemsize
    address = ctypes.c_void_p()
    assert LIBRARY.posix_memalign(ctypes.byref(address), ctypes.c_size_t(64), ctypes.c_size_t(end + GUARD)) == 0
    block = (ctypes.c_uint8 * (end + GUARD)).from_address(address.value or 0)
    weakref.finalize(block, LIBRARY.free, address)
    memory = np.frombuffer(block, np.uint8)
    memory[:] = 0xA5
    return memory[start:end].view(dtype).reshape(shape), memory[end:]


def _placed(value: Any, dtype: str, shifted: bool) -> np.ndarray[Any, Any]:
    """A copy in memory that ends with it."""
    array = np.asarray(value, dtype)
    copy, _ = _poisoned(array.shape, dtype, shifted)
    copy[...] = array
    return copy


def _pointers(arrays: Sequence[np.ndarray[Any, Any]]) -> Any:
    return (ctypes.c_void_p * max(1, len(arrays)))(*(array.ctypes.data for array in arrays))
