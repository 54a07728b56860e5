"""Arguments of a call meet parameters: by place or name, and by type, whose dims take the sizes of the arguments."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tdsl.check.annotations import written_dtype, written_size
from tdsl.check.checker import Checker
from tdsl.check.shapes import Operand, size_text
from tdsl.check.trampoline import Evaluate, Step
from tdsl.check.values import CompileTime, FunctionValue, ModelDefinition, RuleDefinition, Scope, Value
from tdsl.ir.node import Node
from tdsl.record import record
from tdsl.source import Label, Span, fail
from tdsl.spelling import suggestion
from tdsl.syntax import nodes as syntax
from tdsl.types import BOOL, I64, Dim, DType, Kind


def match_arguments(
    what: str, names: tuple[str, ...], needed: int, call: syntax.Call, declared: Span | None = None
) -> dict[str, syntax.Expression]:
    """The argument of each parameter; raises `UserError` TD0212 when they do not fit."""
    found: dict[str, syntax.Expression] = {}
    labels = [Label(declared, "declared here")] if declared else []
    known = set(names)
    named = False
    for place, argument in enumerate(call.arguments):
        named = named or argument.name is not None
        if argument.name is None:
            if named:
                raise fail("TD0212", "an argument without a name follows one with a name", argument.span)
            if place >= len(names):
                count = f"{len(names)} argument{'s' * (len(names) != 1)}"
                tuples = {"shape": "sizes", "axes": "axes"}.get(names[-1] if names else "")
                hint = f"several {tuples} are a tuple, in brackets of their own: ((2, 3))" if tuples else None
                raise fail("TD0212", f"{what} takes {count}, this is one more", argument.span, *labels, hint=hint)
            name = names[place]
        else:
            name = argument.name
        if name in found:
            raise fail("TD0212", f"'{name}' is given twice", argument.span, Label(found[name].span, "first here"))
        if name not in known:
            hint = suggestion(name, names, f"it takes {', '.join(names) or 'nothing'}")
            raise fail("TD0212", f"{what} has no parameter '{name}'", argument.span, *labels, hint=hint)
        found[name] = argument.value
    missing = [name for name in names[:needed] if name not in found]
    if missing:
        listed = " and ".join(f"'{name}'" for name in missing)
        raise fail("TD0212", f"{what} is called without {listed}", call.span, *labels)
    return found


@dataclass
class _Binding:
    """A call whose arguments meet the types of parameters: the dims bound so far, each at an argument, and the sizes
    that are more than a dim, which wait until dims have their sizes."""

    callee: str
    scope: Scope
    verb: str = "takes"
    sizes: dict[str, tuple[Dim, Span]] = field(default_factory=dict)
    formulas: list[_Formula] = field(default_factory=list)


@record(frozen=True)
class _Formula:
    """A size in the type of a parameter, and the size of the argument there."""

    written: syntax.Expression
    size: Dim
    argument: Operand
    takes: str
    declared: Label


def bind_arguments(
    checker: Checker,
    callee: str,
    definition: FunctionValue | RuleDefinition | ModelDefinition,
    call: syntax.Call,
    scope: Scope,
) -> Step[Scope]:
    """A scope inside the file of a function, rule or model that holds its parameters."""
    item = definition.item
    names = tuple(parameter.name.name for parameter in item.parameters)
    needed = sum(parameter.default is None for parameter in item.parameters)
    given = match_arguments(callee, names, needed, call, item.name.span)
    binding = _Binding(callee, Scope(definition.scope))
    for parameter in item.parameters:
        name = parameter.name.name
        if name in given:
            expression = given[name]
            value = yield Evaluate(expression, scope)
        else:
            assert parameter.default is not None
            expression = parameter.default
            value = yield Evaluate(expression, binding.scope)
        if parameter.type is not None:
            value = _typed(
                checker, binding, parameter.type, Label(parameter.span, "declared here"), value, expression.span
            )
        binding.scope.values[name] = checker.values[parameter.name] = value
        binding.scope.spans[name] = parameter.name.span
    for formula in binding.formulas:
        yield from _fits(checker, formula, binding.scope)
    checker.scopes[item] = binding.scope
    return binding.scope


def typed_result(checker: Checker, item: syntax.Fn, value: Value, span: Span, scope: Scope) -> Step[Value]:
    """The value of a function as the type of its result, in the scope of its parameters."""
    assert item.result is not None
    binding = _Binding(f"'{item.name.name}'", Scope(scope), "returns")
    typed = _typed(checker, binding, item.result, Label(item.result.span, "declared here"), value, span)
    for formula in binding.formulas:
        yield from _fits(checker, formula, binding.scope)
    return typed


def _typed(
    checker: Checker, binding: _Binding, written: syntax.TypeSyntax, declared: Label, value: Value, span: Span
) -> Value:
    """The value as the parameter's type; dims in it take the sizes of the arguments, equal names equal sizes."""
    dtype, operand = written_dtype(checker, written), checker.operand(value, span)
    takes = f"{binding.callee} {binding.verb} {written.span.text}"
    if isinstance(operand.value, CompileTime):
        if written.sizes:
            raise fail("TD0219", f"{takes}, got one number", span, declared)
        return _number_as(checker, operand.value, dtype, span, takes, declared)
    node = operand.value
    adapts = checker.types.is_literal(node) and dtype.kind is not Kind.BOOL and node.type.dtype.kind is not Kind.REAL
    if not (node.type.dtype == dtype or checker.types.widens(node.type.dtype, dtype) or adapts):
        raise fail("TD0202", f"{takes}, got {checker.types.describe(node)}", span, declared)
    node = checker.types.converted(operand, dtype)
    if len(written.sizes) != node.type.rank:
        raise fail("TD0219", f"{takes}, got {checker.types.describe(node)}", span, declared)
    for expression, size in zip(written.sizes, node.type.shape, strict=True):
        if isinstance(expression, syntax.Name) and _is_dim(binding, expression.name):
            _bind_dim(binding, expression.name, size, span, declared)
        else:
            binding.formulas.append(_Formula(expression, size, Operand(node, span), takes, declared))
    return node


