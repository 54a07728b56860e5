"""The exceptions of a call after its kernels ran, and its printed output."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .description import DTYPES, EntryTable, ModuleTable, in_place_text
from .device_arrays import DeviceArrayLike, OnDevice, array_on_device, overlap_on_device
from .elements import Element, element_text, first_element
from .nesting import flattened
from .origins import origin_text


def raise_fault(
    module: ModuleTable, entry: EntryTable, site: int, value: int, bound: int, steps: Sequence[int] = ()
) -> None:
    """Raises the exception of the index, division, matrix or assertion that a kernel has reported, in these steps of
    the loops around it, the outermost first."""
    table = module["sites"][site]
    where = f"{module['name']}.{entry['name']}"
    at = f"in {table['text']} at {table['place']}" if table["text"] else f"at {table['place']}"
    loops = zip(steps, table["loops"].split("\n"), strict=False)
    within = "".join(f", in step {step} of {loop}" for step, loop in loops if loop)
    if table["kind"] == "index":
        raise IndexError(f"{where}: index {value} is out of bounds for size {bound} {at}{within}")
    if table["kind"] == "division":
        raise ZeroDivisionError(f"{where}: {value} is divided by zero {at}{within}")
    if table["kind"] == "assertion":
        raise AssertionError(f"{where}: assertion failed at {table['place']}: {table['text']}{within}")
    what = "not positive definite" if table["kind"] == "definite" else "singular"
    pivot = f"matrix {value // bound}, pivot {value % bound}" if bound else f"pivot {value}"
    raise ArithmeticError(f"{where}: {at.removeprefix('in ')}: {what} ({pivot}){within}")


def raise_assertion(module: ModuleTable, entry: EntryTable, result: int) -> None:
    table = entry["results"][result]
    raise AssertionError(f"{module['name']}.{entry['name']}: assertion failed at {table['place']}: {table['text']}")


def print_results(entry: EntryTable, values: Sequence[object]) -> None:
    """`values` are those of the results whose role is "print", in order; one line per statement."""
    printed = [result for result in entry["results"] if result["role"] == "print"]
    lines: dict[int, list[str]] = {}
    for result, value in zip(printed, values, strict=True):
        text = result["text"]
        lines.setdefault(result["statement"], []).append(f"{text} {value}" if text else str(value))
    for line in lines.values():
        print(" ".join(line))


def refusal(
    module: ModuleTable,
    entry: EntryTable,
    role: str,
    index: int,
    array: np.ndarray,
    call: tuple[Sequence[np.ndarray], list[int], Sequence[np.ndarray]] | None = None,
) -> str:
    """The message that a value is not finite; empty if it is.  `role` is the kind that `index` counts: "argument",
    "result" or "update".  Given the arguments, dims and variables of the `call`, it also names the place in the program
    where that arose."""
    if role == "update":
        table = module["variables"][entry["updates"][index]]
        name, place, what = table["name"], table["place"], f"the new value of '{table['name']}'"
    else:
        found = entry["arguments"][index] if role == "argument" else entry["results"][index]
        alone = len(entry["results"]) == 1
        name, place = found["name"] or ("result" if alone else f"result {index + 1}"), found["place"]
        what = f"{role} '{name}'" if found["name"] else "the result" if alone else name
    first = _first_not_finite(array)
    if first is None:
        return ""
    text = _not_finite(array, first, f"{module['name']}.{entry['name']}: {what}", name, place)
    if call is None or not module["origins"]:
        return text
    return text + origin_text(module, entry, role, index, first, *call)


def raise_if_not_finite(array: np.ndarray, what: str, name: str, place: str) -> None:
    """Names the first element that is infinite or not a number."""
    first = _first_not_finite(array)
    if first is not None:
        raise FloatingPointError(_not_finite(array, first, what, name, place))


def _first_not_finite(array: np.ndarray) -> Element | None:
    bad = ~np.isfinite(array)
    if not bad.any():
        return None
    return first_element(bad)


def _not_finite(array: np.ndarray, first: Element, what: str, name: str, place: str) -> str:
    return f"{what} is not finite: {element_text(name, first)} = {float(array[first])}{in_place_text(place)}"


def checked_out(
    module: ModuleTable,
    entry: EntryTable,
    out: object,
    shapes: Sequence[tuple[int, ...]],
    arguments: Sequence[object],
    on_device: OnDevice | None = None,
) -> list[object]:
    """The arrays to write into, one for each returned result; an error names the first that does not fit."""
    where = f"{module['name']}.{entry['name']}"
    returned = [result for result in entry["results"] if result["role"] == "return"]
    out = flattened(out, entry["nesting"], where)
    arrays = list(out) if isinstance(out, (tuple, list)) else [out]
    if on_device is None and isinstance(out, str) and out == "device":
        raise ValueError(f"{where}: out='device' is given, but the call is on the CPU")
    if not returned:
        raise TypeError(f"{where}: out= is given, but nothing is returned")
    if len(arrays) != len(returned):
        raise ValueError(f"{where}: out= needs {len(returned)} array(s), got {len(arrays)}")
    checked: list[object] = []
    for position, (result, shape, array) in enumerate(zip(returned, shapes, arrays, strict=True)):
        what = f"{where}: out for '{result['name'] or position}'"
        dtype = DTYPES[result["dtype"]]
        there = array_on_device(array, result["dtype"], on_device, what, "")
        if there is not None:
            _check_device_out(there, tuple(shape), what, entry, arguments, checked, on_device)
            checked.append(there)
            continue
        if not isinstance(array, np.ndarray) or type(array).__name__ not in ("ndarray", "memmap"):
            raise TypeError(f"{what} is a {type(array).__name__}, expected a NumPy array")
        if array.dtype != dtype or not array.dtype.isnative:
            raise TypeError(f"{what} is {array.dtype}, expected {dtype}")
        if array.shape != tuple(shape):
            raise ValueError(f"{what} has shape {array.shape}, expected {tuple(shape)}")
        if not array.flags.writeable:
            raise ValueError(f"{what} is read-only")
        if not array.flags.c_contiguous:
            raise ValueError(f"{what} is not C-contiguous")
        if not array.flags.aligned:
            raise ValueError(f"{what} is not aligned: its memory begins within an element")
        for argument, value in zip(entry["arguments"], arguments, strict=True):
            if isinstance(value, np.ndarray) and np.may_share_memory(array, value):
                raise ValueError(f"{what} overlaps argument '{argument['name']}'")
        if any(isinstance(other, np.ndarray) and np.may_share_memory(array, other) for other in checked):
            raise ValueError(f"{what} overlaps another one")
        checked.append(np.asarray(array))
    return checked


def _check_device_out(
    array: DeviceArrayLike,
    shape: tuple[int, ...],
    what: str,
    entry: EntryTable,
    arguments: Sequence[object],
    others: Sequence[object],
    on_device: OnDevice | None,
) -> None:
    if array.shape != shape:
        raise ValueError(f"{what} has shape {array.shape}, expected {shape}")
    if array.read_only:
        raise ValueError(f"{what} is read-only")
    for argument, value in zip(entry["arguments"], arguments, strict=True):
        there = array_on_device(value, argument["dtype"], on_device, what, "")
        if there is not None and overlap_on_device(array, there):
            raise ValueError(f"{what} overlaps argument '{argument['name']}'")
    if any(not isinstance(other, np.ndarray) and overlap_on_device(array, other) for other in others):  # type: ignore[arg-type]
        raise ValueError(f"{what} overlaps another one")
