"""`model`: definitions, their instances and lists of instances, and the members of these."""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from typing import TypeAlias

from tdsl.check.arguments import bind_arguments
from tdsl.check.calls import MOST_CALLS, called_from, count_call
from tdsl.check.checker import Checker, described
from tdsl.check.draws import refuse_taken
from tdsl.check.expressions import evaluate, run
from tdsl.check.items import (
    checked_parameters,
    declare,
    declare_const,
    declare_fn,
    declare_let,
    known_number,
    refuse_member,
    refuse_python,
)
from tdsl.check.own_derivatives import own_derivatives, refuse_stranger
from tdsl.check.stored import declare_stored
from tdsl.check.values import (
    POISON,
    CompileTime,
    Instance,
    ModelDefinition,
    Poisoned,
    Scope,
    TupleValue,
    Value,
    member_names,
)
from tdsl.ir.attributes import Named
from tdsl.ir.node import Node, topological
from tdsl.source import Label, Span, UserError, fail
from tdsl.syntax import nodes as syntax
from tdsl.types import Dim

# A step that makes an instance yields those that make the instances inside.
Making: TypeAlias = Generator["Making", Value, Value]


def declare_model(checker: Checker, item: syntax.Model, scope: Scope) -> None:
    def work() -> Value:
        checked_parameters(checker, item)
        names = Scope()
        for name in (p.name for p in item.parameters):
            names.declare(name, POISON)
        for member in item.members:
            for name in member_names(member):
                names.declare(name, POISON)
        return ModelDefinition(item, scope)

    declare(checker, item.name, scope, work)


def declare_instance(checker: Checker, item: syntax.Instance, scope: Scope) -> None:
    """An instance of a file."""
    name = item.name

    def work() -> Value:
        refuse_python(name)
        refuse_member(name, of_model=True)
        refuse_taken(checker, name)
        before = checker.instances.get(name.name)
        kept = checker.variables.get(name.name)
        before = before or (kept.span if kept else None)
        if before is not None:
            label = Label(before, "first declared here")
            raise fail("TD0208", f"'{name.name}' is kept by another file already", name.span, label)
        checker.instances[name.name] = name.span
        return _made(_making(checker, item, name.name, scope))

    declare(checker, name, scope, work)


def instance_again(checker: Checker, item: syntax.Instance, scope: Scope) -> Value:
    """An instance of a file over the same kept values, its functions in a scope where names mean something else."""
    return _made(_making(checker, item, item.name.name, scope))


def _made(first: Making) -> Value:
    """The value of a step, with a stack of its own: instances nest to any depth."""
    stack = [first]
    answer: Value | None = None
    error: Exception | None = None
    while stack:
        try:
            if error is not None:
                inner = stack[-1].throw(error)
            else:
                inner = stack[-1].send(answer)  # type: ignore[arg-type]
        except StopIteration as stop:
            stack.pop()
            answer, error = stop.value, None
        except Exception as problem:
            stack.pop()
            answer, error = None, problem
        else:
            stack.append(inner)
            answer = error = None
    if error is not None:
        raise error
    assert answer is not None
    return answer


def _making(checker: Checker, item: syntax.Instance, name: str, scope: Scope) -> Making:
    """The instance of a declaration, or its list."""
    if item.each is None:
        return (yield _instance(checker, item, name, scope))
    instances = []
    for number, value in enumerate(_values(checker, item.each, scope)):
        inside = Scope(scope)
        inside.declare(item.each.name, value)
        instances.append((yield _instance(checker, item, f"{name}.{number}", inside)))
    return TupleValue(tuple(instances))


def _values(checker: Checker, each: syntax.Each, scope: Scope) -> tuple[Value, ...]:
    """The values of the name that numbers the instances of a list."""
    value, span = evaluate(checker, each.values, scope), each.values.span
    if isinstance(value, TupleValue):
        return value.items
    count = known_number(checker, each.values, scope, "the length of a list").number
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise fail("TD0221", "the length of a list is an integer, 0 or more", span)
    if count > MOST_CALLS:
        raise fail("TD0221", f"a list has at most {MOST_CALLS} models", span)
    return tuple(CompileTime(Dim.of(number)) for number in range(count))