def _is_dim(binding: _Binding, name: str) -> bool:
    """Whether a name still denotes the dim of that name."""
    return name in binding.sizes or binding.scope.has_dim(name)


def _bind_dim(binding: _Binding, name: str, size: Dim, span: Span, declared: Label) -> None:
    before, at = binding.sizes.setdefault(name, (size, span))
    if before != size:
        raise fail(
            "TD0219",
            f"{binding.callee} {binding.verb} two sizes called {name}, and they differ",
            span,
            Label(at, f"{name} = {size_text(before)}"),
            declared,
            label=f"{name} = {size_text(size)}",
        )
    binding.scope.values[name] = CompileTime(size)


def _fits(checker: Checker, formula: _Formula, scope: Scope) -> Step[None]:
    wanted = yield from written_size(checker, formula.written, scope)
    if wanted != formula.size:
        got = checker.types.describe(formula.argument.value)
        label = f"size {size_text(formula.size)} instead of {size_text(wanted)}"
        span = formula.argument.span
        raise fail("TD0219", f"{formula.takes}, got {got}", span, formula.declared, label=label)


def _number_as(checker: Checker, value: CompileTime, dtype: DType, span: Span, takes: str, declared: Label) -> Value:
    """A number known at compile time as the dtype of a parameter; it stays one that adapts where that is its own."""
    own = checker.types.dtype_of(value)
    if (own == BOOL) != (dtype == BOOL) or (own.kind is Kind.REAL and dtype.kind is not Kind.REAL):
        raise fail("TD0202", f"{takes}, got {checker.types.describe(value)}", span, declared)
    return adapting(checker, Operand(value, span), value, dtype)


def adapting(checker: Checker, operand: Operand, value: CompileTime, dtype: DType) -> CompileTime | Node:
    """A number of the program in a dtype; it stays one known at compile time where the dtype is that of a number."""
    node = checker.types.converted(operand, dtype)
    if dtype in (BOOL, I64):
        return value
    if dtype == checker.options.real and value.number is not None:
        return replace(value, value=float(value.number))
    return node
