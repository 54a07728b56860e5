"""`tdsl grad` as a program, as formulas and as a page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Runs = Callable[..., tuple[int, str, str]]
TEXT = "input x: real\nshared w: real = 1\ncost C = (w * x) ** 2\nentry train(x) -> grad(C, w)\n"


@pytest.mark.parametrize(
    ("forms", "beginning"),
    [((), "## The derivative of C"), (("--latex",), "\\documentclass"), (("--html",), "<!doctype html>")],
)
def test_forms(tdsl_runs: Runs, tmp_path: Path, forms: tuple[str, ...], beginning: str) -> None:
    (tmp_path / "one.tdsl").write_text(TEXT)
    status, out, _ = tdsl_runs("grad", tmp_path / "one.tdsl", *forms)
    assert status == 0 and out.startswith(beginning)


def test_one_form_at_a_time(tdsl_runs: Runs, tmp_path: Path) -> None:
    (tmp_path / "one.tdsl").write_text(TEXT)
    status, _, err = tdsl_runs("grad", tmp_path / "one.tdsl", "--latex", "--html")
    assert status == 2 and "choose one" in err
