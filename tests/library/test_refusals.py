"""Settings with which no C library is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from tdsl.source import UserError
from tests.library.conftest import make_library

REFUSED = {
    "target": ({"target": "numpy"}, "a C library computes on the CPU: it is made with the target cpp, not numpy"),
    "gpu": ({"target": "cpp,cuda"}, "a C library computes on the CPU: it is made with the target cpp, not cpp,cuda"),
    "profile": ({"profile": True}, "a C library is compiled without a profile"),
    "mode": ({"mode": "debug"}, "a C library has no debug mode, which reports in Python"),
    "guards": ({"mode": "debug", "guards": ("value > 0",)}, "a C library has no debug mode, which reports in Python"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_settings(case: str, tmp_path: Path) -> None:
    settings, text = REFUSED[case]
    (tmp_path / "f.tdsl").write_text("entry f(x: real) -> x")
    with pytest.raises(UserError) as raised:
        make_library(tmp_path / "f.tdsl", tmp_path, **settings)
    assert raised.value.diagnostics[0].message == text
    if case == "guards":
        assert raised.value.diagnostics[0].hints == ("leave out --guard",)
    assert [file.name for file in tmp_path.iterdir()] == ["f.tdsl"]
