"""Ops over whole arrays: their oracles are loops over indices."""

from __future__ import annotations

import itertools
import math
from functools import partial
from typing import Any

import numpy as np

from tdsl.types import (
    BOOL,
    F32,
    F64,
    I32,
    I64,
    U8,
    Dim,
    DType,
    Kind,
)

from .case import Case, Draw, apart, coin, far, normal, sizes, whole
from .matrices import matrices


def matmul(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """One product a time, summed exactly."""
    rows = a[..., None, :] if a.ndim == 1 else a
    columns = b[..., :, None] if b.ndim == 1 else b
    out = np.zeros((*rows.shape[:-1], columns.shape[-1]))
    for index in np.ndindex(out.shape):
        *stack, i, j = index
        out[index] = math.fsum(rows[(*stack, i, k)] * columns[(*stack, k, j)] for k in range(rows.shape[-1]))
    return out.reshape(a.shape[:-1] + (b.shape[-1:] if b.ndim > 1 else ()))


def reduction(name: str) -> Any:
    combine = {
        "sum": math.fsum,
        "prod": math.prod,
        "norm": lambda items: math.hypot(*items),
        "max": lambda items: max(items, default=-math.inf),
        "min": lambda items: min(items, default=math.inf),
        "any": lambda items: sum(items) > 0,
        "all": lambda items: sum(items) == len(items),
    }[name]

    def values(x: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
        kept = [axis for axis in range(x.ndim) if axis not in axes]
        cells: dict[tuple[int, ...], list[Any]] = {i: [] for i in np.ndindex(*(x.shape[axis] for axis in kept))}
        for index in np.ndindex(x.shape):
            cells[tuple(index[axis] for axis in kept)].append(x[index].item())
        flat = [combine(items) for items in cells.values()]
        return np.asarray(flat).reshape([x.shape[axis] for axis in kept])

    return values


def other_products(x: np.ndarray, *directions: np.ndarray) -> np.ndarray:
    """Every way to choose one other element for each direction, all of them different."""
    out = np.zeros(x.shape)
    for index in np.ndindex(out.shape):
        *line, k = index
        others = [i for i in range(x.shape[-1]) if i != k]
        out[index] = math.fsum(
            math.prod(direction[(*line, i)] for direction, i in zip(directions, chosen, strict=True))
            * math.prod(x[(*line, i)] for i in others if i not in chosen)
            for chosen in itertools.permutations(others, len(directions))
        )
    return out


def cumulative(name: str) -> Any:
    """Each element from all before it, anew: for a recurrence the sum of all addends, times all factors behind them."""

    def element(line: list[Any], k: int) -> float:
        if name == "cumsum":
            return math.fsum(x for (x,) in line[: k + 1])
        if name == "cummax":
            return sorted(x for (x,) in line[: k + 1])[-1]
        if name == "cumprod":
            return math.prod(x for (x,) in line[: k + 1])
        return math.fsum(line[j][1] * math.prod(a for a, _ in line[j + 1 : k + 1]) for j in range(k + 1))

    def values(*operands: np.ndarray, axis: int, reverse: bool = False) -> np.ndarray:
        out = np.zeros(operands[0].shape)
        lines = [np.moveaxis(operand, axis, -1) for operand in operands]
        if reverse and name == "recurrence":
            lines[0] = np.roll(lines[0], -1, axis=-1)
        target = np.moveaxis(out, axis, -1)
        for index in np.ndindex(target.shape[:-1]):
            line = list(zip(*(operand[index].tolist() for operand in lines), strict=True))
            found = [element(line[::-1] if reverse else line, k) for k in range(len(line))]
            target[index] = found[::-1] if reverse else found
        return out

    return values


def position(name: str) -> Any:
    def values(x: np.ndarray, axis: int, dtype: DType) -> np.ndarray:
        lines = np.moveaxis(x, axis, -1)
        out = np.zeros(lines.shape[:-1], int)
        for index in np.ndindex(out.shape):
            line = lines[index].tolist()
            if line:
                out[index] = line.index(max(line) if name == "argmax" else min(line))
        return out

    return values


def broadcast(x: np.ndarray, shape: tuple[int, ...], axes: tuple[int, ...]) -> np.ndarray:
    out = np.zeros(shape, x.dtype)
    for index in np.ndindex(*shape):
        out[index] = x[tuple(index[axis] for axis in axes)]
    return out


def transpose(x: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    out = np.zeros([x.shape[axis] for axis in axes], x.dtype)
    for index in np.ndindex(out.shape):
        back = [0] * x.ndim
        for place, axis in enumerate(axes):
            back[axis] = index[place]
        out[index] = x[tuple(back)]
    return out


def sliced(x: np.ndarray, starts: Any, steps: Any, sizes: Any) -> np.ndarray:
    out = np.zeros(sizes, x.dtype)
    for index in np.ndindex(*sizes):
        out[index] = x[tuple(start + step * i for start, step, i in zip(starts, steps, index, strict=True))]
    return out


def placed(x: np.ndarray, shape: Any, starts: Any, steps: Any) -> np.ndarray:
    out = np.zeros(shape, x.dtype)
    for index in np.ndindex(x.shape):
        out[tuple(start + step * i for start, step, i in zip(starts, steps, index, strict=True))] = x[index]
    return out


def gathered(x: np.ndarray, index: np.ndarray, axis: int) -> np.ndarray:
    out = np.zeros(x.shape[:axis] + index.shape + x.shape[axis + 1 :], x.dtype)
    for place in np.ndindex(out.shape):
        at = int(index[place[axis : axis + index.ndim]])
        out[place] = x[(*place[:axis], at, *place[axis + index.ndim :])]
    return out


def scattered(x: np.ndarray, index: np.ndarray, axis: int, size: int) -> np.ndarray:
    out = np.zeros((*x.shape[:axis], size, *x.shape[axis + index.ndim :]), x.dtype)
    for place in np.ndindex(x.shape):
        at = int(index[place[axis : axis + index.ndim]])
        out[(*place[:axis], at, *place[axis + index.ndim :])] += x[place]
    return out


def written(
    x: np.ndarray,
    part: np.ndarray,
    index: np.ndarray,
    starts: tuple[int, ...],
    steps: tuple[int, ...],
    axis: int,
    adds: bool = False,
) -> np.ndarray:
    """One element after the other."""
    out = x.copy()
    for place in np.ndindex(part.shape):
        at = int(index[place[axis : axis + index.ndim]]) % x.shape[axis]
        inside = (*place[:axis], at, *place[axis + index.ndim :])
        there = tuple(start + step * number for start, step, number in zip(starts, steps, inside, strict=True))
        out[there] = out[there] + part[place] if adds else part[place]
    return out


def windowed(x: np.ndarray, sizes: Any, strides: Any, dilations: Any) -> np.ndarray:
    """One element after the other."""
    count = len(sizes)
    axes = zip(x.shape[x.ndim - count :], sizes, strides, dilations, strict=True)
    counts = [len(range(0, whole - (size - 1) * step, stride)) for whole, size, stride, step in axes]
    lead = x.shape[: x.ndim - count]
    out = np.zeros((*lead, *counts, *sizes), x.dtype)
    for place in np.ndindex(out.shape):
        first, inner = place[len(lead) : len(lead) + count], place[len(lead) + count :]
        at = (a * stride + b * step for a, b, stride, step in zip(first, inner, strides, dilations, strict=True))
        out[place] = x[(*place[: len(lead)], *at)]
    return out


def overlapped(x: np.ndarray, shape: Any, strides: Any, dilations: Any) -> np.ndarray:
    count = len(shape)
    lead = x.ndim - 2 * count
    out = np.zeros((*x.shape[:lead], *shape), x.dtype)
    for place in np.ndindex(x.shape):
        first, inner = place[lead : lead + count], place[lead + count :]
        at = (a * stride + b * step for a, b, stride, step in zip(first, inner, strides, dilations, strict=True))
        out[(*place[:lead], *at)] += x[place]
    return out


def stacked(*parts: np.ndarray) -> np.ndarray:
    return np.array([part.tolist() for part in parts]).reshape((len(parts), *parts[0].shape))


def counted(shape: tuple[int, ...], axis: int) -> np.ndarray:
    out = np.zeros(shape, int)
    for index in np.ndindex(*shape):
        out[index] = index[axis]
    return out


def structured_cases() -> list[Case]:
    return [
        *(*products(), *reductions(), *running(), *orders(), *others()),
        *(*views(), *indexings(), *sources(), *matrices()),
    ]


def products() -> list[Case]:
    shapes: list[tuple[tuple[int, ...], tuple[int, ...]]] = [
        ((7,), (7,)), ((5, 7), (7,)), ((7,), (7, 3)), ((5, 7), (7, 3)), ((2, 5, 3), (2, 3, 1)), ((0,), (0,)),
        ((2, 1, 3, 4), (2, 1, 4, 2)), ((3, 0), (0, 2)), ((0, 3), (3, 2)), ((1, 1), (1, 1)), ((1,), (1, 17)),
    ]  # fmt: skip
    real = [Case("matmul", pair, (normal, normal), matmul, dtype=dtype) for pair in shapes for dtype in (F64, F32)]
    return [*real, Case("matmul", shapes[3], (whole(-4, 5), whole(-4, 5)), matmul, dtype=I32)]


def reductions() -> list[Case]:
    cases = []
    for name in ("sum", "prod", "norm", "max", "min", "any", "all"):
        draw: Draw = {"max": apart, "min": apart, "any": coin, "all": coin, "prod": far, "norm": far}.get(name, normal)
        for shape in ((11,), (3, 1, 4), (0, 3), (3, 0)):
            for count in range(len(shape) + 1):
                for axes in itertools.combinations(range(len(shape)), count):
                    for dtype in (BOOL,) if name in ("any", "all") else (F64, F32):
                        label = f"{'x'.join(map(str, shape))}-{''.join(map(str, axes))}"
                        cases.append(
                            Case(name, (shape,), (draw,), reduction(name), {"axes": axes}, dtype=dtype, label=label)
                        )
    for name, axis in itertools.product(("argmax", "argmin"), (0, 1)):
        for dtype, draw in ((F64, normal), (F32, whole(0, 2)), (I32, whole(0, 2)), (BOOL, coin)):
            attributes = {"axis": axis, "dtype": I64}
            cases.append(Case(name, ((4, 5),), (draw,), position(name), attributes, dtype=dtype, label=str(axis)))
        cases.append(
            Case(name, ((0, 3),), (normal,), position(name), {"axis": axis, "dtype": I64}, label=f"none{axis}")
        )
    return cases


def in_order(x: np.ndarray, axis: int) -> np.ndarray:
    out = np.zeros(x.shape, np.int64)
    lines, found = np.moveaxis(x, axis, -1), np.moveaxis(out, axis, -1)
    for index in np.ndindex(lines.shape[:-1]):
        line = lines[index].tolist()
        found[index] = sorted(range(len(line)), key=lambda place: (line[place], place))
    return out


def largest_first(x: np.ndarray, axis: int, size: int) -> np.ndarray:
    return np.take(in_order(-x, axis), range(size), axis)


def ordered(x: np.ndarray, axis: int) -> np.ndarray:
    return np.take_along_axis(x, in_order(x, axis), axis)


def counted_before(line: np.ndarray, values: np.ndarray, right: bool) -> np.ndarray:
    before = line <= values[..., None] if right else line < values[..., None]
    return before.sum(axis=-1)


def ascending(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return np.sort(rng.integers(-4, 5, shape))


def orders() -> list[Case]:
    cases = []
    for shape, axis in (((50,), 0), ((2, 30), 1), ((30, 2), 0), ((2, 3, 2), 1), ((0, 3), 1), ((3, 0), 1)):
        at = {"axis": axis}
        for dtype in (F64, F32, I64, U8):
            draw = (apart if dtype == F64 else whole(0, 9) if dtype == U8 else whole(-9, 9),)
            cases.append(Case("argsort", (shape,), draw, in_order, at, dtype=dtype, label=f"{shape}"))
            cases.append(Case("sort", (shape,), draw, ordered, at, dtype=dtype, label=f"{shape}"))
            for size in {0, min(1, shape[axis]), shape[axis]} if dtype != U8 else ():
                more = {**at, "size": Dim.of(size)}
                cases.append(Case("argtopk", (shape,), draw, largest_first, more, dtype=dtype, label=f"{shape}{size}"))
    for length, shape in ((9, (2, 7)), (1, (3,)), (0, (3,)), (5, ()), (4, (0,))):
        for right in (False, True):
            draws = (ascending, whole(-5, 6))
            label = f"{length}{shape}{right}"
            for dtype in (F32, I32):
                cases.append(
                    Case(
                        "searchsorted", ((length,), shape), draws, counted_before, {"right": right}, dtype, label=label
                    )
                )
    return cases


def with_zeros(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return far(rng, shape) * (rng.random(shape) < 0.7)


def drawn(name: str) -> tuple[Draw, ...]:
    """Nothing is tried where the largest is one of two."""
    return (apart,) if name == "cummax" else (with_zeros, far)


def running() -> list[Case]:
    forms: list[tuple[str, int, dict[str, Any]]] = [("cumprod", 1, {}), ("cummax", 1, {})]
    for reverse in (False, True):
        forms += [("cumsum", 1, {"reverse": reverse}), ("recurrence", 2, {"reverse": reverse})]
    return [
        Case(
            name,
            (shape,) * count,
            drawn(name)[:count] if dtype.kind is Kind.REAL else (whole(-3, 4),) * count,
            cumulative(name),
            {"axis": axis, **attributes},
            dtype=dtype,
            label=f"{axis}{'back' * attributes.get('reverse', False)}",
        )
        for name, count, attributes in forms
        for shape in ((5,), (3, 4), (2, 1), (2, 0), (0, 3), (2, 3, 2))
        for axis in range(len(shape))
        for dtype in (F64, F32, I64)
    ]


def others() -> list[Case]:
    return [
        Case("prod_others", (shape,) * count, (with_zeros,) * count, other_products, dtype=dtype)
        for shape in ((5,), (3, 4), (2, 1), (2, 0), (0, 3))
        for count in (1, 2, 3)
        for dtype in (F64, F32)
    ]


def views() -> list[Case]:
    def view(op: str, operand: tuple[int, ...], oracle: Any, **attributes: Any) -> Case:
        label = "-".join(str(value).replace(" ", "") for value in attributes.values())
        return Case(op, (operand,), (normal,), oracle, attributes, label=label)

    cases = [
        view("broadcast", small, broadcast, shape=sizes(*shape), axes=axes)
        for small, shape, axes in (
            ((), (3, 2), ()), ((3,), (3, 2), (0,)), ((2,), (3, 2), (1,)), ((2, 3), (2, 1, 3), (0, 2)), ((), (0,), ()),
            ((4, 5), (4, 5), (0, 1)),
        )
    ]  # fmt: skip
    cases += [
        view("transpose", (2, 3, 5)[:n], transpose, axes=p) for n in (1, 2, 3) for p in itertools.permutations(range(n))
    ]
    cases += [
        view("reshape", old, lambda x, shape: np.asarray(x.ravel().tolist()).reshape(shape), shape=sizes(*new))
        for old, new in (
            ((6,), (2, 3)),
            ((2, 3), (6,)),
            ((1, 1), ()),
            ((), (1,)),
            ((0, 3), (7, 0)),
            ((2, 3, 5), (5, 6)),
        )
    ]
    cuts = (
        ((7,), (0,), (1,), (7,)), ((7,), (6,), (-1,), (7,)), ((7,), (1,), (2,), (3,)), ((7,), (6,), (-2,), (4,)),
        ((7,), (5,), (-3,), (2,)), ((7,), (3,), (1,), (0,)), ((5, 4), (4, 1), (-2, 1), (3, 2)),
        ((5, 4), (2, 0), (1, 3), (1, 2)), ((0, 3), (0, 2), (1, -1), (0, 3)),
    )  # fmt: skip
    for whole_shape, starts, steps, taken in cuts:
        placing = {"starts": sizes(*starts), "steps": steps}
        cases.append(view("slice", whole_shape, sliced, sizes=sizes(*taken), **placing))
        cases.append(view("place", taken, placed, shape=sizes(*whole_shape), **placing))
    for whole_shape, taken, strides, dilations in (
        ((7,), (3,), (1,), (1,)), ((7,), (3,), (2,), (1,)), ((9,), (2,), (3,), (1,)), ((9,), (3,), (1,), (3,)),
        ((2, 6), (6,), (1,), (1,)), ((3, 5, 6), (2, 3), (1, 2), (2, 1)), ((2, 4, 6), (2, 2), (2, 2), (1, 1)),
        ((5,), (1,), (2,), (1,)), ((0, 4), (3,), (1,), (1,)), ((9, 2), (4, 1), (4, 1), (1, 2)),
    ):  # fmt: skip
        steps_of = {"strides": strides, "dilations": dilations}
        cases.append(view("windows", whole_shape, windowed, sizes=sizes(*taken), **steps_of))
        lead = whole_shape[: len(whole_shape) - len(taken)]
        shown = windowed(np.zeros(whole_shape), taken, strides, dilations).shape
        cases.append(view("overlap_add", shown, overlapped, shape=sizes(*whole_shape[len(lead) :]), **steps_of))
    cases += [view("identity", (3, 2), lambda x, tag: x, tag="here"), view("stop_grad", (3, 2), lambda x: x)]
    for count, shape in ((1, (3,)), (3, ()), (4, (2, 3)), (2, (0,))):
        cases.append(Case("stack", (shape,) * count, (normal,) * count, stacked))
    return cases


def indexings() -> list[Case]:
    cases = []
    for shape, index, axis in (
        ((7,), (), 0), ((7,), (5,), 0), ((4, 3), (2, 2), 0), ((4, 3), (3,), 1), ((2, 3, 4), (6,), 1), ((3, 2), (0,), 0),
    ):  # fmt: skip
        size = shape[axis]
        part = shape[:axis] + index + shape[axis + 1 :]
        draws, fixed = (normal, whole(-size, size)), {1: I64}
        cases.append(Case("gather", (shape, index), draws, gathered, {"axis": axis}, fixed=fixed))
        attributes = {"axis": axis, "size": sizes(size)[0]}
        cases.append(Case("scatter", (part, index), draws, scattered, attributes, fixed=fixed))
    for shape, part, index, axis, starts, steps in (
        ((7,), (5,), (5,), 0, (0,), (1,)), ((7,), (), (), 0, (0,), (1,)), ((3, 2), (0, 2), (0,), 0, (0, 0), (1, 1)),
        ((4, 3), (2, 5, 3), (2, 5), 0, (0, 0), (1, 1)), ((4, 6), (2, 3), (3,), 1, (1, 0), (2, 1)),
        ((4, 6, 3), (4, 5), (), 2, (3, 1, 0), (-1, 1, 1)), ((2, 3, 4), (1, 6, 2), (6,), 1, (1, 0, 3), (1, 1, -2)),
    ):  # fmt: skip
        draws, at = (normal, normal, whole(-shape[axis], shape[axis])), {"starts": sizes(*starts), "steps": steps}
        for op, adds in (("write", False), ("write_add", True)):
            oracle = partial(written, adds=adds)
            cases.append(Case(op, (shape, part, index), draws, oracle, {**at, "axis": axis}, fixed={2: I64}))
    return cases


def sources() -> list[Case]:
    cases = [
        Case("constant", (), (), lambda value, dtype: np.asarray(-2.5), {"value": (-2.5).hex(), "dtype": F32}),
        Case("constant", (), (), lambda value, dtype: np.asarray(7), {"value": 7, "dtype": I32}, label="7"),
        Case("size", (), (), lambda dim: np.asarray(12), {"dim": sizes(3)[0] * 4}),
    ]
    for shape, axis in (((5,), 0), ((2, 3), 0), ((2, 3), 1), ((0, 3), 1)):
        attributes = {"shape": sizes(*shape), "axis": axis}
        cases.append(Case("iota", (), (), counted, attributes, label=f"{shape}{axis}"))
    return cases
