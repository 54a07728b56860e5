"""Ops are known by the table: outside of it and of lowering's rules, hardly a file asks for an op by name."""

from __future__ import annotations

import ast
from pathlib import Path

import tdsl.ops  # noqa: F401
from tdsl.ir.node import OPS
from tdsl.resources import MEANINGS

ROOT = Path(__file__).parent.parent / "tdsl"
# The table, lowering's rules, functions of the language by name, and the syntax, in which `and` is a word and no op.
FREE = ("ops/", "lower/elements/", "lower/kernels.py", "check/builtins/", "syntax/")
HANDFUL = 8
EXCEPTIONS = {
    "check/arithmetic.py": "what the language's operators mean",
    "check/sparse_updates.py": "what becomes of a derivative of zero, and forms of updates",
    "emit/c/scalars.py": "operators that C++ spells otherwise",
    "emit/origins.py": "follows a NaN back through sides of an `if` and steps of a loop",
    "unparse/printer.py": "syntax that is no function's: slices, transposes, conversions",
    "ir/guards.py": "how a condition moves through each linear op",
    "ir/pieces.py": "rewrites sums of `place` and `scatter`",
    "passes/algebra.py": "rewrites arithmetic",
    "lint/domains.py": "logarithms, roots and quotients",
    "lint/intervals.py": "the numbers that results of ops may be",
    "lint/symmetry.py": "the axes that views and products keep",
    "loops/routines.py": "routines have the names of the ops that they fill",
    "stability/__init__.py": "lists the ops without which a rewrite has nothing to do",
    "stability/powers.py": "rewrites powers and roots",
    "stability/near_one.py": "rewrites functions near 1",
    "stability/logistic.py": "rewrites forms of sigmoid and tanh",
    "stability/logarithms.py": "rewrites logarithms of functions",
    "stability/forms.py": "recognises forms",
    "stability/dangers.py": "how losses of exponentials spread from op to op",
    "unparse/named_forms.py": "recognises functions of the standard library",
    "formulas/latex.py": "functions that LaTeX has commands for",
    "formulas/notation.py": "functions with a notation of their own",
    "passes/tidy.py": "rewrites arithmetic for readers",
    "passes/views.py": "rewrites chains of views",
}
"""Files that name more than a handful, and why."""


def mentions(tree: ast.AST) -> list[str]:
    """Names of ops that a file compares with or lists; not those that it builds nodes with."""
    built = {
        id(name)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "apply" and call.args
        for name in ast.walk(call.args[0])
    }
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in built)
    return [text for text in texts if isinstance(text, str) and text in OPS]


def test_files_name_a_handful_of_ops_at_most() -> None:
    files = {path.relative_to(ROOT).as_posix(): path for path in sorted(ROOT.rglob("*.py"))}
    counts = {
        name: len(mentions(ast.parse(path.read_text()))) for name, path in files.items() if not name.startswith(FREE)
    }
    many = {name: count for name, count in counts.items() if count > HANDFUL}
    assert {name: count for name, count in many.items() if name not in EXCEPTIONS} == {}
    assert not EXCEPTIONS.keys() - files.keys()


def test_meanings_share_no_name() -> None:
    """Their files become one text in generated modules."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in MEANINGS]
    names: list[str] = []
    for statement in (statement for tree in trees for statement in tree.body):
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            names.append(statement.name)
        elif isinstance(statement, ast.Assign):
            names += [
                name.id for target in statement.targets for name in ast.walk(target) if isinstance(name, ast.Name)
            ]
    assert len(names) == len(set(names)), sorted(name for name in set(names) if names.count(name) > 1)
