"""The programs and scripts of docs/tutorial.md, docs/training.md and docs/models.md run, in their order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"
DOCUMENTS = (*sorted(DOCS.glob("*.md")), DOCS.parent / "README.md", DOCS.parent / "samples" / "README.md")


@pytest.mark.parametrize("target", ["numpy", "cpp"])
@pytest.mark.parametrize("name", ["tutorial", "training", "models"])
def test_document_runs(name: str, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TDSL_FLAGS", f"target={target},opt=0")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", (DOCS / f"{name}.md").read_text(encoding="utf-8"), re.M | re.S)
    scripts = [text for language, text in blocks if language == "python"]
    programs = [text for language, text in blocks if not language]
    assert len(programs) >= 5 and len(scripts) > len(programs)
    for text in programs:
        Path(text.split()[1].removesuffix(":")).write_text(text, encoding="utf-8")
    exec(compile("\n".join(scripts), f"{name}.md", "exec"), {})


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_links_lead_somewhere(path: Path) -> None:
    prose = re.sub(r"^```.*?^```$|`[^`\n]*`", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
    links = re.findall(r"\]\((?!https?:)([^)#]+)", prose)
    assert [link for link in links if not (path.parent / link).exists()] == []
