"""The law of the house: who may import whom, how long a file may be, and who may touch the disk."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# From the top.  A file imports from its own layer and from those above it; the first name that fits decides.
LAYERS: tuple[tuple[str, ...], ...] = (
    (
        "tdsl.source",
        "tdsl.resources",
        "tdsl.naming",
        "tdsl.spelling",
        "tdsl.clock",
        "tdsl.turns",
        "tdsl.files",
        "tdsl.visible",
        "tdsl.targets",
    ),
    ("tdsl.settings", "tdsl.options"),
    ("tdsl.syntax",),
    ("tdsl.types",),
    ("tdsl.ir", "tdsl.ops"),
    ("tdsl.check",),
    ("tdsl.passes", "tdsl.emit.tdsl", "tdsl.emit.tdsl_index"),
    ("tdsl.loops", "tdsl.schedule"),
    ("tdsl.lower",),
    ("tdsl.describe",),
    ("tdsl.emit",),
    ("tdsl.driver",),
    ("tdsl.build",),
    ("tdsl.compilation",),
    ("tdsl.api",),
    ("tdsl.cli", "tdsl.__main__"),
)
# The package itself only says its version and offers what is made of all the layers.
OPEN = {"tdsl"}
INPUT_AND_OUTPUT = {"open", "subprocess", "os", "shutil", "tempfile", "socket", "sys", "io", "importlib", "read_text"}
WITHOUT_IO = ("tdsl.source", "tdsl.syntax.nodes", "tdsl.syntax.transformer", "tdsl.types", "tdsl.ir", "tdsl.ops",
              "tdsl.passes", "tdsl.loops", "tdsl.describe", "tdsl.schedule", "tdsl.lower", "tdsl.driver",
              "tdsl.emit.tdsl", "tdsl.emit.typed", "tdsl.emit.inputs", "tdsl.emit.syntax")  # fmt: skip


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
    """The modules of tdsl that a file imports, wherever in it; those only for type checkers do not count."""
    tree = ast.parse(path.read_text())
    checking = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in checking:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inner & MODULES) or {node.module}
    return {name for name in found if within(name, "tdsl")}


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_imports_come_from_above(path: Path) -> None:
    module = module_of(path)
    if module in OPEN:
        return
    wrong = [name for name in sorted(imports(path)) if name not in OPEN and layer(name) > layer(module)]
    assert not wrong, f"{module} imports from below: {', '.join(wrong)}"


@pytest.mark.parametrize(
    "path", [path for path in FILES if any(within(module_of(path), name) for name in WITHOUT_IO)], ids=module_of
)
def test_stages_before_build_do_no_input_or_output(path: Path) -> None:
    """They get texts through the loader that they are given, and the project's own through rooms."""
    used: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            used |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            used.add(node.module.split(".")[0])
        elif isinstance(node, ast.Call):
            used.add(node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", ""))
    assert not used & INPUT_AND_OUTPUT


@pytest.mark.parametrize("room", ["tdsl", "runtime"])
def test_files_and_lines_are_short(room: str) -> None:
    kinds = (".py", ".hpp", ".h", ".cpp", ".cu")
    texts = {path: path.read_text().splitlines() for path in (ROOT / room).rglob("*") if path.suffix in kinds}
    assert not [path.name for path, lines in texts.items() if len(lines) > 600]
    assert statistics.mean(map(len, texts.values())) < 200
    wide = {path.name for path, lines in texts.items() if path.suffix != ".py" and max(map(len, lines)) > 120}
    assert not wide  # the linter looks at Python


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_every_file_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text())), f"{path.name} has no docstring"


def test_no_attic() -> None:
    assert not {"utils", "helpers", "common", "misc"} & {path.stem for path in FILES}
