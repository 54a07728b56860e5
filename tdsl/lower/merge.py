"""Maps over the same axes become one: what the first stores, the second takes from its register.

    map i0 < N:  b4[i0] = exp(b0[i0])                      map i0 < N:  t = exp(b0[i0])
    map i0 < N:  b5[i0] = b4[i0] * 2              →                     b4[i0] = t;  b5[i0] = t * 2

Then stores to workspace that nobody reads are dropped, with all that was computed for them alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from tdsl.loops import (
    Branch,
    Buffer,
    Checked,
    Compute,
    Contract,
    Divide,
    Index,
    Instruction,
    Load,
    Map,
    Position,
    Product,
    Random,
    Statement,
    Store,
    Within,
    identity,
    operands,
    read,
    walk,
    written,
)
from tdsl.lower.rebuild import Block, rebuild

Nest = Map | Contract
AnyNest = TypeVar("AnyNest", Map, Contract)

FARTHEST = 16
_MOST_STORES = 8
_MOST_SCALARS = 64
_LARGEST = 300


def merge(statements: Block, buffers: list[Buffer]) -> Block:
    merged = rebuild(statements, lambda statement: statement, _merged)
    wanted = {buffer for statement in walk(merged) for buffer in read(statement)}
    wanted |= {number for number, buffer in enumerate(buffers) if buffer.role != "workspace"}
    return rebuild(merged, lambda statement: _needed(statement, wanted))


def _merged(block: Block) -> Block:
    out: list[Statement] = []
    for statement in block:
        place = _partner(statement, out) if isinstance(statement, Map) else None
        if place is None:
            out.append(statement)
        else:
            first = out[place]
            assert isinstance(first, Map) and isinstance(statement, Map)
            out[place] = joined(first, statement)
    return tuple(out)


def _partner(second: Map, before: list[Statement]) -> int | None:
    """The nearest earlier Map that may take this one in, if all it reads is ready there."""
    for place in range(len(before) - 1, max(-1, len(before) - 1 - FARTHEST), -1):
        first = before[place]
        if isinstance(first, Map) and first.axes == second.axes and fits(first, second):
            return place
        filled = set(written(first))
        if isinstance(first, Branch) or not (filled.isdisjoint(read(second)) and filled.isdisjoint(written(second))):
            return None
    return None


def fits(first: Nest, second: Map) -> bool:
    """Small enough together, and what is read of the first is read where it is written."""
    if len(first.body) + len(second.body) > _LARGEST:
        return False
    if len(first.stores) + len(second.stores) > (_MOST_STORES if first.axes else _MOST_SCALARS):
        return False
    places = {store.buffer: store.index for store in first.stores}
    loads = [instruction for instruction in second.body if isinstance(instruction, Load)]
    return all(
        load.buffer not in places or (load.guard is None and load.index == places[load.buffer]) for load in loads
    )


def joined(first: AnyNest, second: Map) -> AnyNest:
    stored = {store.buffer: store.register for store in first.stores}
    out = list(first.body)
    seen = {identity(instruction): number for number, instruction in enumerate(out)}
    new: dict[int, int] = {}
    for number, instruction in enumerate(second.body):
        if isinstance(instruction, Load) and instruction.buffer in stored:
            new[number] = stored[instruction.buffer]
            continue
        moved = renumbered(instruction, new)
        key = identity(moved)
        if key not in seen:
            seen[key] = len(out)
            out.append(moved)
        new[number] = seen[key]
    return replace(first, body=tuple(out), stores=first.stores + _stores(second.stores, new))


def _stores(stores: tuple[Store, ...], new: dict[int, int]) -> tuple[Store, ...]:
    return tuple(Store(store.buffer, _moved(store.index, new), new[store.register]) for store in stores)


def _moved(index: Index, new: dict[int, int]) -> Index:
    if not index.registers:
        return index
    return replace(index, registers=tuple((new[register], size) for register, size in index.registers))


def renumbered(instruction: Instruction, new: dict[int, int]) -> Instruction:
    """The same instruction with its registers elsewhere."""
    match instruction:
        case Load():
            index, guard = _moved(instruction.index, new), _guard(instruction.guard, new)
            return Load(instruction.buffer, index, instruction.dtype, guard)
        case Position() | Within():
            return replace(instruction, index=_moved(instruction.index, new))
        case Compute():
            return Compute(instruction.op, tuple([new[operand] for operand in instruction.operands]), instruction.dtype)
        case Divide():
            a, b = instruction.operands
            return replace(instruction, operands=(new[a], new[b]), guard=_guard(instruction.guard, new))
        case Checked():
            return replace(instruction, operand=new[instruction.operand], guard=_guard(instruction.guard, new))
        case Random():
            return replace(instruction, seed=new[instruction.seed], index=_moved(instruction.index, new))
        case _:
            return instruction


def _guard(guard: int | None, new: dict[int, int]) -> int | None:
    return None if guard is None else new[guard]


def _needed(statement: Statement, wanted: set[int]) -> Statement:
    """A nest without the stores that nobody wants, and without what only they used; faults stay."""
    if not isinstance(statement, Map | Contract):
        return statement
    stores = tuple(store for store in statement.stores if store.buffer in wanted)
    columns = statement.columns if isinstance(statement, Contract) else None
    used = {store.register for store in stores} | ({columns.register} if columns else set())
    used |= {register for store in stores for register, _ in store.index.registers}
    for number in range(len(statement.body) - 1, -1, -1):
        if number in used or isinstance(statement.body[number], Product | Divide | Checked):
            used.update((number, *operands(statement.body[number])))
    if len(used) == len(statement.body) and len(stores) == len(statement.stores):
        return statement
    new: dict[int, int] = {}
    body: list[Instruction] = []
    for number, instruction in enumerate(statement.body):
        if number in used:
            new[number] = len(body)
            body.append(renumbered(instruction, new))
    changed = replace(statement, body=tuple(body), stores=_stores(stores, new))
    if columns and isinstance(changed, Contract):
        changed = replace(changed, columns=replace(columns, register=new[columns.register]))
    return changed
