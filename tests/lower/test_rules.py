"""Every op has an element rule or a kernel rule, every rule an op, and each is used by some program."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from inspect import isfunction
from types import CodeType, FrameType
from typing import Any

import tdsl.ops  # noqa: F401
from tdsl.ir.node import OPS
from tdsl.lower import lower
from tdsl.lower.elements import contraction, elementwise, indexing, reductions, sources, table, views
from tdsl.lower.elements.rule import ElementRule
from tdsl.lower.elements.sources import INPUTS
from tdsl.lower.elements.table import ELEMENTS
from tdsl.lower.elements.views import VIEWS
from tdsl.lower.kernels import KERNELS, fill

from .cases import all_cases, program

RULES = {*ELEMENTS, *VIEWS, *KERNELS, *INPUTS}
REWRITTEN_BEFORE = {"norm", "call"}
FILES = (contraction, elementwise, indexing, reductions, sources, table, views)


def test_every_op_has_a_rule() -> None:
    without = {name for name, op in OPS.items() if name not in RULES and op.family != "elementwise"}
    assert without == REWRITTEN_BEFORE


def test_every_rule_has_an_op() -> None:
    assert not RULES - OPS.keys()


def functions() -> Iterator[Callable[..., Any]]:
    """All functions that the rules use."""
    for file in FILES:
        for value in vars(file).values():
            if isfunction(value) and value.__module__ == file.__name__:
                yield value
            elif isinstance(value, ElementRule):
                yield from (value.needs, value.emit)
    for kernel in KERNELS.values():
        yield from (kernel.operands, kernel.emit)
    yield from (*ELEMENTS.values(), *VIEWS.values(), fill)


def test_every_rule_is_used() -> None:
    called: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            called.add(frame.f_code)

    cases = program(all_cases())
    sys.setprofile(note)
    try:
        lower(cases)
    finally:
        sys.setprofile(None)
    unused = {function.__code__ for function in functions()} - called
    assert not [f"{code.co_filename}:{code.co_firstlineno}" for code in unused]
