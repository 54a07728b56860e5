"""Every code that is raised anywhere has a page, and every page its code, title, and both examples."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tdsl
from tdsl.cli.explain import PAGES, title

_SHOWN = re.compile(r"(?:error|warning)\[(TD\d{4})\]")
_NAMED = re.compile(r"\b(TD04\d\d)\b")
_CODE = re.compile(r"""["'](TD\d{4})["']""")


def raised_codes() -> set[str]:
    package = Path(tdsl.__file__).parent
    return {code for path in package.rglob("*.py") for code in _CODE.findall(path.read_text(encoding="utf-8"))}


def pages() -> list[Path]:
    return sorted(PAGES.glob("*.md"))


def test_every_code_has_a_page() -> None:
    missing = raised_codes() - {page.stem for page in pages()}
    assert not missing, f"write tdsl/explain/CODE.md for {', '.join(sorted(missing))}"


def test_every_page_has_a_code() -> None:
    assert {page.stem for page in pages()} <= raised_codes()


def test_every_code_is_met_by_a_test() -> None:
    """Those of the language and of warnings in a golden text, those of files, settings and compilers in a test."""
    folder, met = Path(__file__).parent.parent, set[str]()
    for path in (*folder.rglob("*.txt"), *folder.rglob("test_*.py")):
        shown = _SHOWN if path.suffix == ".txt" else _NAMED
        met |= set(shown.findall(path.read_text(encoding="utf-8"))) if path != Path(__file__) else set()
    assert not raised_codes() - met, f"no test meets {', '.join(sorted(raised_codes() - met))}"


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_a_page_has_a_title_and_examples(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# {page.stem}: ")
    assert "Wrong" in text and "fix" in text.lower(), "a wrong example and the fixed one"
    assert all(len(line) <= 120 for line in text.splitlines())


def test_explain(tdsl_runs) -> None:
    for spelled in ("TD0401", "td0401", "401", "[TD0401]"):
        code, out, _ = tdsl_runs("explain", spelled)
        assert code == 0 and out.startswith("# TD0401: there is no C++ compiler\n")
    listed = tdsl_runs("explain", "--list")[1]
    assert f"TD0402  {title(PAGES / 'TD0402.md')}" in listed
