"""Loops: the body is checked once, over parameters for its states and elements, and becomes the function of a scan;
over a tuple it is written out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tdsl.check.annotations import written_type
from tdsl.check.arithmetic import stack
from tdsl.check.assertions import asserted
from tdsl.check.calls import bind_let, count_call
from tdsl.check.checker import Checker, described
from tdsl.check.free_names import names_in
from tdsl.check.scanning import Body, State, scanned
from tdsl.check.shapes import Operand, size_text
from tdsl.check.trampoline import Evaluate, Step
from tdsl.check.values import CompileTime, Scope, TupleValue, Value
from tdsl.ir.function import fresh
from tdsl.ir.node import Node, apply
from tdsl.source import Label, Span, UserError, fail
from tdsl.syntax import nodes as syntax
from tdsl.types import BOOL, I64, Dim, Type

MOST_NESTED_LOOPS = 32


def evaluate_loop(checker: Checker, loop: syntax.For, scope: Scope) -> Step[Value]:
    """The states at the end and the stacked results: a tuple, or the only one itself."""
    given: list[Value] = []
    for binding in loop.bindings:
        given.append((yield Evaluate(binding.over, scope)))
    if not any(isinstance(part, syntax.Stored | syntax.Yield) for part in loop.body.statements):
        what = "this loop has neither a state nor a yield, so nothing comes of it"
        raise fail("TD0224", what, loop.header, hint="let total = for x_t in x { state s: real = 0 … s <- s + x_t }")
    if any(isinstance(value, TupleValue) for value in given):
        results = yield from _written_out(checker, loop, given, scope)
    else:
        results = yield from _repeated(checker, loop, given, scope)
    return results[0] if len(results) == 1 else TupleValue(tuple(results))


def _repeated(checker: Checker, loop: syntax.For, given: Sequence[Value], scope: Scope) -> Step[list[Value]]:
    """The loop as a scan."""
    sequences, trip = _sequences(checker, loop, given)
    if len(checker.steps) >= MOST_NESTED_LOOPS:
        raise fail("TD0210", f"loops are nested at most {MOST_NESTED_LOOPS} deep", loop.header)
    body = Body(loop, Scope(scope))
    if loop.checkpoint is not None:
        value = yield Evaluate(loop.checkpoint, scope)
        body.checkpoint = _steps(checker, value, loop.checkpoint.span)
    elements: list[Node] = []
    for binding, sequence in zip(loop.bindings, sequences, strict=True):
        element = fresh(sequence.type.with_shape(sequence.type.shape[1:]))
        elements.append(checker.note(element, binding.name.span, binding.name.name))
        body.scope.declare(binding.name, element)
        checker.values[binding.name] = element
    # The number of the step, of which draws are made.
    sequences.append(apply("iota", shape=(trip,), axis=0))
    elements.append(fresh(Type(I64)))
    checker.steps.append(elements[-1])
    checker.conditions.append(loop.header)
    try:
        yield from _statements(checker, body, scope, None)
    finally:
        checker.steps.pop()
        checker.conditions.pop()
    return scanned(checker, body, sequences, elements, trip)


def _steps(checker: Checker, value: Value, span: Span) -> int:
    """The number of steps of a checkpoint."""
    number = value.number if isinstance(value, CompileTime) else None
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        what = "a checkpoint is a number of steps, 1 or more and known at compile time"
        known = isinstance(value, CompileTime) and value.number is not None
        raise fail("TD0221", f"{what}, this is {value if known else described(checker, value)}", span)
    return number


def _written_out(checker: Checker, loop: syntax.For, given: Sequence[Value], scope: Scope) -> Step[list[Value]]:
    """One copy of the body after the other, as for the elements of a tuple, which may be of any kind."""
    count = _length(checker, loop, given)
    if loop.checkpoint is not None:
        what = "a loop over a tuple is written out, and its derivative keeps every step"
        raise fail("TD0223", what, loop.checkpoint.span)
    states: dict[str, State] = {}
    yields: list[list[tuple[Value, Span]]] = []
    for step in range(count):
        count_call(checker, loop.header)
        body = Body(loop, Scope(scope))
        for binding, value in zip(loop.bindings, given, strict=True):
            part = _part(checker, value, binding, step)
            body.scope.declare(binding.name, part)
            checker.values[binding.name] = part
        yield from _statements(checker, body, scope, states)
        states = body.states
        yields.append(body.yields)
    if not count:
        body = Body(loop, Scope(scope))
        for statement in loop.body.statements:
            if isinstance(statement, syntax.Stored):
                yield from _declare(checker, statement, body, scope, {})
            elif isinstance(statement, syntax.Yield):
                what = "nothing says of what type a loop over an empty tuple yields"
                raise fail("TD0215", what, statement.span)
        states = body.states
    results: list[Value] = [state.after for state in states.values()]
    for parts in zip(*yields, strict=True):
        results.append(_stacked(checker, parts, loop.span))
    return results


def _sequences(checker: Checker, loop: syntax.For, given: Sequence[Value]) -> tuple[list[Node], Dim]:
    """What the loop reads along the first axis, and its length, which is that of all."""
    found: list[Node] = []
    for binding, value in zip(loop.bindings, given, strict=True):
        if isinstance(value, Node) and value.type.rank:
            found.append(value)
        elif isinstance(value, CompileTime) and isinstance(value.value, Dim):
            size, span = value.value, binding.over.span
            if size.constant is not None and size.constant < 0:
                raise fail("TD0234", f"a loop cannot take {size} steps", span)
            counter = checker.note(apply("iota", shape=(size,), axis=0), span)
            checker.require_sizes(counter, span)
            found.append(counter)
        else:
            raise _nothing_to_run_over(checker, binding.over, value)
    trip = found[0].type.shape[0]
    for binding, node in zip(loop.bindings, found, strict=True):
        if node.type.shape[0] != trip:
            raise _lengths(binding, size_text(node.type.shape[0]), loop.bindings[0], size_text(trip))
    return found, trip


def _nothing_to_run_over(checker: Checker, expression: syntax.Expression, value: Value) -> UserError:
    hint = None
    if isinstance(value, Node) and value.type.dtype == I64 and len(expression.span.text) < 20:
        hint = f"a size bounds a loop, which may end early: for t in 1000 {{ … until t + 1 >= {expression.span.text} }}"
    what = f"a loop runs over an array, a size or a tuple, this is {described(checker, value)}"
    return fail("TD0234", what, expression.span, hint=hint)


def _lengths(binding: syntax.Binding, length: str, first: syntax.Binding, other: str) -> UserError:
    return fail(
        "TD0234",
        f"a loop runs over one length, these are {other} and {length}",
        binding.over.span,
        Label(first.over.span, f"length {other}"),
        label=f"length {length}",
    )


def _length(checker: Checker, loop: syntax.For, given: Sequence[Value]) -> int:
    """The length of a loop over a tuple, and of all else that it runs over."""
    lengths: list[int] = []
    for binding, value in zip(loop.bindings, given, strict=True):
        if isinstance(value, TupleValue):
            lengths.append(len(value.items))
            continue
        size = value.value if isinstance(value, CompileTime) else value
        size = size.type.shape[0] if isinstance(size, Node) and size.type.rank else size
        if not isinstance(size, Dim):
            raise _nothing_to_run_over(checker, binding.over, value)
        if size.constant is None:
            what = f"a loop over a tuple is written out, and {size} is known to calls only"
            raise fail("TD0221", what, binding.over.span)
        lengths.append(size.constant)
        if lengths[-1] != lengths[0]:
            break
    for binding, length in zip(loop.bindings, lengths, strict=False):
        if length != lengths[0]:
            raise _lengths(binding, str(length), loop.bindings[0], str(lengths[0]))
    return lengths[0]


def _part(checker: Checker, value: Value, binding: syntax.Binding, step: int) -> Value:
    """The element of a step that is known at compile time."""
    if isinstance(value, TupleValue):
        return value.items[step]
    if isinstance(value, CompileTime):
        return CompileTime(Dim.of(step), value.mentions)
    assert isinstance(value, Node)
    starts = (Dim.of(step), *(Dim.of(0) for _ in value.type.shape[1:]))
    row = apply("slice", value, starts=starts, steps=(1,) * value.type.rank, sizes=(Dim.of(1), *value.type.shape[1:]))
    return checker.note(apply("reshape", row, shape=value.type.shape[1:]), binding.span, binding.name.name)


def _statements(checker: Checker, body: Body, outside: Scope, before: dict[str, State] | None) -> Step[None]:
    """The statements of a step; `before` are the states of the step before it, where steps are written out."""
    statements = body.loop.body.statements
    for statement in statements:
        match statement:
            case syntax.Let():
                yield from bind_let(checker, statement, body.scope)
            case syntax.Stored():
                yield from _declare(checker, statement, body, outside, before)
            case syntax.Update():
                yield from _update(checker, statement, body, before is not None)
            case syntax.Yield():
                body.yields.append(((yield Evaluate(statement.value, body.scope)), statement.value.span))
            case syntax.Until() if statement is statements[-1] and before is None:
                value = yield Evaluate(statement.condition, body.scope)
                body.end = _condition(checker, value, statement.condition.span)
            case syntax.Assert() if before is None:
                holds = yield from asserted(checker, statement, body.scope)
                failed = apply("not", holds).cast(I64)
                body.assertions.append(checker.note(apply("assertion", failed, text=statement.text), statement.span))
            case _:
                raise _misplaced(body.loop, statement)
        for name in _named(statement):
            body.used.setdefault(name, statement.span)


def _condition(checker: Checker, value: Value, span: Span) -> Node:
    node = checker.types.node(checker.operand(value, span).value)
    if node.type.dtype != BOOL or node.type.rank:
        what = f"until takes one true or false, got {checker.types.describe(node)}"
        raise fail("TD0222", what, span, hint="all(…) or any(…) makes one of several" if node.type.rank else None)
    return node


def _named(statement: syntax.Statement | syntax.Expression) -> Iterator[str]:
    if isinstance(statement, syntax.Let | syntax.Update | syntax.Yield):
        yield from names_in(statement.value)
    elif isinstance(statement, syntax.Assert):
        yield from names_in(statement.condition)


def _misplaced(loop: syntax.For, statement: syntax.Statement | syntax.Expression) -> UserError:
    what, hint = "a loop holds state, let, <-, yield, assert and until", None
    match statement:
        case syntax.Minimize():
            what, hint = "a loop does not train", "fit repeats an entry that holds minimize"
        case syntax.Assert():
            what = "a loop over a tuple is written out and cannot assert"
            hint = "yield the condition, and assert all of them in the entry"
        case syntax.Print():
            what, hint = "a loop does not print", "yield the value, and print all of them in the entry"
        case syntax.Until() if statement is not loop.body.statements[-1]:
            what, hint = "until is the last statement of a loop", None
        case syntax.Until():
            what, hint = "a loop over a tuple is written out and cannot end early", None
        case syntax.Call() | syntax.Name() | syntax.Binary() | syntax.Tuple():
            text = statement.span.text
            hint = f"yield {text}" if len(text) < 40 and "\n" not in text else "yield stacks a value of each step"
    return fail("TD0223", what, statement.span, hint=hint)


def _declare(
    checker: Checker, item: syntax.Stored, body: Body, outside: Scope, before: dict[str, State] | None
) -> Step[None]:
    name = item.name.name
    if name in body.used:
        used = Label(body.used[name], "used here, where it means something else")
        raise fail("TD0201", f"state {name} is used before it is declared", item.name.span, used, hint="move it up")
    if before and name in before:
        state = before[name]
        state = State(item, state.type, state.first, state.after)
    else:
        state = yield from _first(checker, item, body, outside, written_out=before is not None)
    body.scope.declare(item.name, state.now)
    checker.values[item.name] = state.now
    body.states[name] = state


def _first(checker: Checker, item: syntax.Stored, body: Body, outside: Scope, written_out: bool) -> Step[State]:
    """A state before the first step.  Its first value is seen from outside of the loop."""
    assert item.initial is not None
    for name in names_in(item.initial):
        if name in body.scope.values and outside.find(name) is None:
            what = f"a first value is there before the loop, and {name} belongs to a step"
            raise fail("TD0220", what, item.initial.span)
    number = [] if written_out else [checker.steps.pop()]
    condition = [] if written_out else [checker.conditions.pop()]
    try:
        operand = checker.operand((yield Evaluate(item.initial, outside)), item.initial.span)
    finally:
        checker.steps += number
        checker.conditions += condition
    first = operand.value
    type: Type | None = None
    if item.type is not None:
        type = yield from written_type(checker, item.type, outside)
        node = checker.types.fitted(operand, type, item.name.span, "=")
        if node is None:
            what = f"the first value of {checker.types.spell(type)} cannot be {checker.types.describe(first)}"
            raise fail("TD0220", what, operand.span, Label(item.name.span, "declared here"))
        checker.require_sizes(node, item.type.span)
        first = node
    elif not written_out:
        first = checker.types.node(first)
        type = first.type
    if written_out:
        return State(item, type, first, first)
    assert isinstance(first, Node)
    return State(item, type, first, checker.note(fresh(first.type), item.name.span, item.name.name))


def _update(checker: Checker, update: syntax.Update, body: Body, written_out: bool) -> Step[None]:
    if not isinstance(update.target, syntax.Name):
        hint = "take it along as a state of the loop, and update it in the entry with the last one"
        raise fail("TD0217", "a loop updates its own states only", update.target.span, hint=hint)
    name = update.target.name
    state = body.states.get(name)
    if state is None:
        raise _no_state(checker, update, update.target, body)
    if state.update is not None:
        first = Label(state.update.span, "first here")
        hint = "all updates of a step happen at once, so each state can have only one"
        raise fail("TD0211", f"'{name}' is updated twice", update.span, first, hint=hint)
    operand = checker.operand((yield Evaluate(update.value, body.scope)), update.value.span)
    checker.values[update.target] = state.now
    value = (
        operand.value if state.type is None else checker.types.fitted(operand, state.type, state.item.name.span, "<-")
    )
    if value is None:
        raise _changed(checker, state, operand)
    state.next, state.update = value, update


def _changed(checker: Checker, state: State, operand: Operand) -> UserError:
    """The error for a next value that a state cannot take, with the declaration that could."""
    assert state.type is not None
    item, name = state.item, state.item.name.name
    type, got = checker.types.spell(state.type), checker.types.describe(operand.value)
    initial = item.initial.span.text if item.initial else "0"
    node = checker.types.node(operand.value)
    first = Operand(state.first, item.span)
    hint = "cut the next value down"
    if (
        len(initial) < 40
        and checker.types.fitted(_origin(checker, item, first), node.type, item.name.span, "=") is not None
    ):
        hint = f"declare it as state {name}: {got} = {initial}, or {hint}"
    declared = Label(item.span, f"{type}, from its first value" if item.type is None else "declared here")
    what = f"state {name} is {type} and its next value {got}"
    return fail("TD0228", what, operand.span, declared, hint=hint)


def _origin(checker: Checker, item: syntax.Stored, first: Operand) -> Operand:
    """The first value as it was written."""
    written = checker.values.get(item.initial) if item.initial else None
    return Operand(written, first.span) if isinstance(written, Node | CompileTime) else first


def _no_state(checker: Checker, update: syntax.Update, target: syntax.Name, body: Body) -> UserError:
    name, value = target.name, body.scope.find(target.name)
    declared = body.scope.declared(name)
    labels = [Label(declared, "declared here")] if declared else []
    hint = f"declare it in the loop: state {name} = …"
    if any(isinstance(part, syntax.Stored) and part.name.name == name for part in body.loop.body.statements):
        return fail("TD0217", f"state {name} is updated above its declaration", update.target.span, hint="move it up")
    if isinstance(value, Node) and value.op.name == "parameter" and name not in body.scope.values:
        return fail("TD0217", f"'{name}' belongs to the loop around this one", update.target.span, *labels, hint=hint)
    if name in checker.variables and isinstance(value, Node) and value.op.name == "variable":
        hint = f"take it along: state {name} = {name}; an entry can keep the last one: {name} <- …"
    return fail("TD0217", f"'{name}' is no state of this loop", update.target.span, *labels, hint=hint)


def _stacked(checker: Checker, parts: Sequence[tuple[Value, Span]], span: Span) -> Value:
    """What one `yield` of a loop that is written out gives in all steps."""
    if all(isinstance(value, TupleValue) for value, _ in parts):
        rows = [[(item, at) for item in value.items] for value, at in parts if isinstance(value, TupleValue)]
        if len({len(row) for row in rows}) == 1:
            return TupleValue(tuple(_stacked(checker, column, span) for column in zip(*rows, strict=True)))
    return stack(checker, [checker.operand(value, at) for value, at in parts], span)
