"""The runtime's objects: all sources are in one, and each is recompiled only when its inputs change."""

from __future__ import annotations

from pathlib import Path

import pytest

from tdsl import resources
from tdsl.build import objects
from tdsl.build.cache import Cache
from tdsl.build.flags import MEANING
from tdsl.build.jobs import Jobs
from tdsl.build.objects import Runtime
from tdsl.build.toolchain import locate
from tdsl.clock import Clock
from tdsl.settings import Settings


def test_every_source_is_in_an_object() -> None:
    listed = [source for one in (*objects.ALWAYS.values(), *objects._BY_TYPE.values()) for source in one.sources]
    assert sorted(listed) == sorted(
        path.name for path in (resources.RUNTIME / "source").glob("*.cpp") if path.name != "module_init.cpp"
    )


def test_the_tests_of_the_runtime_have_the_flags_of_modules() -> None:
    assert " ".join(MEANING) in (Path(__file__).parents[2] / "CMakeLists.txt").read_text()


def keys(settings: Settings, *names: str) -> dict[str, str]:
    with Jobs() as jobs:
        jobs.add = lambda seconds, work: None  # type: ignore[method-assign,assignment]
        runtime = Runtime(settings, locate(settings), Cache.of(settings), jobs, Clock(), lambda done, wanted: None)
        runtime.want()
        runtime.want(names)
        return dict(runtime._keys)


def test_a_program_is_linked_with_the_routines_it_calls(tmp_path: Path) -> None:
    settings = Settings(cache_dir=str(tmp_path))
    always = {"module", "binding", "pool", "support"}
    assert set(keys(settings)) == always
    assert set(keys(settings, "gemm-f32", "random-f64")) == always | {"gemm-f32", "random-f64"}


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({"opt": 0}, {"module", "binding", "pool", "support", "gemm-f32"}),
        ({"float": 64}, {"module", "binding", "pool", "support", "gemm-f32"}),
        ({"march": "none"}, set()),
        ({"flags": ("-DX=1",)}, set()),
    ],
)
def test_inputs_that_change_the_key(tmp_path: Path, change: dict[str, object], kept: set[str]) -> None:
    before = keys(Settings(cache_dir=str(tmp_path)), "gemm-f32")
    after = keys(Settings(cache_dir=str(tmp_path), **change), "gemm-f32")  # type: ignore[arg-type]
    assert {name for name in before if before[name] == after[name]} == kept
