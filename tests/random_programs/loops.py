"""Loops of random programs: how one is made, and what it means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tdsl.syntax import nodes as syntax

from .pieces import Piece, Shape, Size, elements, literal
from .values import Value, exact, stacked, structural

if TYPE_CHECKING:
    from .generator import Generator
    from .interpreter import Context, Interpreter, Scope

MOST_STEPS = 5


def looped(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    """The last value of a state, or what a loop stacks; its body may read everything around it."""
    if g.draft.closed or depth < 1:
        return None
    stacks = bool(shape) and shape[0].number <= MOST_STEPS and g.chance(0.6)
    trip = shape[0] if stacks else _trip(g)
    own = shape[1:] if stacks else shape
    part = g.shape(g.random.randrange(3))
    if elements((trip, *part)) > g.most:
        part = ()
    read, first = g.make((trip, *part), "real", depth - 1), g.make(own, "real", depth - 1)
    outer = g.draft
    number = outer.lets
    element = Piece(f"r{number}", part, "real", frozenset({f"r{number}"}), read.limit)
    state = Piece(f"h{number}", own, "real", frozenset({f"h{number}"}), 2)
    counter = Piece(f"n{number}", (), "int", limit=MOST_STEPS)
    g.draft = outer.inside([element, state, counter])
    try:
        made = g.make(own, "real", depth - 1)
        lines = g.draft.lines
        lines.append(f"let z{number} = sin({made.text}) + 0.5 * {state.text}")
    finally:
        outer.lets = g.draft.lets
        outer.pool += [piece for piece in outer.parameters.values() if piece not in outer.pool]
        g.draft = outer
    depends = made.depends | first.depends
    depends |= read.depends if element.text in made.depends else frozenset()
    sizes = f"[{', '.join(size.text for size in own)}]" if own else ""
    backwards = "[::-1]" if g.chance(0.3) else ""
    keeps = f"checkpoint {g.random.choice((1, 2, 3))} " if g.chance(0.15) else ""
    text = "\n".join([
        f"for {element.text} in {read.inner}{backwards}, {counter.text} in {trip.text} {keeps}{{",
        f"state {state.text}: real{sizes} = sin({first.text})",
        *lines,
        *([f"yield z{number}"] if stacks else []),
        f"{state.text} <- z{number}",
        *([f"until {counter.text} >= {g.random.randrange(4)}"] if g.chance(0.2) else []),
        "}",
    ])  # fmt: skip
    known = frozenset({*outer.parameters, *(piece.text for piece in (*g.shared, *g.private, *outer.pool))})
    return g.named(Piece(f"({text})[1]" if stacks else text, shape, dtype, depends & known, 2))


def written_out(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    """A loop over models or over numbers known at compile time."""
    if g.draft.closed or depth < 1 or not g.members:
        return None
    number = g.draft.lets
    first, other = g.make(shape, "real", depth - 1), g.make(shape, "real", depth - 1)
    over, step = g.random.choice((
        ("ms", f"b{number}.mixed(sin(h{number}), {other.text})"),
        ("ms[::-1]", f"b{number}.mixed(tanh({other.text}), h{number})"),
        ("ms[:1]", f"h{number} * sin(sum(b{number}.V)) + {other.inner}"),
        ("(m, ms[1])", f"b{number}.c * sin(h{number}) + {other.inner}"),
        ("(2, 3, 5)", f"sin(h{number} / b{number}) + {other.inner}"),
    ))  # fmt: skip
    sizes = f"[{', '.join(size.text for size in shape)}]" if shape else ""
    text = "\n".join([
        f"for b{number} in {over} {{",
        f"state h{number}: real{sizes} = sin({first.text})",
        f"h{number} <- sin({step})",
        "}",
    ])  # fmt: skip
    g.draft.lets += 1
    return g.named(Piece(text, shape, dtype, first.depends | other.depends, 1))


def _trip(g: Generator) -> Size:
    """Few steps, now and then one or none."""
    names = [Size(name, number) for name, number in g.dims.items() if number <= MOST_STEPS]
    return g.random.choice([*names, *map(literal, (0, 1, 2, 3, 4))])


def loop_value(self: Interpreter, loop: syntax.For, scope: Scope, context: Context) -> Any:
    """The states at the end and all that was yielded, step by step."""
    over = [self.value(binding.over, scope, context) for binding in loop.bindings]
    count = _length(over[0])
    states: dict[str, Value] = {}
    for statement in loop.body.statements:
        if isinstance(statement, syntax.Stored):
            states[statement.name.name] = _first(self, statement, scope, context)
    yields: list[list[Value]] = []
    seen = [*(value for value in over if isinstance(value, Value)), *states.values()]
    for number in range(max(count, 1)):
        bound = {
            binding.name.name: _element(value, number, count)
            for binding, value in zip(loop.bindings, over, strict=True)
        }
        around, self.steps = self.steps, (*self.steps, number)
        try:
            after, made, ended = _step(self, loop, scope, context, {**states, **bound})
        except (IndexError, ZeroDivisionError):
            # A step that is done for the sizes of its values alone does not fault.
            if count or any(isinstance(statement, syntax.Yield) for statement in loop.body.statements):
                raise
            after, made, ended = {}, [], True
        finally:
            self.steps = around
        yields.append(made)
        seen += [*after.values(), *made]
        if not count:
            break
        states |= after
        if ended:
            break
    rows = [[parts[place] for parts in yields] for place in range(len(yields[0]))]
    results = [*states.values(), *(_whole(column, count) for column in rows)]
    results = [varying(result, seen) for result in results]
    return results[0] if len(results) == 1 else tuple(results)


def varying(result: Value, seen: Sequence[Value]) -> Value:
    """The derivative of a loop by what it is made of is zero, not missing, where no step leads to it."""
    along = next((value.tangent for value in seen if value.tangent is not None), None)
    if along is None or result.tangent is not None or not result.is_real:
        return result
    lead = next(value.tangent.ndim - value.rank for value in seen if value.tangent is not None)
    zeros = np.zeros((*along.shape[:lead], *result.shape))
    return replace(result, tangent=zeros, tangent_bound=zeros)


def _first(self: Interpreter, statement: syntax.Stored, scope: Scope, context: Context) -> Value:
    value = self.node(self.value(statement.initial, scope, context))
    if statement.type is None:
        return value
    shape = tuple(self._size(size, scope, context) for size in statement.type.sizes)
    return _fitted(self, value, shape, self.spelled(statement.type.dtype))


def _fitted(self: Interpreter, value: Value, shape: tuple[int, ...], dtype: str) -> Value:
    """The value stretched to the shape of a state."""
    value = self.converted(value, dtype)

    def stretched(a: Any) -> Any:
        cut = a.ndim - value.rank
        lead, rest = a.shape[:cut], a.shape[cut:]
        return np.broadcast_to(a.reshape((*lead, *(1,) * (len(shape) - value.rank), *rest)), (*lead, *shape))

    return structural(stretched, value)


def _length(value: Any) -> int:
    """Of an array, a size, or a list or tuple."""
    if isinstance(value, tuple):
        return len(value)
    return len(value.array) if value.rank else int(value.array)


def _element(value: Any, number: int, count: int) -> Any:
    if isinstance(value, tuple):
        return value[number]
    if not value.rank:
        return exact(number, "i64")
    if not count:
        return exact(np.zeros(value.shape[1:]), value.dtype)
    return structural(lambda a: a[(slice(None),) * (a.ndim - value.rank) + (number,)], value)


def _step(
    self: Interpreter, loop: syntax.For, scope: Scope, context: Context, values: dict[str, Any]
) -> tuple[dict[str, Value], list[Value], bool]:
    """The next values of states, the yielded ones, and whether the loop ends."""
    inner = self.inside(scope, values)
    after: dict[str, Value] = {}
    made: list[Value] = []
    ended = False
    for statement in loop.body.statements:
        match statement:
            case syntax.Let(names=names, value=value):
                self._let(names, value, inner)
            case syntax.Update(target=syntax.Name() as target, value=value):
                state = values[target.name]
                after[target.name] = _fitted(self, self.value(value, inner, context), state.shape, state.dtype)
            case syntax.Yield(value=value):
                made.append(self.node(self.value(value, inner, context)))
            case syntax.Until(condition=condition):
                ended = bool(self.value(condition, inner, context).array)
    return after, made, ended


def _whole(parts: Sequence[Value], count: int) -> Value:
    """What was yielded, with zeros for the steps that were not done."""
    if not count:
        whole = stacked(parts[:1])
        return structural(lambda a: a[(slice(None),) * (a.ndim - whole.rank) + (slice(0, 0),)], whole)
    zero = exact(np.zeros(parts[0].shape), parts[0].dtype)
    return stacked([*parts, *([zero] * (count - len(parts)))])
