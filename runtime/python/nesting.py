"""Results nested in tuples as the entry writes them: in `.(..)` a dot is a result and brackets are a tuple."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def nested(values: Sequence[object], nesting: str, fields: type | None = None) -> object:
    """The values nested in the outermost tuple, which is one of `fields` if that is a class; flat without a nesting."""
    given = iter(values)
    levels: list[list[object]] = [[]]
    for sign in nesting or "." * len(values):
        if sign == "(":
            levels.append([])
        elif sign == ")":
            inner = tuple(levels.pop())
            levels[-1].append(inner)
        else:
            levels[-1].append(next(given))
    return tuple(levels[0]) if fields is None else fields(*levels[0])


def flattened(out: object, nesting: str, where: str) -> object:
    """The flat sequence of arrays in `out=`; raises `ValueError` unless it is nested as the results are."""
    if not nesting:
        return out
    flat: list[object] = []
    levels: list[Iterator[object]] = [_parts(out, nesting, where)]
    for sign in nesting:
        if sign == ")":
            _ends(levels.pop(), nesting, where)
            continue
        try:
            part = next(levels[-1])
        except StopIteration:
            raise _misfit(nesting, where) from None
        if sign == "(":
            levels.append(_parts(part, nesting, where))
        else:
            flat.append(part)
    _ends(levels[0], nesting, where)
    return flat


def _parts(value: object, nesting: str, where: str) -> Iterator[object]:
    if not isinstance(value, (tuple, list)):
        raise _misfit(nesting, where)
    return iter(value)


def _ends(level: Iterator[object], nesting: str, where: str) -> None:
    for _ in level:
        raise _misfit(nesting, where)


def _misfit(nesting: str, where: str) -> ValueError:
    shape = nested(["array"] * nesting.count("."), nesting)
    return ValueError(f"{where}: out= is nested as the results are: {shape}".replace("'", ""))
