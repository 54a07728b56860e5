"""Loops as readable text, as `tdsl show --stage loops` prints them."""

from __future__ import annotations

from collections.abc import Sequence

from tdsl.ir.node import OPS
from tdsl.loops.body import (
    BoundsCheck,
    Compute,
    ContractionValue,
    Divide,
    InBounds,
    Index,
    IndexValue,
    Instruction,
    Literal,
    Load,
)
from tdsl.loops.language import (
    AffineMatrix,
    Branch,
    Buffer,
    Call,
    Contraction,
    Lap,
    Loop,
    Map,
    Module,
    Probe,
    Reduce,
    Routine,
    RowGroup,
    Scatter,
    Statement,
    Store,
    read,
    walk,
    written,
)
from tdsl.loops.rows import row_axes
from tdsl.types import Dim, Shape

_ORDERS = {
    "rows": "",
    "tiles": ", in tiles",
    "strided": ", strided",
    "large_body": ", a large body",
    "nothing": ", there already",
}
_PLACE = 100  # the column of places


def print_loops(module: Module) -> str:
    """Every entry: its buffers, then its statements, each under the expressions that it computes and their places.
    w0, w1 … are slots that several buffers may share."""
    lines = [f"site {number}: {site.kind} {site.place} {site.text}" for number, site in enumerate(module.sites)]
    for routine in module.routines:
        lines += [*([""] if lines else []), *_Text(routine).lines]
    return "\n".join(lines) + "\n"


class _Text:
    def __init__(self, routine: Routine) -> None:
        self.routine = routine
        self.lines = [f"entry {routine.name}"]
        self.lines += [f"    w{number}: {slot.dtype}[{slot.count}]" for number, slot in enumerate(routine.slots)]
        used = {number for statement in walk(routine.statements) for number in (*read(statement), *written(statement))}
        declared = [routine.buffers[number] for number in sorted(used) if routine.buffers[number].role != "window"]
        self.lines += map(_declared, declared)
        head, last = routine.parts
        lines: list[Statement | str] = [*head, *([_commit(routine)] if last else []), *last]
        stack: list[tuple[Statement | str, int]] = [(line, 1) for line in reversed(lines)]
        while stack:
            item, depth = stack.pop()
            if isinstance(item, Loop):
                stack += reversed(self._loop(item, depth))
                continue
            text = [item] if isinstance(item, str) else [*_origins(item, depth), *self._statement(item)]
            if not isinstance(item, str):
                for number, block in reversed(list(enumerate(item.children))):
                    stack += [(line, depth + 1) for line in reversed(block)]
                    stack += [("else", depth)] * (number > 0)
            self.lines += [("    " * depth + line).rstrip() for line in text]

    def _loop(self, loop: Loop, depth: int) -> list[tuple[Statement | str, int]]:
        """Its statements and other lines, each so deep."""
        trip = str(loop.trip) if loop.limit is None else f"{self._name(loop.limit)}[0] <= {loop.trip}"
        head = [*_origins(loop, depth), f"for {loop.counter} < {trip}{' from the last' * loop.reverse}"]
        body: list[Statement | str] = []
        for number in loop.windows:
            buffer = self.routine.buffers[number]
            body.append(f"{self._name(number)} = {self._name(buffer.number)} from {buffer.offset}")
        body += loop.body
        body += [f"exchange {self._name(now)}, {self._name(following)}" for now, following in loop.carried]
        if loop.until is not None:
            body.append(f"end if {self._name(loop.until)}[0]")
        if loop.done is not None:
            head[-1] += f", {self._name(loop.done)} = number of steps"
        around = [[(line, depth) for line in lines] for lines in ([*loop.start, *head], loop.end)]
        return [*around[0], *((line, depth + 1) for line in body), *around[1]]

    def _name(self, number: int) -> str:
        return self.routine.buffers[number].origin.name

    def _statement(self, statement: Statement) -> list[str]:
        match statement:
            case Map():
                return [
                    f"map {_nest(statement.axes)}{_ORDERS[statement.order]}",
                    *self._body(statement.body),
                    *self._stores(statement.stores),
                ]
            case Reduce():
                kept = len(statement.kept)
                head = f"{self._name(statement.buffer)} = {statement.combiner} {_nest(statement.reduced, kept)}"
                over = f" for {_nest(statement.kept)}" if kept else ""
                over += ", vectors along the last kept axis" if statement.along == "kept" else ""
                return [head + over, *self._body(statement.body), f"    t{statement.value}"]
            case Contraction():
                batch, rows, columns, depth = statement.batch, statement.rows, statement.columns, statement.depth
                left = self._matrix(statement.left, batch, rows, depth)
                right = self._matrix(statement.right, batch, depth, columns)
                head = f"{left} @ {right} for {_nest(statement.axes)} over {statement.k}"
                lines = [head, *self._body(statement.body), *self._stores(statement.stores)]
                if statement.column_sum:
                    lines.append(
                        f"    {self._name(statement.column_sum.buffer)}[i1] = sum i0 t{statement.column_sum.register}"
                    )
                return lines
            case Scatter():
                target = f"{self._name(statement.buffer)}[{_index(statement.position)}]"
                guard = "" if statement.guard is None else f" if t{statement.guard}"
                body = [
                    *self._body(statement.body),
                    f"    {target} {'+=' if statement.adds else '='} t{statement.value}{guard}",
                ]
                meeting = ", ".join(f"i{axis}" for axis in statement.conflicts) or "none"
                order = "any order" if statement.order == "any" else f"order of {statement.order}"
                return [f"in {order} {_nest(statement.axes)}, conflicts along {meeting}", *body]
            case Call():
                given = [*map(str, (*statement.numbers, *statement.sizes)), *map(self._name, statement.inputs)]
                filled = ", ".join(map(self._name, statement.outputs))
                meanwhile = f" in {', '.join(map(self._name, statement.scratch))}" if statement.scratch else ""
                site = "" if statement.site is None else f", site {statement.site}"
                return [f"{filled} = {statement.routine}({', '.join(given)}){meanwhile}{site}"]
            case Probe():
                steps = "".join(f", {counter}" for counter in statement.counters)
                return [f"probe {statement.number}: {self._name(statement.buffer)}{steps}"]
            case Branch():
                return [f"if {self._name(statement.condition)}[0]"]
            case Loop():
                return []
            case Lap():
                return [f"lap {statement.number}"]
            case RowGroup():
                return [f"some rows at a time of i0 < {row_axes(statement.statements[0])[0]}"]

    def _stores(self, stores: tuple[Store, ...]) -> list[str]:
        return [f"    {self._name(store.buffer)}[{_index(store.index)}] = t{store.register}" for store in stores]

    def _matrix(self, operand: AffineMatrix, batch: Sequence[Shape], rows: Shape, columns: Shape) -> str:
        names = (*(f"i{axis}" for axis in range(len(batch))), "row", "column")
        walks = zip(names, (*operand.batch, operand.rows, operand.columns), (*batch, rows, columns), strict=True)
        walked = " + ".join(_walk(*walk) for walk in walks)
        offset = f"{operand.offset} + " if operand.offset.terms else ""
        return f"{self._name(operand.buffer)}[{offset}{walked}{', kept' if operand.kept else ''}]"

    def _body(self, body: tuple[Instruction, ...]) -> list[str]:
        return [f"    t{number}: {line.dtype} = {self._instruction(line)}" for number, line in enumerate(body)]

    def _instruction(self, instruction: Instruction) -> str:
        match instruction:
            case Literal():
                return str(instruction.value)
            case IndexValue():
                return _index(instruction.index)
            case InBounds():
                return f"0 <= {_index(instruction.index)} < {instruction.size}"
            case Load():
                return f"{self._name(instruction.buffer)}[{_index(instruction.index)}]{_guard(instruction.guard)}"
            case ContractionValue():
                return "element of the product"
            case Compute():
                values = [f"t{operand}" for operand in instruction.operands]
                op = OPS[instruction.op]
                if op.infix and len(values) == 2:
                    return f"{values[0]} {op.tdsl} {values[1]}"
                return f"{op.tdsl or op.name}({', '.join(values)})"
            case Divide():
                a, b = instruction.operands
                return f"t{a} {OPS[instruction.op].tdsl} t{b}, site {instruction.site}{_guard(instruction.guard)}"
            case BoundsCheck():
                guard = _guard(instruction.guard)
                word = "label" if instruction.label else "position"
                return f"{word} t{instruction.operand} in {instruction.bound}, site {instruction.site}{guard}"


