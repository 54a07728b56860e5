"""Instructions and stores of a body whose registers have other numbers."""

from __future__ import annotations

from dataclasses import replace

from tdsl.loops.body import BoundsCheck, Compute, Divide, InBounds, Index, IndexValue, Instruction, Load
from tdsl.loops.language import Store


def stores_renumbered(stores: tuple[Store, ...], new: dict[int, int]) -> tuple[Store, ...]:
    return tuple(Store(store.buffer, _moved(store.index, new), new[store.register]) for store in stores)


def _moved(index: Index, new: dict[int, int]) -> Index:
    if not index.registers:
        return index
    return replace(index, registers=tuple((new[register], size) for register, size in index.registers))


def renumbered(instruction: Instruction, new: dict[int, int]) -> Instruction:
    """The same instruction with its registers renumbered."""
    match instruction:
        case Load():
            index, guard = _moved(instruction.index, new), _guard(instruction.guard, new)
            return Load(instruction.buffer, index, instruction.dtype, guard)
        case IndexValue() | InBounds():
            return replace(instruction, index=_moved(instruction.index, new))
        case Compute():
            return Compute(instruction.op, tuple([new[operand] for operand in instruction.operands]), instruction.dtype)
        case Divide():
            a, b = instruction.operands
            return replace(instruction, operands=(new[a], new[b]), guard=_guard(instruction.guard, new))
        case BoundsCheck():
            return replace(instruction, operand=new[instruction.operand], guard=_guard(instruction.guard, new))
        case _:
            return instruction


def _guard(guard: int | None, new: dict[int, int]) -> int | None:
    return None if guard is None else new[guard]