def _instance(checker: Checker, item: syntax.Instance, name: str, scope: Scope) -> Making:
    definition, call = _definition(checker, item, scope)
    called = definition.item.name.name
    _refuse_circle(checker, definition, call)
    bound = run(checker, bind_arguments(checker, f"model '{called}'", definition, call, scope))
    for place, parameter in enumerate(definition.item.parameters):
        span = next((a.value.span for a in call.arguments if a.name == parameter.name.name), call.span)
        if place < len(call.arguments) and call.arguments[place].name is None:
            span = call.arguments[place].value.span
        _refuse_call(checker, bound.values[parameter.name.name], span, "a parameter of a model")
    instance = Instance(name, definition, bound)
    before = len(checker.errors)
    checker.making.append((definition, call.span))
    checker.callers.append(call.span)
    try:
        derivatives = own_derivatives(checker, definition.item.members)
        for member in definition.item.members:
            if isinstance(member, syntax.Derivative):
                checker.collect(partial(refuse_stranger, member, definition.item.members, bound))
            elif isinstance(member, syntax.Fn):
                declare_fn(checker, member, bound, derivatives.get(member.name.name), instance)
            else:
                bound.later.update({name.name: name.span for name in member_names(member)})
        for member in definition.item.members:
            if isinstance(member, syntax.Instance):
                value = yield from _inner(checker, member, instance)
                declare(checker, member.name, bound, value)
            else:
                _member(checker, member, instance)
    finally:
        checker.making.pop()
        checker.callers.pop()
    found = checker.errors[before:]
    if found:
        del checker.errors[before:]
        raise called_from(UserError(*found), call.span, called, "this instance of")
    checker.scopes[definition.item] = bound
    return instance


def _definition(checker: Checker, item: syntax.Instance, scope: Scope) -> tuple[ModelDefinition, syntax.Call]:
    call = item.value
    function = evaluate(checker, call.function if isinstance(call, syntax.Call) else call, scope)
    if isinstance(function, ModelDefinition) and isinstance(call, syntax.Call):
        return function, call
    what, hint = f"an instance is made by a model, this is {described(checker, function)}", None
    if isinstance(function, ModelDefinition):
        what = "a model is called with its arguments, or none"
        hint = f"model {item.name.name} = {item.value.span.text}(…)"
    raise fail("TD0213", what, call.span, hint=hint or "for example: model enc = Layer(784, 500)")


def _refuse_circle(checker: Checker, definition: ModelDefinition, call: syntax.Call) -> None:
    around = [active for active, _ in checker.making]
    if definition in around:
        through = [active.item.name.name for active in around[around.index(definition) + 1 :]]
        name = definition.item.name.name
        what = f"'{name}' contains itself" + (f" through '{through[-1]}'" if through else "")
        raise fail("TD0210", what, call.span, hint="a model is copied into each instance, so none can contain itself")
    count_call(checker, call.span)


def _inner(checker: Checker, member: syntax.Instance, outer: Instance) -> Generator[Making, Value, Callable[[], Value]]:
    """The work that gives an inner instance, or raises its error."""
    try:
        refuse_python(member.name)
        refuse_member(member.name, of_model=True)
        value = yield _making(checker, member, f"{outer.name}.{member.name.name}", outer.scope)
    except (UserError, Poisoned) as error:
        return partial(_raised, error)
    return lambda: value


def _raised(error: Exception) -> Value:
    raise error


def _member(checker: Checker, member: syntax.Member, instance: Instance) -> None:
    scope = instance.scope
    match member:
        case syntax.Const():
            declare_const(checker, member, scope, {})
        case syntax.Let():
            declare_let(checker, member, scope)
            for name in member.names:
                if not checker.collect(partial(_refuse_call, checker, scope.values[name.name], member.span, "a let")):
                    scope.values[name.name] = POISON
        case syntax.Stored():
            kept = checker.variables.get(f"{instance.name}.{member.name.name}")
            if kept is not None and kept.span is member.span:
                declare(checker, member.name, scope, lambda: kept.node)
            else:
                declare_stored(checker, member, scope, f"{instance.name}.")
        case syntax.Fn() | syntax.Derivative() | syntax.Instance():
            pass


def _refuse_call(checker: Checker, value: Value, span: Span, what: str) -> None:
    """Refuses a value that only calls have."""
    parts = value.items if isinstance(value, TupleValue) else (value,)
    for node in topological([part for part in parts if isinstance(part, Node)]):
        if node.op.name == "argument" and node is not checker.seed:
            name = node.get(Named).name
            message = f"an instance is made before any call, and '{name}' is given by calls"
            raise fail("TD0221", message, span, hint=f"{what} is made of what is kept; a function takes '{name}'")
