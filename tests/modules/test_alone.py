"""A compiled module by itself: it needs Python and NumPy only, explains itself, and does not depend on the place of its
compilation."""

from __future__ import annotations

import ast
import copy
import inspect
import json
import os
import pickle
import pydoc
import re
import shutil
import subprocess
import sys
import weakref
from pathlib import Path
from typing import Any

import numpy as np

import tdsl
from tests.modules.programs import AFFINE, compiled
from tests.modules.scripts import run
from tests.shared import once

USE = """
import sys
sys.path[:0] = {paths!r}
try:
    import tdsl
    raise SystemExit("tdsl can be imported here")
except ImportError:
    pass
import numpy as np
import affine
model = affine.Model(1)
x, t = np.ones((50, 2), "f"), np.ones((50, 3), "f")
model.fit(x, t, epochs=2, batch_size=7)
model.save("model.npz")
other = affine.Model()
other.load("model.npz")
assert (other.W == model.W).all() and other.k == 16
import pickle
assert (pickle.loads(pickle.dumps(model)).W == model.W).all()
try:
    model.predict(t)
except ValueError as error:
    print(error)
added = sorted(name for name in sys.modules if name.partition(".")[0] in ("lark", "pybind11", "click", "rich", "tdsl"))
print(added, affine.__file__)
"""


def test_it_needs_numpy_only(target: str, tmp_path: Path) -> None:
    """With -I and -S only the entries that the script adds are on the path."""
    made = Path(str(compiled("affine", target).__file__))
    shutil.copy(made, tmp_path)
    numpy_only = tmp_path / "only"
    numpy_only.mkdir()
    for name in ("numpy", "numpy.libs"):
        found = Path(np.__file__).parent.parent / name
        if found.exists():
            (numpy_only / name).symlink_to(found)
    script = USE.format(paths=[str(tmp_path), str(numpy_only)])
    found_out = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=600
    )
    assert found_out.returncode == 0, found_out.stderr
    assert "expected (B, 2) (affine.tdsl:6)" in found_out.stdout and f"[] {tmp_path}" in found_out.stdout


def test_it_explains_itself(affine: Any, plain: Any) -> None:
    assert affine.__doc__ == "One layer, trained by momentum."
    document = inspect.getdoc(affine.Model.train) or ""
    assert document.startswith("Trains on one batch.")
    for words in ("x: f32[B, 2]  Positions in the plane.", "t: f32[B, 3]", "lr: f32 = 0.1", "Returns:", "C: f32",
                  "Updates: W.momentum.v, W, b.momentum.v, b, k", "Declared at affine.tdsl:25."):  # fmt: skip
        assert words in document, words
    assert affine.Model.W.__doc__ == "f32[2, 3]  The weights themselves."
    assert str(inspect.signature(affine.Model.train)) == "(self, /, x, t, lr=0.1, *, out=None)"
    assert str(inspect.signature(affine.Model().train)) == "(x, t, lr=0.1, *, out=None)"
    assert str(inspect.signature(affine.Model.count)) == "(self, /)"
    assert str(inspect.signature(plain.scaled)) == "(a, by=2.0, plus=1.0, *, out=None)"
    assert affine.Model.train.__qualname__ == "Model.train" and affine.Model.train.__module__ == "affine"
    text = pydoc.render_doc(affine, renderer=pydoc.plaintext)
    for words in ("One layer, trained by momentum.", "class Model", "Trains on one batch.", "The weights themselves."):
        assert words in text, words
    assert repr(affine.Model()).startswith("affine.Model(W: f32[2, 3], b: f32[3], k: i64")
    assert repr(plain.scaled) == "<entry plain.scaled>"
    assert affine.__all__ == ["CopyWarning", "Model", "build_info"]


def test_functions_are_copied_and_pickled_by_name(affine: Any, plain: Any) -> None:
    for function in (plain.total, plain.build_info, affine.Model.train, affine.build_info, affine.Model):
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            assert pickle.loads(pickle.dumps(function, protocol)) is function
        assert copy.copy(function) is copy.deepcopy(function) is weakref.ref(function)() is function
    model = affine.Model(seed=3)
    predict = pickle.loads(pickle.dumps(model.predict))
    assert predict.__self__ is not model and np.array_equal(predict([[1, 2]]), model.predict([[1, 2]]))


def test_one_filter_names_the_warnings_of_every_module(affine: Any, plain: Any) -> None:
    assert plain.CopyWarning is affine.CopyWarning is compiled("deep", "cpp").CopyWarning
    assert affine.Model.StopTraining is compiled("strict", "numpy").Model.StopTraining


def test_processes_take_functions_along(plain: Any) -> None:
    script = f"""
import sys
sys.path.insert(0, {str(Path(plain.__file__).parent)!r})
import multiprocessing, plain
if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(2) as pool:
        print(pool.map(plain.square, [1, 2, 3]), pool.map(plain.total, [[1, 2], [3]]))
"""
    assert run(script) == "[1.0, 4.0, 9.0] [3.0, 3.0]"


