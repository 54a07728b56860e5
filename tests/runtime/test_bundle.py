"""The bundle: complete, importable alone, the same each time, and carried as C++ text."""

from __future__ import annotations

import ast
import builtins
import re
import symtable

from tdsl.emit.bundle import bundle, support_source
from tdsl.resources import RUNTIME


def test_every_file_is_in_it() -> None:
    text = bundle()
    for path in (RUNTIME / "python").glob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                kind = "class" if isinstance(node, ast.ClassDef) else "def"
                assert len(re.findall(rf"^{kind} {node.name}\b", text, flags=re.MULTILINE)) == 1, node.name


def test_no_name_is_missing() -> None:
    for text in (bundle(), bundle(with_numpy_core=False)):
        assert "from ." not in text
        top = symtable.symtable(text, "bundle", "exec")
        defined = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
        waiting = list(top.get_children())
        while waiting:
            scope = waiting.pop()
            waiting.extend(scope.get_children())
            used = {symbol.get_name() for symbol in scope.get_symbols() if symbol.is_global()}
            assert not used - defined - set(dir(builtins)) - {"__name__"}


def test_it_is_reproducible() -> None:
    assert bundle() == bundle()
    source = support_source()
    assert "tdsl_support_magic" in source and source.isascii()
