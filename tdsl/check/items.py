"""The items of a file, in their order; each leaves its name behind, poisoned if it had an error."""

from __future__ import annotations

import keyword
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from tdsl.check.arithmetic import bounded
from tdsl.check.context import Initialising
from tdsl.check.derivatives import Derivatives
from tdsl.check.shapes import Operand
from tdsl.check.trampoline import Step, run
from tdsl.check.values import (
    POISON,
    Function,
    Poisoned,
    RuleDefinition,
    Scope,
    Several,
    Static,
    Value,
)
from tdsl.ir.attributes import Named
from tdsl.ir.node import Node, apply, topological
from tdsl.ir.program import Variable
from tdsl.source import Label, Span, UserError, fail
from tdsl.syntax import nodes as syntax
from tdsl.types import BOOL, Dim, DType, Kind, Type

# What every model has, as runtime/python/model.py says.
RESERVED = {
    *("fit", "save", "load", "reset", "copy", "keys", "values", "items", "state_dict", "load_state_dict"),
    *("get_value", "set_value", "Model", "StopTraining", "build_info"),
}

Inlined = TypeVar("Inlined", syntax.Fn, syntax.Rule)


class Items(Derivatives):
    """The checker's part for declarations."""

    def declare(self, name: syntax.Name, scope: Scope, work: Callable[[], Value]) -> None:
        """Gives a name its value, or poison after an error that is kept for the report."""
        if name.name in scope.values:
            self.collect(lambda: scope.declare(name, POISON))
            scope.values[name.name] = POISON
            return
        value: Value = POISON
        try:
            value = work()
        except UserError as error:
            self.report(*error.diagnostics)
        except Poisoned:
            pass
        scope.later.pop(name.name, None)
        self.collect(lambda: scope.declare(name, value))

    def public(self, name: syntax.Name) -> None:
        """Refuses a name that Python needs."""
        if keyword.iskeyword(name.name):
            raise fail("TD0218", f"'{name.name}' is a word of Python: no one could call it", name.span)
        if name.name.startswith("_"):
            raise fail("TD0218", f"'{name.name}' begins with _", name.span, hint="choose another name")

    def member(self, name: syntax.Name, of_model: bool) -> None:
        """Refuses a name that every model, or at least every module, has already."""
        if name.name == "build_info" or (of_model and name.name in RESERVED):
            what = "a function of every module" if name.name == "build_info" else "a method of every model"
            raise fail("TD0218", f"'{name.name}' is {what}", name.span, hint="choose another name")

    def static(self, expression: syntax.Expression, scope: Scope, what: str) -> Static:
        """A value known at compile time."""
        value = run(self.expression(expression, scope))
        if not isinstance(value, Static) or value.number is None:
            got = "a size that calls bind" if isinstance(value, Static) else "a value of a call"
            if not isinstance(value, Static | Node):
                self.operand(value, expression.span)
            raise fail("TD0221", f"{what} is a number known at compile time, this is {got}", expression.span)
        return value

    def dims(self, item: syntax.Dims, scope: Scope) -> None:
        for name in item.names:
            self.declare(name, scope, partial(Static, Dim.symbol(name.name)))

    def const(self, item: syntax.Const, scope: Scope, defines: dict[str, str]) -> None:
        self.declare(item.name, scope, lambda: self._const(item, scope, defines))

    def _const(self, item: syntax.Const, scope: Scope, defines: dict[str, str]) -> Static:
        value = self.static(item.value, scope, "a const")
        text = defines.pop(item.name.name, None)
        if text is not None:
            value = self._defined(item, value, text)
        if isinstance(value.value, Dim):
            return Static(replace(value.value, alias=item.name.name))
        return value

    def _defined(self, item: syntax.Const, value: Static, text: str) -> Static:
        """What -D says, as the kind of number the file has."""
        span = item.name.span
        if isinstance(value.value, bool):
            if text in ("true", "false"):
                return Static(text == "true")
            raise fail("TD0404", f"{item.name.name} is true or false, and -D {item.name.name}={text} is not", span)
        try:
            return Static(bounded(Dim.of(int(text)), span)) if value.is_integer else Static(float(text))
        except ValueError:
            kind = "an integer" if value.is_integer else "a real"
            raise fail("TD0404", f"{item.name.name} is {kind}, and -D {item.name.name}={text} is not", span) from None

    def input(self, item: syntax.Input, scope: Scope) -> None:
        def work() -> Node:
            self.public(item.name)
            type = run(self.type(item.type, scope))
            node = apply("argument", name=item.name.name, type=type)
            return self.note(node, item.span, item.name.name)

        self.declare(item.name, scope, work)

    def stored(self, item: syntax.Stored, scope: Scope) -> None:
        """`shared` and `state` of a file."""

        def work() -> Node:
            self.public(item.name)
            self.member(item.name, of_model=True)
            type = None if item.type is None else run(self.type(item.type, scope))
            if type is not None:
                for size, written in zip(type.shape, item.type.sizes if item.type else (), strict=True):
                    if size.constant is None:
                        raise fail(
                            "TD0215",
                            f"the shape of a {item.kind} is fixed when it is compiled, and {size} is bound by calls",
                            written.span,
                            hint=f"make it a const: const {size} = 10"
                            if str(size).isidentifier()
                            else "make it a const",
                        )
            if item.kind == "shared" and type is not None and not type.is_real:
                raise fail(
                    "TD0220",
                    f"a shared is trained, so it is real, not {self.units.spell(type)}",
                    item.span,
                    hint="write state",
                )
            initial = self.initial_value(item, type, item.name.name, scope, self.initial)
            return self.store(item, item.name.name, item.kind, initial)

        self.declare(item.name, scope, work)

    def initial_value(
        self, item: syntax.Stored, type: Type | None, name: str, scope: Scope, known: dict[str, Node]
    ) -> Node:
        """The first value as a node over the seed; other variables in it stand for their own first values."""
        inside = Scope(scope)
        inside.values.update(known)
        before, self.initialising = self.initialising, Initialising(name, type)
        try:
            written = item.initial
            value = Static(Dim.of(0)) if written is None else run(self.expression(written, inside))
            operand = self.operand(value, item.span if written is None else written.span)
        finally:
            self.initialising = before
        node = self.units.node(operand.value) if type is None else self._fitted(operand, type, item)
        return self._known_before(node, operand.span)

    def _known_before(self, node: Node, span: Span) -> Node:
        """A first value with the first values of other variables in it; nothing of it may wait for a call."""
        new: dict[Node, Node] = {}
        for part in topological([node]):
            name = part.op.name
            waits = f"'{part.get(Named).name}' is given" if name == "argument" and part is not self.seed else ""
            sizes = [*part.type.shape, *(value for value in part.attributes.given().values() if isinstance(value, Dim))]
            unknown = sorted({symbol for size in sizes for symbol in size.symbols()})
            waits = waits or (f"{unknown[0]} is bound" if unknown else "")
            if waits:
                hint = "a first value is made of numbers, consts, random values and what is kept already"
                raise fail("TD0220", f"there is a first value before any call, and {waits} by calls", span, hint=hint)
            if name == "variable":
                new[part] = self.initial[part.get(Named).name]
            else:
                operands = tuple(new[operand] for operand in part.operands)
                new[part] = part.with_operands(*operands)
                if part in self.spans:
                    self.note(new[part], self.spans[part])
        return new[node]

    def _fitted(self, operand: Operand, type: Type, item: syntax.Stored) -> Node:
        declared = Label(item.name.span, "declared here")
        what = f"the first value of {self.units.spell(type)} cannot be {self.units.describe(operand.value)}"
        node = self._fitting(operand, type.dtype)
        if node is None:
            raise fail("TD0220", what, operand.span, declared)
        like = apply("variable", name="", type=type)
        try:
            stretched, _ = self.units.align([node, like], [operand.span, item.name.span], "=", operand.span)
        except UserError:
            stretched = node
        if stretched.type != type:
            raise fail("TD0220", what, operand.span, declared)
        return stretched

    def _fitting(self, operand: Operand, dtype: DType) -> Node | None:
        """A value in the dtype of what keeps it, if nothing is lost; a number, or array of numbers, adapts."""
        own = self.units.dtype(operand)
        adapts = isinstance(operand.value, Static) or self.units.is_literal(operand.value)
        fits = own == dtype or self.units.widens(own, dtype)
        if adapts:
            fits = (own == BOOL) == (dtype == BOOL) and not (own.kind is Kind.REAL and dtype.kind is Kind.INTEGER)
        return self.units.converted(operand, dtype) if fits else None

    def store(self, item: syntax.Stored, name: str, kind: str, initial: Node) -> Node:
        """A variable with its first value."""
        before = self.variables.get(name)
        if before is not None:
            labels = [Label(before.span, "first declared here")] if before.span else []
            raise fail("TD0208", f"'{name}' is kept by another file already", item.name.span, *labels)
        node = self.note(apply("variable", name=name, type=initial.type), item.span, name)
        self.variables[name] = Variable(name, node, kind, item.doc, item.span)
        self.initial[name] = initial
        return node

    def let_item(self, item: syntax.Let, scope: Scope) -> None:
        before = len(self.errors)
        if not self.collect(lambda: run(self.let(item, scope))) or len(self.errors) > before:
            for name in item.names:
                if name.name not in scope.values:
                    scope.values[name.name] = POISON
                scope.later.pop(name.name, None)

    def let(self, item: syntax.Let, scope: Scope) -> Step:
        value: Value = yield self.expression(item.value, scope)
        if len(item.names) == 1:
            values = [value]
        elif isinstance(value, Several) and len(value.items) == len(item.names):
            values = list(value.items)
        else:
            got = f"a tuple of {len(value.items)}" if isinstance(value, Several) else "one value"
            count = len(item.names)
            raise fail("TD0212", f"{count} names take a tuple of {count}, this is {got}", item.value.span)
        for name, part in zip(item.names, values, strict=True):
            if isinstance(part, Node):
                self.names.setdefault(part, name.name)
            scope.later.pop(name.name, None)
            scope.declare(name, part)
        return None

    def cost(self, item: syntax.Cost, scope: Scope) -> None:
        def work() -> Node:
            value = self.operand(run(self.expression(item.value, scope)), item.value.span)
            node = self.scalar_cost(value)
            return self.note(node, item.span, item.name.name)

        self.declare(item.name, scope, work)

    def fn(self, item: syntax.Fn, scope: Scope) -> None:
        self.declare(item.name, scope, lambda: Function(self._parameters(item), scope))

    def rule(self, item: syntax.Rule, scope: Scope) -> None:
        self.declare(item.name, scope, lambda: RuleDefinition(self._parameters(item), scope))

    def _parameters(self, item: Inlined) -> Inlined:
        """The item, its parameters known to differ and to have their defaults last."""
        seen = Scope()
        default: syntax.Parameter | None = None
        for parameter in item.parameters:
            seen.declare(parameter.name, POISON)
            if parameter.default is None and default is not None:
                raise fail(
                    "TD0212",
                    "a parameter without a default follows one with a default",
                    parameter.span,
                    Label(default.span, "this has one"),
                )
            default = parameter if parameter.default is not None else default
            if parameter.type is not None:
                self.dtype(parameter.type)
        return item
