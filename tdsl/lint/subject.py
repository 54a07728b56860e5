"""A checked program as the rules look at it, and their warnings."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from tdsl.check import Analysis
from tdsl.ir.function import with_bodies
from tdsl.ir.node import Node
from tdsl.ir.program import Entry, Program
from tdsl.passes import STABILITY
from tdsl.passes.markers import markers
from tdsl.record import record
from tdsl.source import Diagnostic, Label, Span
from tdsl.syntax import nodes as syntax


@record(frozen=True, eq=False)
class Subject:
    analysis: Analysis
    program: Program

    @property
    def file(self) -> syntax.File:
        return self.analysis.file

    @property
    def offers(self) -> bool:
        """Whether the file is there for others to use: it has no entry."""
        return not any(isinstance(item, syntax.Entry) for item in self.file.items)

    def is_own(self, span: Span | None) -> bool:
        """Whether a place is in the file itself."""
        return span is not None and span.source is self.file.source

    @cached_property
    def stable(self) -> Program:
        """The program after the stability rewrites."""
        program = markers(self.program)
        for step in STABILITY:
            program = step(program)
        return program

    @cached_property
    def reached(self) -> set[Node]:
        """The nodes that entries compute, those inside of loops too."""
        return set(with_bodies([root for entry in self.program.entries for root in entry.roots()]))

    def entries(self, item: syntax.Entry) -> list[Entry]:
        """The entry, or the elements of a list of entries."""
        return [entry for entry in self.program.entries if (entry.list_name or entry.name) == item.name.name]


def warning(
    code: str, message: str, span: Span, labels: Iterable[Label] = (), hint: str = "", label: str = ""
) -> Diagnostic:
    return Diagnostic(code, message, span, tuple(labels), (hint,) if hint else (), label, "warning")
