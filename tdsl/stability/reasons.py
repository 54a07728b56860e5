"""The result of a rule: the better form of a value, and why it is better."""

from __future__ import annotations

from typing import NamedTuple

from tdsl.ir.node import Node


class Reason(NamedTuple):
    """The name of a rewrite, and a sentence about the loss that it prevents."""

    name: str
    why: str


class Better(NamedTuple):
    form: Node
    reason: Reason


def better(form: Node | None, reason: Reason) -> Better | None:
    """The form with its reason; None for none."""
    return None if form is None else Better(form, reason)
