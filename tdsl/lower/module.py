"""A program as loops: every entry lowered, with one numbering of dims and of fault sites for the whole module."""

from __future__ import annotations

from dataclasses import replace

from tdsl.ir.node import Node
from tdsl.ir.program import Entry, Program
from tdsl.loops.language import Module, Routine
from tdsl.loops.verify import verify
from tdsl.lower.entry import lower_entry
from tdsl.lower.norms import without_norms
from tdsl.lower.sites import sites
from tdsl.schedule.collapse_axes import collapse_axes
from tdsl.schedule.commit import replacing
from tdsl.schedule.epilogues import epilogues
from tdsl.schedule.merge_maps import merge_maps
from tdsl.schedule.unroll import unroll
from tdsl.schedule.workspace import assign_slots


def lower(program: Program) -> Module:
    """Every entry, and `initialise` last if there is anything to initialise."""
    program = without_norms(program)
    numbers, found = sites(program)
    entries = program.routines()
    routines = tuple(_routine(entry, program, own) for entry, own in zip(entries, numbers, strict=False))
    return verify(Module(program.name, program.dims(), routines, found))


def _routine(entry: Entry, program: Program, numbers: dict[Node, int]) -> Routine:
    unshared, statements = lower_entry(entry, program, numbers.__getitem__)
    statements = merge_maps(collapse_axes(epilogues(statements)), unshared)
    buffers, slots = assign_slots(statements, unshared)
    places = {variable.name: number for number, variable in enumerate(program.variables)}
    variables = [places[update.variable] for update in entry.updates]
    routine = replacing(Routine(entry.name, buffers, statements, slots), variables)
    return replace(routine, statements=unroll(routine.statements))
