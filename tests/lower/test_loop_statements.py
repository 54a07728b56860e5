"""Loops among other statements: the errors of the verifier, their costs, and the places of their buffers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tdsl.describe.facts import kept_memory, planned_memory
from tdsl.ir.node import Node, apply, broadcast
from tdsl.loops.cost import cost
from tdsl.loops.language import Contraction, Kept, Loop, Module, Routine, Statement, walk
from tdsl.loops.rebuild import rebuild
from tdsl.loops.text import print_loops
from tdsl.loops.verify import verify
from tdsl.lower import lower
from tdsl.ops.scan import Scan, scan
from tdsl.passes import optimise
from tdsl.schedule import schedule
from tdsl.source import CompilerBug
from tdsl.types import F64, ONE, ZERO, Dim, Type
from tests.ir.loops import total
from tests.ops.differences import gradient
from tests.passes.build import program

T, N = Dim.symbol("T"), Dim.symbol("N")


def argument(name: str, *shape: Dim) -> Node:
    return apply("argument", name=name, type=Type(F64, shape))


xs, start, w = argument("xs", T, N), argument("s", N), argument("w", N, N)


def step(now: list[Node], of: list[Node]) -> list[Node]:
    new = apply("tanh", now[0] @ w + of[0])
    return [new, apply("sum", w * apply("broadcast", now[0], shape=(N, N), axes=(0,)), axes=(0,)) * new]


def module(roots: list[Node], planned: bool = True) -> Module:
    made = lower(program(roots))
    return schedule(made) if planned else made


def loop_of(routine: Routine) -> Loop:
    return next(line for line in routine.statements if isinstance(line, Loop))


def changed(made: Module, change: Callable[[Routine, Loop], Routine | Loop]) -> Module:
    (routine,) = made.routines
    loop = loop_of(routine)
    new = change(routine, loop)
    if isinstance(new, Loop):
        new = replace(routine, statements=tuple(new if line is loop else line for line in routine.statements))
    return replace(made, routines=(new,))


def with_buffer(routine: Routine, number: int, **fields: object) -> Routine:
    buffers = list(routine.buffers)
    buffers[number] = replace(buffers[number], **fields)  # type: ignore[arg-type]
    return replace(routine, buffers=tuple(buffers))


def exchanged(loop: Loop) -> Loop:
    """The loop with the buffers that a step reads and fills exchanged."""
    return replace(loop, carried=tuple((following, now) for now, following in loop.carried))


BROKEN: dict[str, tuple[Callable[[Routine, Loop], Routine | Loop], str]] = {
    "no start": (lambda _, loop: replace(loop, start=()), "is read but not there"),
    "no step": (lambda _, loop: replace(loop, body=()), "is not filled|not there"),
    "a step that fills nothing of a result": (lambda _, loop: replace(loop, body=loop.body[:-1]), "is not filled"),
    "states the other way around": (lambda _, loop: exchanged(loop), "not there"),
    "an input that it does not name": (lambda _, loop: replace(loop, inputs=()), "its inputs lack"),
    "an output that it does not name": (lambda _, loop: replace(loop, outputs=()), "is no part of"),
    "too few steps": (lambda _, loop: replace(loop, trip=T - 1), "is no part of"),
    "a window elsewhere": (
        lambda routine, loop: with_buffer(routine, loop.windows[0], offset=T * N + 1), "is no part of"
    ),
    "a state of another shape": (
        lambda routine, loop: with_buffer(routine, loop.carried[0][1], shape=(N - 0, N - N + 1)), "take the place"
    ),
    "a state in the place of one that is still read": (
        lambda routine, loop: with_buffer(
            routine, loop.carried[0][1], place=routine.buffers[loop.carried[0][0]].place
        ),
        "is read but not there",
    ),
    "a result that is an argument": (
        lambda _, loop: replace(loop, outputs=loop.inputs[:1], windows=loop.windows[:1]), "must not be written"
    ),
}  # fmt: skip


def test_operands_that_steps_change_are_not_kept() -> None:
    def broken(_: Routine, loop: Loop) -> Loop:
        def keep(line: Statement) -> Statement:
            kept = Kept(loop.counter, 0)
            return replace(line, left=replace(line.left, kept=kept)) if isinstance(line, Contraction) else line

        return replace(loop, body=rebuild(loop.body, keep))

    made = verify(module(scan([start], [xs], T, step)))
    with pytest.raises(CompilerBug, match="a step changes an operand that is kept"):
        verify(changed(made, broken))


@pytest.mark.parametrize("what", BROKEN)
def test_refused(what: str) -> None:
    made = verify(module(scan([start], [xs], T, step)))
    change, problem = BROKEN[what]
    with pytest.raises(CompilerBug, match=problem):
        verify(changed(made, change))


def test_values_overwritten_by_a_step_are_not_there_for_the_next() -> None:
    """A buffer of the body lies where one is that was filled before the loop."""
    scaled = start * 2.0

    def body(now: list[Node], of: list[Node]) -> list[Node]:
        return [apply("tanh", apply("sum", w * 1.0, axes=(0,)) + (now[0] @ w) * scaled)]

    made = verify(module([*scan([start], [], T, body), scaled]))
    (routine,) = made.routines
    loop = loop_of(routine)
    captured = [number for number in loop.inputs if routine.buffers[number].role == "workspace"]
    inner = [
        number
        for line in walk(loop.body)
        for number in getattr(line, "stores", ())
        if routine.buffers[number.buffer].role == "workspace" and number.buffer not in loop.states
    ]
    assert captured or inner
    for number in captured:
        for store in inner:
            broken = changed(made, lambda r, _, s=store, n=number: with_buffer(r, s.buffer, place=r.buffers[n].place))  # type: ignore[misc]
            with pytest.raises(CompilerBug):
                verify(broken)


def test_a_step_costs_as_often_as_it_is_made() -> None:
    (routine,) = module(scan([start], [xs], T, step)).routines
    found = cost(routine)
    assert found.functions == T * N
    assert found.flop == T * N * N * 4 + T * N * 2
    assert found.bytes.evaluate({"T": 3, "N": 2}) > found.bytes.evaluate({"T": 2, "N": 2})


def test_only_stored_states_grow_with_the_steps() -> None:
    roots = scan([start], [xs], T, step)
    made = program(roots)
    (routine,) = module(roots).routines
    assert planned_memory(made.entries[0], routine).workspace == N * 16
    # The NumPy target has a name for each value of a step, and for the results.
    assert kept_memory(made.entries[0]).workspace.degree == 2
    back = optimise(program(gradient(total(roots[0]), [start, w])))
    (routine,) = schedule(lower(back)).routines
    kept = [slot.count for slot in routine.slots if "T" in slot.count.symbols()]
    # Beside the states the values of a product, which are kept and not computed again.
    assert set(kept) == {T * N}


T_STEPS = apply("iota", shape=(T,), axis=0)


def backwards(node: Node) -> Node:
    starts, steps = (T - 1, *[ZERO] * (node.type.rank - 1)), (-1, *[1] * (node.type.rank - 1))
    return apply("slice", node, starts=starts, steps=steps, sizes=node.type.shape)


def stretched(node: Node) -> Node:
    return broadcast(node.cast(F64), start.type, tuple(range(node.type.rank)))


VIEWS = {
    "a count": (T_STEPS, None),
    "a count from the last": (backwards(T_STEPS), None),
    "an array from the last": (backwards(xs), N * (T - 1 - Dim.symbol("step.0"))),
    "all but two": (
        apply("slice", argument("ys", T + 2, N), starts=(ONE, ZERO), steps=(1, 1), sizes=(T, N)),
        N * Dim.symbol("step.0") + N,
    ),
    "columns": (apply("transpose", argument("zs", N, T), axes=(1, 0)), Dim.symbol("step.0")),
    "columns from the last": (
        backwards(apply("transpose", argument("zs", N, T), axes=(1, 0))),
        T - 1 - Dim.symbol("step.0"),
    ),
    "stretched": (apply("broadcast", argument("y", T), shape=(T, N), axes=(0,)), Dim.symbol("step.0")),
}


@pytest.mark.parametrize("what", VIEWS)
def test_a_sequence_that_is_a_view_needs_no_memory(what: str) -> None:
    """Forwards and in the derivative, which keeps a state of each step and stacks what it gives for each."""
    sequence, place = VIEWS[what]

    def step(now: list[Node], of: list[Node]) -> list[Node]:
        return [apply("sin", now[0] * stretched(of[0]))]

    (last,) = scan([start], [sequence], T, step)
    (routine,) = module([last]).routines
    assert not any("T" in slot.count.symbols() for slot in routine.slots)
    windows = [routine.buffers[number].offset for number in loop_of(routine).windows]
    assert windows == ([] if place is None else [place])
    back = gradient(total(last), [start])
    (routine,) = schedule(lower(optimise(program(back)))).routines
    assert [slot.count for slot in routine.slots if "T" in slot.count.symbols()] == [T * N]


def test_segments_count_on() -> None:
    """The derivative of a loop with a checkpoint keeps the states of its segments, and no count."""

    def step(now: list[Node], of: list[Node]) -> list[Node]:
        return [apply("sin", now[0] * stretched(of[0]))]

    (last,) = scan([start], [T_STEPS], T, step)
    (made,) = last.operands
    saved = apply("item", replace(Scan.of(made), checkpoint=5).apply(), index=0)
    (routine,) = schedule(lower(optimise(program(gradient(total(saved), [start]))))).routines
    kept = [slot.count for slot in routine.slots if "T" in slot.count.symbols()]
    assert kept == [(T + 4) // 5 * N]


def test_a_state_that_is_read_before_is_updated_in_place() -> None:
    (last,) = scan([start], [xs], T, lambda now, of: [apply("tanh", now[0] @ w + of[0])])
    (routine,) = module([last]).routines
    ((now, following),) = loop_of(routine).carried
    assert routine.buffers[now].place == routine.buffers[following].place


def test_text() -> None:
    text = print_loops(module(scan([start], [xs], T, step, reverse=True)))
    assert "    for step.0 < T from the last\n        xs_step = xs from N * step.0\n" in text
    assert "exchange state, next_state" in text
