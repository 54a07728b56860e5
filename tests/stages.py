"""The later stages of programs that stand in no file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tdsl.driver import Stages
from tdsl.ir.program import Program
from tdsl.passes.markers import markers
from tdsl.settings import Settings
from tdsl.source import Source


def stages(program: Program, target: str = "cpp", source: str = "", **settings: Any) -> Stages:
    """The stages after the passes, of a program without its markers that no other pass has rewritten."""
    made = Stages(Source(source or f"{program.name}.tdsl", ""), Settings(target=target, **settings), Path.read_text)
    made.program, made.optimised = program, markers(program)
    return made


def stages_of(text: str, **settings: Any) -> Stages:
    """The stages of a program from its text."""
    return Stages(Source("program.tdsl", text), Settings(**settings), Path.read_text)
