"""Entries, arguments and variables may have any name that Python allows, in modules of any target."""

from __future__ import annotations

import builtins
import inspect
import keyword
import pydoc
import re
import runpy
from typing import Any

import numpy as np
import pytest

import tdsl
from tdsl.check.items import RESERVED
from tdsl.emit.bundle import bundle
from tdsl.resources import RUNTIME
from tdsl.source import UserError
from tdsl.syntax.parse import KEYWORDS

WORDS = re.findall(
    r"\w+",
    """
alignas asm auto bool char concept const constexpr co_await delete double dynamic_cast enum explicit export
extern float friend goto inline int long mutable namespace new noexcept nullptr operator private public
register signed sizeof static struct template this throw typedef typeid typename union unsigned using virtual
void volatile wchar_t linux unix main std tdsl call call_ dims NULL EOF errno assert INT_MAX M_PI isnan sin
exp stdin INFINITY I complex x0 x1 a1 b0 d0 f0 w0 t0 i0 run0 workspace0 tdsl_this_module tdsl_unit tdsl_bind PyInit_x
int64_t size_t memcpy malloc kernels self cls arguments variables faults np numpy math time threading kernel
table initialise entries numpy_module run_kernel globals annotations mro name doc module core out args kwargs
object type
""",
)


def usable(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name) and name not in KEYWORDS and not name.startswith("_")


def defined() -> set[str]:
    """Every name of the support, and every name a module has."""
    return set(re.findall(r"\w+", bundle()))


NAMES = sorted(filter(usable, {*WORDS, *defined(), *dir(builtins), *dir(object()), *dir(dict)}))


def test_there_are_many() -> None:
    assert len(NAMES) > 600 and {"prepare", "evaluate", "len", "converted_array", "CopyWarning", "fit"} < set(NAMES)


def test_reserved_names_are_one_truth() -> None:
    model = runpy.run_path(str(RUNTIME / "python" / "__init__.py"))
    assert model["__doc__"]
    found = re.search(r"RESERVED_NAMES = \((.*?)\n\)", (RUNTIME / "python" / "model.py").read_text(), re.DOTALL)
    assert found and set(re.findall(r'"(\w+)"', found[1])) == RESERVED
    namespace: dict[str, Any] = {"__name__": "bundle"}
    exec(bundle(), namespace)
    assert _public(namespace["ModelMethods"]) == RESERVED - {"Model", "build_info"}
    assert not _public(namespace["NumpyCore"])


def _public(kind: type) -> set[str]:
    """The names without an underscore of a class, inherited ones too."""
    return {name for name in dir(kind) if not name.startswith("_")}


@pytest.mark.parametrize("name", sorted(RESERVED))
@pytest.mark.parametrize("item", ["shared {} : real = 0\nentry get() -> {}", "shared w: real = 0\nentry {}() -> w"])
def test_a_model_keeps_its_own_names(name: str, item: str) -> None:
    with pytest.raises(UserError, match=f"TD0218.*'{name}' is a"):
        tdsl.compile(item.format(name, name), target="numpy")


def test_entries_of_every_name(target: str) -> None:
    names = [name for name in NAMES if name != "build_info"]
    if target == "cpp":
        names = [*names[::24], *filter(usable, ("prepare", "evaluate", "len", "CopyWarning", "int"))]
    names = list(dict.fromkeys(names))
    lines = [f"entry {name}(x: real) -> x + {number}" for number, name in enumerate(names)]
    module = tdsl.compile("\n".join(lines), name="every", target=target, opt=0, float=64)
    for number, name in enumerate(names):
        assert getattr(module, name)(1) == 1 + number, name
        assert getattr(module, name).__name__ == name
    assert module.build_info()["source"] == "every.tdsl"
    with pytest.raises(ValueError, match=r"every.prepare: argument 'x' has shape \(2,\), expected a scalar"):
        module.prepare([1, 2])


def test_build_info_is_kept() -> None:
    with pytest.raises(UserError, match="'build_info' is a function of every module"):
        tdsl.compile("entry build_info(x: real) -> x", target="numpy")


def test_arguments_of_every_name(target: str) -> None:
    names = [*NAMES[::40], "out", "values", "fit", "self", "seed", "entry_", "len", "np", "double"]
    names = list(dict.fromkeys(filter(usable, names)))
    text = f"entry f({', '.join(f'{name}: real' for name in names)}) -> {' + '.join(names)}"
    module = tdsl.compile(text, name="taken", target=target, opt=0)
    assert module.f(*([1] * len(names))) == len(names)
    assert module.f(**dict.fromkeys(names, 2)) == 2 * len(names)
    assert "out" in names  # so that this entry has no out=
    with pytest.raises(TypeError, match="missing argument 'out', f32"):
        module.f(**{name: 1 for name in names if name != "out"})


def test_an_argument_called_self(target: str) -> None:
    text = "shared w: real = 1\nentry f(self: real, cls: real = 2) -> self * cls + w"
    module = tdsl.compile(text, name="selfish", target=target, opt=0)
    model = module.Model()
    assert model.f(3) == model.f(self=3) == module.Model.f(model, self=3) == 7
    assert str(inspect.signature(module.Model.f)) == "(_self, /, self, cls=2.0, *, out=None)"
    assert str(inspect.signature(model.f)) == "(self, cls=2.0, *, out=None)"
    assert "self: f32" in pydoc.render_doc(module.Model.f, renderer=pydoc.plaintext)


def test_variables_and_entries_of_every_name(target: str) -> None:
    names = [name for name in NAMES if name not in RESERVED][:: 25 if target == "cpp" else 6]
    names = list(dict.fromkeys([*names, "mro", "self", "seed", "np", "len", "double"]))
    half = len(names) // 2
    lines = [f"shared {name}: real[2] = {number}" for number, name in enumerate(names[:half])]
    lines += [f"entry {name}() -> {names[0]} {{ {names[1]} <- {names[1]} + 1 }}" for name in names[half:]]
    module = tdsl.compile("\n".join(lines), name="members", target=target, opt=0)
    model = module.Model()
    for number, name in enumerate(names[:half]):
        assert np.array_equal(getattr(model, name), [number, number]) and np.array_equal(model[name], [number, number])
    for name in names[half:]:
        assert getattr(model, name)().tolist() == [0, 0]
    assert model[names[1]].tolist() == [len(names) - half + 1] * 2
    assert module.Model.mro  # Python's own is a method of the type
