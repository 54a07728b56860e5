"""A program as loops: every entry lowered, with one numbering of dims and of fault sites for the whole module."""

from __future__ import annotations

from tdsl.ir.program import Program
from tdsl.ir.sites import sites
from tdsl.loops.language import Module
from tdsl.lower.entry import lower_entry
from tdsl.lower.norms import without_norms


def lower(program: Program, fused: bool = True) -> Module:
    """Every entry, and `initialise` last if there are variables; unless `fused`, every value has memory of its own."""
    program = without_norms(program)
    numbers, found = sites(program)
    entries = program.routines()
    routines = tuple(
        lower_entry(entry, program, own.__getitem__, fused) for entry, own in zip(entries, numbers, strict=False)
    )
    return Module(program.name, program.dims(), routines, found)
