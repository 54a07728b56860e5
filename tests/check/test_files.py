"""Files that a program may open, and invalid texts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tdsl import resources
from tdsl.build.reading import RecordingLoader, read_source
from tdsl.check import Options, check
from tdsl.source import Source, UserError
from tdsl.syntax.parse import parse


def outside(text: str, path: Path, allowed: bool = False) -> str:
    """The code of the error, "" if there is none."""
    path.write_text(text)
    try:
        check(parse(read_source(path)), Options(outside=allowed), RecordingLoader(), "main")
    except UserError as error:
        (diagnostic,) = error.diagnostics
        assert "hidden" not in str(error), "nothing of the file is shown"
        return diagnostic.code
    return ""


def test_files_outside_the_folder_are_opened_only_where_that_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "home" / "deep").mkdir(parents=True)
    main = tmp_path / "home" / "main.tdsl"
    (tmp_path / "beyond.tdsl").write_text("fn f(x) = x\n")
    (tmp_path / "home" / "inner.tdsl").write_text("fn f(x) = x\n")
    (tmp_path / "home" / "deep" / "up.tdsl").write_text('use "../inner.tdsl": f\nfn g(x) = f(x)\n')
    (tmp_path / "home" / "deep" / "over.tdsl").write_text('use "../../beyond.tdsl": f\nfn g(x) = f(x)\n')
    (tmp_path / "home" / "link.tdsl").symlink_to(tmp_path / "beyond.tdsl")
    call = "entry e(x: real) -> f(x)\n"
    assert outside(f'use "inner.tdsl": f\n{call}', main) == ""
    assert outside('use "deep/up.tdsl": g\nentry e(x: real) -> g(x)\n', main) == ""
    for path in ("../beyond.tdsl", "deep/../../beyond.tdsl", str(tmp_path / "beyond.tdsl"), "link.tdsl"):
        assert outside(f'use "{path}": f\n{call}', main) == "TD0305"
        assert outside(f'use "{path}": f\n{call}', main, allowed=True) == ""
    assert outside(f'use "{main.with_name("inner.tdsl")}": f\n{call}', main) == "TD0305"
    assert outside('use "deep/over.tdsl": g\nentry e(x: real) -> g(x)\n', main) == "TD0305"


def test_other_files_than_tdsl_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("hidden = 1\n")
    (tmp_path / "link.tdsl").symlink_to("secret.txt")
    os.mkfifo(tmp_path / "pipe.tdsl")
    (tmp_path / "zero.tdsl").symlink_to("/dev/zero")
    for path, code in (
        ("secret.txt", "TD0305"), ("link.tdsl", "TD0305"), ("secret", "TD0305"), ("/etc/passwd", "TD0305"),
        ("zero.tdsl", "TD0305"), ("pipe.tdsl", "TD0301"), (".", "TD0305"),
    ):  # fmt: skip
        for allowed in (False, True):
            assert outside(f'use "{path}"\nentry e(x: real) -> x\n', tmp_path / "main.tdsl", allowed) == code, path


@pytest.mark.parametrize("path", sorted(resources.STANDARD_LIBRARY.glob("*.tdsl")), ids=lambda path: path.stem)
def test_the_standard_library_knows_its_names(path: Path) -> None:
    """Programs that use it do not look them up: here it is a program itself."""
    check(parse(Source(path.name, path.read_text(encoding="utf-8"))), Options(), RecordingLoader(), path.stem)


@pytest.mark.parametrize("text", ["# \ud800\nentry f(x: real) -> x\n", "## \udfff\n", 'let s = "\udc80"\n', "\udcff"])
def test_half_a_character_has_a_place(text: str) -> None:
    with pytest.raises(
        UserError, match=r"half\.tdsl:1:\d+: error\[TD0101\]: U\+D[0-9A-F]+ is half a character"
    ) as raised:
        parse(Source("half.tdsl", text))
    str(raised.value).encode()
