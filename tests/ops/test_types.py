"""Operands that the type rules refuse."""

from __future__ import annotations

from typing import Any

import pytest

from tdsl.ir.attributes import Axes
from tdsl.ir.node import OPS, IllTyped, Node, apply, constant
from tdsl.source import CompilerBug
from tdsl.types import (
    BOOL,
    F32,
    F64,
    I32,
    I64,
    Dim,
    DType,
    Type,
)

from .case import sizes
from .elementwise import TABLE, dtypes


def of(*shape: int, dtype: DType = F64) -> Node:
    return apply("argument", name="x", type=Type(dtype, sizes(*shape)))


WHOLE = {"starts": sizes(0), "steps": (1,), "axis": 0}

REFUSED: dict[str, tuple[str, list[Node], dict[str, Any]]] = {
    "if of a vector": ("if", [of(3, dtype=BOOL), of(3), of(3)], {}),
    "if of a number": ("if", [of(dtype=I64), of(3), of(3)], {}),
    "if of unlike branches": ("if", [of(dtype=BOOL), of(3), of(4)], {}),
    "switch by a number": ("select", [of(3), of(3), of(3)], {}),
    "switch of unlike shapes": ("select", [of(2, dtype=BOOL), of(3), of(3)], {}),
    "switch of unlike dtypes": ("select", [of(3, dtype=BOOL), of(3), of(3, dtype=F32)], {}),
    "product of unlike middles": ("matmul", [of(2, 3), of(2, 3)], {}),
    "product of unlike stacks": ("matmul", [of(2, 3, 4), of(3, 4, 2)], {}),
    "product with a scalar": ("matmul", [of(3), of()], {}),
    "product of a stack and a vector": ("matmul", [of(2, 3, 4), of(4)], {}),
    "product of bools": ("matmul", [of(3, dtype=BOOL), of(3, dtype=BOOL)], {}),
    "product of two dtypes": ("matmul", [of(3), of(3, dtype=F32)], {}),
    "sum of a bool": ("sum", [of(3, dtype=BOOL)], {"axes": (0,)}),
    "sum over no axis of it": ("sum", [of(3)], {"axes": (1,)}),
    "sum over a negative axis": ("sum", [of(3)], {"axes": (-1,)}),
    "sum twice over one axis": ("sum", [of(3, 2)], {"axes": (0, 0)}),
    "running sum over no axis of it": ("cumsum", [of(3)], {"axis": 1, "reverse": False}),
    "running sum of a bool": ("cumsum", [of(3, dtype=BOOL)], {"axis": 0, "reverse": False}),
    "products without factors of unlike shapes": ("prod_others", [of(3), of(4)], {}),
    "products without factors of a scalar": ("prod_others", [of(), of()], {}),
    "any of reals": ("any", [of(3)], {"axes": (0,)}),
    "argmax over no axis of it": ("argmax", [of(3)], {"axis": 1, "dtype": I64}),
    "broadcast of another size": ("broadcast", [of(3)], {"shape": sizes(2, 4), "axes": (1,)}),
    "broadcast out of order": ("broadcast", [of(3, 2)], {"shape": sizes(2, 3), "axes": (1, 0)}),
    "broadcast past the end": ("broadcast", [of(3)], {"shape": sizes(3), "axes": (1,)}),
    "broadcast before the start": ("broadcast", [of(3)], {"shape": sizes(2, 3), "axes": (-1,)}),
    "transpose without an axis": ("transpose", [of(3, 2)], {"axes": (0,)}),
    "transpose twice by one axis": ("transpose", [of(3, 2)], {"axes": (0, 0)}),
    "reshape to another count": ("reshape", [of(6)], {"shape": sizes(5)}),
    "slice by step 0": ("slice", [of(6)], {"starts": sizes(0), "steps": (0,), "sizes": sizes(2)}),
    "slice of too few axes": ("slice", [of(6, 2)], {"starts": sizes(0), "steps": (1,), "sizes": sizes(2)}),
    "slice past the end": ("slice", [of(6)], {"starts": sizes(1), "steps": (1,), "sizes": sizes(6)}),
    "slice before the start": ("slice", [of(6)], {"starts": sizes(1), "steps": (-1,), "sizes": sizes(3)}),
    "place past the end": ("place", [of(3)], {"shape": sizes(4), "starts": sizes(0), "steps": (2,)}),
    "place by step 0": ("place", [of(1)], {"shape": sizes(4), "starts": sizes(0), "steps": (0,)}),
    "place of too few axes": ("place", [of(3, 1)], {"shape": sizes(4), "starts": sizes(0), "steps": (1,)}),
    "stack of nothing": ("stack", [], {}),
    "stack of unlike parts": ("stack", [of(3), of(4)], {}),
    "gather at reals": ("gather", [of(3), of(2)], {"axis": 0}),
    "gather past the axes": ("gather", [of(3), of(2, dtype=I64)], {"axis": 1}),
    "scatter at reals": ("scatter", [of(2), of(2)], {"axis": 0, "size": Dim.of(3)}),
    "scatter of another size": ("scatter", [of(3), of(2, dtype=I64)], {"axis": 0, "size": Dim.of(3)}),
    "scatter past the axes": ("scatter", [of(3), of(dtype=I64)], {"axis": 2, "size": Dim.of(3)}),
    "scatter of bools": ("scatter", [of(2, dtype=BOOL), of(2, dtype=I64)], {"axis": 0, "size": Dim.of(3)}),
    "write at reals": ("write", [of(3), of(2), of(2)], WHOLE),
    "write of another dtype": ("write", [of(3), of(2, dtype=I64), of(2, dtype=I64)], WHOLE),
    "write of another size": ("write", [of(3), of(3), of(2, dtype=I64)], WHOLE),
    "write past the end": (
        "write",
        [of(3, 2), of(2, 2), of(2, dtype=I64)],
        {**WHOLE, "starts": sizes(0, 1), "steps": (1, 1)},
    ),
    "write in a part of the axis": ("write", [of(3), of(2), of(2, dtype=I64)], {**WHOLE, "starts": sizes(1)}),
    "write_add of bools": ("write_add", [of(3, dtype=BOOL), of(2, dtype=BOOL), of(2, dtype=I64)], WHOLE),
    "iota past the axes": ("iota", [], {"shape": sizes(3), "axis": 1}),
    "order of bools": ("argsort", [of(3, dtype=BOOL)], {"axis": 0}),
    "sorted along no axis": ("sort", [of(3)], {"axis": 1}),
    "more of the largest than there are": ("argtopk", [of(3)], {"axis": 0, "size": Dim.of(4)}),
    "places in a matrix": ("searchsorted", [of(3, 3), of(3)], {"right": False}),
    "places of another dtype": ("searchsorted", [of(3), of(3, dtype=I64)], {"right": False}),
    "order along no axis": ("argsort", [of(3, dtype=I64)], {"axis": 1}),
    "random from a real key": ("random_bits", [of(), of(dtype=I64)], {"shape": sizes(3)}),
    "random from several keys": ("random_bits", [of(2, dtype=I64), of(dtype=I64)], {"shape": sizes(3)}),
    "random without a key": ("random_bits", [], {"shape": sizes(3)}),
    "random matrix from a real seed": ("random_orthogonal", [of()], {"stream": 1, "dtype": F32, "shape": sizes(3, 3)}),
    "random word of short integers": ("random_word", [of(dtype=I32)] * 3, {}),
    "random word of a key alone": ("random_word", [of(dtype=I64)], {}),
    "random word of several shapes": ("random_word", [of(2, dtype=I64), of(dtype=I64), of(dtype=I64)], {}),
    "reals as bits": ("unit_interval", [of(3)], {}),
    "normal numbers of reals": ("standard_normal", [of(3)], {}),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what: str) -> None:
    name, operands, attributes = REFUSED[what]
    with pytest.raises(IllTyped):
        apply(name, *operands, **attributes)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_elementwise_ops_take_their_declared_types(name: str) -> None:
    count = len(TABLE[name][1])
    for dtype in (F64, F32, I64, I32, BOOL):
        operands = [of(2, dtype=dtype)] * count
        if dtype in dtypes(name):
            assert apply(name, *operands).type.shape == sizes(2)
        else:
            with pytest.raises(IllTyped):
                apply(name, *operands)
    if count == 2:
        first = dtypes(name)[0]
        for other in (
            of(3, dtype=first),
            of(dtype=first),
            of(2, dtype=U) if (U := dtypes(name)[-1]) != first else of(1, dtype=first),
        ):
            with pytest.raises(IllTyped):
                apply(name, of(2, dtype=first), other)


def test_nodes_are_interned_in_any_order_of_attributes() -> None:
    one = apply("broadcast", of(), shape=sizes(2), axes=())
    assert one is apply("broadcast", of(), axes=(), shape=sizes(2))
    assert constant(0.0, F64) is not constant(-0.0, F64)
    assert constant(float("nan"), F64) is constant(float("nan"), F64)


def test_only_a_call_knows_arguments() -> None:
    for name in ("argument", "variable"):
        with pytest.raises(LookupError):
            OPS[name].numpy(name="x", type=Type(F64))


def test_operators_take_numbers_on_either_side() -> None:
    x = of(2)
    assert [node.op.name for node in (1 + x, 2 - x, 3 * x, 4 / x)] == ["add", "sub", "mul", "div"]
    assert (2 - x).operands[1] is x


def test_attributes_of_another_op_are_a_bug() -> None:
    with pytest.raises(CompilerBug):
        of().get(Axes)
    assert repr(OPS["add"]) == "Op(add)"
    assert repr(of(2)) == "<argument: f64[2]>"
