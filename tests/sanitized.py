"""Runs tests whose native code watches itself: python -m tests.sanitized address,undefined TESTS…"""

from __future__ import annotations

import os
import subprocess
import sys

from tdsl.build import sanitizers
from tdsl.build.toolchain import locate
from tdsl.settings import Settings

VARIABLE = "TDSL_TEST_SANITIZE"
NAMES = tuple(filter(None, os.environ.get(VARIABLE, "").split(",")))
"""The sanitizers of this run."""
# Without optimisation the compiler takes half the time, and removes no access.
FLAGS = [*sanitizers.flags(NAMES), "-O0"] if NAMES else []
WITHOUT = ("-pno:cacheprovider", "-pno:faulthandler", "-pno:xdist", "-Wignore::pytest.PytestConfigWarning")
"""Without these plugins, whose options are then unknown."""


def main(names: str, *tests: str) -> int:
    before = sanitizers.command(names.split(","), locate(Settings()))
    pytest = [sys.executable, "-m", "pytest", "-q", "-s", *WITHOUT]
    environment = {**os.environ, VARIABLE: names, "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run([*before, *pytest, *tests], env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
