"""The ways to make a value of a wanted type, with how often each is taken."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from .elements import defined
from .joins import contracted, joined, triangular
from .loops import looped, written_out
from .orders import ordered, searched
from .pieces import ONE, Piece, Shape, Size, elements, literal, spelled
from .running import bits, running
from .systems import system
from .windows import windowed

if TYPE_CHECKING:
    from .generator import Generator

Maker = Callable[["Generator", Shape, str, int], Piece | None]

# By the range of arguments that stays finite, and how large the result may be.
BOUNDED = {"tanh": 1.0, "sigmoid": 1.0, "sin": 1.0, "cos": 1.0, "erf": 1.0, "erfc": 2.0, "atan": 1.6, "softsign": 1.0,
           "sigmoid_slope": 0.25, "tanh_slope": 1.0}  # fmt: skip
SAME = ("abs", "softplus", "relu", "leaky_relu", "elu", "gelu", "swish", "log_sigmoid", "asinh", "square")
STEPS = ("floor", "ceil", "round", "trunc", "sign")
STEEP = {"exp": math.exp, "expm1": math.exp, "sinh": math.exp, "cosh": math.exp}
GUARDED = {
    "log": "abs({}) + 0.5",
    "log2": "abs({}) + 0.5",
    "log10": "abs({}) + 0.5",
    "log1p": "abs({})",
    "sqrt": "abs({}) + 0.1",
    "asin": "0.9 * tanh({})",
    "acos": "0.9 * sin({})",
    "atanh": "0.9 * tanh({})",
    "acosh": "abs({}) + 1.1",
    "tan": "tanh({})",
    "gammaln": "abs({}) + 0.4",
    "digamma": "abs({}) + 0.6",
    "erfinv": "0.9 * tanh({})",
    "erfcinv": "1 + 0.9 * sin({})",
    "log1mexp": "-abs({}) - 0.1",
    "log_erfc": "2 * sin({})",
    "erfcx": "2 * tanh({})",
}
# Forms that stability rewrites replace.
NAIVE = (
    "log(1 + abs({}))",
    "log(1 + exp(sin({})))",
    "log(1 - sigmoid({}))",
    "log(sigmoid({}))",
    "log1p(-exp(-1 - abs({})))",
    "log(exp(sin({})) + exp(cos(2 * {})))",
    "(exp(tanh({})) - 1)",
    "1 / (1 + exp(-tanh({})))",
    "exp(sin({})) / (1 + exp(sin({})))",
    "(1 - sigmoid({}))",
    "sigmoid({}) * (1 - sigmoid({}))",
    "(1 - tanh({}) ** 2)",
    "exp(sin({})) * exp(cos({}))",
    "(exp(sin({})) - exp(-sin({})))",
    "log(sqrt(abs({}) + 0.1))",
    "log(erfc(2 * sin({})))",
    "log(1 - erf(sin({})))",
    "exp(-sin({}) ** 2) / erfc(sin({}))",
    "log(1 - exp(-0.1 - abs({})))",
    "log(exp(2 + cos({})) - exp(sin({})))",
    "polygamma(1, abs({}) + 0.8)",
    "one_minus_square(sin({}))",
)
RULES = (
    "sgd(0.1)",
    "momentum(0.1, mu=0.8)",
    "nesterov(0.05)",
    "adagrad(0.1)",
    "rmsprop()",
    "adadelta()",
    "adam(0.01)",
    "adamw(0.01, decay=0.1)",
)
# Rules that can step along the rows alone that a cost reads.
ROW_RULES = ("sgd(0.1)", "adagrad(0.1)", "sparse_adam(0.1)", "momentum(0.1)")
# Parts of own derivatives, which need not be those of the functions.
OWN = ("g * cos(a)", "g * (b - 0.5 * y)", "2 * g", "g * (abs(a) <= 1)", "tanh(y) * g", "g * sin(a * b) - 0.1 * g")
LITERALS = ("0.0", "-0.0", "1.0", "-1.0", "2.0", "0.5", "-3.0", "inf", "nan")
COMPARE = ("<", "<=", ">", ">=", "==", "!=")


def unary(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    x = g.make(shape, dtype, depth)
    group = g.random.randrange(10)
    if group < 3:
        name = g.random.choice(list(BOUNDED))
        return Piece(f"{name}({x.text})", shape, dtype, x.depends, BOUNDED[name])
    if group < 5:
        name = g.random.choice(SAME)
        limit = x.limit**2 if name == "square" else x.limit + 1
        return Piece(f"{name}({x.text})", shape, dtype, x.depends, limit)
    if group < 6 and len(x.text) % 2:
        text = g.random.choice(NAIVE).replace("{}", x.inner)
        return Piece(f"({text})", shape, dtype, x.depends, x.limit + 8)
    if group < 6:
        return Piece(f"-{x.inner}", shape, dtype, x.depends, x.limit)
    if group < 8:
        name = g.random.choice(list(GUARDED))
        return Piece(f"{name}({GUARDED[name].format(x.text)})", shape, dtype, x.depends, x.limit + 3)
    if group < 9:
        name = g.random.choice(list(STEEP))
        if x.limit > 5:
            return Piece(f"{name}(sin({x.text}))", shape, dtype, x.depends, 3)
        return Piece(f"{name}({x.text})", shape, dtype, x.depends, STEEP[name](x.limit))
    name = g.random.choice((*STEPS, "log", "sqrt"))
    if name in STEPS:
        return Piece(f"{name}(2 * {x.inner})", shape, dtype, frozenset(), 2 * x.limit + 1)
    # Beyond its domain a function is NaN.
    return Piece(f"{name}({x.text})", shape, dtype, x.depends, x.limit + 1)


def other(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece:
    """An operand that stretches to a shape: equal, fewer axes, or some that are a written 1."""
    if not shape or g.chance(0.4):
        return g.make(shape, dtype, depth)
    if g.chance(0.4 if g.special else 0.25) and dtype != "bool":
        if dtype != "real":
            return Piece(str(g.random.randrange(1, 5)), (), dtype, limit=5)
        number = g.random.choice(LITERALS) if g.special else str(round(g.random.uniform(-2, 2), 1))
        return Piece(number, (), dtype, limit=3)
    rank = g.random.randrange(len(shape) + 1)
    part = tuple(ONE if g.chance(0.4) else size for size in shape[len(shape) - rank :])
    if ONE in part and g.chance(0.6):
        kept = tuple(size for size in part if size != ONE)
        inner = g.make(kept, dtype, depth)
        index = ", ".join("new" if size == ONE else ":" for size in part)
        return Piece(f"{inner.inner}[{index}]", part, dtype, inner.depends, inner.limit)
    return g.make(part, dtype, depth)


def pair(g: Generator, shape: Shape, dtype: str, depth: int) -> tuple[Piece, Piece]:
    """Two operands whose common shape is the wanted one, in either order."""
    a, b = g.make(shape, dtype, depth), other(g, shape, dtype, depth)
    return (a, b) if g.chance(0.5) else (b, a)


def binary(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    a, b = pair(g, shape, dtype, depth)
    depends = a.depends | b.depends
    match g.random.randrange(12):
        case 0 | 1 | 2:
            return Piece(f"{a.inner} + {b.inner}", shape, dtype, depends, a.limit + b.limit)
        case 3 | 4:
            return Piece(f"{a.inner} - {b.inner}", shape, dtype, depends, a.limit + b.limit)
        case 5 | 6:
            return Piece(f"{a.inner} * {b.inner}", shape, dtype, depends, a.limit * b.limit)
        case 7 if g.special:
            b = a if a.shape == shape and g.chance(0.3) else b
            return Piece(f"{a.inner} / {b.inner}", shape, dtype, depends, a.limit + b.limit)
        case 7:
            return Piece(f"{a.inner} / (abs({b.text}) + 0.5)", shape, dtype, depends, 2 * a.limit)
        case 8 if g.chance(0.2):
            name = g.random.choice(("gammainc", "gammaincc"))
            return Piece(f"{name}(1.8 + sin({a.text}), 1.3 + tanh({b.text}))", shape, dtype, depends, 1)
        case 8 if g.chance(0.2):
            name, limit = g.random.choice((("beta", 6.0), ("betaln", 3 * (a.limit + b.limit) + 3)))
            return Piece(f"{name}(abs({a.text}) + 0.4, abs({b.text}) + 0.5)", shape, dtype, depends, limit)
        case 8 if g.chance(0.15):
            return Piece(f"exp_add(sin({a.text}), tanh({b.text}))", shape, dtype, depends, 8)
        case 8:
            name = g.random.choice(("maximum", "minimum", "atan2", "logaddexp", "hypot"))
            return Piece(f"{name}({a.text}, {b.text})", shape, dtype, depends, a.limit + b.limit)
        case 9:
            distance = g.random.choice((1.5, 2.0, 3.0))
            way = g.random.choice(("%", "//"))
            kept = depends if way == "%" else frozenset()
            return Piece(f"{a.inner} {way} (abs({b.text}) + {distance})", shape, dtype, kept, a.limit + b.limit + 3)
        case 10 if any(letter.isalpha() for letter in b.text):
            # By a number known to be 0 a power would depend on nothing.
            limit = (a.limit + 1) ** 2
            return Piece(f"(abs({a.text}) + 0.2) ** tanh({b.text})", shape, dtype, depends, limit)
    whole = a if a.shape == shape else b
    power = g.random.choice(("1", "2", "3", "0.5", "-1", "-2", "-3", "-4"))
    if power.startswith("-"):
        limit = 2.0 ** -int(power)
        return Piece(f"(abs({whole.text}) + 0.5) ** {power}", shape, dtype, whole.depends, limit)
    if power == "0.5":
        return Piece(f"abs({whole.text}) ** {power}", shape, dtype, whole.depends, whole.limit + 1)
    return Piece(f"{whole.inner} ** {power}", shape, dtype, whole.depends, max(1.0, whole.limit) ** int(power))


def called(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    """A function of the file; a scalar given by name now and then."""
    if not g.functions:
        return None
    name, _, limit = g.random.choice(g.functions)
    a, b = pair(g, shape, dtype, depth)
    if max(a.limit, b.limit) > 6:
        a, b = (Piece(f"sin({p.text})", p.shape, dtype, p.depends, 1) for p in (a, b))
    text = f"{name}({a.text}, b={b.text})" if g.chance(0.3) else f"{name}({a.text}, {b.text})"
    return Piece(text, shape, dtype, a.depends | b.depends, limit)


def owned(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    """A function with its own derivative, whose parameters have one shape."""
    if g.draft.closed or not g.owned:
        return None
    name, by_both = g.random.choice(g.owned)
    a, b = (g.make(shape, dtype, depth) for _ in "ab")
    depends = a.depends | b.depends if by_both else a.depends
    return Piece(f"{name}({a.text}, {b.text})", shape, dtype, depends, a.limit + b.limit + 8)


def chosen(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    a, b = pair(g, shape, dtype, depth)
    if a.shape == shape and g.chance(0.1):
        b = a
    depends, limit = a.depends | b.depends, max(a.limit, b.limit)
    if a.shape == b.shape == shape and not g.draft.closed and g.chance(0.25):
        test = g.make((), "bool", depth)
        return Piece(f"if {test.text} then {a.text} else {b.text}", shape, dtype, depends, limit)
    if b is a and not (g.small or g.draft.closed) and g.chance(0.3):
        # Only the condition can fault.
        k, divisor = (g.make(shape, "int", 0) for _ in range(2))
        return Piece(f"switch({k.inner} // {divisor.inner} > 0, {a.text}, {b.text})", shape, dtype, depends, limit)
    test = other(g, shape, "bool", depth)
    return Piece(f"switch({test.text}, {a.text}, {b.text})", shape, dtype, depends, limit)


def guarded(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    """A function where it exists, something else where it does not: no infinite slope may come through."""
    x, other_side = g.make(shape, dtype, depth), g.make(shape, dtype, depth)
    if not x.depends or x.limit > 1e3:
        return None
    x = g.named(x)
    test, inside = g.random.choice(
        (
            (f"{x.text} > 0", f"sqrt({x.text})"),
            (f"0 < {x.text}", f"log({x.text})"),
            (f"{x.text} != 0", f"sin({x.text}) / {x.text}"),
            (f"{x.text} > 0.1", f"{x.text} ** 1.5"),
            (f"abs({x.text}) < 3", f"exp({x.text} ** 2)"),
        )
    )
    depends, limit = (
        x.depends | other_side.depends,
        max(other_side.limit, x.limit**1.5 + 8, 2.0**13 * ("exp" in inside)),
    )
    if not shape and not g.draft.closed and g.chance(0.5):
        return Piece(f"if {test} then {inside} else {other_side.text}", shape, dtype, depends, limit)
    if g.chance(0.3):
        return Piece(f"switch(not ({test}), {other_side.text}, {inside})", shape, dtype, depends, limit)
    return Piece(f"switch({test}, {inside}, {other_side.text})", shape, dtype, depends, limit)


def compared(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    kind = g.random.randrange(8)
    if kind < 4:
        a, b = pair(g, shape, "real" if kind < 3 else "int", depth)
        return Piece(f"{a.inner} {g.random.choice(COMPARE)} {b.inner}", shape, dtype)
    if kind < 6:
        a, b = pair(g, shape, "bool", depth)
        return Piece(f"{a.inner} {g.random.choice(('and', 'or', '!='))} {b.inner}", shape, dtype)
    if kind < 7:
        inner = compared(g, shape, dtype, depth - 1) if depth > 0 and g.chance(0.5) else None
        return Piece(f"not {(inner or g.make(shape, 'bool', depth)).inner}", shape, dtype)
    name = g.random.choice(("isnan", "isinf", "isfinite"))
    return Piece(f"{name}({g.make(shape, 'real', depth).text})", shape, dtype)


def widened(g: Generator, shape: Shape) -> tuple[Shape, list[int]] | None:
    """The shape with more axes, and which they are."""
    axes = sorted(g.random.sample(range(len(shape) + 2), g.random.choice((1, 1, 2))))
    if any(axis > len(shape) + place for place, axis in enumerate(axes)):
        axes = [len(shape)]
    whole = list(shape)
    for axis in axes:
        whole.insert(axis, g.size())
    return (tuple(whole), axes) if g.fits(tuple(whole)) else None


def axis_text(g: Generator, whole: Shape, axes: list[int]) -> str:
    """An axis as a number of either sign, the name of a dim, or a tuple."""
    if len(axes) == 1:
        size = whole[axes[0]]
        alone = [other.number for other in whole].count(size.number) == 1
        if size.text in g.dims and alone and g.chance(0.5):
            return size.text
    numbers = [axis - len(whole) if g.chance(0.4) else axis for axis in axes]
    return str(numbers[0]) if len(numbers) == 1 else f"({', '.join(map(str, numbers))})"


def reduced(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    keep = ONE in shape and g.chance(0.7)
    if keep:
        axes = [axis for axis, size in enumerate(shape) if size == ONE]
        whole = tuple(g.size() if size == ONE else size for size in shape)
        if not g.fits(whole):
            return None
    elif (found := widened(g, shape)) is None:
        return None
    else:
        whole, axes = found
    count = elements(tuple(whole[axis] for axis in axes))
    names = {
        "real": ("sum", "sum", "mean", "max", "min", "prod", "var", "std", "norm", "logsumexp"),
        "int": ("sum", "prod", "max", "argmax", "argmin", "count"),
        "bool": ("any", "all", "max", "min"),
    }.get(dtype, ("max", "min"))
    name = g.random.choice(names)
    if name in ("max", "min", "argmax", "argmin", "logsumexp") and not all(whole[axis].number for axis in axes):
        name = "any" if dtype == "bool" else "sum"
        if dtype not in ("real", "int"):
            return None
    options = ", keepdims=true" if keep else ""
    if name in ("argmax", "argmin", "logsumexp"):
        if keep or (len(axes) > 1 and name == "logsumexp"):
            return None
        x = g.make(whole, "real", depth)
        depends = x.depends if name == "logsumexp" else frozenset()
        limit = x.limit + 8 if name == "logsumexp" else 40
        where = "" if not shape and name != "logsumexp" and g.chance(0.5) else f", axis={axis_text(g, whole, axes)}"
        return Piece(f"{name}({x.text}{where})", shape, dtype, depends, limit)
    source = dtype if name != "count" else "bool"
    x = g.make(whole, source, depth)
    if name == "prod":
        if count > 9:
            return None
        scaled = f"tanh({x.text})" if dtype == "real" else f"{x.inner} % 3"
        x = Piece(scaled, whole, source, x.depends, 1)
    axis = axis_text(g, whole, axes)
    every = not shape and g.chance(0.5)
    where = "" if every else f", axis={axis}"
    limit = x.limit * max(1, count) if name in ("sum", "count") else x.limit**2 if name == "var" else x.limit + 1
    if name == "prod":
        limit = 2**9
    name = "sum" if name == "count" else name
    if name in ("var", "std") and count > 2 and g.chance(0.3):
        options += ", ddof=1"
    return Piece(f"{name}({x.text}{where}{options})", shape, dtype, x.depends, limit)


def product(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    """A matrix product by every row of the reference's table, either side transposed."""
    middle = g.size()
    left: Shape
    right: Shape
    if len(shape) > 3:
        return None
    if not shape:
        left, right = (middle,), (middle,)
    elif len(shape) == 1:
        left, right = ((*shape, middle), (middle,)) if g.chance(0.5) else ((middle,), (middle, *shape))
    elif len(shape) == 2:
        left, right = (shape[0], middle), (middle, shape[1])
    else:
        # A stack of one stretches.
        left = (ONE if g.chance(0.2) else shape[0], shape[1], middle)
        whole = left[0] is shape[0]
        right = (middle, shape[2]) if whole and g.chance(0.5) else (shape[0], middle, shape[2])
        if whole and len(right) == 3 and g.chance(0.2):
            right = (ONE, middle, shape[2])
    if not (g.fits(left) and g.fits(right)):
        return None
    a, b = (flipped(g, side, dtype, depth) for side in (left, right))
    limit = a.limit * b.limit * max(1, middle.number)
    return Piece(f"{a.inner} @ {b.inner}", shape, dtype, a.depends | b.depends, limit)


