"""The derivative of a loop: a loop backwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tdsl.ir.function import Function, closed, fresh, inlined, of_parameters, substitute
from tdsl.ir.grad import pullback
from tdsl.ir.node import Node, apply, full, topological
from tdsl.ops.define import define
from tdsl.ops.functions import items
from tdsl.ops.scan import LoopAttributes, Scan, counts_steps, scan, scan_type, scan_values
from tdsl.ops.scan_products import SumOverSteps, from_results, kept_values
from tdsl.types import I64, ZERO, Dim, Type


def backwards(g: Sequence[Node | None], y: Node, *operands: Node) -> list[Node | None]:
    """The reversed loop.  It carries the cotangents of the states and the sums of those of the captured values; it
    stacks those of the sequences.  It reads the states that it needs before each step, and matrix products or functions
    of them, all of which the forward loop stores.  Sums of matrix products are one product of stacks instead."""
    loop = Scan.of(y)
    if loop.checkpoint:
        return _by_segments(g, y)
    body, first = loop.body, loop.captures
    values = [fresh(parameter.type) for parameter in body.parameters]
    results = inlined(body, values)
    results = results[: len(results) - loop.until]
    seeds, found = _reached(g[: len(results)], results, values[: loop.states], values)
    carried = [state for state in range(loop.states) if seeds[state]]
    read = [place for place in range(loop.states, first) if values[place] in found]
    summed = [place for place in range(first, len(values)) if values[place] in found]
    made = [found.get(values[state]) or full(0, values[state].type) for state in carried]
    made += [found[values[place]] for place in (*summed, *read)]
    made = from_results(made, results)
    stored = {node: fresh(node.type) for node in kept_values(results, values[:first], made)}
    made = substitute(made, stored)
    used = set(topological(made))
    kept = [values[state] for state in range(loop.states) if values[state] in used]
    again = [place for place in range(loop.states, first) if values[place] in used]
    longer = replace(loop, body=_longer(loop, values, [*kept, *stored])).apply()
    before = items(longer)[len(results) :]
    limit = (before.pop(),) if loop.until else loop.limit

    elements = [*kept, *stored.values(), *(values[place] for place in again)]
    elements += [node for node in seeds[loop.states :] if node]
    sequences = [*before, *(operands[place] for place in again)]
    sequences += [node for node in g[loop.states : len(results)] if node]
    stacks = dict(zip(elements, sequences, strict=True))
    sums = [SumOverSteps(made[len(carried) + number], whole=not limit) for number in range(len(summed))]
    factors = dict.fromkeys(node for sum in sums for pair in sum.pairs for node in pair if node not in stacks)
    added = [sum.rest for sum in sums if sum.rest]
    totals = [fresh(node.type) for node in added]
    new = [*made[: len(carried)], *(total + part for total, part in zip(totals, added, strict=True))]
    new += [*made[len(carried) + len(summed) :], *factors]
    inverse, captured = closed([*(seed for seed in seeds[: loop.states] if seed), *totals, *elements], new)
    starts = [g[state] or full(0, values[state].type) for state in carried]
    starts += [full(0, total.type) for total in totals]
    others = substitute(captured, dict(zip(values[first:], loop.captured, strict=True)))
    given = (*starts, *sequences, *others, *limit)
    back = Scan(inverse, len(starts), len(sequences), loop.trip, not loop.reverse, given, limited=bool(limit))
    done = iter(items(back.apply()))
    parts = dict(zip(carried, done, strict=False))
    rests = [next(done) if sum.rest else None for sum in sums]
    parts |= dict(zip(read, done, strict=False))
    stacks |= dict(zip(factors, done, strict=True))
    parts |= {place: sum.total(stacks, rest) for place, sum, rest in zip(summed, sums, rests, strict=True)}
    return [parts.get(place) for place in range(len(operands))]


def _longer(loop: Scan, values: Sequence[Node], more: Sequence[Node]) -> Function:
    """The body of a loop that also stacks nodes made of some values in place of its parameters."""
    own, end = loop.body.parameters, len(loop.body.results) - loop.until
    stacked = substitute(more, dict(zip(values, own, strict=True)))
    return Function(own, (*loop.body.results[:end], *stacked, *loop.body.results[end:]))


def _by_segments(g: Sequence[Node | None], y: Node) -> list[Node | None]:
    """The derivative of a loop of loops, which keeps the states before each inner one and does its steps again."""
    loop = Scan.of(y)
    given = [*y.operands, *(items(y)[-1:] if loop.until else [])]
    values = [operand if counts_steps(operand) else fresh(operand.type) for operand in given]
    count = loop.states + len(loop.stacked)
    seeds = [fresh(part.type) if part else None for part in g[:count]]
    body = replace(loop.body, results=loop.body.results[:count])
    alone = replace(loop, body=body, operands=tuple(values), until=False, limited=loop.until or loop.limited)
    found = pullback(segmented(alone), seeds, values)
    new = dict(zip(values, given, strict=True)) | {
        seed: part for seed, part in zip(seeds, g, strict=False) if seed and part
    }
    reached = dict(zip(found, substitute(list(found.values()), new), strict=True))
    return [reached.get(value) for value in values[: len(y.operands)]]


def segmented(loop: Scan) -> list[Node]:
    """The results of a loop as one of loops of `checkpoint` steps each."""
    every, trip = loop.checkpoint, loop.trip
    count = (trip + (every - 1)) // every
    whole = count * every
    exact = whole == trip and not loop.limited
    limit = loop.limit[0] if loop.limited else apply("size", dim=trip)
    counters = [number for number, sequence in enumerate(loop.read) if counts_steps(sequence)]
    body = _counting_on(loop, counters) if counters else loop.body

    def parts(sequence: Node) -> Node:
        shape = sequence.type.shape[1:]
        if whole != trip:
            places = {"starts": (ZERO,) * sequence.type.rank, "steps": (1,) * sequence.type.rank}
            sequence = apply("place", sequence, shape=(whole, *shape), **places)
        return apply("reshape", sequence, shape=(count, Dim.of(every), *shape))

    def step(states: list[Node], elements: list[Node]) -> list[Node]:
        number, *read = elements
        for place in counters:
            read.insert(place, apply("iota", shape=(Dim.of(every),), axis=0))
        begun = number * every
        more = (*[begun] * bool(counters), *([] if exact else [limit - begun]))
        operands = (*states, *read, *loop.captured, *more)
        inner = replace(loop, body=body, trip=Dim.of(every), operands=operands, limited=not exact, checkpoint=0)
        return items(inner.apply())

    numbers = apply("iota", shape=(count,), axis=0)
    read = [parts(sequence) for number, sequence in enumerate(loop.read) if number not in counters]
    made = scan(loop.initial, [numbers, *read], count, step)
    for place, stack in enumerate(made[loop.states :], loop.states):
        shape = stack.type.shape[2:]
        flat = apply("reshape", stack, shape=(whole, *shape)) if stack.type.rank else stack
        if whole != trip:
            rank = flat.type.rank
            flat = apply("slice", flat, starts=(ZERO,) * rank, steps=(1,) * rank, sizes=(trip, *shape))
        made[place] = flat
    return made


def _counting_on(loop: Scan, counters: Sequence[int]) -> Function:
    """The body with a last capture, which is added to the elements of some counters."""
    values, first = [fresh(parameter.type) for parameter in loop.body.parameters], fresh(Type(I64))
    places = [loop.states + number for number in counters]
    given = [value + first if place in places else value for place, value in enumerate(values)]
    return of_parameters([*values, first], inlined(loop.body, given))


def _reached(
    g: Sequence[Node | None], results: Sequence[Node], states: Sequence[Node], values: Sequence[Node]
) -> tuple[list[Node | None], dict[Node, Node]]:
    """A parameter for the cotangent of each result that has one after some steps, and the cotangents of the values."""
    seeds = [fresh(result.type) if part else None for result, part in zip(results, g, strict=True)]
    while True:
        found = pullback(results, seeds, values)
        new = [place for place, state in enumerate(states) if state in found and not seeds[place]]
        if not new:
            return seeds, found
        for place in new:
            seeds[place] = fresh(results[place].type)


scan_ = define("scan", "function", scan_type, scan_values, LoopAttributes, cotangents=backwards)
