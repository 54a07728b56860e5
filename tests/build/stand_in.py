"""A compiler of four words and a runtime of one page, to test the build and the command line by themselves.

value 3            the module's `value`
use "other.txt"    adds the number in that file
error / warn / bug / broken
"""

from __future__ import annotations

import json
import os
import re
import sys
import types
from pathlib import Path
from typing import Any

import tdsl
from tdsl import resources
from tdsl.emit.unit import Unit
from tdsl.source import CompilerBug, Diagnostic, Source, Span, UserError

RUNTIME = """#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <numpy/numpyconfig.h>
extern "C" __attribute__((visibility("hidden"))) PyObject *tdsl_bind(const void *table) {
    struct row { const char *name; long value; };
    static PyModuleDef definition{};
    const auto *described = static_cast<const row *>(table);
    definition.m_base = PyModuleDef_HEAD_INIT;
    definition.m_name = described->name;
    definition.m_size = -1;
    PyObject *module = PyModule_Create(&definition);
    if (module) PyModule_AddIntConstant(module, "value", described->value);
    return module;
}
"""
INIT = """extern "C" void *tdsl_bind(const void *);
struct row { const char *name; long value; };
extern "C" const row tdsl_this_module;
extern "C" __attribute__((visibility("default"))) void *TDSL_INIT(void) { return tdsl_bind(&tdsl_this_module); }
"""
UNIT = """struct row {{ const char *name; long value; }};
extern "C" {{ extern const row tdsl_this_module; }}
const row tdsl_this_module{{"{name}", {value}}};
"""
STAGES = ("inputs", "typed", "cpp")


def generate(
    source: Source, settings: Any, load: Any, facts: Any = None, clock: Any = None, is_library: bool = False
) -> Any:
    if "bug" in source.text.split():
        raise CompilerBug("the stand-in broke")
    found = [_diagnostic(source, match, "error") for match in re.finditer(r"\berror\b", source.text)]
    if found:
        raise UserError(*found)
    value = sum(int(one) for one in re.findall(r"value (\d+)", source.text))
    for name in re.findall(r'use "([^"]+)"', source.text):
        assert source.path is not None
        value += int(load(source.path.parent / name))
    value += sum(int(given) for _, given in settings.defines)
    name = Path(source.name).stem
    unit = UNIT.format(name=name, value=value) if settings.target == "cpp" else f"value = {value}\n"
    if "broken" in source.text:
        unit += "this is not C++;\n"
    warnings = tuple(_diagnostic(source, match, "warning") for match in re.finditer(r"\bwarn\b", source.text))
    return types.SimpleNamespace(
        name=name, target=settings.target, unit=Unit(unit), stub="value: int\n", warnings=warnings
    )


def _diagnostic(source: Source, match: re.Match[str], severity: str) -> Diagnostic:
    span = Span(source, *match.span())
    return Diagnostic("TD0101", f"there is an {match[0]} here", span, hints=("take it out",), severity=severity)


def examine(source: Source, settings: Any, load: Any, clock: Any = None) -> Any:
    return generate(source, settings, load).warnings


def show(source: Source, settings: Any, load: Any, stage: str, clock: Any = None) -> str:
    return f"{stage} of {source.name}"


def gradient(
    source: Source, settings: Any, load: Any, cost: str | None, wrt: tuple[str, ...], format: str, clock: Any = None
) -> str:
    return f"# d {cost} / d {','.join(wrt)}"


def write_runtime(folder: Path) -> Path:
    (folder / "source").mkdir(parents=True, exist_ok=True)
    (folder / "include").mkdir(exist_ok=True)
    (folder / "python").mkdir(exist_ok=True)
    from tdsl.build import objects  # which an unchanged compilation does not import

    for made in objects.ALWAYS.values():
        for name in made.sources:
            (folder / "source" / name).write_text("")
    (folder / "source" / "bind_module.cpp").write_text(RUNTIME)
    (folder / "source" / "module_init.cpp").write_text(INIT)
    return folder


def modules() -> dict[str, types.ModuleType]:
    driver, emit, bundle = (types.ModuleType(name) for name in ("tdsl.driver", "tdsl.emit", "tdsl.emit.bundle"))
    driver.__dict__.update(generate=generate, examine=examine, show=show, gradient=gradient, STAGES=STAGES)
    bundle.__dict__["support_source"] = lambda: "extern const char tdsl_support[]; const char tdsl_support[] = {0};"
    bundle.__file__ = __file__
    return {module.__name__: module for module in (driver, emit, bundle)}


def main() -> None:
    resources.RUNTIME = Path(os.environ["STAND_IN_RUNTIME"])
    sys.modules.update(modules())
    vars(tdsl)["driver"] = sys.modules["tdsl.driver"]
    from tdsl.cli.main import heed_signals, run

    heed_signals()
    code = run()
    if os.environ.get("STAND_IN_MODULES"):
        Path(os.environ["STAND_IN_MODULES"]).write_text(json.dumps(sorted(sys.modules)))
    sys.exit(code)


if __name__ == "__main__":
    main()