def flipped(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece:
    if len(shape) != 2 or g.chance(0.5):
        return g.make(shape, dtype, depth)
    x = g.make(shape[::-1], dtype, depth)
    return Piece(f"{x.inner}.T", shape, dtype, x.depends, x.limit)


def arranged(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    """The same elements in another order or shape."""
    match g.random.randrange(5):
        case 0 if len(shape) > 1:
            x = g.make(shape[::-1], dtype, depth)
            text = f"{x.inner}.T" if g.chance(0.5) else f"transpose({x.text})"
        case 1 | 2 if len(shape) > 1:
            axes = g.random.sample(range(len(shape)), len(shape))
            if len(shape) == 3 and g.chance(0.6):
                # Those that are not their own inverses.
                axes = g.random.choice(([1, 2, 0], [2, 0, 1]))
            x = g.make(tuple(shape[axes.index(axis)] for axis in range(len(shape))), dtype, depth)
            text = f"transpose({x.text}, ({', '.join(map(str, axes))}))"
        case 3 if len(shape) == 1 and shape[0].text.isdigit():
            number = shape[0].number
            rows = next((n for n in (2, 3, 5) if number and number % n == 0), 1)
            x = g.make((literal(rows), literal(number // rows)), dtype, depth)
            text = f"flatten({x.text})"
        case _ if shape:
            inner = list(g.random.sample(shape, len(shape)))
            if g.chance(0.5):
                inner.insert(g.random.randrange(len(inner) + 1), ONE)
            x = g.make(tuple(inner), dtype, depth)
            sizes = [size.text for size in shape]
            if elements(shape) and g.chance(0.4):
                sizes[g.random.randrange(len(sizes))] = "-1"
            text = f"reshape({x.text}, {sizes[0] if len(sizes) == 1 else '(' + ', '.join(sizes) + ')'})"
        case _:
            return None
    return Piece(text, shape, dtype, x.depends, x.limit)


def sliced(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    """Slices with strides of either sign, single positions and new axes."""
    whole: list[Size] = []
    index: list[str] = []
    for size in shape:
        if size == ONE and g.chance(0.5):
            index.append("new")
            continue
        if g.chance(0.15):
            gone = g.size()
            if gone.number > 0:
                whole.append(gone)
                index.append(g.random.choice(("0", "-1", str(g.random.randrange(gone.number)))))
        part, text = range_of(g, size)
        whole.append(part)
        index.append(text)
    if not g.fits(tuple(whole)) or not index:
        return None
    x = g.make(tuple(whole), dtype, depth)
    return Piece(f"{x.inner}[{', '.join(index)}]", shape, dtype, x.depends, x.limit)


def range_of(g: Generator, size: Size) -> tuple[Size, str]:
    """The size of an array that is sliced to a size, and the slice."""
    if size.text in g.dims:
        if g.chance(0.3):
            return Size(f"{size.text} + 2", size.number + 2), g.random.choice(
                ("2:", f"1:{size.text} + 1", ":-2", "1:-1")
            )
        return size, g.random.choice((":", "::-1", "::1"))
    if not size.text.isdigit() or size.number == 0 or g.chance(0.3):
        return size, g.random.choice((":", "::-1"))
    step = g.random.choice((1, 1, 2, 3, -1, -2))
    before, after = g.random.randrange(3), g.random.randrange(3)
    span = (size.number - 1) * abs(step) + 1
    total = before + span + after
    if step > 0:
        return literal(total), f"{before}:{before + span}:{step}"
    stop = "" if before == 0 else str(before - 1)
    return literal(total), f"{before + span - 1}:{stop}:{step}"


def gathered(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    """Elements at positions that the call decides; nearly always inside."""
    size = g.size()
    if size.number == 0:
        return None
    rank = g.random.randrange(0, min(2, len(shape)) + 1)
    axis = g.random.randrange(len(shape) - rank + 1)
    whole = (*shape[:axis], size, *shape[axis + rank :])
    if not g.fits(whole):
        return None
    x = g.make(whole, dtype, depth)
    at = positions(g, shape[axis : axis + rank], size, depth, guarded=not elements(shape))
    if g.chance(0.4):
        text = f"gather({x.text}, {at}, {axis})" if axis or g.chance(0.5) else f"gather({x.text}, {at})"
    else:
        text = f"{x.inner}[{', '.join([':'] * axis + [at])}]"
    return Piece(text, shape, dtype, x.depends, x.limit)


def positions(g: Generator, shape: Shape, size: Size, depth: int, guarded: bool = True) -> str:
    """Positions inside the size, unless unguarded ones are allowed.  Whether they fault is undefined in a program with
    derivatives, which do not need all values that the cost needs, and where no element is read."""
    k = g.make(shape, "int", min(depth, 1))
    count = size.text if size.text.isalnum() else f"({size.text})"
    if not guarded and not g.small and g.chance(0.04):
        return k.text
    return f"{k.inner} % {count} - {count}" if g.chance(0.2) else f"{k.inner} % {count}"


def scattered(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    if not shape or dtype not in ("real", "int"):
        return None
    axis = g.random.randrange(len(shape))
    if shape[axis].number == 0:
        return None
    many = g.shape(g.random.choice((0, 1, 1, 2)))
    whole = (*shape[:axis], *many, *shape[axis + 1 :])
    if not g.fits(whole):
        return None
    x = g.make(whole, dtype, depth)
    at = positions(g, many, shape[axis], depth)
    limit = x.limit * max(1, elements(many))
    return Piece(f"scatter({x.text}, {at}, {axis}, {shape[axis].text})", shape, dtype, x.depends, limit)


def written(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    """A part replaced or added, at places known now or that the call decides."""
    if not shape or not all(size.number for size in shape):
        return None
    x = g.make(shape, dtype, depth)
    marks: list[str] = []
    part: list[Size] = []
    together: Shape | None = None
    for place, size in enumerate(shape):
        match g.random.randrange(6):
            case 0 | 1 if together is None:
                together = g.shape(g.random.choice((0, 1, 1, 2)))
                marks.append(positions(g, together, size, depth))
                part += together
            case 2 if together and place and "%" in marks[-1]:
                # A second array of positions beside the first.
                marks.append(positions(g, together, size, depth))
            case 2 if size.text.isdigit():
                marks.append(str(g.random.randrange(-size.number, size.number)))
            case 3 if size.text.isdigit():
                low = g.random.randrange(size.number)
                marks.append(f"{low}:")
                part.append(literal(size.number - low))
            case 4:
                marks.append("::-1")
                part.append(size)
            case _:
                marks.append(":")
                part.append(size)
    if not g.fits((*shape, *part)):
        return None
    v = other(g, tuple(part), dtype, depth)
    adds = dtype != "bool" and g.chance(0.5)
    limit = x.limit + v.limit * max(1, elements(tuple(part))) if adds else max(x.limit, v.limit)
    text = f"({x.inner} with [{', '.join(marks)}] {'+=' if adds else '='} {v.inner})"
    return Piece(text, shape, dtype, x.depends | v.depends, limit)


def placed(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    if not shape or not all(size.text.isdigit() and size.number for size in shape) or dtype not in ("real", "int"):
        return None
    inner, starts, steps = [], [], []
    for size in shape:
        step = g.random.choice((1, 1, 2, -1))
        count = g.random.randrange(1, (size.number - 1) // abs(step) + 2)
        span = (count - 1) * abs(step)
        low = g.random.randrange(size.number - span)
        inner.append(literal(count))
        starts.append(str(low if step > 0 else low + span))
        steps.append(str(step))
    x = g.make(tuple(inner), dtype, depth)
    first, second = (part[0] if len(part) == 1 else f"({', '.join(part)})" for part in (starts, steps))
    return Piece(f"place({x.text}, {spelled(shape)}, {first}, {second})", shape, dtype, x.depends, x.limit)


def listed(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    """An array of equal parts."""
    if not shape or not shape[0].text.isdigit() or not 1 <= shape[0].number <= 3:
        return None
    parts = [g.make(shape[1:], dtype, depth) for _ in range(shape[0].number)]
    if all(part.text[0].isdigit() or part.text[0] == "-" for part in parts):
        return None
    depends = frozenset().union(*(part.depends for part in parts))
    return Piece(f"[{', '.join(p.text for p in parts)}]", shape, dtype, depends, max(p.limit for p in parts))


def softmaxed(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    if not shape:
        return None
    axis = g.random.randrange(-len(shape), len(shape))
    if shape[axis].number == 0:
        return None
    x = g.make(shape, dtype, depth)
    name = g.random.choice(("softmax", "softmax", "log_softmax"))
    where = "" if axis == -1 else f", axis={axis}"
    return Piece(f"{name}({x.text}{where})", shape, dtype, x.depends, 1 if name == "softmax" else 2 * x.limit + 8)


def stretched(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    axes = [axis for axis in range(len(shape)) if g.chance(0.5)]
    if not shape:
        return None
    x = g.make(tuple(shape[axis] for axis in axes), dtype, depth)
    if axes == list(range(len(shape) - len(axes), len(shape))):
        return Piece(f"broadcast({x.text}, {spelled(shape)})", shape, dtype, x.depends, x.limit)
    listed_axes = str(axes[0]) if len(axes) == 1 else f"({', '.join(map(str, axes))})"
    return Piece(f"broadcast({x.text}, {spelled(shape)}, {listed_axes})", shape, dtype, x.depends, x.limit)


def outer(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    if len(shape) != 2:
        return None
    a, b = g.make(shape[:1], dtype, depth), g.make(shape[1:], dtype, depth)
    return Piece(f"outer({a.text}, {b.text})", shape, dtype, a.depends | b.depends, a.limit * b.limit)


def converted(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    """A real made of integers or bools."""
    source = g.random.choice(("int", "bool", "i32", "u8"))
    x = g.make(shape, source, depth)
    if source == "bool" and g.chance(0.5):
        y = g.make(shape, "real", depth)
        return Piece(f"{y.inner} * {x.inner}", shape, dtype, y.depends, y.limit)
    return Piece(f"real({x.text})", shape, dtype, frozenset(), x.limit)


def encoded(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    if len(shape) == 2 and g.chance(0.3):
        k = g.random.choice(("", ", 1", ", k=-1", ", 3"))
        return Piece(f"eye({shape[0].text}, {shape[1].text}{k})", shape, dtype, limit=1)
    if not shape:
        return None
    x = g.make(shape[:-1], "int", depth)
    return Piece(f"one_hot({x.text}, {shape[-1].text})", shape, dtype, limit=1)


def stopped(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    x = g.make(shape, dtype, depth)
    return Piece(f"stop_grad({x.text})", shape, dtype, frozenset(), x.limit)


def drawn(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    """Random values: a `let` of their own, so that the order of the text numbers them."""
    if g.draft.closed or dtype not in ("real", "int", "bool"):
        return None
    whole = f", {spelled(shape)}" if shape and g.chance(0.4) else ""
    if dtype == "bool":
        p = other(g, shape, "real", depth) if whole else g.make(shape, "real", depth)
        if "nan" in p.text or "inf" in p.text:
            p = Piece("0.5", (), "real")  # A probability that is known to be none is an error.
        known = not any(letter.isalpha() for letter in p.text)
        text = f"sigmoid({p.text})" if known or g.chance(0.6) else p.text
        return g.named(Piece(f"bernoulli({text}{whole})", shape, dtype))
    if dtype == "int":
        low = other(g, shape, "int", depth) if whole else g.make(shape, "int", depth)
        known = not low.shape  # A number may be known when compiling, by a name too.
        width = 10 if known else g.random.choice((1, 2, 10, 1000, -1))
        return g.named(
            Piece(f"randint({low.text}, {low.inner} + {width}{whole})", shape, dtype, limit=low.limit + width)
        )
    a, b = (other(g, shape, "real", depth) for _ in "ab") if whole else pair(g, shape, "real", depth)
    name, depends = g.random.choice(("uniform", "normal", "truncated_normal")), a.depends | b.depends
    limit = a.limit + b.limit if name == "uniform" else a.limit + 6 * b.limit
    return g.named(Piece(f"{name}({a.text}, {b.text}{whole})", shape, dtype, depends, limit))


def rooted(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    """Small functions of whole arrays."""
    if shape:
        return None
    x = g.make(g.shape(g.random.choice((1, 2))), dtype, depth)
    if len(x.shape) == 1 and g.chance(0.5):
        y = g.make(x.shape, dtype, depth)
        limit = x.limit * y.limit * max(1, elements(x.shape))
        return Piece(f"dot({x.text}, {y.text})", shape, dtype, x.depends | y.depends, limit)
    return Piece(f"norm({x.text})", shape, dtype, x.depends, x.limit * max(1, elements(x.shape)))


def counted(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    """Integers out of nothing, or out of reals and bools."""
    match g.random.randrange(4):
        case 0 if len(shape) == 1 and dtype == "int":
            return Piece(f"arange({shape[0].text})", shape, dtype, limit=40)
        case 1 if shape and dtype == "int":
            return Piece(f"iota({spelled(shape)}, {g.random.randrange(len(shape))})", shape, dtype, limit=40)
        case 2 if dtype != "u8":
            x = g.make(shape, "real", depth)
            return Piece(f"{dtype}(3 * {x.inner})", shape, dtype, frozenset(), 3 * x.limit)
    x = g.make(shape, g.random.choice(("bool", "u8", "i32", "int")), depth)
    if dtype == "u8" and x.dtype in ("i32", "int") and x.text not in g.draft.parameters:
        # A number known at compile time has to fit.
        x = Piece(f"{x.inner} % 200", shape, x.dtype)
    return Piece(f"{dtype}({x.text})", shape, dtype, frozenset(), x.limit)


def whole(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    """Integer arithmetic."""
    a, b = pair(g, shape, dtype, depth)
    match g.random.randrange(9):
        case 8:
            return bits(g, a, b, shape, dtype)
        case 0 | 1:
            return Piece(f"{a.inner} + {b.inner}", shape, dtype, frozenset(), a.limit + b.limit)
        case 2:
            return Piece(f"{a.inner} - {b.inner}", shape, dtype, frozenset(), a.limit + b.limit)
        case 3:
            return Piece(f"{a.inner} * {b.inner}", shape, dtype, frozenset(), a.limit * b.limit)
        case 4:
            number = g.random.choice(("2", "3", "7") if dtype == "u8" else ("2", "3", "-3", "7"))
            w = a if a.shape == shape else b
            return Piece(f"{w.inner} {g.random.choice(('//', '%'))} {number}", shape, dtype, frozenset(), w.limit + 7)
        case 5 if not g.small and g.chance(0.1):
            # The divisor is zero sometimes, which is a fault of the call.
            return Piece(f"{a.inner} // {b.inner}", shape, dtype, frozenset(), a.limit)
        case 5:
            return Piece(f"{a.inner} // (abs({b.text}) + 1)", shape, dtype, frozenset(), a.limit)
        case 6:
            name = g.random.choice(("maximum", "minimum"))
            return Piece(f"{name}({a.text}, {b.text})", shape, dtype, frozenset(), max(a.limit, b.limit))
    x = a if a.shape == shape else b
    return Piece(f"{g.random.choice(('abs', 'sign'))}({x.text})", shape, dtype, frozenset(), x.limit)


MAKERS: dict[str, list[tuple[Maker, float]]] = {
    "real": [
        (unary, 4),
        (binary, 6),
        (called, 1),
        (chosen, 2),
        (guarded, 1),
        (reduced, 4),
        (product, 4),
        (arranged, 3),
        (sliced, 2),
        (gathered, 1.5),
        (scattered, 0.7),
        (placed, 0.7),
        (written, 1),
        (joined, 1),
        (ordered, 0.7),
        (triangular, 0.7),
        (system, 0.7),
        (windowed, 1),
        (running, 1),
        (contracted, 0.5),
        (listed, 1),
        (softmaxed, 1),
        (stretched, 0.7),
        (outer, 0.5),
        (converted, 1),
        (encoded, 0.5),
        (stopped, 0.2),
        (rooted, 1),
        (looped, 1.5),
        (defined, 1.5),
        (written_out, 0.4),
        (owned, 0.8),
        (drawn, 1),
    ],
    "int": [
        (whole, 5),
        (counted, 3),
        (chosen, 1),
        (reduced, 2),
        (arranged, 1),
        (sliced, 1),
        (gathered, 1),
        (scattered, 0.5),
        (written, 0.5),
        (listed, 0.5),
        (drawn, 0.7),
        (joined, 0.5),
        (ordered, 0.7),
        (searched, 0.5),
        (windowed, 0.5),
        (running, 0.5),
        (triangular, 0.3),
    ],
    "bool": [
        (compared, 6),
        (drawn, 0.7),
        (joined, 0.3),
        (ordered, 0.3),
        (windowed, 0.3),
        (reduced, 1),
        (arranged, 1),
        (sliced, 1),
        (gathered, 0.5),
        (written, 0.3),
    ],
}
FUNCTION_MAKERS: tuple[Maker, ...] = (unary, binary, binary, chosen)
