"""Import layers, the length of files, and input and output."""

from __future__ import annotations

import ast
import statistics
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Layers from the top.  A file imports from its own layer and from those above it; the first name that fits decides.
LAYERS: tuple[tuple[str, ...], ...] = (
    (
        "tdsl.source",
        "tdsl.resources",
        "tdsl.record",
        "tdsl.naming",
        "tdsl.spelling",
        "tdsl.clock",
        "tdsl.fork_safe_lock",
        "tdsl.files",
        "tdsl.visible",
        "tdsl.targets",
    ),
    ("tdsl.settings", "tdsl.options"),
    ("tdsl.syntax",),
    ("tdsl.formatting",),
    ("tdsl.types",),
    ("tdsl.ir", "tdsl.ops"),
    ("tdsl.stability",),
    ("tdsl.check",),
    ("tdsl.passes", "tdsl.unparse"),
    ("tdsl.lint",),
    ("tdsl.loops", "tdsl.schedule"),
    ("tdsl.lower",),
    ("tdsl.describe",),
    ("tdsl.emit", "tdsl.graph"),
    ("tdsl.pages", "tdsl.formulas"),
    ("tdsl.driver",),
    ("tdsl.build",),
    ("tdsl.compilation",),
    ("tdsl.api",),
    ("tdsl.training",),
    ("tdsl.cli", "tdsl.__main__"),
)
# The package itself has only its version and its public functions, which use all layers.
OPEN = {"tdsl"}
INPUT_AND_OUTPUT = {"open", "subprocess", "os", "shutil", "tempfile", "socket", "sys", "io", "importlib", "read_text"}
WITHOUT_IO = ("tdsl.source", "tdsl.syntax.nodes", "tdsl.syntax.transformer", "tdsl.formatting", "tdsl.types", "tdsl.ir",
              "tdsl.ops", "tdsl.passes", "tdsl.loops", "tdsl.describe", "tdsl.schedule", "tdsl.lower", "tdsl.driver",
              "tdsl.unparse", "tdsl.graph", "tdsl.lint", "tdsl.emit.typed", "tdsl.emit.inputs",
              "tdsl.emit.syntax")  # fmt: skip


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = sorted((ROOT / "tdsl").rglob("*.py"))
MODULES = {module_of(path) for path in FILES}


def within(module: str, name: str) -> bool:
    return module == name or module.startswith(name + ".")


def layer(module: str) -> int:
    found = [number for number, names in enumerate(LAYERS) if any(within(module, name) for name in names)]
    assert found, f"{module} is in no layer: put it into one"
    return found[0]


def imports(path: Path) -> set[str]:
    """The modules of tdsl that a file imports, anywhere in it, those for type checkers included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inner & MODULES) | ({node.module} if inner - MODULES else set())
    return {name for name in found if within(name, "tdsl")} - OPEN


IMPORTS = {module_of(path): imports(path) for path in FILES}


def test_imports_come_from_above() -> None:
    wrong = [
        f"{module} imports {name}"
        for module, names in IMPORTS.items()
        if module not in OPEN
        for name in sorted(names)
        if layer(name) > layer(module)
    ]
    assert not wrong


def test_no_circle() -> None:
    """Modules can be read one after the other; imports for type checkers count."""
    graph = {module: names for module, names in IMPORTS.items() if module not in OPEN}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" is imported by ".join(error.args[1]))


def test_stages_before_build_do_no_input_or_output() -> None:
    """They get texts through the loader that they are given, and the project's own through resources."""
    wrong: list[str] = []
    for path in FILES:
        if not any(within(module_of(path), name) for name in WITHOUT_IO):
            continue
        used: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                used |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                used.add(node.module.split(".")[0])
            elif isinstance(node, ast.Call):
                used.add(node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", ""))
        wrong += [f"{module_of(path)} uses {name}" for name in sorted(used & INPUT_AND_OUTPUT)]
    assert not wrong


@pytest.mark.parametrize("folder", ["tdsl", "runtime"])
def test_files_and_lines_are_short(folder: str) -> None:
    kinds = (".py", ".hpp", ".h", ".cpp", ".cu")
    texts = {path: path.read_text().splitlines() for path in (ROOT / folder).rglob("*") if path.suffix in kinds}
    assert not [path.name for path, lines in texts.items() if len(lines) > 600]
    assert statistics.mean(map(len, texts.values())) < 200
    wide = {path.name for path, lines in texts.items() if path.suffix != ".py" and max(map(len, lines)) > 120}
    assert not wide  # the linter looks at Python


def test_every_file_has_a_docstring() -> None:
    assert not [module_of(path) for path in FILES if not ast.get_docstring(ast.parse(path.read_text()))]


def test_names_of_files_say_something() -> None:
    assert not {"utils", "helpers", "common", "misc"} & {path.stem for path in FILES}


def runtime_imports(path: Path) -> set[str]:
    """The files of `runtime/python` that a file imports, in functions and for type checkers too."""
    nodes = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom))
    return {node.module for node in nodes if node.level == 1 and node.module}


def test_runtime_python_has_no_circle() -> None:
    graph = {path.stem: runtime_imports(path) for path in (ROOT / "runtime" / "python").glob("*.py")}
    assert set().union(*graph.values()) <= graph.keys()
    list(TopologicalSorter(graph).static_order())  # raises CycleError


def test_the_bundle_is_in_the_order_of_imports() -> None:
    from tdsl.emit.bundle import NUMPY_ORDER

    for name in NUMPY_ORDER:
        behind = set(NUMPY_ORDER[NUMPY_ORDER.index(name) :])
        assert not runtime_imports(ROOT / "runtime" / "python" / f"{name}.py") & behind, name
