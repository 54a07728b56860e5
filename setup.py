"""Folders without Python are beside the package and are installed inside it; all else is in pyproject.toml."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithResources(build_py):
    def run(self) -> None:
        super().run()
        if getattr(self, "editable_mode", False):
            return
        for folder in ("grammar", "codegen", "runtime", "samples"):
            target = Path(self.build_lib, "tdsl", folder)
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(folder, target, ignore=shutil.ignore_patterns("__pycache__", "*.so", ".*", "tests"))


setup(cmdclass={"build_py": BuildWithResources})
