"""The functions of the language itself.  What the op table spells as a function is one by that very line; the rest
are here, a line each.  Whatever can be written in tdsl is in tdsl/std instead."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tdsl import syntax
from tdsl.check.axes import axes_of, axis_of
from tdsl.check.shapes import Operand, reshape
from tdsl.check.trampoline import Step
from tdsl.check.values import Scope, Several, Static, Value
from tdsl.ir import OPS, IllTyped, Node, apply, full
from tdsl.source import Span, fail
from tdsl.types import BOOL, DTYPES, I64, Dim, Kind, Type, product

if TYPE_CHECKING:
    from tdsl.check.calls import Given
    from tdsl.check.checker import Checker


@dataclass(frozen=True)
class Site:
    """One call of a builtin: its arguments by parameter."""

    name: str
    span: Span
    given: dict[str, Given]

    def operand(self, checker: Checker, name: str) -> Operand:
        argument = self.given[name]
        return checker.operand(argument.value, argument.span)

    def node(self, checker: Checker, name: str) -> Node:
        return checker.units.node(self.operand(checker, name).value)


@dataclass(frozen=True, eq=False)
class Builtin:
    """`work(checker, site)` gives the value; `needed` parameters have no default."""

    name: str
    parameters: tuple[str, ...]
    needed: int
    work: Callable[[Any, Site], Value]

    def call(self, checker: Checker, call: syntax.Call, scope: Scope) -> Step:
        from tdsl.check.calls import Given

        found = checker.match(f"'{self.name}'", self.parameters, self.needed, call)
        given = {}
        for name, expression in found.items():
            given[name] = Given((yield checker.expression(expression, scope)), expression.span, expression)
        return self.work(checker, Site(self.name, call.span, given))


BUILTINS: dict[str, Builtin] = {}


def builtin(name: str, *parameters: str, needed: int | None = None) -> Callable[..., Any]:
    """Registers the function below under a name; parameters beyond `needed` may be left out."""

    def register(work: Callable[[Any, Site], Value]) -> Callable[[Any, Site], Value]:
        BUILTINS[name] = Builtin(name, parameters, len(parameters) if needed is None else needed, work)
        return work

    return register


# From the op table


def _elementwise(op_name: str) -> Callable[[Checker, Site], Value]:
    op = OPS[op_name]

    def work(checker: Checker, site: Site) -> Value:
        operands = [site.operand(checker, name) for name in site.given]
        numbers = [operand.value.number for operand in operands if isinstance(operand.value, Static)]
        if len(numbers) == len(operands) and None not in numbers:
            return _fold(op.numpy, numbers, site)
        takes_real = name_takes_real(op_name)
        dtype = checker.units.common_dtype(operands, site.name)
        if takes_real and all(isinstance(operand.value, Static) for operand in operands):
            dtype = checker.options.real
        return checker.elementwise(op_name, operands, site.span, site.name, dtype)

    return work


def _fold(function: Callable[..., Any], numbers: list[Any], site: Site) -> Static:
    whole = site.name in ("abs", "sign", "maximum", "minimum") and all(isinstance(n, int) for n in numbers)
    with np.errstate(all="ignore"):
        value = function(*(np.asarray(number, dtype=None if whole else np.float64) for number in numbers)).item()
    return Static(Dim.of(value) if whole else value)


def name_takes_real(name: str) -> bool:
    """Whether an op takes reals only."""
    try:
        OPS[name].infer([Type(I64)] * 2)
    except IllTyped:
        return True
    return False


_BINARY = {"atan2", "maximum", "minimum"}
for _op in [op for op in OPS.values() if op.family == "elementwise" and op.tdsl.isidentifier() and not op.infix]:
    if _op.tdsl not in ("not", "switch", "cast"):
        _names = ("a", "b") if _op.name in _BINARY else ("x",)
        BUILTINS[_op.tdsl] = Builtin(_op.tdsl, _names, len(_names), _elementwise(_op.name))


@builtin("mod", "a", "b")
def _mod(checker: Checker, site: Site) -> Value:
    return checker.combine("%", site.operand(checker, "a"), site.operand(checker, "b"), site.span)


@builtin("pow", "a", "b")
def _pow(checker: Checker, site: Site) -> Value:
    return checker.combine("**", site.operand(checker, "a"), site.operand(checker, "b"), site.span)


@builtin("switch", "condition", "a", "b")
def _switch(checker: Checker, site: Site) -> Value:
    condition = site.operand(checker, "condition")
    test = checker.units.node(condition.value)
    if test.type.dtype != BOOL:
        got = checker.units.describe(test)
        raise fail("TD0222", f"switch chooses by true and false, got {got}", condition.span)
    a, b = (site.operand(checker, name) for name in "ab")
    dtype = checker.units.common_dtype([a, b], "switch")
    branches = [checker.units.node(o.value, dtype).cast(dtype) for o in (a, b)]
    nodes = checker.units.align([test, *branches], [condition.span, a.span, b.span], "switch", site.span)
    return checker.note(apply("select", *nodes), site.span)


def _cast(name: str) -> Callable[[Checker, Site], Value]:
    def work(checker: Checker, site: Site) -> Value:
        dtype = {"real": checker.options.real, "int": I64, **DTYPES}[name]
        value = site.operand(checker, "x").value
        if isinstance(value, Static) and name in ("real", "int") and value.number is not None:
            return Static(float(value.number) if name == "real" else Dim.of(int(value.number)))
        return checker.note(checker.units.node(value).cast(dtype), site.span)

    return work


for _name in ("real", "int", *DTYPES):
    BUILTINS[_name] = Builtin(_name, ("x",), 1, _cast(_name))


# Reductions


def _reduce(checker: Checker, site: Site, op: str, node: Node) -> Node:
    """Over the axes asked for, or all of them."""
    axes = axes_of(checker, site, node)
    try:
        result = apply(op, node, axes=axes)
    except IllTyped as problem:
        raise fail("TD0202", str(problem), site.span) from None
    return _kept(checker, site, node, result, axes)


def _kept(checker: Checker, site: Site, node: Node, result: Node, axes: tuple[int, ...]) -> Node:
    keep = site.given.get("keepdims")
    if keep is not None and isinstance(keep.value, Static) and keep.value.value is True:
        one = Dim.of(1)
        result = reshape(result, tuple(one if i in axes else n for i, n in enumerate(node.type.shape)))
    return checker.note(result, site.span)


def _countable(node: Node) -> Node:
    """Bools are counted, as integers."""
    return node.cast(I64) if node.type.dtype == BOOL else node


for _name in ("sum", "prod", "max", "min", "any", "all"):
    BUILTINS[_name] = Builtin(
        _name,
        ("x", "axis", "keepdims"),
        1,
        lambda checker, site, op=_name: _reduce(
            checker,
            site,
            op,
            _countable(site.node(checker, "x")) if op in ("sum", "prod") else site.node(checker, "x"),
        ),
    )


def _averaged(checker: Checker, site: Site, node: Node) -> tuple[Node, tuple[int, ...]]:
    if not node.type.is_real:
        got = checker.units.describe(node)
        raise fail("TD0202", f"{site.name} takes a real, got {got}", site.span, hint="convert it: real(…)")
    axes = axes_of(checker, site, node)
    count = checker.units.node(Static(product(node.type.shape[axis] for axis in axes)), node.type.dtype)
    total = apply("sum", node, axes=axes)
    return total / stretched(count, total.type), axes


def stretched(scalar: Node, like: Type) -> Node:
    """A scalar over a whole shape."""
    return apply("broadcast", scalar, shape=like.shape, axes=()) if like.rank else scalar


@builtin("mean", "x", "axis", "keepdims", needed=1)
def _mean(checker: Checker, site: Site) -> Value:
    node = site.node(checker, "x")
    mean, axes = _averaged(checker, site, node)
    return _kept(checker, site, node, mean, axes)


@builtin("var", "x", "axis", "keepdims", needed=1)
def _var(checker: Checker, site: Site) -> Value:
    """The mean of the squared deviations, divided by the count itself."""
    node = site.node(checker, "x")
    mean, axes = _averaged(checker, site, node)
    kept = tuple(axis for axis in range(node.type.rank) if axis not in axes)
    deviation = node - (apply("broadcast", mean, shape=node.type.shape, axes=kept) if axes else mean)
    variance, _ = _averaged(checker, site, deviation * deviation)
    return _kept(checker, site, node, variance, axes)


@builtin("std", "x", "axis", "keepdims", needed=1)
def _std(checker: Checker, site: Site) -> Value:
    variance = _var(checker, site)
    assert isinstance(variance, Node)
    return checker.note(apply("sqrt", variance), site.span)


def _position(op: str) -> Callable[[Checker, Site], Value]:
    def work(checker: Checker, site: Site) -> Value:
        node = site.node(checker, "x")
        if "axis" in site.given:
            axis = axis_of(checker, site.given["axis"], node)
        else:
            node, axis = reshape(node, (product(node.type.shape),)), 0
        return checker.note(apply(op, node, axis=axis, dtype=I64), site.span)

    return work


for _name in ("argmax", "argmin"):
    BUILTINS[_name] = Builtin(_name, ("x", "axis"), 1, _position(_name))


# Shapes


def shape_argument(checker: Checker, given: Given) -> tuple[Dim, ...]:
    """A size, or a tuple of sizes."""
    items = given.value.items if isinstance(given.value, Several) else (given.value,)
    sizes = []
    for item in items:
        if not (isinstance(item, Static) and isinstance(item.value, Dim)):
            raise fail("TD0221", "a shape is made of integers, consts and dims", given.span, hint="for example (B, 10)")
        sizes.append(item.value)
    return tuple(sizes)


@builtin("reshape", "x", "shape")
def _reshape(checker: Checker, site: Site) -> Value:
    node, shape = site.node(checker, "x"), shape_argument(checker, site.given["shape"])
    open_axes = [axis for axis, size in enumerate(shape) if size == Dim.of(-1)]
    if len(open_axes) == 1:
        rest = product(size for size in shape if size != Dim.of(-1))
        found = product(node.type.shape) // rest
        if found * rest == product(node.type.shape):
            shape = tuple(found if size == Dim.of(-1) else size for size in shape)
    if product(shape) != product(node.type.shape):
        text = checker.units.describe(node)
        raise fail("TD0204", f"{text} has not as many elements as ({', '.join(map(str, shape))})", site.span)
    return checker.note(reshape(node, shape), site.span)


@builtin("flatten", "x")
def _flatten(checker: Checker, site: Site) -> Value:
    node = site.node(checker, "x")
    return checker.note(reshape(node, (product(node.type.shape),)), site.span)


@builtin("transpose", "x", "axes", needed=1)
def _transpose(checker: Checker, site: Site) -> Value:
    node = site.node(checker, "x")
    axes = tuple(reversed(range(node.type.rank)))
    if "axes" in site.given:
        axes = tuple(
            size.constant if size.constant is not None else -1 for size in shape_argument(checker, site.given["axes"])
        )
    if sorted(axes) != list(range(node.type.rank)):
        got = checker.units.describe(node)
        raise fail("TD0214", f"{axes} does not order the axes of {got}", site.span)
    return checker.note(apply("transpose", node, axes=axes), site.span) if node.type.rank > 1 else node


@builtin("broadcast", "x", "shape", "axes", needed=2)
def _broadcast(checker: Checker, site: Site) -> Value:
    node, shape = site.node(checker, "x"), shape_argument(checker, site.given["shape"])
    axes = tuple(range(len(shape) - node.type.rank, len(shape)))
    if "axes" in site.given:
        axes = tuple(
            size.constant if size.constant is not None else -1 for size in shape_argument(checker, site.given["axes"])
        )
    try:
        return checker.note(
            apply("broadcast", node, shape=shape, axes=axes) if shape != node.type.shape else node, site.span
        )
    except (IllTyped, IndexError):
        got = checker.units.describe(node)
        raise fail("TD0204", f"{got} does not stretch to ({', '.join(map(str, shape))})", site.span) from None


def _filled(value: int, like: bool) -> Callable[[Checker, Site], Value]:
    def work(checker: Checker, site: Site) -> Value:
        if like:
            type = site.node(checker, "x").type
        else:
            type = Type(checker.options.real, shape_argument(checker, site.given["shape"]))
        return checker.note(full(value, type), site.span)

    return work


for _name, _value in (("zeros", 0), ("ones", 1)):
    BUILTINS[_name] = Builtin(_name, ("shape",), 1, _filled(_value, False))
    BUILTINS[_name + "_like"] = Builtin(_name + "_like", ("x",), 1, _filled(_value, True))


@builtin("full", "shape", "value")
def _full(checker: Checker, site: Site) -> Value:
    value = site.operand(checker, "value").value
    scalar = checker.units.node(value)
    if scalar.type.rank:
        raise fail("TD0204", "full takes one number", site.given["value"].span)
    shape = shape_argument(checker, site.given["shape"])
    return checker.note(stretched(scalar, scalar.type.with_shape(shape)), site.span)


@builtin("full_like", "x", "value")
def _full_like(checker: Checker, site: Site) -> Value:
    node, value = site.node(checker, "x"), site.operand(checker, "value")
    scalar = checker.units.unify([value], "full_like", site.span, node.type.dtype)[0]
    if scalar.type.rank:
        raise fail("TD0204", "full_like takes one number", value.span)
    return checker.note(stretched(scalar, node.type), site.span)


@builtin("arange", "size")
def _arange(checker: Checker, site: Site) -> Value:
    """0, 1, … size - 1, as i64."""
    (size,) = shape_argument(checker, site.given["size"])[:1]
    return checker.note(apply("iota", shape=(size,), axis=0), site.span)


@builtin("iota", "shape", "axis")
def _iota(checker: Checker, site: Site) -> Value:
    """The position along an axis, as i64."""
    shape = shape_argument(checker, site.given["shape"])
    (axis,) = (size.constant for size in shape_argument(checker, site.given["axis"]))
    if axis is None or not 0 <= axis < len(shape):
        raise fail("TD0214", "iota takes an axis of its shape", site.span)
    return checker.note(apply("iota", shape=shape, axis=axis), site.span)


@builtin("eye", "rows", "columns", needed=1)
def _eye(checker: Checker, site: Site) -> Value:
    shape = tuple(
        shape_argument(checker, site.given[name if name in site.given else "rows"])[0] for name in ("rows", "columns")
    )
    same = apply("eq", apply("iota", shape=shape, axis=0), apply("iota", shape=shape, axis=1))
    return checker.note(same.cast(checker.options.real), site.span)


@builtin("one_hot", "labels", "size")
def _one_hot(checker: Checker, site: Site) -> Value:
    """A new last axis: 1 at the label, 0 elsewhere."""
    labels = site.node(checker, "labels")
    if labels.type.dtype.kind is not Kind.INTEGER:
        raise fail("TD0202", "one_hot takes integers", site.given["labels"].span)
    shape = (*labels.type.shape, *shape_argument(checker, site.given["size"])[:1])
    rank = len(shape)
    wide = apply("broadcast", labels.cast(I64), shape=shape, axes=tuple(range(rank - 1)))
    return checker.note(
        apply("eq", wide, apply("iota", shape=shape, axis=rank - 1)).cast(checker.options.real), site.span
    )


@builtin("gather", "x", "positions", "axis", needed=2)
def _gather(checker: Checker, site: Site) -> Value:
    node, positions = site.node(checker, "x"), site.node(checker, "positions")
    axis = axis_of(checker, site.given["axis"], node) if "axis" in site.given else 0
    if positions.type.dtype.kind is not Kind.INTEGER or not node.type.rank:
        raise fail("TD0216", "gather takes integer positions in an axis", site.span)
    return checker.note(apply("gather", node, positions.cast(I64), axis=axis), site.span)


@builtin("scatter", "x", "positions", "axis", "size")
def _scatter(checker: Checker, site: Site) -> Value:
    """Zeros with x added at positions along an axis: the transpose of gather."""
    node, positions = site.node(checker, "x"), site.node(checker, "positions")
    (axis,) = (size.constant for size in shape_argument(checker, site.given["axis"]))
    (size,) = shape_argument(checker, site.given["size"])
    try:
        return checker.note(apply("scatter", node, positions.cast(I64), axis=axis, size=size), site.span)
    except (IllTyped, TypeError, IndexError):
        raise fail("TD0216", "scatter takes positions that fit its operand", site.span) from None


@builtin("place", "x", "shape", "starts", "steps")
def _place(checker: Checker, site: Site) -> Value:
    """Zeros of a shape with x written at a slice: the transpose of slicing."""
    node = site.node(checker, "x")
    shape, starts = (shape_argument(checker, site.given[name]) for name in ("shape", "starts"))
    steps = tuple(size.constant or 1 for size in shape_argument(checker, site.given["steps"]))
    if not len(shape) == len(starts) == len(steps) == node.type.rank:
        raise fail("TD0216", "place takes a size, start and step for each axis", site.span)
    return checker.note(apply("place", node, shape=shape, starts=starts, steps=steps), site.span)


@builtin("size", "dim")
def _size(checker: Checker, site: Site) -> Value:
    """A size as a number."""
    return Static(shape_argument(checker, site.given["dim"])[0])


@builtin("stop_grad", "x")
def _stop_grad(checker: Checker, site: Site) -> Value:
    return checker.note(apply("stop_grad", site.node(checker, "x")), site.span)


@builtin("grad", "cost", "wrt")
def _grad(checker: Checker, site: Site) -> Value:
    wrt = site.given["wrt"]
    values = wrt.value.items if isinstance(wrt.value, Several) else (wrt.value,)
    spans = (
        [item.span for item in wrt.syntax.items] if isinstance(wrt.syntax, syntax.Tuple) else [wrt.span] * len(values)
    )
    targets = [checker.operand(value, span) for value, span in zip(values, spans, strict=True)]
    results = checker.derivatives(site.operand(checker, "cost"), targets, site.span)
    return Several(tuple(results)) if isinstance(wrt.value, Several) else results[0]


# Initial values


def _random(op: str) -> Callable[[Checker, Site], Value]:
    def work(checker: Checker, site: Site) -> Value:
        declaration = checker.initialising
        if declaration is None or declaration.type is None:
            raise fail("TD0226", f"{site.name} gives the first value of a shared or state of declared type", site.span)
        type = declaration.type
        if not type.is_real:
            raise fail("TD0226", f"{site.name} gives reals, and {declaration.name} is {type}", site.span)
        if op == "random_orthogonal" and type.rank != 2:
            raise fail("TD0226", f"orthogonal gives a matrix, and {declaration.name} is {type}", site.span)
        checker.streams += 1
        draw = apply(op, checker.seed, stream=checker.streams, dtype=type.dtype, shape=type.shape)
        if "a" not in site.given:
            return checker.note(draw, site.span)
        a, b = (site.operand(checker, name) for name in "ab")
        if op == "random_uniform":
            b = Operand(checker.combine("-", b, a, site.span), b.span)
        wide = Operand(draw, site.span)
        scaled = Operand(checker.combine("*", wide, b, site.span), site.span)
        return checker.combine("+", scaled, a, site.span)

    return work


BUILTINS["normal"] = Builtin("normal", ("a", "b"), 2, _random("random_normal"))
BUILTINS["uniform"] = Builtin("uniform", ("a", "b"), 2, _random("random_uniform"))
BUILTINS["orthogonal"] = Builtin("orthogonal", (), 0, _random("random_orthogonal"))


def _fan(first: bool) -> Callable[[Checker, Site], Value]:
    def work(checker: Checker, site: Site) -> Value:
        declaration = checker.initialising
        if declaration is None or declaration.type is None or not declaration.type.rank:
            raise fail("TD0226", f"{site.name} belongs in the first value of an array", site.span)
        shape = declaration.type.shape
        field = product(shape[:-2])
        return Static(field * (shape[-2] if len(shape) > 1 and first else shape[-1] if not first else shape[0]))

    return work


BUILTINS["fan_in"] = Builtin("fan_in", (), 0, _fan(True))
BUILTINS["fan_out"] = Builtin("fan_out", (), 0, _fan(False))

CONSTANTS: dict[str, Value] = {
    "true": Static(True),
    "false": Static(False),
    "pi": Static(math.pi),
    "e": Static(math.e),
    "inf": Static(math.inf),
    "nan": Static(math.nan),
}


def universe() -> Scope:
    """The scope around every file."""
    return Scope(values={**BUILTINS, **CONSTANTS})
