"""The meaning of a file by the language's reference: straight from the syntax, in float64, with bounds.

It neither types a program first nor derives symbolically.  `grad` evaluates its cost again with a tangent for each
element of the variable; a derivative of a derivative is a central difference.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache, partial
from operator import add, floordiv, mod, mul, sub, truediv
from typing import Any

import numpy as np

from tdsl.resources import STANDARD_LIBRARY
from tdsl.source import Source
from tdsl.syntax import nodes as syntax
from tdsl.syntax.parse import parse

from . import joins, orders, running, systems, windows  # noqa: F401  add their functions to the builtins
from .builtins import BUILTINS, Builtin
from .derivatives import derivative, gradient, own_value
from .draws import places
from .elements import defined_value, is_reduction, reduced_value
from .loops import loop_value
from .meanings import COMPARISONS, OPERATORS, chosen
from .values import (
    NUMPY,
    UNIT,
    Array,
    Value,
    close,
    elementwise,
    exact,
    multiplied,
    settled,
    stacked,
    structural,
    summed,
)

DERIVATIVES = ("grad", "vjp", "jvp", "jacobian", "hessian")
ORDER = ("bool", "u8", "i32", "i64", "f32", "f64")
FOLDED: dict[str, Callable[[Any, Any], Any]] = {
    "+": add,
    "-": sub,
    "*": mul,
    "/": truediv,
    "//": floordiv,
    "%": mod,
    "**": pow,
}


@dataclass(eq=False)
class Binding:
    """A name and its expression; known values need none."""

    name: str
    expression: syntax.Expression | None = None
    scope: Scope | None = None
    value: Any = None
    part: int | None = None
    steps: tuple[int, ...] = ()  # of the loops around it


@dataclass(eq=False)
class Scope:
    names: dict[str, Any] = field(default_factory=dict)
    outer: Scope | None = None

    def find(self, name: str) -> Any:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        raise KeyError(name)


@dataclass(frozen=True, eq=False)
class Function:
    """`owner` is the name of the instance whose member it is."""

    parameters: tuple[syntax.Parameter, ...]
    body: syntax.Expression | syntax.Block
    scope: Scope
    owner: str = ""
    derivative: syntax.Derivative | None = None


@dataclass(frozen=True, eq=False)
class Model:
    item: syntax.Model
    scope: Scope


@dataclass(frozen=True, eq=False)
class Instance:
    """`shared` are the names of its trained values."""

    name: str
    scope: Scope
    shared: list[str]


@dataclass(frozen=True, eq=False)
class Rule:
    item: syntax.Rule
    scope: Scope
    arguments: tuple[syntax.Argument, ...] = ()
    caller: Scope | None = None


@dataclass(eq=False)
class Context:
    """Values that replace those of some bindings, and all that was computed with them; `updates` are those of calls, in
    the outermost context only."""

    instead: dict[Binding, Value] = field(default_factory=dict)
    known: dict[Binding, Any] = field(default_factory=dict)
    updates: dict[str, Value] | None = None
    differentiating: bool = False
    # Whether some slope was infinite or no number: times zero it depends on the rule of the derivative.
    vertical: bool = False


@dataclass(frozen=True, eq=False)
class Outcome:
    """The results of an entry in order, and the next values by name."""

    results: list[Value]
    updates: dict[str, Value]


def _is_plain(expression: syntax.Syntax) -> bool:
    """Whether an expression is element by element, over names and numbers."""
    match expression:
        case syntax.Name() | syntax.Number():
            return True
        case syntax.Unary(operand=operand):
            return _is_plain(operand)
        case syntax.Binary(operator=operator, left=left, right=right):
            return operator != "@" and _is_plain(left) and _is_plain(right)
        case syntax.Call(function=syntax.Name(name="switch" | "sqrt" | "log" | "sin" | "exp" | "abs"), arguments=given):
            return all(_is_plain(argument.value) for argument in given)
    return False


@cache
def _library(name: str) -> syntax.File:
    """A file of the standard library, parsed once for all programs."""
    path = STANDARD_LIBRARY / f"{name}.tdsl"
    return parse(Source(path.name, path.read_text()))


class Interpreter:
    """One file; `real` is "f32" or "f64"."""

    def __init__(self, file: syntax.File, real: str) -> None:
        self.real = real
        self.universe = Scope({"true": exact(True, "bool", True), "false": exact(False, "bool", True)})
        for name in ("pi", "e", "inf", "nan"):
            self.universe.names[name] = exact(getattr(math, name), "f64", True)
        self._load(_library("prelude"), self.universe)
        self.scope = Scope(outer=self.universe)
        self.stored: dict[str, Binding] = {}
        self.shared: list[str] = []
        self.inputs: dict[str, syntax.Input] = {}
        self.entries: dict[str, syntax.Entry] = {}
        self.places = places(file)
        self.place = self.number = 0
        self.steps: tuple[int, ...] = ()
        self.random: Any = (0, 0)
        self.touched: Callable[[], Value] | None = None
        self._load(file, self.scope)

    def _load(self, file: syntax.File, scope: Scope) -> None:
        for item in file.items:
            match item:
                case syntax.Use(module=module, names=names):
                    inner = Scope(outer=self.universe)
                    self._load(_library(module.split(".")[-1]), inner)
                    wanted = inner.names if names is None else [name.name for name in names]
                    scope.names.update({name: inner.names[name] for name in wanted})
                case syntax.Let(names=names, value=value):
                    self._let(names, value, scope)
                case syntax.Const(name=name, value=value) | syntax.Cost(name=name, value=value):
                    self._let((name,), value, scope)
                case syntax.Fn():
                    scope.names[item.name.name] = Function(item.parameters, item.body, scope)
                case syntax.Derivative(name=name):
                    scope.names[name.name] = replace(scope.names[name.name], derivative=item)
                case syntax.Rule():
                    scope.names[item.name.name] = Rule(item, scope)
                case syntax.Stored():
                    self._keep(item, scope, "")
                case syntax.Model():
                    scope.names[item.name.name] = Model(item, scope)
                case syntax.Instance():
                    scope.names[item.name.name] = self._instances(item, scope, "")
                case syntax.Input():
                    self.inputs[item.name.name] = item
                    scope.names[item.name.name] = Binding(item.name.name)
                case syntax.Entry():
                    self.entries[item.name.name] = item

    def inside(self, scope: Scope, values: Mapping[str, Value]) -> Scope:
        """A scope with more values."""
        return Scope({name: Binding(name, value=value) for name, value in values.items()}, scope)

    def _keep(self, item: syntax.Stored, scope: Scope, prefix: str) -> None:
        name = prefix + item.name.name
        self.stored[name] = scope.names[item.name.name] = Binding(name)
        if item.kind == "shared":
            self.shared.append(name)

    def _instances(self, item: syntax.Instance, scope: Scope, prefix: str) -> Instance | tuple[Instance, ...]:
        name = prefix + item.name.name
        if item.each is None:
            return self._instance(item, scope, name)
        count = self._size(item.each.values, scope, Context())
        index = item.each.name.name
        numbered = (Scope({index: exact(number, "i64", True)}, scope) for number in range(count))
        return tuple(self._instance(item, inner, f"{name}.{number}") for number, inner in enumerate(numbered))

    def _instance(self, item: syntax.Instance, scope: Scope, name: str) -> Instance:
        assert isinstance(item.value, syntax.Call)
        model = self.value(item.value.function, scope, Context())
        inner = Scope(outer=model.scope)
        self._bind(model.item.parameters, item.value.arguments, inner, scope, Context())
        before = len(self.shared)
        for member in model.item.members:
            match member:
                case syntax.Stored():
                    self._keep(member, inner, f"{name}.")
                case syntax.Instance():
                    inner.names[member.name.name] = self._instances(member, inner, f"{name}.")
                case syntax.Fn():
                    inner.names[member.name.name] = Function(member.parameters, member.body, inner, name)
                case syntax.Let(names=names, value=value):
                    self._let(names, value, inner)
                case syntax.Const(name=const, value=value):
                    self._let((const,), value, inner)
        return Instance(name, inner, self.shared[before:])

    def _let(self, names: Sequence[syntax.Name], value: syntax.Expression, scope: Scope) -> None:
        # The right side still refers to the names above.
        before = Scope(dict(scope.names), scope.outer)
        for place, name in enumerate(names):
            part = place if len(names) > 1 else None
            scope.names[name.name] = Binding(name.name, value, before, part=part, steps=self.steps)

    def call(self, name: str, values: Mapping[str, Any], stored: Mapping[str, Any]) -> Outcome:
        """An entry with arrays of the declared dtypes; faults are `IndexError` and `ZeroDivisionError`."""
        base, _, number = name.rstrip("]").partition("[")
        entry = self.entries[base]
        self.number = int(number or 0)
        scope = Scope(outer=self.scope)
        if entry.each is not None:
            scope.names[entry.each.name.name] = exact(int(number), "i64", True)
        self.random = stored.get("random", self.random)
        for key, binding in self.stored.items():
            binding.value = exact(stored[key], self._dtype_of(stored[key]))
        for name, item in self.inputs.items():
            binding = self.scope.names[name]
            binding.expression, binding.scope = item.value, self.scope
        for parameter in entry.parameters:
            if parameter.is_dim:
                self.universe.names[parameter.name.name] = exact(values[parameter.name.name], "i64", True)
                continue
            type = parameter.type or self.inputs[parameter.name.name].type
            array = np.asarray(values[parameter.name.name])
            for size, number in zip(type.sizes, array.shape, strict=True):
                if isinstance(size, syntax.Name):
                    self.universe.names[size.name] = exact(number, "i64", True)
            binding = scope.names.setdefault(parameter.name.name, Binding(parameter.name.name))
            if parameter.type is None:
                binding = scope.names[parameter.name.name] = self.scope.names[parameter.name.name]
            binding.value = exact(array, self.spelled(type.dtype))
        with np.errstate(all="ignore"):
            return self._run(entry, scope, stored)

    def _dtype_of(self, array: Any) -> str:
        names = {"f": self.real, "i": "i64", "b": "bool", "u": "u8"}
        return names[np.asarray(array).dtype.kind]

    def spelled(self, dtype: str) -> str:
        return {"real": self.real, "int": "i64"}.get(dtype, dtype)

    def _run(self, entry: syntax.Entry, scope: Scope, stored: Mapping[str, Any]) -> Outcome:
        updates = {"random": exact(np.add(self.random, (0, 1)), "i64")}
        context = Context(updates=updates)
        for statement in entry.body.statements if entry.body else ():
            match statement:
                case syntax.Let(names=names, value=value):
                    self._let(names, value, scope)
                case syntax.Given(name=given, value=value):
                    self._give(given.name, value, scope, context)
                case syntax.Update(target=target, value=value):
                    (name,) = self._kept(target, scope, context)
                    updates[name] = self._next(name, self.value(value, scope, context))
                case syntax.Minimize():
                    self._minimise(statement, scope, context, stored, updates)
        results: list[Value] = []
        if entry.results is not None:
            found = self.value(entry.results, scope, context)
            results = list(found) if isinstance(found, tuple) else [found]
        return Outcome([self.node(result) for result in results], updates)

    def _give(self, name: str, value: syntax.Expression, scope: Scope, context: Context) -> None:
        """The input of that name is this expression until the end of the call."""
        binding, item = self.scope.names[name], self.inputs[name]
        binding.expression, binding.scope = value, Scope(dict(scope.names), scope.outer)
        before = context.vertical
        # A value that nothing depends on does not fault; it has its sizes from others.
        with suppress(IndexError, ZeroDivisionError):
            for size, number in zip(item.type.sizes, self.value(value, scope, context).shape, strict=True):
                if isinstance(size, syntax.Name):
                    self.universe.names[size.name] = exact(number, "i64", True)
        context.vertical = before

    def _next(self, name: str, value: Value) -> Value:
        return self._in_place_of(self.stored[name].value, value)

    def _in_place_of(self, old: Value, value: Value) -> Value:
        return structural(lambda a: np.broadcast_to(a, old.shape), self.converted(value, old.dtype))

    def _kept(self, target: Any, scope: Scope, context: Context) -> list[str]:
        """The names of the kept values that an expression stands for."""
        if isinstance(target, syntax.Attribute):
            return [f"{self.value(target.value, scope, context).name}.{target.name}"]
        if isinstance(target, syntax.Name) and target.name in self.stored:
            return [target.name]
        found = self.value(target, scope, context)
        return [name for instance in (found if isinstance(found, tuple) else (found,)) for name in instance.shared]

    def _minimise(
        self,
        statement: syntax.Minimize,
        scope: Scope,
        context: Context,
        stored: Mapping[str, Any],
        updates: dict[str, Value],
    ) -> None:
        rule = self.value(statement.rule, scope, context)

        def cost(inner: Context) -> Value:
            found: Value = self.value(statement.cost, scope, inner)
            return found

        listed = [self._kept(part, scope, context) for part in statement.over or ()]
        names = self.shared if statement.over is None else [name for kept in listed for name in kept]
        for name in names:
            binding = self.stored[name]
            slope = gradient(self, cost, [binding], context)
            if slope is None:
                continue
            self.touched = partial(self._touched, cost, binding, context)
            if statement.verb == "maximize":
                slope = self.operator("-", exact(0.0, "f64", True), slope)
            inner = Scope(outer=rule.scope)
            self._bind(rule.item.parameters, rule.arguments, inner, rule.caller or scope, context)
            inner.names[rule.item.parameter.name] = Binding("p", value=binding.value)
            inner.names[rule.item.gradient.name] = Binding("g", value=slope)
            for line in rule.item.body.statements:
                match line:
                    case syntax.Stored(name=own):
                        key = f"{name}.{rule.item.name.name}.{own.name}"
                        kept = exact(stored[key], self._dtype_of(stored[key]))
                        inner.names[own.name] = Binding(own.name, value=kept)
                    case syntax.Let(names=let, value=value):
                        self._let(let, value, inner)
                    case syntax.Update(target=syntax.Name() as target, value=value):
                        found = self.value(value, inner, context)
                        own_name = target.name == rule.item.parameter.name
                        key = name if own_name else f"{name}.{rule.item.name.name}.{target.name}"
                        updates[key] = self._in_place_of(inner.names[target.name].value, found)

    def _touched(self, cost: Callable[[Context], Value], binding: Binding, context: Context) -> Value:
        """The rows whose being NaN makes the cost NaN."""
        value = self._bound(binding, context)
        read = np.zeros(value.shape, bool)
        for row in range(len(read) if value.rank else 0):
            array = value.array.copy()
            array[row] = np.nan
            read[row] = np.isnan(cost(Context({**context.instead, binding: replace(value, array=array)})).array)
        return exact(read if value.rank else True, "bool")

    # Expressions

    def value(self, expression: Any, scope: Scope, context: Context) -> Any:
        """A `Value`, a tuple, a function or a rule."""
        found = self._value(expression, scope, context)
        if isinstance(found, Value) and found.tangent_bound is not None and np.isnan(found.tangent_bound).any():
            context.vertical = True
        return found

    def _value(self, expression: Any, scope: Scope, context: Context) -> Any:
        match expression:
            case syntax.Number(value=number):
                return exact(number, "i64" if isinstance(number, int) else "f64", True)
            case syntax.Name(name=name):
                return self._named(name, scope, context)
            case syntax.Unary(operator=operator, operand=operand):
                return self._unary(operator, self.value(operand, scope, context))
            case syntax.Binary(operator=operator, left=left, right=right):
                return self.operator(operator, self.value(left, scope, context), self.value(right, scope, context))
            case syntax.Conditional(condition=condition, chosen=first, otherwise=second):
                test = self.value(condition, scope, context)
                return self._branch(test, first, second, scope, context)
            case syntax.Tuple(items=items):
                return tuple(self.value(item, scope, context) for item in items)
            case syntax.Array(items=items):
                parts = self.alike([self.value(item, scope, context) for item in items])
                return stacked(parts)
            case syntax.Attribute(value=inner, name=name):
                found = self.value(inner, scope, context)
                return (
                    self._named(name, found.scope, context) if isinstance(found, Instance) else self.transposed(found)
                )
            case syntax.Index(value=inner, indices=indices):
                return self._indexed(self.value(inner, scope, context), indices, scope, context)
            case syntax.Write():
                return self._written(expression, scope, context)
            case syntax.Call(function=syntax.Name(name="switch")) if _is_plain(expression):
                before = context.vertical
                found = self._call(expression, scope, context)
                # A side that was not taken does not count, however steep it is.
                context.vertical = before
                return found
            case syntax.Call(function=over) if is_reduction(over):
                return reduced_value(self, expression, scope, context)
            case syntax.Call():
                return self._call(expression, scope, context)
            case syntax.Elements():
                return defined_value(self, expression, scope, context)
            case syntax.For():
                return loop_value(self, expression, scope, context)
        raise NotImplementedError(type(expression).__name__)

    def _named(self, name: str, scope: Scope, context: Context) -> Any:
        found = scope.find(name) if name not in BUILTINS or self._shadowed(name, scope) else BUILTINS[name]
        if not isinstance(found, Binding):
            return found
        return self._bound(found, context)

    def _shadowed(self, name: str, scope: Scope) -> bool:
        try:
            scope.find(name)
        except KeyError:
            return False
        return True

    def _bound(self, binding: Binding, context: Context) -> Any:
        if binding in context.instead:
            return context.instead[binding]
        if binding.expression is None:
            return binding.value
        if binding not in context.known:
            before, self.steps = self.steps, binding.steps
            try:
                found = self.value(binding.expression, binding.scope or self.scope, context)
            finally:
                self.steps = before
            context.known[binding] = found if binding.part is None else found[binding.part]
        return context.known[binding]

    def _branch(self, test: Value, first: Any, second: Any, scope: Scope, context: Context) -> Any:
        if np.isinf(test.bound):
            likely, other_side = (first, second) if test.array else (second, first)
            both = [self.value(likely, scope, context)]
            # The side that is probably not taken does not fault.
            with suppress(IndexError, ZeroDivisionError):
                both.append(self.value(other_side, scope, context))
            a, b = self.alike([both[0], both[-1]])
            lost = np.full(a.shape, np.inf)
            tangent = a.tangent if a.tangent is not None else b.tangent
            off = None if tangent is None else np.full(tangent.shape, np.inf)
            return Value(a.array, a.dtype, lost, False, tangent, off)
        a, b = (first, second) if test.array else (second, first)
        found = self.value(a, scope, context)
        if not isinstance(found, Value):
            return found
        if found.written:
            other = self.value(b, scope, context)
            if isinstance(other, Value) and not test.written:
                found = self.converted(found, self._common([found, other]))
        if context.differentiating and found.tangent is None:
            other = self.value(b, scope, context)
            if isinstance(other, Value) and other.tangent is not None:
                zeros = np.zeros((other.tangent.shape[0], *found.shape))
                found = replace(found, tangent=zeros, tangent_bound=zeros)
        return found

    def _unary(self, operator: str, operand: Value) -> Value:
        if operator == "not":
            return elementwise(np.logical_not, [operand], "bool")
        if operator == "+":
            return operand
        if operand.written:
            return exact(-operand.array, operand.dtype, True)
        return elementwise(np.negative, [operand], operand.dtype, 0)

    def operator(self, operator: str, left: Value, right: Value) -> Value:
        if operator in COMPARISONS:
            a, b = (left, right) if operator in ("and", "or") else self.alike([left, right])
            found = elementwise(COMPARISONS[operator], [a, b], "bool")
            return close(found, a, b) if operator in ("==", "!=") else found
        if left.written and right.written and not left.rank and not right.rank:
            return self._folded(operator, left, right)
        if operator == "@":
            return multiplied(*self.alike([left, right]))
        if operator == "**" and right.written and not right.rank:
            return self._power(left, right)
        if operator == "**" and left.is_real and not right.written and not right.is_real:
            right = self.converted(right, left.dtype)
        a, b = self.alike([left, right])
        if operator in ("//", "%") and not a.is_real and not np.all(b.array):
            raise ZeroDivisionError
        function, units = OPERATORS[operator]
        found = elementwise(function, [a, b], a.dtype, units)
        return close(found, b, exact(0, b.dtype)) if operator in ("/", "//", "%") else found

    def _folded(self, operator: str, left: Value, right: Value) -> Value:
        found = FOLDED[operator](left.array.item(), right.array.item())
        return exact(found, "i64" if isinstance(found, int) else "f64", True)

    def _power(self, base: Value, exponent: Value) -> Value:
        """A whole number is so many products."""
        number = exponent.array.item()
        if float(number).is_integer() and 0 <= number <= 16:
            number = int(number)
            found = self.converted(exact(1, "i64", True), base.dtype)
            found = structural(lambda a: np.broadcast_to(a, base.shape), found)
            for step in range(number):
                found = base if not step else self.operator("*", found, base)
            return found
        a, b = self.alike([base, exponent])
        return elementwise(OPERATORS["**"][0], [a, b], a.dtype, 8)

    def transposed(self, value: Value, axes: tuple[int, ...] | None = None) -> Value:
        axes = tuple(reversed(range(value.rank))) if axes is None else axes

        def function(array: Any) -> Any:
            lead = array.ndim - len(axes)
            return np.transpose(array, (*range(lead), *(lead + axis for axis in axes)))

        return structural(function, value)

    def _indexed(self, value: Any, indices: Sequence[Any], scope: Scope, context: Context) -> Any:
        if isinstance(value, tuple):
            plain, _ = self._places(indices, 1, scope, context)
            return value[plain[0]]
        plain, gathers = self._places(indices, value.rank, scope, context)
        found = structural(lambda a: a[(slice(None),) * (a.ndim - value.rank) + tuple(plain)], value)
        several = [pair for pair in gathers if pair[1].rank]
        if len(several) > 1:
            return self._gathered_together(found, gathers)
        for place, positions in reversed(gathers):
            found = self.gathered(found, positions, place)
        return found

    def _places(
        self, indices: Sequence[Any], rank: int, scope: Scope, context: Context
    ) -> tuple[list[Any], list[tuple[int, Value]]]:
        """An index as NumPy has it, whole along axes of run-time positions; these, with their axes in its result."""
        plain: list[Any] = []
        gathers: list[tuple[int, Value]] = []
        taken = sum(not isinstance(index, syntax.NewAxis | syntax.Ellipsis) for index in indices)
        place = 0
        for index in indices:
            match index:
                case syntax.NewAxis():
                    plain.append(np.newaxis)
                    place += 1
                case syntax.Ellipsis():
                    plain += [slice(None)] * (rank - taken)
                    place += rank - taken
                case syntax.Slice(start=start, stop=stop, step=step):
                    ends = [None if end is None else self._size(end, scope, context) for end in (start, stop, step)]
                    plain.append(slice(*ends))
                    place += 1
                case _:
                    position = self.value(index, scope, context)
                    if position.written and not position.rank:
                        plain.append(position.array.item())
                    else:
                        plain.append(slice(None))
                        gathers.append((place, position))
                        place += 1
        if not any(isinstance(index, syntax.Ellipsis) for index in indices):
            plain += [slice(None)] * (rank - taken)
        return plain, gathers

    def _gathered_together(self, value: Value, gathers: list[tuple[int, Value]]) -> Value:
        """Single positions drop their axes, then NumPy's own meaning of arrays side by side."""
        for place, positions in reversed([pair for pair in gathers if not pair[1].rank]):
            value = self.gathered(value, positions, place)
            gathers = [(axis - (axis > place), other) for axis, other in gathers if axis != place]
        at = {axis: positions.array.astype("i8") for axis, positions in gathers}
        for axis, index in at.items():
            if ((index < -value.shape[axis]) | (index >= value.shape[axis])).any():
                raise IndexError
        whole = tuple(at.get(axis, slice(None)) for axis in range(value.rank))
        found = structural(lambda a: a[(slice(None),) * (a.ndim - value.rank) + whole], value)
        if not any(np.isinf(positions.bound).any() for _, positions in gathers):
            return found
        return replace(found, bound=np.full(found.shape, np.inf))

    def _written(self, write: syntax.Write, scope: Scope, context: Context) -> Value:
        """Element by element: the place of each element of the new part is that of an index of places."""
        value = self.value(write.value, scope, context)
        part = self.converted(self.value(write.part, scope, context), value.dtype)
        order = exact(np.arange(value.array.size).reshape(value.shape), "i64")
        places = self._indexed(order, write.indices, scope, context)
        unknown = bool(np.isinf(places.bound).any())
        flat, count = places.array.reshape(-1), value.array.size

        def spread(array: Array) -> Array:
            lead = array.shape[: array.ndim - part.rank]
            aligned = array.reshape((*lead, *(1,) * (places.rank - part.rank), *part.shape))
            return np.broadcast_to(aligned, (*lead, *places.shape)).reshape((*lead, flat.size))

        def added(array: Array) -> Array:
            out = np.zeros((*array.shape[: array.ndim - part.rank], count), array.dtype)
            at: Any = (..., flat)
            np.add.at(out, at, spread(array))
            return out.reshape((*out.shape[:-1], *value.shape))

        def moved(array: Array) -> Array:
            out = np.zeros((*array.shape[: array.ndim - part.rank], count), array.dtype)
            lines = spread(array)
            for number, place in enumerate(flat):
                out[..., place] = lines[..., number]
            return out.reshape((*out.shape[:-1], *value.shape))

        if write.operator == "+=":
            found = replace(summed(part, added, flat.size, value.dtype), dtype=value.dtype)
            found = self.operator("+", value, found)
        else:
            there = np.zeros(count, bool)
            there[flat] = True
            replaced = exact(there.reshape(value.shape), "bool")
            found = elementwise(chosen, [replaced, structural(moved, part), value], value.dtype, 0)
        return replace(found, bound=np.full(found.shape, np.inf)) if unknown else found

    def gathered(self, value: Value, positions: Value, axis: int) -> Value:
        size = value.shape[axis]
        index = positions.array.astype("i8")
        back = axis - value.rank
        if ((index < -size) | (index >= size)).any():
            if value.array.size // max(size, 1) or not size:
                raise IndexError
            # The array is empty.
            index = index % size

        def take(array: Any) -> Any:
            return np.take(array, index, axis=back)

        found = structural(take, value)
        lost = np.isinf(positions.bound)
        if not lost.any():
            return found
        spread = lost.reshape((1,) * axis + lost.shape + (1,) * (value.rank - axis - 1))
        bound = np.where(spread, np.inf, found.bound)
        off = None if found.tangent_bound is None else np.where(spread, np.inf, found.tangent_bound)
        return replace(found, bound=bound, tangent_bound=off)

    # Dtypes

    def _common(self, values: Sequence[Value]) -> str:
        typed = [value.dtype for value in values if not value.written]
        numbers = [self.real if v.is_real else v.dtype for v in values if v.written]
        widest = max(typed, key=ORDER.index) if typed else None
        for dtype in numbers:
            if widest is None or widest == "bool" or (not typed and ORDER.index(dtype) > ORDER.index(widest)):
                widest = dtype
        assert widest is not None
        return widest

    def alike(self, values: Sequence[Value]) -> list[Value]:
        dtype = self._common(values)
        return [self.converted(value, dtype) for value in values]

    def converted(self, value: Value, dtype: str) -> Value:
        """The value in another dtype, with the error of rounding."""
        if value.dtype == dtype and not value.written:
            return value
        if value.written and value.is_real and dtype in UNIT:
            lost = np.float32(value.array) != value.array if dtype == "f32" else np.zeros(value.shape, bool)
            bound = np.where(lost & ~np.isnan(value.array), UNIT["f32"] * np.abs(value.array), 0.0)
            return Value(value.array, dtype, bound)
        if dtype in UNIT and value.is_real:
            narrower = value.dtype == "f64" and dtype == "f32"
            bound = settled(value.array, value.bound + narrower * UNIT[dtype] * np.abs(value.array), dtype, False)
            return replace(value, dtype=dtype, bound=bound, written=False)
        if dtype in UNIT:
            array = value.array.astype("f8")
            bits = 24 if dtype == "f32" else 53
            bound = np.where(np.abs(array) > 2.0**bits, UNIT[dtype] * np.abs(array), 0.0) + value.bound
            return Value(array, dtype, bound)
        if dtype == "bool":
            return elementwise(lambda a: a != 0, [value.without_tangent()], "bool")
        if value.is_real:
            safe = np.isfinite(value.array) & (np.abs(value.array) < (2.0**31 if NUMPY[dtype] != "i8" else 2.0**63))
            cut = elementwise(np.trunc, [value.without_tangent()], self.real, 0)
            array = np.where(safe, cut.array, 0).astype("i8").astype(NUMPY[dtype])
            lost = ~safe | (cut.bound > 0)
            if dtype == "u8":
                lost = lost | (cut.array < 0) | (cut.array > 255)
            return Value(array, dtype, np.where(lost, np.inf, 0.0))
        return Value(value.array.astype(NUMPY[dtype]), dtype, value.bound)

    def cast(self, value: Value, name: str) -> Value:
        """`real` and `int` of a number stay numbers that adapt."""
        if value.written and not value.rank and name == "real":
            return exact(value.array, "f64", True)
        if value.written and not value.rank and name == "int":
            return exact(int(value.array), "i64", True)
        return self.converted(self.node(value), self.spelled(name))

    def node(self, value: Value) -> Value:
        """A number of the program takes the dtype that it has by itself."""
        return self.converted(value, self.real if value.is_real else value.dtype) if value.written else value

    # Calls

    def _size(self, expression: Any, scope: Scope, context: Context) -> int:
        found = self.value(expression, scope, context).array.item()
        assert isinstance(found, int)
        return found

    def _call(self, call: syntax.Call, scope: Scope, context: Context) -> Any:
        function = self.value(call.function, scope, context)
        if isinstance(function, Builtin):
            given = dict(zip(function.parameters, [a.value for a in call.arguments if a.name is None], strict=False))
            given.update({a.name: a.value for a in call.arguments if a.name is not None})
            for name in DERIVATIVES:
                if function is BUILTINS[name]:
                    return derivative(self, name, given, scope, context)
            values = {name: self.value(expression, scope, context) for name, expression in given.items()}
            if "x" in values and "axis" in given and self._names_a_dim(given["axis"], scope):
                # It stands for the one axis of its size.
                values["axis"] = exact(values["x"].shape.index(values["axis"].array), "i64", True)
            first, apart = self.places.get(call.span.start, (0, 0))
            self.place = first + apart * self.number
            return function.work(self, **values)
        if isinstance(function, Rule):
            return replace(function, arguments=call.arguments, caller=scope)
        inner = Scope(outer=function.scope)
        self._bind(function.parameters, call.arguments, inner, scope, context)
        for parameter in function.parameters:
            if parameter.type is not None:
                shape = self._bound(inner.names[parameter.name.name], context).shape
                for size, number in zip(parameter.type.sizes, shape, strict=True):
                    if isinstance(size, syntax.Name):
                        inner.names[size.name] = exact(number, "i64", True)
        if function.derivative is not None and (told := own_value(self, function, inner, context)) is not None:
            return told
        if not isinstance(function.body, syntax.Block):
            return self.value(function.body, inner, context)
        *statements, last = function.body.statements
        for statement in statements:
            match statement:
                case syntax.Let():
                    self._let(statement.names, statement.value, inner)
                case syntax.Update(target=syntax.Name(name=name), value=value) if context.updates is not None:
                    own = f"{function.owner}.{name}"
                    context.updates[own] = self._next(own, self.value(value, inner, context))
        return self.value(last, inner, context)

    def _names_a_dim(self, expression: Any, scope: Scope) -> bool:
        """Also by way of parameters."""
        while isinstance(expression, syntax.Name):
            found = scope.find(expression.name)
            if not isinstance(found, Binding):
                return True
            expression, scope = found.expression, found.scope or scope
        return False

    def _bind(
        self,
        parameters: Sequence[syntax.Parameter],
        arguments: Sequence[syntax.Argument],
        inner: Scope,
        scope: Scope,
        context: Context,
    ) -> None:
        names = [parameter.name.name for parameter in parameters]
        given = dict(zip(names, [a.value for a in arguments if a.name is None], strict=False))
        given.update({a.name: a.value for a in arguments if a.name is not None})
        for parameter in parameters:
            name = parameter.name.name
            where = scope if name in given else inner
            expression = given.get(name, parameter.default)
            assert expression is not None
            inner.names[name] = Binding(name, expression, Scope(dict(where.names), where.outer))
            if parameter.type is not None and parameter.type.dtype in ("real", "f32", "f64", "int"):
                value = self._bound(inner.names[name], context)
                if value.written:
                    inner.names[name] = Binding(name, value=self.converted(value, self.spelled(parameter.type.dtype)))