def test_a_program_compiled_again_is_a_new_module(target: str) -> None:
    """Beside the old one, which goes on."""
    made = [tdsl.compile(f"entry f(x: f64) -> x * {k}", name="again", target=target) for k in (2, 3, 2)]
    assert [module.f(10) for module in made] == [20, 30, 20] and made[0] is made[2] is not made[1]


def test_build_info(affine: Any, target: str) -> None:
    info = affine.build_info()
    assert info["tdsl"] == tdsl.__version__ and info["source"] == "affine.tdsl" and info["target"] == target
    assert re.fullmatch("[0-9a-f]{64}", info["source_hash"])
    assert (info["float"], info["nan"], info["threads"], info["defines"]) == (32, "allow", 0, {})
    if target == "cpp":
        assert info["compiler"] and re.search(r"\d+\.\d+", info["compiler_version"]) and "-std=c++20" in info["flags"]
    info["source"] = "changed"
    assert affine.build_info()["source"] == "affine.tdsl"
    assert json.dumps(info)


SCRIPT = """
from pathlib import Path
import numpy as np
from numpy.typing import NDArray
import affine
import plain

model = affine.Model(seed=3)
cost: float = model.train(np.ones((2, 2)), [[1, 2, 3]] * 2, lr=0.5)
y: NDArray[np.float32] = model.predict(np.ones((2, 2)))
both: tuple[float, NDArray[np.float32]] = model.both([[1, 2]], [[1, 2, 3]])
model.count()
weights: NDArray[np.float32] = model.W
model.W = [[1, 2, 3], [4, 5, 6]]
model["b"] = np.zeros(3)
k: int = model.k
history: list[float] = model.fit(np.ones((9, 2)), t=np.ones((9, 3)), epochs=2, batch_size=3)
model.fit([[1, 2]], [[1, 2, 3]], callback=lambda epoch, cost, m: print(cost))
model.save(Path("here.npz"))
report = model.load("here.npz", strict=False)
names: list[str] = report.missing + model.keys()
twin: affine.Model = model.copy()
square: float = plain.square(3)
whole: tuple[NDArray[np.int32], int, bool] = plain.whole([1], 2, flag=False)
print(affine.build_info()["source"])
"""


def test_the_stub_fits_a_users_script(tmp_path: Path, target: str) -> None:
    for name in ("affine", "plain"):
        shutil.copy(Path(str(compiled(name, target).__file__)).with_name(f"{name}.pyi"), tmp_path)
    (tmp_path / "script.py").write_text(SCRIPT)
    (tmp_path / "wrong.py").write_text("import affine\nm = affine.Model(seed='x')\nm.train(1)\nm.V\nx: str = m.k\n")
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--cache-dir",
        str(once("mypy", lambda folder: None)),
        "--no-error-summary",
    ]
    found = subprocess.run([*command, "script.py"], cwd=tmp_path, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout
    found = subprocess.run([*command, "wrong.py"], cwd=tmp_path, capture_output=True, text=True)
    assert found.stdout.count("error:") == 4, found.stdout


def test_the_stub_declares_the_module(affine: Any, target: str) -> None:
    stub = Path(affine.__file__).with_name("affine.pyi").read_text()
    assert "x: _ArrayLike,  # real[B, 2]" in stub and "Trains on one batch." in stub
    assert "The weights themselves." in stub
    classes = [found for found in ast.parse(stub).body if isinstance(found, ast.ClassDef)]
    members = [member for found in classes if found.name in ("_Values", "Model") for member in found.body]
    said = {member.name for member in members if isinstance(member, ast.FunctionDef | ast.ClassDef)} - {"__init__"}
    assert said == {name for name in dir(affine.Model) if not name.startswith("_")} | {
        name for name in said if name.startswith("__")
    }


def test_the_same_text_makes_the_same_module_anywhere(tmp_path: Path, target: str) -> None:
    """Five hash seeds, five folders: the same generated text and stub, and of one compiler the same bytes."""
    made = set()
    for number in range(5):
        folder = tmp_path / f"folder {number}"
        folder.mkdir()
        (folder / "affine.tdsl").write_text(AFFINE)
        script = (
            "import sys; from pathlib import Path; from tdsl.driver import generate;"
            "from tdsl.settings import Settings; from tdsl.build.reading import RecordingLoader, read_source;"
            f"g = generate(read_source(Path('affine.tdsl')), Settings(target={target!r}), RecordingLoader());"
            "sys.stdout.write(g.unit.text + g.stub)"
        )
        environment = {**os.environ, "PYTHONHASHSEED": str(number * 17)}
        found = subprocess.run(
            [sys.executable, "-c", script], cwd=folder, env=environment, capture_output=True, text=True
        )
        assert found.returncode == 0, found.stderr
        assert str(folder) not in found.stdout
        made.add(found.stdout)
    assert len(made) == 1