def _origins(statement: Statement, depth: int) -> list[str]:
    """The expressions that a statement computes, each with its place."""
    if isinstance(statement, Lap):
        return []
    lines = ["", *(f"# {origin.text}" for origin in statement.origins)]
    places = ["", *(origin.span.place if origin.span else "" for origin in statement.origins)]
    return [f"{line:{_PLACE - 4 * depth}} {place}".rstrip() for line, place in zip(lines, places, strict=True)]


def _declared(buffer: Buffer) -> str:
    """A buffer and its place; buffers of the workspace share slots."""
    shape = f"[{', '.join(map(str, buffer.shape))}]" if buffer.shape else ""
    kind, number = (buffer.role, buffer.number) if buffer.is_given else buffer.place
    place = f"w{number}" if kind == "workspace" else f"{kind} {number}"
    return f"    {buffer.origin.name}: {buffer.dtype}{shape} in {place}"


def _commit(routine: Routine) -> str:
    names = {buffer.number: buffer.origin.name for buffer in routine.buffers if buffer.role == "update"}
    replaced = ", ".join(names[update] for update, _ in routine.in_place)
    return f"cannot fail from here; in place of the old values: {replaced}"


def _guard(guard: int | None) -> str:
    return "" if guard is None else f" if t{guard} else 0"


def _nest(axes: Shape, first: int = 0) -> str:
    return ", ".join(f"i{first + number} < {size}" for number, size in enumerate(axes))


def _walk(name: str, steps: Shape, axes: Shape) -> str:
    """The offsets of a batch, of rows or columns; those along several axes have the numbers and sizes of the axes."""
    if len(axes) == 1:
        return f"({steps[0]}) {name}"
    walked = zip(steps, axes, strict=True)
    return " + ".join(f"({step}) {name}.{axis} < {size}" for axis, (step, size) in enumerate(walked))


def _index(index: Index) -> str:
    terms = [_term(size, f"i{axis}") for axis, size in index.axes]
    terms += [_term(size, f"t{register}") for register, size in index.registers]
    if index.offset.terms or not terms:
        terms.append(str(index.offset))
    return " + ".join(terms)


def _term(size: Dim, name: str) -> str:
    return name if size.constant == 1 else f"({size}) {name}" if len(size.terms) > 1 else f"{size} {name}"
