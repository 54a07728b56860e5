"""Scripts in processes of their own, without any setting of tdsl but those given."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType


def folder_of(module: ModuleType) -> str:
    """The folder that a script puts on its path to import the module."""
    return str(Path(str(module.__file__)).parent)


def run(script: str, **environment: str) -> str:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TDSL_")}
    found = subprocess.run(
        [sys.executable, "-c", script], env={**inherited, **environment}, capture_output=True, text=True, timeout=600
    )
    assert found.returncode == 0, found.stderr
    return found.stdout.strip()
