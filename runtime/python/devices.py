"""The devices that values and calls are on: the CPU, or a GPU by its number."""

from __future__ import annotations

import os
import re

from .description import ModuleTable
from .value_text import value_text

FLAGS_VARIABLE = "TDSL_FLAGS"
CPU = -1


def device_number(device: object, where: str) -> int:
    """-1 for "cpu"; 1 for "cuda:1" or "cuda1", 0 for "cuda"."""
    found = re.fullmatch(r"cpu|cuda:?(\d{0,4})", device) if isinstance(device, str) else None
    if found is None:
        kind = ValueError if isinstance(device, str) else TypeError
        raise kind(f"{where} is {value_text(device)}, expected 'cpu', 'cuda' or 'cuda:1'")
    return CPU if device == "cpu" else int(found[1] or 0)


def device_text(number: int) -> str:
    """As in `Model(device="cuda:0")`."""
    return "cpu" if number == CPU else f"cuda:{number}"


def default_device(module: ModuleTable) -> int:
    """The device of TDSL_FLAGS, if the module was compiled for GPUs, else the module's own."""
    if not module["images"]:
        return CPU
    given = re.findall(r"(?:^|,)\s*device\s*=\s*([^,]*)", os.environ.get(FLAGS_VARIABLE, ""))
    if not given:
        return module["default_device"]
    return device_number(given[-1].strip().strip("\"'"), f"{FLAGS_VARIABLE}: device")
