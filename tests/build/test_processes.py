"""Many processes at once on a cold cache, some of them killed; and the cost of an unchanged compilation."""

from __future__ import annotations

import json
import random
import time
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest


@pytest.mark.slow
def test_a_crowd_on_a_cold_cache(tmp_path: Path, spawn) -> None:
    cache = tmp_path / "cache"
    (tmp_path / "crowd.tdsl").write_text("value 3")
    chance = random.Random(1)
    victims = [spawn("compile", "crowd.tdsl", "-o", f"victim{i}", TDSL_CACHE_DIR=str(cache)) for i in range(4)]
    crowd = [spawn("compile", "crowd.tdsl", "-o", f"out{i}", TDSL_CACHE_DIR=str(cache)) for i in range(12)]
    for victim in victims:
        time.sleep(chance.uniform(0, 0.5))
        victim.kill()
        victim.communicate()
    for one in crowd:
        _, errors = one.communicate(timeout=600)
        assert one.returncode == 0, errors
    made = {(tmp_path / f"out{i}" / f"crowd{EXTENSION_SUFFIXES[0]}").read_bytes() for i in range(12)}
    assert len(made) == 1
    last = spawn("compile", "crowd.tdsl", "--opt", "1", TDSL_CACHE_DIR=str(cache))
    assert last.wait(600) == 0
    assert not list((cache / "tmp").iterdir()), "what the killed left is swept by the next that builds"


def test_an_unchanged_compilation_imports_nothing_heavy(tmp_path: Path, spawn, warm_cache: Path) -> None:
    (tmp_path / "light.tdsl").write_text("value 3")
    for _ in range(2):
        done = spawn(
            "compile", "light.tdsl", TDSL_CACHE_DIR=str(warm_cache), STAND_IN_MODULES=str(tmp_path / "modules.json")
        )
        _, errors = done.communicate(timeout=600)
        assert done.returncode == 0, errors
    assert "(unchanged)" in errors
    heavy = {"numpy", "lark", "pybind11", "rich", "tomllib", "tempfile", "sysconfig", "importlib.metadata"}
    assert not heavy & set(json.loads((tmp_path / "modules.json").read_text()))
