"""Blanks between two tokens of a line."""

from __future__ import annotations

ITEMS_WITH_PARAMETERS = {"FN", "DERIVATIVE", "RULE", "MODEL", "ENTRY"}
# A sign behind one of these is an operator of two operands.
_OPERANDS = {"NAME", "NUMBER", "STRING", "RPAR", "RSQB", "RBRACE"}
# A bracket behind one of these has arguments or indices.
_CALLED = {"NAME", "NUMBER", "STRING", "RPAR", "RSQB"}


def is_sign(before: str, kind: str) -> bool:
    """Whether it is the sign of an operand, as in -x."""
    return kind == "ADDITIVE" and before not in _OPERANDS


def spaced(before: str, kind: str, inside: str) -> bool:
    """Whether a blank is between `before` and `kind`, in brackets of the kind `inside`; those of a call are `call`."""
    if before == "LBRACE" or kind == "RBRACE":
        return (before, kind) != ("LBRACE", "RBRACE")
    if before in ("LPAR", "LSQB", "DOT") or kind in ("RPAR", "RSQB", "COMMA", "DOT"):
        return False
    if "ASSIGN" in (before, kind) and inside == "call":
        return False
    if kind == "COLON" or (before == "COLON" and inside == "LSQB"):
        return before == "COMMA"
    if kind in ("LPAR", "LSQB"):
        return before not in _CALLED
    return True
