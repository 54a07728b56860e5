"""The samples that come with tdsl: listing them, copying one, running its script."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import tdsl
from tdsl import resources
from tdsl.build.process import attached
from tdsl.record import record
from tdsl.settings.layers import FLAGS
from tdsl.source import fail

_LEFT_OUT = ("__pycache__", "*.so", "*.pyi", ".*")


@record(frozen=True)
class Sample:
    """A folder NAME with its programs and a script NAME.py or run.py, or a file NAME.py beside NAME.tdsl."""

    name: str
    folder: Path
    files: tuple[Path, ...]

    @property
    def script(self) -> Path | None:
        wanted = (f"{self.name}.py", "run.py", "train.py", "__main__.py")
        by_name = {file.name: file for file in self.files}
        return next((by_name[name] for name in wanted if name in by_name), None)

    @property
    def programs(self) -> list[Path]:
        return [file for file in self.files if file.suffix == ".tdsl"]

    @property
    def title(self) -> str:
        """The first sentence of the documentation of a program or the script."""
        for file in [*self.programs, *([self.script] if self.script else [])]:
            found = re.match(r'((?:##.*\n?)+)|"""([^"]+)', file.read_text(encoding="utf-8"))
            if found:
                words = " ".join((found[1] or found[2]).replace("##", " ").split())
                return re.split(r"(?<=\.) ", words)[0]
        return ""


def samples(root: Path | None = None) -> dict[str, Sample]:
    found: dict[str, Sample] = {}
    root = root or resources.SAMPLES
    if not root.is_dir():
        return found
    for path in sorted(root.iterdir()):
        if path.is_dir() and not path.name.startswith((".", "_")):
            found[path.name] = Sample(path.name, path, tuple(sorted(path.iterdir())))
        elif path.suffix == ".tdsl":
            beside = [one for one in (path, path.with_suffix(".py")) if one.exists()]
            found.setdefault(path.stem, Sample(path.stem, root, tuple(beside)))
    return found


def copy_sample(sample: Sample, target: Path) -> Path:
    """Copies it into the new folder `target`."""
    if target.exists():
        raise fail("TD0408", f"{target} is there already and is left alone", None, hint="name another folder")
    try:
        target.mkdir(parents=True)
        ignored = shutil.ignore_patterns(*_LEFT_OUT)(str(sample.folder), [file.name for file in sample.files])
        for file in sample.files:
            if file.name in ignored:
                continue
            if file.is_dir():
                shutil.copytree(file, target / file.name, ignore=shutil.ignore_patterns(*_LEFT_OUT))
            else:
                shutil.copyfile(file, target / file.name)
    except OSError as problem:
        raise fail("TD0409", f"{target} cannot be written: {problem.strerror}", None) from None
    return target


def imported_programs(folder: Path, script: Path) -> list[Path]:
    """The programs in the folder that the script imports as modules."""
    text = script.read_text(encoding="utf-8")
    names = {
        name
        for found in re.findall(r"^\s*(?:import|from)\s+([\w, ]+)", text, re.MULTILINE)
        for name in re.findall(r"\w+", found)
    }
    return [path for path in sorted(folder.glob("*.tdsl")) if path.stem in names]


def run_script(script: Path, arguments: Sequence[str], flags: Sequence[str] = (), before: Sequence[str] = ()) -> int:
    """Runs it with this Python and this tdsl in the current folder, behind the beginning of a command; the exit
    status."""
    return attached([*before, sys.executable, str(script), *arguments], script_environment(flags))


def script_environment(flags: Sequence[str]) -> dict[str, str]:
    """The environment with this tdsl, and with flags added to TDSL_FLAGS."""
    environment = dict(os.environ)
    environment[FLAGS] = ",".join(filter(None, [environment.get(FLAGS, ""), *flags]))
    paths = [str(Path(tdsl.__file__).parent.parent), environment.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    return environment
