"""Operations element by element.  Cotangents are `(g, y, *operands)`; an operand that cannot have one gets None."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tdsl.ir.attributes import Cast
from tdsl.ir.masks import same_element
from tdsl.ir.node import IllTyped, Node, Op, Work, apply, constant_value, full
from tdsl.ops import meanings, random
from tdsl.ops.define import (
    COPY,
    FUNCTION,
    INTEGER,
    LIGHT,
    LOGIC,
    NUMBER,
    OPERATION,
    accept,
    comparison,
    define,
    elementwise,
)
from tdsl.types import BOOL, F64, I64, DType, Type


def scaled(g: Node, condition: Node) -> Node:
    """The cotangent where a condition holds, else zero."""
    return apply("select", condition, g, full(0, g.type))


def share(g: Node, mine: Node, other: Node, ahead: Node, level: Node) -> Node | None:
    """The cotangent of one side of a maximum or minimum, `ahead` where that side alone wins, `level` where it does or
    ties.  A tie of two variables is shared evenly; a tie with a literal goes to the literal, so relu has derivative 0
    at 0."""
    if mine.is_constant:
        return None
    if other.is_constant:
        return scaled(g, ahead)
    return scaled(apply("select", ahead, g, g * 0.5), level)


def power(g: Node, y: Node, a: Node, b: Node) -> tuple[Node | None, Node | None]:
    """a^b: b a^(b-1), and a^b log a but for a <= 0.  For a = b = 0 the first is 0 · 1 and not 0 · 0^(-1), so that it
    and its own derivatives exist wherever those of a^b do.  A literal exponent has no derivative."""
    exponent = constant_value(b)
    if exponent is not None:
        return (g * b * a ** (exponent - 1) if exponent else None), None
    base = apply("select", apply("and", a.equals(0), b.equals(0)), full(1, a.type), a)
    return g * b * base ** (b - 1), apply("select", a <= 0, full(0, a.type), g * y * apply("log", a))


def choice(g: Node, y: Node, condition: Node, a: Node, b: Node) -> tuple[None, Node | None, Node | None]:
    """A condition that compares the branches themselves makes this a maximum or minimum, with the kink of one."""
    if condition.op.name in ("lt", "le", "gt", "ge") and {*condition.operands} == {a, b} and a is not b:
        picks_larger = (condition.op.name in ("gt", "ge")) == (condition.operands[0] is a)
        return None, *(extremum(g, y, a, b) if picks_larger else least(g, y, a, b))
    return None, scaled(g, condition), scaled(g, apply("not", condition))


def extremum(g: Node, y: Node, a: Node, b: Node) -> tuple[Node | None, Node | None]:
    return share(g, a, b, a > b, a >= b), share(g, b, a, b > a, b >= a)


def difference(a: Node, b: Node) -> Node:
    """a - b, and 0 where both are the same infinity."""
    return apply("select", apply("and", apply("isinf", a), a.equals(b)), full(0, a.type), a - b)


def log_of_sum(g: Node, y: Node, a: Node, b: Node) -> tuple[Node, Node]:
    """Smooth everywhere: the shares of exp(a) and exp(b) in their sum."""
    apart = difference(a, b)
    return g * apply("sigmoid", apart), g * apply("sigmoid", -apart)


def inverse_square(x: Node) -> Node:
    """1 / x^2 where the square may leave the range."""
    return 1 / x / x


def slant(x: Node) -> Node:
    """hypot(x, 1), whose own derivative is there at infinities too."""
    return apply("select", apply("isinf", x), apply("abs", x), apply("hypot", x, full(1, x.type)))


def bell(x: Node) -> Node:
    """exp(-x^2), whose own derivative is 0 at infinities."""
    return apply("select", apply("isinf", x), full(0, x.type), apply("exp", -(x * x)))


def hazard(x: Node) -> Node:
    """exp(-x^2) / erfc(x), where neither erfc nor erfcx leaves the range."""
    return apply("select", x < 0, bell(x) / apply("erfc", x), 1 / apply("erfcx", x))


def angle(g: Node, y: Node, a: Node, b: Node) -> tuple[Node, Node]:
    """Divides by the distance from 0 twice: its square may leave the range."""
    far = apply("hypot", a, b)
    return g * (b / far / far), -g * (a / far / far)


def distance(g: Node, y: Node, a: Node, b: Node) -> tuple[Node, Node]:
    """The direction, and 0 at 0."""
    return g * apply("hypot_slope", a, b), g * apply("hypot_slope", b, a)


def turn(g: Node, y: Node, a: Node, b: Node) -> tuple[Node, Node]:
    """Uses the other part of the direction: 1 - y^2 would lose it where a is the larger."""
    other = apply("hypot_slope", b, a)
    along = g * over(other, apply("hypot", a, b))
    return along * other, -along * y


def over(x: Node, length: Node) -> Node:
    """A part of a length over the length, 0 where that is 0."""
    nothing = length.equals(0)
    return apply("select", nothing, full(0, x.type), x / apply("select", nothing, full(1, x.type), length))


def least(g: Node, y: Node, a: Node, b: Node) -> tuple[Node | None, Node | None]:
    return share(g, a, b, a < b, a <= b), share(g, b, a, b < a, b <= a)


def choose(types: list[Type]) -> Type:
    """switch: condition and both branches of one shape."""
    condition, a, b = types
    accept("switch", condition.dtype, LOGIC)
    return _branches(condition, a, b)


def branch(types: list[Type]) -> Type:
    """if: a scalar condition, both branches of one type."""
    condition, a, b = types
    accept("if", condition.dtype, LOGIC)
    if condition.rank:
        raise IllTyped(f"if takes a scalar condition, got {condition}; switch chooses element by element")
    return _branches(Type(BOOL, a.shape), a, b)


def _branches(condition: Type, a: Type, b: Type) -> Type:
    if a != b or condition.shape != a.shape:
        raise IllTyped(f"branches of one type are needed, got {condition}, {a} and {b}")
    return a


def drawn(
    name: str, numpy: Callable[..., Any], gives: DType, *signature: str, cost: Work = FUNCTION, last: DType = I64
) -> Op:
    """A step on the way from a key to random values: of ints of 64 bits, and of one `last` operand of another type."""
    wanted = [I64] * (len(signature) - 1) + [last]

    def infer(types: list[Type]) -> Type:
        if [type.dtype for type in types] != wanted or len({type.shape for type in types}) != 1:
            takes = "ints" if last == I64 else f"ints and an {last}"
            raise IllTyped(f"{name} takes {takes}, got {', '.join(map(str, types))}")
        return types[0].with_dtype(gives)

    return define(
        name,
        "elementwise",
        infer,
        numpy,
        masks=same_element,
        mixes=False,
        tdsl=name,
        c=f"tdsl::{name}",
        kinds=INTEGER,
        cost=cost,
        signature=signature,
        python=f"{name}({', '.join(f'{{{place}}}' for place in range(len(signature)))})",
    )


def cast_type(types: list[Type], dtype: DType) -> Type:
    return types[0].with_dtype(dtype)


two_over_root_pi = 2 / math.sqrt(math.pi)

add = elementwise("add", np.add, lambda g, y, a, b: (g, g), infix="+", kinds=NUMBER, cost=LIGHT, wraps=True)
sub = elementwise("sub", np.subtract, lambda g, y, a, b: (g, -g), infix="-", kinds=NUMBER, cost=LIGHT, wraps=True)
mul = elementwise(
    "mul", np.multiply, lambda g, y, a, b: (g * b, g * a), infix="*", kinds=NUMBER, cost=LIGHT, wraps=True
)
div = elementwise("div", np.true_divide, lambda g, y, a, b: (g / b, -g * y / b), infix="/", cost=OPERATION)
pow_ = elementwise("pow", np.power, power, infix="**", c="tdsl::pow")
neg = elementwise(
    "neg", np.negative, lambda g, y, a: (-g,), tdsl="-", c="-", kinds=NUMBER, cost=LIGHT, wraps=True, python="-{0}"
)
floordiv = elementwise(
    "floordiv",
    meanings.floor_divide,
    infix="//",
    c="tdsl::floordiv",
    kinds=NUMBER,
    fault="division",
)
mod = elementwise(
    "mod",
    meanings.floor_remainder,
    lambda g, y, a, b: (g, -g * apply("floordiv", a, b)),
    infix="%",
    c="tdsl::mod",
    kinds=NUMBER,
    fault="division",
)

eq = comparison("eq", "==", np.equal)
ne = comparison("ne", "!=", np.not_equal)
lt = comparison("lt", "<", np.less)
le = comparison("le", "<=", np.less_equal)
gt = comparison("gt", ">", np.greater)
ge = comparison("ge", ">=", np.greater_equal)
and_ = elementwise("and", np.logical_and, infix="and", c="&", kinds=LOGIC, cost=LIGHT)
or_ = elementwise("or", np.logical_or, infix="or", c="|", kinds=LOGIC, cost=LIGHT)
not_ = elementwise("not", np.logical_not, tdsl="not", c="!", kinds=LOGIC, cost=LIGHT, signature=())

bit_and = elementwise("bit_and", np.bitwise_and, kinds=INTEGER, cost=LIGHT, signature=("a", "b"))
bit_or = elementwise("bit_or", np.bitwise_or, kinds=INTEGER, cost=LIGHT, signature=("a", "b"))
bit_xor = elementwise("bit_xor", np.bitwise_xor, kinds=INTEGER, cost=LIGHT, signature=("a", "b"))
bit_not = elementwise("bit_not", np.bitwise_not, kinds=INTEGER, cost=LIGHT)
shift_left = elementwise("shift_left", meanings.shift_left, kinds=INTEGER, cost=LIGHT, signature=("a", "count"))
shift_right = elementwise("shift_right", meanings.shift_right, kinds=INTEGER, cost=LIGHT, signature=("a", "count"))

abs_ = elementwise("abs", np.abs, lambda g, y, x: (g * apply("sign", x),), kinds=NUMBER, cost=LIGHT)
sign = elementwise("sign", np.sign, kinds=NUMBER, cost=LIGHT)
floor = elementwise("floor", np.floor, cost=OPERATION)
ceil = elementwise("ceil", np.ceil, cost=OPERATION)
round_ = elementwise("round", np.round, cost=OPERATION)
trunc = elementwise("trunc", np.trunc, cost=OPERATION)
isnan = elementwise("isnan", np.isnan, gives=BOOL, cost=LIGHT)
isinf = elementwise("isinf", np.isinf, gives=BOOL, cost=LIGHT)
isfinite = elementwise("isfinite", np.isfinite, gives=BOOL, cost=LIGHT)

exp = elementwise("exp", np.exp, lambda g, y, x: (g * y,))
expm1 = elementwise("expm1", np.expm1, lambda g, y, x: (g * apply("exp", x),))
log = elementwise("log", np.log, lambda g, y, x: (g / x,))
log1p = elementwise("log1p", np.log1p, lambda g, y, x: (g / (x + 1),))
log2 = elementwise("log2", np.log2, lambda g, y, x: (g / x * (1 / math.log(2)),))
log10 = elementwise("log10", np.log10, lambda g, y, x: (g / x * (1 / math.log(10)),))
sqrt = elementwise("sqrt", np.sqrt, lambda g, y, x: (g * 0.5 / y,))
sin = elementwise("sin", np.sin, lambda g, y, x: (g * apply("cos", x),))
cos = elementwise("cos", np.cos, lambda g, y, x: (-g * apply("sin", x),))
tan = elementwise("tan", np.tan, lambda g, y, x: (g * (y * y + 1),))
asin = elementwise("asin", np.arcsin, lambda g, y, x: (g / apply("sqrt", apply("one_minus_square", x)),))
acos = elementwise("acos", np.arccos, lambda g, y, x: (-g / apply("sqrt", apply("one_minus_square", x)),))
atan = elementwise("atan", np.arctan, lambda g, y, x: (g * inverse_square(slant(x)),))
atan2 = elementwise("atan2", np.arctan2, angle, signature=("a", "b"))
hypot = elementwise("hypot", np.hypot, distance, signature=("a", "b"))
hypot_slope = elementwise("hypot_slope", meanings.hypot_slope, turn, signature=("a", "b"))
sinh = elementwise("sinh", np.sinh, lambda g, y, x: (g * apply("cosh", x),))
cosh = elementwise("cosh", np.cosh, lambda g, y, x: (g * apply("sinh", x),))
tanh = elementwise("tanh", np.tanh, lambda g, y, x: (g * apply("tanh_slope", x),))
asinh = elementwise("asinh", np.arcsinh, lambda g, y, x: (g / slant(x),))
acosh = elementwise("acosh", np.arccosh, lambda g, y, x: (g / apply("sqrt", x - 1) / apply("sqrt", x + 1),))
atanh = elementwise("atanh", np.arctanh, lambda g, y, x: (g / apply("one_minus_square", x),))
one_minus_square = elementwise("one_minus_square", meanings.one_minus_square, lambda g, y, x: (g * x * -2,))
erf_ = elementwise(
    "erf",
    meanings.erf,
    lambda g, y, x: (g * two_over_root_pi * bell(x),),
    python="np.asarray(erf({0}), {dtype})",
)
erfc_ = elementwise(
    "erfc",
    meanings.erfc,
    lambda g, y, x: (-g * two_over_root_pi * bell(x),),
    python="np.asarray(erfc({0}), {dtype})",
)
log_erfc = elementwise("log_erfc", meanings.log_erfc, lambda g, y, x: (-g * two_over_root_pi * hazard(x),))
erfcx = elementwise("erfcx", meanings.erfcx, lambda g, y, x: (g * apply("erfcx_slope", x),))
erfcx_slope = elementwise("erfcx_slope", meanings.erfcx_slope, lambda g, y, x: (g * (apply("erfcx", x) + x * y) * 2,))
sigmoid = elementwise("sigmoid", meanings.sigmoid, lambda g, y, x: (g * apply("sigmoid_slope", x),))
sigmoid_slope = elementwise("sigmoid_slope", meanings.sigmoid_slope, lambda g, y, x: (g * y * apply("tanh", x * -0.5),))
tanh_slope = elementwise("tanh_slope", meanings.tanh_slope, lambda g, y, x: (g * y * apply("tanh", x) * -2,))
softplus = elementwise("softplus", meanings.softplus, lambda g, y, x: (g * apply("sigmoid", x),))
log1mexp = elementwise("log1mexp", meanings.log1mexp, lambda g, y, x: (g * (apply("exp", x) / apply("expm1", x)),))
exp_add = elementwise("exp_add", meanings.exp_add, lambda g, y, a, b: (g * y, g * y), signature=("a", "b"))
logaddexp = elementwise("logaddexp", np.logaddexp, log_of_sum, signature=("a", "b"))
maximum = elementwise("maximum", np.maximum, extremum, kinds=NUMBER, cost=LIGHT, signature=("a", "b"))
minimum = elementwise("minimum", np.minimum, least, kinds=NUMBER, cost=LIGHT, signature=("a", "b"))

select = define(
    "select",
    "elementwise",
    choose,
    np.where,
    cotangents=choice,
    masks=same_element,
    mixes=False,
    tdsl="switch",
    c="select",
    cost=COPY,
)
if_ = define(
    "if",
    "branch",
    branch,
    np.where,
    cotangents=lambda g, y, c, a, b: (
        None,
        apply("if", c, g, full(0, g.type)),
        apply("if", c, full(0, g.type), g),
    ),
    masks=same_element,
    mixes=False,
    tdsl="if",
)
cast = define(
    "cast",
    "elementwise",
    cast_type,
    lambda x, dtype: np.asarray(x).astype(dtype.numpy),
    Cast,
    cotangents=lambda g, y, x: (g.cast(x.type.dtype) if x.type.is_real else None,),
    masks=same_element,
    mixes=False,
    tdsl="cast",
    c="cast",
    python="np.asarray({0}).astype({dtype})",
    cost=COPY,
)

random_word = drawn("random_word", random.random_word, I64, "key", "stream", "index")
unit_interval = drawn("unit_interval", random.unit_interval, F64, "bits", cost=OPERATION)
standard_normal = drawn("standard_normal", random.standard_normal, F64, "bits")
standard_truncated_normal = drawn("standard_truncated_normal", random.standard_truncated_normal, F64, "bits")
random_below = drawn("random_below", random.random_below, I64, "bits", "count")
random_binomial = drawn("random_binomial", random.random_binomial, I64, "bits", "count", "p", last=F64)
