"""A call that runs out of memory raises MemoryError and changes nothing, wherever in it that happens."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.modules.programs import compiled

HERE = Path(__file__).parent


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs LD_PRELOAD and the GNU C library")
@pytest.mark.parametrize("threads", ["1", "2"])
def test_every_allocation_may_fail(tmp_path: Path, threads: str) -> None:
    library = tmp_path / "failing_malloc.so"
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", library, HERE / "failing_malloc.c"], check=True)
    folder = Path(str(compiled("deep", "cpp").__file__)).parent
    environment = {"LD_PRELOAD": str(library), "PYTHONMALLOC": "malloc", "TDSL_NUM_THREADS": threads}
    found = subprocess.run(
        [sys.executable, HERE / "failing_calls.py", folder],
        env={**os.environ, **environment, "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert found.returncode == 0, found.stderr
    told = re.findall(r"(\w+) (\d+) (\d+)\n", found.stdout)
    assert [name for name, *_ in told] == ["first", "later", "keywords", "converted", "several", "out", "fit"]
    assert all(int(failures) > 0 for _, _, failures in told), found.stdout


def test_what_cannot_fit_is_refused(module: Any) -> None:
    import numpy as np

    plain = module("plain")
    huge = np.broadcast_to(np.zeros(1, np.float32), (1 << 45,))
    with pytest.raises(MemoryError):
        plain.singles(huge)
    model = module("affine").Model()
    model.count()
    with pytest.raises(MemoryError):
        model.scale(huge)
    assert model.k == 1 and model.b.tolist() == [0, 0, 0]
