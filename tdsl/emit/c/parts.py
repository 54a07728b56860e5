"""The functions of a unit divided into parts, which are compiled in parallel."""

from __future__ import annotations

from collections.abc import Sequence

from tdsl.emit.c.functions import LINE, Definition

# The weight of a part, unless there were too many.
_PART = 160
_MOST_PARTS = 256


def function_parts(functions: Sequence[Definition], lines_of_table: int) -> list[list[Definition]]:
    """Neighbours, at least one list, of about the same weight; the first has the table beside."""
    begun = lines_of_table * LINE
    left = begun + sum(function.weight for function in functions)
    least = max(_PART, left / _MOST_PARTS)
    share = _share(left, least)
    parts: list[list[Definition]] = [[]]
    for function in functions:
        if parts[-1] and begun + function.weight / 2 >= share:
            parts.append([])
            left -= begun
            begun, share = 0.0, _share(left, least)
        parts[-1].append(function)
        begun += function.weight
    return parts


def _share(left: float, least: float) -> float:
    """The weight of the next part, if the rest is divided evenly."""
    return left / max(1, round(left / least))


def function_lines(parts: Sequence[Sequence[Definition]]) -> list[str]:
    """All functions; several parts are each enclosed in a preprocessor condition, with declarations of the functions of
    other parts that they call.  The table is in the first part, with all functions that only it refers to."""
    if len(parts) == 1:
        return _defined(parts[0])
    declared = {function.name: function.declaration for part in parts for function in part}
    in_table = declared.keys() - {name for part in parts for function in part for name in function.mentions}
    lines: list[str] = []
    for number, part in enumerate(parts, 1):
        used = {name for function in part for name in function.mentions} | (in_table if number == 1 else set())
        others = sorted((used & declared.keys()) - {function.name for function in part})
        declarations = (line for name in others for line in declared[name])
        lines += [f"#if TDSL_IN_PART({number})", *declarations, *_defined(part), "#endif"]
    return lines


def _defined(part: Sequence[Definition]) -> list[str]:
    return [line for function in part for line in function.lines]
