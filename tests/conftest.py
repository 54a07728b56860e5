"""Options of the whole test suite."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Iterator

import pytest

from tests import sanitized
from tests.shared import share
from tests.supervised import adopt, allow_interruption, descendants, end_all, has_children


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the expected texts anew from what comes out")
    parser.addoption("--gpu", action="store_true", help="run modules for CUDA on a GPU instead of the stand-in for one")


def pytest_configure() -> None:
    """Processes that tests start can be interrupted, and become children of this process when their parents end.  NumPy
    has one thread in each: with more, they mostly wait for each other where several tests run side by side."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    allow_interruption()
    adopt()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Tests live until the end: looking for garbage among thousands of them took a tenth of the time of all tests.
    While they run little is garbage: looking for it as often as usual took some of the time again."""
    gc.disable()
    collected = yield
    gc.freeze()
    gc.set_threshold(20_000, 10, 50)
    gc.enable()
    return collected


@pytest.fixture(scope="session", autouse=True)
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The runtime is compiled once for all tests, and for no others unless TDSL_TEST_CACHE names a folder for several
    runs; programs are compiled quickly, but by tests of the optimised code, which set `opt`.  TDSL_TEST_SANITIZE names
    sanitizers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TDSL_FLAGS", f'sanitize="{",".join(sanitized.NAMES)}",opt=0')
        own = share(tmp_path_factory) / "cache"
        patch.setenv("TDSL_CACHE_DIR", os.environ.get("TDSL_TEST_CACHE") or str(own))
        yield


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    """The processes that a test starts end with it."""
    before = descendants() if has_children() else frozenset()
    yield
    if has_children():
        end_all(spared=before)


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))
