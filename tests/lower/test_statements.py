"""Any nodes can be lowered between given buffers, such as the body of a function."""

from __future__ import annotations

from tdsl.ir.node import apply, topological
from tdsl.loops.language import Contraction, Map, read, written
from tdsl.lower.buffers import Buffers
from tdsl.lower.statements import StatementBuilder
from tdsl.types import F32, Type

from .cases import Case, M, N, program


def test_the_body_of_a_function() -> None:
    state = apply("parameter", index=0, type=Type(F32, (N,)))
    weights = apply("parameter", index=1, type=Type(F32, (N, M)))
    unused = apply("parameter", index=2, type=Type(F32, (M,)))
    hidden = apply("tanh", state @ weights)
    roots = (hidden @ apply("transpose", weights, axes=(1, 0)), hidden + 1, state)
    buffers = Buffers(program([]), Case("body", (), ()).entry())
    given = [buffers.add("workspace", number, node) for number, node in enumerate((state, weights, unused))]
    buffers.of.update(zip((state, weights, unused), given, strict=True))
    targets = [buffers.add("workspace", 3 + number, root) for number, root in enumerate(roots)]

    def no_fault(node: object) -> int:
        raise AssertionError(node)

    statements = StatementBuilder(topological(roots), roots, targets, buffers, no_fault).statements()
    assert [type(statement) for statement in statements] == [Contraction, Map, Contraction, Map, Map]
    filled = [buffer for statement in statements for buffer in written(statement)]
    assert set(targets) <= set(filled) and not set(given) & set(filled)
    assert read(statements[-1]) == [given[0]] and written(statements[-1]) == [targets[2]]
