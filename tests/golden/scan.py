"""A recurrent network with the derivative of its cost, made as the IR: the language has no syntax for loops yet."""

from __future__ import annotations

from tdsl.ir.grad import cotangents
from tdsl.ir.node import Node, apply
from tdsl.ir.program import Entry, Parameter, Program, Result
from tdsl.ops.scan import scan
from tdsl.types import F32, I64, Dim, Type

T, B, H = Dim.symbol("T"), Dim.symbol("B"), Dim.of(100)


def argument(name: str, *shape: Dim) -> Node:
    return apply("argument", name=name, type=Type(F32, shape))


def scan_program() -> Program:
    x, start = argument("x", T, B, H), argument("start", B, H)
    w, u = argument("W", H, H), argument("U", H, H)
    i = apply("argument", name="i", type=Type(I64))

    def step(now: list[Node], of: list[Node]) -> list[Node]:
        new = apply("tanh", now[0] @ w + of[0] @ u)
        return [new, apply("gather", new, i, axis=0)]

    last, rows = scan([start], [x], T, step)
    cost = apply("sum", last * last, axes=(0, 1))
    slope = cotangents(cost, [w])[w]
    parameters = tuple(Parameter(str(name), node, None, "", None) for name, node in
                       zip(("x", "start", "W", "U", "i"), (x, start, w, u, i), strict=True))  # fmt: skip
    results = tuple(
        Result("return", node, name, name, 0, None)
        for name, node in {"cost": cost, "rows": rows, "dcost_dW": slope}.items()
    )
    entry = Entry("train", parameters, results, (), (), "", None)
    seed = Parameter("seed", apply("argument", name="seed", type=Type(I64)), None, "", None)
    nothing = Entry("initialise", (seed,), (), (), (), "", None)
    return Program("scan", "", F32, (), (entry,), nothing, {last: "last", cost: "cost", slope: "dcost_dW"}, {})
