"""The folders without Python: inside the installed package, or beside it in a checkout."""

from pathlib import Path

_package = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    installed = _package / name
    return installed if installed.is_dir() else _package.parent / name


GRAMMAR = _folder("grammar")
CODEGEN = _folder("codegen")
RUNTIME = _folder("runtime")
SAMPLES = _folder("samples")
STANDARD_LIBRARY = _package / "std"
MEANINGS = tuple(
    _package / "ops" / f"{name}.py"
    for name in ("meanings", "special_meanings", "gamma_meanings", "beta_meanings", "matrix_meanings", "random")
)
"""The meanings of ops on arrays, read as text too, for generated modules."""
