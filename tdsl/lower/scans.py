"""A scan as a loop: its states are copied into the first of two buffers each, that the steps fill in turn; an element
of a stacked result is a window of the whole, and so is one of a sequence that has memory.

    s, y = scan(f, s0, x, c)      →      now = s0
                                         for step < T:  next, y[step] = f(now, x[step], c);  now, next = next, now
                                         s = now
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from tdsl.ir.function import replacements
from tdsl.ir.node import Node, apply
from tdsl.loops.body import Index, Load
from tdsl.loops.language import Loop, Map, Statement, Store
from tdsl.lower.buffers import Buffers
from tdsl.lower.elements.views import storage_of
from tdsl.lower.kernels import Context, copy, zeros
from tdsl.lower.sequences import Sequences
from tdsl.ops.scan import Scan
from tdsl.types import Dim, element_count


class Surroundings(Context, Protocol):
    """The nodes around a loop, and all buffers of the routine."""

    all_buffers: Buffers

    def function(
        self, results: Sequence[Node], given: dict[Node, int], targets: Sequence[int], new: Mapping[Node, Node]
    ) -> tuple[Statement, ...]:
        """Computes the results of a function, whose parameters have buffers, into other buffers; some of its nodes are
        replaced by `new` ones, which have their names, places and sites."""


def lower_scan(nodes: Surroundings, node: Node) -> list[Statement]:
    scan, buffers = Scan.of(node), nodes.all_buffers
    parameters, results = scan.body.parameters, scan.body.results
    counter = buffers.counter()
    given: dict[Node, int] = {}
    carried: list[tuple[int, int]] = []
    for parameter, result in zip(parameters[: scan.states], results[: scan.states], strict=True):
        now = buffers.add_workspace(parameter, "state")
        following = buffers.add_workspace(result, f"next_{buffers.all[now].origin.name}")
        carried.append((now, following))
        given[parameter] = now
    sequences = Sequences(buffers, counter)
    for parameter, operand in zip(parameters[scan.states : scan.captures], scan.read, strict=True):
        sequences.add(parameter, operand)
    given |= sequences.given
    outside = [nodes.buffers[_stored(nodes, operand)] for operand in scan.outside]
    given |= dict(zip(parameters[scan.captures :], outside, strict=False))
    finals = [apply("item", node, index=index) for index in range(len(results))]
    outputs = [nodes.result(final) for final in finals[scan.states :]]
    stacks = outputs[: len(scan.stacked)]
    filled = [
        buffers.window(result, whole, element_count(result.type.shape) * Dim.symbol(counter))
        for result, whole in zip(scan.stacked, stacks, strict=True)
    ]
    end = [buffers.add_workspace(result, "until") for result in results[len(results) - scan.until :]]
    before = [
        replace(copy(nodes, initial, now), origins=(nodes.origins.of_copy(initial, now),))
        for initial, (now, _) in zip(scan.initial, carried, strict=True)
    ]
    if scan.until or scan.limited:
        before += [zeros(nodes, *pair) for pair in zip(finals[scan.states :], stacks, strict=False)]
    new = replacements(results, sequences.new)
    body = nodes.function(results, given, [*(following for _, following in carried), *filled, *end], new)
    after = [
        _moved(final, now, nodes.buffers[final], nodes)
        for final, (now, _) in zip(finals, carried, strict=False)
        if final in nodes.buffers
    ]
    loop = Loop(
        counter,
        scan.trip,
        scan.reverse,
        tuple(carried),
        (*sequences.given.values(), *filled),
        tuple(dict.fromkeys((*sequences.inputs, *outside))),
        tuple(outputs),
        tuple(before),
        body,
        tuple(after),
        outside[-1] if scan.limited else None,
        end[0] if scan.until else None,
        outputs[-1] if scan.until else None,
        (nodes.origins.of_loop(node, scan.trip),),
    )
    return [loop]


def _stored(nodes: Context, operand: Node) -> Node:
    return operand if operand in nodes.buffers else storage_of(operand)


def _moved(final: Node, now: int, buffer: int, nodes: Context) -> Map:
    """The last state to where it is needed."""
    index = Index.axis(0)
    load, store = Load(now, index, final.type.dtype), Store(buffer, index, 0)
    return Map((element_count(final.type.shape),), (load,), (store,), (nodes.origins.of_move(final, now, buffer),))
