"""The installed package: `tdsl` and nothing else, with its resources inside; a bare checkout works as it is."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import tdsl

ROOT = Path(tdsl.__file__).parent.parent
RESOURCES = ("grammar", "codegen", "runtime", "samples")

pytestmark = pytest.mark.skipif(not (ROOT / "setup.py").exists(), reason="not a checkout")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked; the checkout is left as it is."""
    folder = tmp_path_factory.mktemp("build")
    commands = [
        ["egg_info", "--egg-base", str(folder)],
        ["build", "--build-base", str(folder / "base")],
        ["bdist_wheel", "--dist-dir", str(folder / "dist"), "--bdist-dir", str(folder / "wheel")],
    ]
    done = subprocess.run(
        [sys.executable, "setup.py", "-q", *(word for command in commands for word in command)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = (folder / "dist").glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "unpacked")
    return folder / "unpacked"


def test_nothing_but_tdsl_is_installed(built: Path) -> None:
    assert sorted(path.name for path in built.iterdir()) == ["tdsl", f"tdsl-{tdsl.__version__}.dist-info"]


def files(folder: Path) -> set[Path]:
    found = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    return {
        path
        for path in found
        if path.suffix not in (".so", ".pyc") and not any(part.startswith((".", "__pyc")) for part in path.parts)
    }


def test_the_resources_are_inside(built: Path) -> None:
    for folder in RESOURCES:
        assert files(built / "tdsl" / folder) == {path for path in files(ROOT / folder) if path.parts[0] != "tests"}
    assert (built / "tdsl" / "py.typed").exists()
    assert {path.name for path in (ROOT / "tdsl" / "explain").glob("*.md")} == {
        path.name for path in (built / "tdsl" / "explain").iterdir()
    }
    assert not [path for path in built.rglob("*") if path.suffix in (".so", ".pyc") or path.name == "__pycache__"]


def test_every_package_is_there(built: Path) -> None:
    wanted = {path.relative_to(ROOT) for path in (ROOT / "tdsl").rglob("*.py")}
    assert wanted == {
        path.relative_to(built)
        for path in (built / "tdsl").rglob("*.py")
        if path.relative_to(built / "tdsl").parts[0] not in RESOURCES
    }


def test_the_installed_package_finds_its_resources(built: Path, tmp_path: Path) -> None:
    text = "from tdsl import resources; print(resources.RUNTIME, resources.SAMPLES)"
    done = subprocess.run(
        [sys.executable, "-c", text], cwd=tmp_path, env={"PYTHONPATH": str(built)}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.split() == [str(built / "tdsl" / "runtime"), str(built / "tdsl" / "samples")]


def test_a_bare_checkout_works() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tdsl", "--version"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"tdsl {tdsl.__version__}\n"


def test_importing_the_package_imports_nothing_else() -> None:
    text = "import sys; before = set(sys.modules); import tdsl; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {"tdsl", "importlib", "importlib.machinery"}


def test_imported_packages_are_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {requirement.split(">")[0] for requirement in project["dependencies"]}
    assert declared == {"lark", "numpy", "pybind11", "click", "rich", "platformdirs"}
