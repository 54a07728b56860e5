"""The Python files of `runtime/python` as one text, and as the C++ source that carries it in a native module."""

from __future__ import annotations

import importlib.util
import marshal
import re
from collections.abc import Iterable
from pathlib import Path

from tdsl.emit.c.printer import string_texts
from tdsl.resources import RUNTIME

# A file comes after those whose names it uses at its top level.
_ORDER = (
    *(
        "shared",
        "value_text",
        "elements",
        "description",
        "devices",
        "cublas",
        "device_arrays",
        "nesting",
        "environment",
        "memory",
        "evaluation",
        "origins",
        "faults",
        "rounding",
        "debugging",
        "conversion",
    ),
    *(
        "arguments",
        "entry_text",
        "steps",
        "step_rows",
        "values",
        "state_report",
        "state",
        "flat",
        "mapping",
        "replacing",
    ),
    *("made_with", "checkpoint", "progress", "recording", "stopping", "training_file", "fit_options", "batches"),
    *("history", "interrupts", "metrics", "rates", "manifest", "training", "ranks", "fitting", "declared_training"),
    *("model", "profile", "module"),
)
NUMPY_ORDER = (*_ORDER, "turns", "closed", "row_order", "core")


def bundle(with_numpy_core: bool = True) -> str:
    """One importable text; the native binding needs no NumPy core."""
    names = NUMPY_ORDER if with_numpy_core else _ORDER
    return f"from __future__ import annotations\n\n{joined([RUNTIME / 'python' / f'{name}.py' for name in names])}\n"


def joined(files: Iterable[Path]) -> str:
    """The files as one text: their external imports, then their bodies with the docstrings as comments."""
    imports: dict[str, set[str]] = {}
    bodies: list[str] = []
    for file in files:
        text = file.read_text(encoding="utf-8")
        text = re.sub(r"^ *from \.\w+ import (\([^)]*\)|.*)\n", "", text, flags=re.MULTILINE)
        text = re.sub(r"\A\"\"\"(.*?)\"\"\"\n", lambda found: _comment(found[1]), text, flags=re.DOTALL)
        text = re.sub(r"^if typing\.TYPE_CHECKING:\n(    .*\n|\n)+", "", text, flags=re.MULTILINE)
        for line in re.findall(r"^(?:import|from) .*$", text, flags=re.MULTILINE):
            statement, _, names = line.partition(" import ") if line.startswith("from") else (line, "", "")
            imports.setdefault(statement, set()).update(filter(None, names.split(", ")))
        bodies.append(re.sub(r"^(?:import|from) .*\n", "", text, flags=re.MULTILINE).strip("\n"))
    del imports["from __future__"]
    lines = [f"{key} import {', '.join(sorted(names))}" if names else key for key, names in sorted(imports.items())]
    return "\n\n\n".join(["\n".join(lines), *bodies])


def _comment(docstring: str) -> str:
    return "".join(f"# {line}".rstrip() + "\n" for line in docstring.strip().splitlines())


def support_source() -> str:
    """The definitions that `runtime/source/support.hpp` declares, compiled once with the binding.

    Beside the text there is its byte code for the Python that builds, so that importing does not parse.
    """
    text = bundle(with_numpy_core=False)
    code = marshal.dumps(compile(text, "<tdsl support>", "exec"))
    magic = int.from_bytes(importlib.util.MAGIC_NUMBER, "little")
    return "\n".join(
        [
            '#include "support.hpp"',
            _array("tdsl_support", "char", text.encode()),
            _array("tdsl_support_code", "unsigned char", code),
            f"extern const unsigned long tdsl_support_code_size = {len(code)}UL;",
            f"extern const unsigned long tdsl_support_magic = {magic}UL;",
            "",
        ]
    )


def _array(name: str, element: str, content: bytes) -> str:
    strings = "\n".join(string_texts(content))
    return f"extern const {element} {name}[] =\n{strings};"
