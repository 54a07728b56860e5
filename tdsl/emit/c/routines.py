"""A routine as C++: its buffers, then its statements in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from tdsl.emit.c import syntax as c
from tdsl.emit.c.functions import Functions
from tdsl.emit.c.kernels import StatementPrinter
from tdsl.emit.c.laps import lap_call
from tdsl.emit.c.names import EntryNames
from tdsl.emit.c.numbers import dims_given, formula, integer, saturating_size, stored
from tdsl.emit.c.scope import CALL, Scope, of_call
from tdsl.loops.body import Load
from tdsl.loops.language import (
    Branch,
    Lap,
    Loop,
    Map,
    Routine,
    Statement,
    Store,
    kept_operands,
    may_fault,
    read,
    walk,
    written,
)
from tdsl.record import record

# The compile time grows with the square of a function's length.
_LONGEST, _MOST_MENTIONS = 200, 1500
# From here on optimising the calls takes long and gains nothing.
_SEQUENCE = 50
_SLOTS = "slots"
_FAULT, _STEPS = c.Member(of_call("fault"), "site"), c.Member(of_call("fault"), "steps")
_MOST_STEPS = 4  # TDSL_MOST_STEPS of abi.h
_Statements = tuple[c.Statement, ...]


@record(frozen=True)
class Dialect:
    """The text of statements, branches and loops, which differs by target."""

    printer: Callable[[Scope, Functions], StatementPrinter]
    branch: Callable[[Branch, Scope, _Statements, _Statements], _Statements]
    loop: Callable[[Loop, Scope, int, _Statements, _Statements, _Statements], _Statements]


def add_routine(scope: Scope, names: EntryNames, about: c.Remark, functions: Functions, dialect: Dialect) -> None:
    """`void run_f(tdsl_call *)`, and `void update_f(tdsl_call *)` if it commits anything in place."""
    head, commit = scope.routine.parts
    add_statements(names.run, about, head, scope, functions, dialect)
    if commit:
        text = f"{scope.routine.name}: new values, once the call cannot fail any more"
        add_statements(names.update, about._replace(text=text), commit, scope, functions, dialect)


def add_statements(
    name: str,
    about: c.Remark | None,
    statements: tuple[Statement, ...],
    scope: Scope,
    functions: Functions,
    dialect: Dialect,
) -> None:
    """A function, after its parts if there are many statements."""
    slots = slot_statements(statements, scope, of_call("workspace"))
    given = [c.Name(CALL.name), *([c.Name(_SLOTS)] if slots else [])]
    taken = [c.Parameter("char *const *", _SLOTS)] if slots else []
    calls: list[c.Statement] = []
    for part, is_last in _parts(_wholes(statements, scope, functions, dialect)):
        if is_last and not calls:
            manner = "TDSL_CALL_SEQUENCE" if len(part) >= _SEQUENCE else "TDSL_ROUTINE"
            functions.add(function(name, scope, slots, part, manner=manner, about=about))
            return
        inner = functions.names.add(f"{name}_{len(calls) + 1}")
        functions.add(function(inner, scope, [], part, taken, manner="TDSL_CALL_SEQUENCE"))
        calls.append(c.Evaluate(c.Call(inner, tuple(given))))
    if len(slots) > 1 and len(scope.routine.slots) > _LONGEST:
        array, layout = slots
        inner = functions.names.add(f"{name}_slots")
        own = [c.Parameter("char **", _SLOTS)]
        functions.add(function(inner, scope, [], [layout], own, manner="TDSL_CALL_SEQUENCE"))
        slots = [array, c.Evaluate(c.Call(inner, tuple(given)))]
    functions.add(function(name, scope, slots, calls, about=about))


class _Whole(NamedTuple):
    """A statement with its nested ones, their number, and the number of arguments of their calls."""

    statements: _Statements
    length: int
    mentions: int


def _wholes(
    statements: tuple[Statement, ...], scope: Scope, functions: Functions, dialect: Dialect
) -> Iterator[_Whole]:
    printer = dialect.printer(scope, functions)
    last: c.Expression = c.Number("0")  # the last statement; a lap is behind one
    for outermost in statements:
        # Calls, and compound statements before their parts.
        order: list[c.Evaluate | Branch | Loop] = []
        around: dict[int, int] = {}  # of each place of a loop: the number of loops around it
        stack = [(outermost, 0)]
        moves: dict[int, c.Expression] = {}
        while stack:
            statement, depth = stack.pop()
            if isinstance(statement, Branch | Loop):
                if isinstance(statement, Loop):
                    around[len(order)] = depth
                    depth += 1
                order.append(statement)
                stack += reversed([(inner, depth) for block in statement.children for inner in block])
            elif isinstance(statement, Lap):
                functions.timed[scope.routine.name, statement.number] = last
                order.append(lap_call(statement, scope))
            else:
                call = printer.statement(statement)
                last = call.value
                order.append(call)
                move = _move(statement)
                if move:
                    # The caller may have given the new value memory of its own.
                    apart = c.Binary("!=", *map(scope.buffer, move))
                    moves[len(order) - 1] = apart
        done: list[_Statements] = []
        for place, item in reversed([*enumerate(order)]):
            if isinstance(item, c.Evaluate):
                done.append((c.If(moves[place], (item,)),) if place in moves else (item,))
                continue
            made = [tuple(line for _ in block for line in done.pop()) for block in item.children]
            if isinstance(item, Branch):
                done.append(dialect.branch(item, scope, *made))
            else:
                done.append(dialect.loop(item, scope, around[place], *made))
        values = (item.value for item in order if isinstance(item, c.Evaluate))
        mentions = sum(len(value.arguments) for value in values if isinstance(value, c.Call))
        yield _Whole(done[0], len(order), mentions)


def _move(statement: Statement) -> tuple[int, int] | None:
    """The buffer that a map fills and the one that it reads, if these are one where a new value replaces the old."""
    match statement:
        case Map(order="nothing", stores=(Store(buffer=new),), body=(Load(buffer=old),)):
            return new, old
    return None


def _branch(branch: Branch, scope: Scope, then: _Statements, otherwise: _Statements) -> _Statements:
    return (c.If(c.Element(scope.buffer(branch.condition), c.Number("0")), then, otherwise),)


def _loop(
    loop: Loop, scope: Scope, around: int, start: _Statements, body: _Statements, end: _Statements
) -> _Statements:
    """A loop with the pointers that its steps exchange.  It ends after a step with a fault, of which it notes the
    number."""
    swapped = swapped_pairs(loop, scope)
    pointers = pointers_of(swapped, scope)
    step: list[c.Statement] = windows_in(loop, scope, body)
    exchanges = exchanged(swapped, scope)
    counter = scope.counter(loop.counter)
    head: list[c.Statement] = []
    last: list[c.Statement] = []
    if may_fault(loop.body):
        before = c.Name(f"{counter.text}_fault")
        head.append(c.Declare("const int32_t", before.text, _FAULT))
        noted = c.Assign(c.Element(_STEPS, integer(around)), counter)
        last.append(c.If(c.Binary("!=", _FAULT, before), (*[noted] * (around < _MOST_STEPS), c.Break())))
    if loop.limit is not None:
        trip = c.Call("tdsl::steps_of", (c.Element(scope.buffer(loop.limit), integer(0)), scope.size(loop.trip)))
        head.append(c.Declare("const int64_t", _count(loop, scope).text, trip))
    if loop.until is not None:
        ended: list[c.Statement] = [c.Break()]
        if loop.done is not None:
            done = c.Element(scope.buffer(loop.done), integer(0))
            head.append(c.Assign(done, _trip(loop, scope)))
            ended.insert(0, c.Assign(done, c.Binary("+", counter, integer(1))))
        last.append(c.If(c.Element(scope.buffer(loop.until), integer(0)), tuple(ended)))
    for kept in kept_operands(loop.body):
        if kept.counter == loop.counter:
            head.append(c.Declare("tdsl::Kept", scope.kept_state(kept).text, c.Braces((integer(kept.number),))))
    turn = counter
    if loop.reverse:
        turn = c.Name(f"{counter.text}_done")
        number = c.Binary("-", c.Binary("-", _trip(loop, scope), c.Number("1")), turn)
        if counter.text in c.free_names((*step, *body, *last)):
            step.insert(0, c.Declare("const int64_t", counter.text, number))
    steps = c.For(turn.text, _trip(loop, scope), (*step, *body, *exchanges, *last))
    return *pointers, *start, *head, steps, *end


def swapped_pairs(loop: Loop, scope: Scope) -> list[tuple[int, int]]:
    """The pairs of a state that are two places."""
    return [pair for pair in loop.carried if not scope.is_one_place(*pair)]


def pointers_of(swapped: Iterable[tuple[int, int]], scope: Scope) -> list[c.Statement]:
    return [_buffer(scope, number, "") for pair in swapped for number in pair]


def exchanged(swapped: Iterable[tuple[int, int]], scope: Scope) -> list[c.Statement]:
    return [c.Evaluate(c.Call("std::swap", (scope.buffer(now), scope.buffer(next)))) for now, next in swapped]


def windows_in(loop: Loop, scope: Scope, body: _Statements) -> list[c.Statement]:
    """The windows that the body mentions, of the current step."""
    mentioned = c.free_names(body)
    windows = (_window(scope, number) for number in loop.windows)
    return [window for window in windows if window.name in mentioned]


def _count(loop: Loop, scope: Scope) -> c.Name:
    return c.Name(f"{scope.counter(loop.counter).text}_count")


def _trip(loop: Loop, scope: Scope) -> c.Expression:
    """The number of steps that the loop does at most."""
    return scope.size(loop.trip) if loop.limit is None else _count(loop, scope)


def _window(scope: Scope, number: int) -> c.Declare:
    buffer = scope.buffers[number]
    value = c.Binary("+", scope.buffer(buffer.number), scope.size(buffer.offset))
    type = f"{'const ' * (number not in scope.filled)}{stored(buffer.dtype)} *const"
    return c.Declare(type, scope.buffer(number).text, value)


def _parts(wholes: Iterator[_Whole]) -> Iterator[tuple[list[c.Statement], bool]]:
    """The statements of one function each, and whether they are the last."""
    part: list[c.Statement] = []
    length = mentions = 0
    for whole in wholes:
        if length >= _LONGEST or mentions >= _MOST_MENTIONS:
            yield part, False
            part, length, mentions = [], 0, 0
        part += whole.statements
        length += whole.length
        mentions += whole.mentions
    yield part, True


def function(
    name: str,
    scope: Scope,
    slots: Sequence[c.Statement],
    statements: Sequence[c.Statement],
    taken: Sequence[c.Parameter] = (),
    manner: str = "TDSL_ROUTINE",
    about: c.Remark | None = None,
) -> c.Function:
    """A function of a call and further parameters, which declares all names that its statements mention.

    The workspace is laid out before buffers are found in it.
    """
    mentioned = c.free_names([*slots, *statements])
    numbers = scope.buffers_among(mentioned)
    is_long = len(statements) >= _SEQUENCE
    buffers = [] if is_long else [_buffer(scope, number) for number in numbers]
    body = _declaring(numbers, statements, scope) if is_long else statements
    given = {parameter.name for parameter in taken}
    dims = [
        c.Declare("const int64_t", name.text, scope.dim_of_call(dim))
        for dim, name in scope.dims.items()
        if name.text in mentioned and name.text not in given
    ]
    blank = [c.Blank()] if len(buffers) > 1 else []
    return c.Function(name, (CALL, *taken), (*dims, *slots, *buffers, *blank, *body), manner=manner, about=about)


def _declaring(buffers: Iterable[int], statements: Sequence[c.Statement], scope: Scope) -> list[c.Statement]:
    """The statements, with each of some buffers declared before the first that mentions it: the compiler then keeps
    few pointers at a time."""
    made: list[c.Statement] = []
    waiting = set(buffers)
    for statement in statements:
        first = [number for number in scope.buffers_among(c.free_names([statement])) if number in waiting]
        waiting.difference_update(first)
        made += [*(_buffer(scope, number) for number in first), statement]
    return made


def _uses_workspace(statements: tuple[Statement, ...], routine: Routine) -> bool:
    used = (buffer for statement in walk(statements) for buffer in (*read(statement), *written(statement)))
    return any(routine.buffers[buffer].place[0] == "workspace" for buffer in used)


def slot_statements(statements: tuple[Statement, ...], scope: Scope, memory: c.Expression) -> list[c.Statement]:
    """The lines that place the slots of the workspace, if the statements use it."""
    if not _uses_workspace(statements, scope.routine):
        return []
    slots = scope.routine.slots
    sizes = c.Braces(tuple(scope.size(slot.count * (slot.dtype.bits // 8)) for slot in slots))
    layout = c.Call("tdsl::place_slots", (c.Name(_SLOTS), memory, sizes))
    return [c.Declare("char *", _SLOTS, size=integer(len(slots))), c.Evaluate(layout)]


def _buffer(scope: Scope, position: int, constant: str = "const") -> c.Statement:
    buffer, name = scope.buffers[position], scope.buffer(position).text
    element = stored(buffer.dtype)
    const = "const " if buffer.is_given else ""
    kind, number = (buffer.role, buffer.number) if buffer.is_given else buffer.place
    # Buffers of a slot have its dtype.
    role, given = ("slot", _SLOTS) if kind == "workspace" else (kind, CALL.name)
    pointer = c.Call(f"tdsl::{role}<{element}>", (c.Name(given), integer(number)))
    return c.Declare(f"{const}{element} *{constant}", name, pointer)


def add_workspace(routine: Routine, name: str, dims: Iterable[str], functions: Functions) -> None:
    """`int64_t workspace_f(const int64_t *dims)`: the bytes of all slots."""
    names = dims_given(dims)
    slots = Counter((saturating_size(slot.count, names), slot.dtype.bits // 8) for slot in routine.slots)
    listed = [c.Braces((count, integer(width), integer(times))) for (count, width), times in slots.items()]
    value = c.Call("tdsl::workspace", (c.Braces(tuple(listed)),)) if slots else c.Number("0")
    functions.add(formula(name, value, manner="TDSL_ROUTINE"))


CPU = Dialect(StatementPrinter, _branch, _loop)
