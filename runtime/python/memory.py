"""The memory limit of a process, and the refusal of calls that need more."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from .description import EntryTable, FormulaTable, ModuleTable, evaluate
from .environment import MEMORY_VARIABLE, MOST_BYTES, given_memory

_limits: dict[str, tuple[int, str]] = {}


def memory_limit(module: ModuleTable) -> int:
    """The limit in bytes, as of its first use."""
    return _limit(module)[0]


def device_memory_limit(module: ModuleTable) -> int:
    """That of a call on a GPU: only one that is given, as the GPU refuses what it has no memory for."""
    given = _given(module)
    return given[0] if given else LARGEST_SIZE


def _limit(module: ModuleTable) -> tuple[int, str]:
    """Bytes and the origin of the limit: the environment, the module, or the tightest limit of the system."""
    found = _limits.get(module["name"])
    if found is None:
        found = _given(module) or min(_system_limits(), default=(MOST_BYTES, "the address space"))
        _limits[module["name"]] = found
    return found


def _given(module: ModuleTable) -> tuple[int, str] | None:
    given = given_memory()
    if given is not None:
        return given, MEMORY_VARIABLE
    if module["options"]["memory_limit"]:
        return module["options"]["memory_limit"] << 20, "the setting memory_limit"
    return None


def _system_limits() -> Iterator[tuple[int, str]]:
    with contextlib.suppress(AttributeError, ValueError, OSError):
        yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"), "the machine's memory"
    with contextlib.suppress(ImportError):
        import resource

        soft, _ = resource.getrlimit(resource.RLIMIT_AS)
        if soft != resource.RLIM_INFINITY:
            yield soft, "RLIMIT_AS"
    yield from _group_limits()


def _group_limits() -> Iterator[tuple[int, str]]:
    """The limits of the control groups of the process, on Linux."""
    try:
        with open("/proc/self/cgroup", encoding="utf-8") as file:
            groups = [line.rstrip("\n").split(":", 2) for line in file]
    except OSError:
        return
    for _, controllers, path in groups:
        if controllers == "":
            root, name = "/sys/fs/cgroup", "memory.max"
        elif "memory" in controllers.split(","):
            root, name = "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
        else:
            continue
        parts = [part for part in path.split("/") if part]
        for depth in range(len(parts) + 1):
            try:
                with open("/".join([root, *parts[:depth], name]), encoding="utf-8") as file:
                    text = file.read().strip()
            except OSError:
                continue
            if text.isdecimal():
                yield int(text), "the control group's limit"


def refuse_too_large(module: ModuleTable, entry: EntryTable, dims: list[int]) -> None:
    """MemoryError if a call of those dims needs more than the limit."""
    memory = entry["memory"]
    needed = evaluate(memory["formula"], dims)
    limit, whose = _limit(module)
    if needed <= limit:
        return
    known = _with_dims(module, memory, dims)
    raise MemoryError(
        f"{module['name']}.{entry['name']}: needs {needed:,} bytes{known} for workspace, results and new values,"
        f" more than the limit of {limit:,} bytes ({whose}); nothing was changed"
    )


def refuse_call(module: ModuleTable, entry: EntryTable, dims: list[int]) -> None:
    """MemoryError for a call of those dims, which needs more than the limit or an array that NumPy cannot make."""
    refuse_too_large(module, entry, dims)
    sizes = (f"{name} = {size}" for name, size in zip(module["dims"], dims, strict=True) if size >= 0)
    raise MemoryError(
        f"{module['name']}.{entry['name']}: with {' and '.join(sizes)} an array would be too large for NumPy,"
        " which counts an axis without elements as one; nothing was changed"
    )


# The same as in runtime/include/tdsl/abi.h.
LARGEST_SIZE = 1 << 56


def refuse_uncountable(module: ModuleTable, entry: EntryTable, dims: list[int]) -> None:
    """MemoryError if a call of those dims computes with sizes that 64 bits cannot hold."""
    largest = entry["largest"]
    if evaluate(largest["formula"], dims) <= LARGEST_SIZE:
        return
    refuse_too_large(module, entry, dims)
    products = zip(largest["text"].split(" + "), largest["formula"].split(" + "), strict=True)
    term: FormulaTable = max(
        ({"text": text, "formula": formula} for text, formula in products),
        key=lambda term: evaluate(term["formula"], dims),
    )
    raise MemoryError(
        f"{module['name']}.{entry['name']}: counts up to {evaluate(term['formula'], dims):,}"
        f"{_with_dims(module, term, dims)}, more than the limit of {LARGEST_SIZE:,}; nothing was changed"
    )


def is_too_large_for_numpy(entry: EntryTable, dims: list[int]) -> bool:
    """Whether NumPy may refuse an array of a call, as it counts an empty axis as 1."""
    return evaluate(entry["largest"]["formula"], [max(size, 1) for size in dims]) > LARGEST_SIZE


def _with_dims(module: ModuleTable, number: FormulaTable, dims: list[int]) -> str:
    """` = 4 * N with N = 5`, or nothing for a constant."""
    sizes = enumerate(zip(module["dims"], dims, strict=True))
    used = [f"{name} = {size}" for dim, (name, size) in sizes if f"d[{dim}]" in number["formula"]]
    return f" = {number['text']} with {' and '.join(used)}" if used else ""
