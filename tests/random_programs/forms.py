"""Whole computations as people write them, in sizes that native code treats specially: products and their epilogues,
normalised lines, large reductions, elements in another order."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .pieces import ONE, Piece, Shape, Size, elements, literal

if TYPE_CHECKING:
    from .generator import Generator

Form = Callable[["Generator"], list[str]]

# Sizes around those of vectors and tiles, and sizes that make a loop long, deep or worth several threads.
FEW = (1, 2, 3, 4)
EDGE = (5, 7, 8, 9, 10, 13, 14, 15, 16, 17, 28, 29, 31, 32, 33)
LONG = (64, 65, 100, 127, 130, 200, 257)
DEEPER = (300, 401, 513)
DEEP = (1024, 1025, 1100, 2049)
ENDLESS = (700, 1030, 2100, 5000, 17_000, 34_000)
MOST_ELEMENTS = 72_000

# Rows, columns and depth.
PRODUCTS = (
    (FEW, FEW, FEW),
    (EDGE, EDGE, EDGE),
    (LONG, LONG, LONG),
    (LONG, LONG, EDGE),
    (EDGE, LONG, LONG),
    (LONG, EDGE, LONG),
    (EDGE, EDGE, DEEP),
    (LONG, EDGE, DEEP),
    (EDGE, LONG, DEEP),
    (LONG, LONG, DEEPER),
    (EDGE, LONG, DEEPER),
    (LONG, FEW, LONG),
    (FEW, LONG, LONG),
    (EDGE, (1,), DEEP),
    ((1,), LONG, LONG),
    (EDGE, (600, 701), EDGE),
)
ACTIVATIONS = ("tanh", "relu", "sigmoid", "exp", "abs", "-", "0.5 * ")


def size(g: Generator, *choices: tuple[int, ...]) -> Size:
    number = g.random.choice(g.random.choice(choices))
    names = [name for name, known in g.dims.items() if known == number]
    return Size(names[0], number) if names and g.chance(0.5) else literal(number)


def sizes(g: Generator, *choices: tuple[int, ...]) -> Shape:
    """One of each group, all together not too many elements."""
    while True:
        shape = tuple(size(g, numbers) for numbers in choices)
        if elements(shape) <= MOST_ELEMENTS:
            return shape


def given(g: Generator, *shape: Size) -> str:
    return g.parameter(shape, "real").text


def let(g: Generator, text: str, shape: Shape) -> str:
    return g.named(Piece(text, shape, "real")).text


def laid_out(g: Generator, rows: Size, columns: Size) -> str:
    """A matrix whose elements lie in memory in any of the ways that a view can give."""
    if columns == ONE and g.chance(0.5):
        return f"{given(g, rows, literal(3))}[:, 1:2]"
    if rows == ONE and g.chance(0.5):
        return f"{given(g, columns, literal(3))}[:, 1:2].T"
    literals = (rows.text + columns.text).isdigit()
    match g.random.randrange(12):
        case 0 | 1 | 2:
            return given(g, rows, columns)
        case 3 | 4 | 5:
            return f"{given(g, columns, rows)}.T"
        case 10:
            return f"{given(g, rows)}[:, new] * {given(g, columns)}"
        case 6 if literals:
            return f"{given(g, rows, literal(2 * columns.number))}[:, ::2]"
        case 7 if literals:
            return f"{given(g, literal(2 * rows.number), columns)}[::-2]"
        case 8 if literals:
            return f"{given(g, rows, literal(columns.number + 3))}[:, 3:]"
        case 9 if literals:
            return f"{given(g, literal(columns.number + 2), rows)}[1:-1].T"
    return f"sin({given(g, rows, columns)})"


def activated(g: Generator, text: str) -> str:
    name = g.random.choice(ACTIVATIONS)
    return f"tanh({text})" if name == "exp" and g.chance(0.5) else f"{name}({text})"


def product(g: Generator) -> list[str]:
    """A product with its epilogue, sometimes of two products."""
    while True:
        m, n, k = (size(g, numbers) for numbers in g.turn(PRODUCTS))
        if max(m.number * k.number, k.number * n.number, m.number * n.number) <= MOST_ELEMENTS:
            break
    early = let(g, f"sum({given(g, m, literal(3))}, axis=1)", (m,)) if g.chance(0.2) else ""
    y = let(g, f"{operand(g, m, k)} @ {operand(g, k, n)}", (m, n))
    if g.chance(0.15):
        other = let(g, f"{operand(g, m, k)} @ {operand(g, k, n)}", (m, n))
        y = let(g, f"{activated(g, y)} * {other}", (m, n))
    late = let(g, f"sum({given(g, m, literal(5))}, axis=1)", (m,)) if g.chance(0.3) else ""
    factor = late or early
    if g.chance(0.1):
        return [y]
    if factor:
        y = let(g, f"{y} * {factor}[:, new]", (m, n))
    z = let(g, after(g, y, m, n), (m, n))
    if g.chance(0.1):
        return [f"sum({y}, axis=0)", f"sum({z}, axis=0)"]
    results = [summary(g, z, m, n)]
    if g.chance(0.3):
        results.append(summary(g, g.random.choice((y, z)), m, n))
    if g.chance(0.4) and (kept := g.kept((m, n))):
        w = kept.text
        g.draft.updates.append(f"{w} <- {g.random.choice((f'0.9 * {w} - 0.1 * {z}', f'{w} - {z} * {w}', z))}")
    return results


def operand(g: Generator, rows: Size, columns: Size) -> str:
    text = laid_out(g, rows, columns)
    return f"({text})" if " " in text else text


def after(g: Generator, y: str, m: Size, n: Size) -> str:
    match g.random.randrange(8):
        case 0 | 1:
            return activated(g, f"{y} + {given(g, n)}")
        case 2:
            return f"{y} * {laid_out(g, m, n)}"
        case 3:
            return f"{activated(g, y)} + {given(g, m)}[:, new]"
        case 4:
            return f"switch({y} > {given(g, n)}, {y}, 0.1 * {y})"
        case 5:
            return f"{given(g, m, n)} - {y} * (1 - {y})"
        case 6:
            return f"softmax({y})"
    return activated(g, y)


def summary(g: Generator, z: str, m: Size, n: Size) -> str:
    match g.random.randrange(9):
        case 0 | 1:
            return f"sum({z}, axis=0)"
        case 2:
            return f"sum({z}, axis=1)"
        case 3:
            return f"max({z}, axis={g.random.randrange(2)})"
        case 4:
            return f"{z} @ {given(g, n, size(g, FEW, EDGE))}"
        case 5:
            return f"{z}.T @ {given(g, m, size(g, FEW, EDGE))}"
        case 6:
            return f"mean({z} * {z})"
    return z


def lines(g: Generator) -> list[str]:
    """Reductions of each line of a matrix, and of the line minus that."""
    rows, length = g.turn(((FEW, (1000, 1500)), (EDGE, LONG), ((100, 300), (100, 130)), ((64,), (1000,)), (LONG, FEW),
                           (LONG, EDGE), (FEW, (10, 100))))  # fmt: skip
    m, n = sizes(g, rows, length)
    x = let(g, f"2 * {laid_out(g, m, n)}", (m, n)) if g.chance(0.4) else given(g, m, n)
    found = g.random.choice(
        (
            f"softmax({x})",
            f"softmax({x} * {given(g, m)}[:, new])",
            f"log_softmax({x})",
            f"softmax({x}, axis=0)",
            f"exp({x} - max({x}, axis=1, keepdims=true))",
            f"({x} - mean({x}, axis=1, keepdims=true)) / sqrt(var({x}, axis=1, keepdims=true) + 0.01)",
            f"({x} - min({x}, axis=0)) / (sum(abs({x}), axis=1) + 1)[:, new]",
        )
    )
    p = let(g, found, (m, n))
    if g.chance(0.3) and (kept := g.kept((m, n))):
        g.draft.updates.append(f"{kept.text} <- {g.random.choice((f'{kept.text} * 0.5 + {p}', f'{p} - {kept.text}'))}")
    # Each of these once at most, some of them together.
    ways = (
        p,
        f"-sum(log({p} * {p} + 0.1) * {given(g, m, n)}, axis=1)",
        f"{p} * (1 - {p}) + {x}",
        f"sum({p}, axis=0)",
        f"argmax({p}, axis=1)",
        f"{p} @ {given(g, n, size(g, FEW, EDGE))}",
        f"{p}[::-1] * {x}",
        f"max({p}, axis=1) - mean({p}, axis=1)",
    )
    return g.random.sample(ways, g.random.choice((1, 2, 3)))


REDUCTIONS = ("sum", "sum", "mean", "max", "min")
POSITIONS = ("argmax", "argmin")
TRUTHS = ("all", "any", "sum")


def reduction(g: Generator) -> list[str]:
    """Reductions of many lines, long ones or both, along any axes."""
    shape = sizes(
        g,
        *g.turn(
            (
                (ENDLESS, FEW),
                (FEW, ENDLESS),
                (ENDLESS,),
                (ENDLESS, EDGE),
                (EDGE, ENDLESS),
                (LONG, LONG),
                (FEW, LONG, LONG),
                (LONG, EDGE, EDGE),
                (EDGE, LONG, FEW),
                (FEW, FEW, ENDLESS),
                (LONG, (257, 300, 513)),
                (FEW, FEW, FEW),
            )
        ),
    )
    x = given(g, *shape)
    read = g.random.choice((x, x, f"{x} * {given(g, shape[-1])}", f"({x} - 0.5) * {given(g, *shape)}", f"{x}[::-1]"))
    rank = len(shape)
    axes = [*(f", axis={axis}" for axis in range(rank)), ""]
    if rank == 3:
        axes += [", axis=(0, 1)", ", axis=(0, 2)", ", axis=(1, 2)"]
        if g.chance(0.3):
            read, axes = f"transpose({read}, (1, 2, 0))", axes
    results = [f"{g.random.choice(REDUCTIONS)}({read}{axis})" for axis in g.random.sample(axes, min(2, len(axes)))]
    axis = g.random.choice(axes)
    # Seldom true, or seldom false, so that each one counts.
    test = g.random.choice((f"{x} > -3.5", f"{x} > 3.5", f"{x} == {x}", f"{x} > 0"))
    results.append(f"{g.random.choice(TRUTHS)}({test}{axis})")
    if rank > 1:
        results.append(f"{g.random.choice(POSITIONS)}({x}, axis={g.random.randrange(rank)})")
    return results


def rearranged(g: Generator) -> list[str]:
    """Arrays that are read in another order than they are written."""
    if g.chance(0.5):
        m, n = sizes(g, *g.turn(((LONG, LONG), (EDGE, EDGE), (LONG, EDGE), (FEW, FEW))))
        x = given(g, n, m)
        y = let(g, f"{activated(g, f'{x}.T')} + {laid_out(g, m, n)}", (m, n))
        return g.random.sample((y, f"{x}.T", f"{y}[:, ::-1] * {given(g, n)}", f"{y} * {x}.T"), 2)
    first, second, third = shape = sizes(g, *g.turn(((EDGE, EDGE, LONG), (FEW, LONG, LONG), (EDGE, EDGE, EDGE))))
    x = given(g, *shape)
    y = let(g, f"transpose({x}, (2, 0, 1)) * {given(g, third, first, second)}", (third, first, second))
    return [f"transpose({x}, (0, 2, 1)) + {given(g, second)}", y, f"sum({y}, axis={g.random.randrange(3)})"]


EXCEPTIONAL = (
    ("minimum({a}, {b})", "sign({a})", "{a} // {b}", "max({a})", "{a} <= {b}"),
    ("maximum({a}, {b})", "abs({a})", "{a} % {b}", "min({a})", "{a} != {b}"),
    ("minimum({b}, 0.5)", "sign({a} - {a})", "round({a})", "relu({a})", "isnan({a} / {b})"),
    ("maximum(0.0, {b})", "-{a}", "floor({b})", "switch({a} < {b}, {a}, {b})", "not ({a} >= {b})"),
)


def exceptional(g: Generator) -> list[str]:
    """Values that include infinities, zeros of either sign and NaN."""
    g.special = True
    shape = sizes(g, *g.turn(((EDGE,), (EDGE, EDGE), (FEW,), (FEW, EDGE))))
    a, b = given(g, *shape), given(g, *shape)
    return [text.format(a=a, b=b) for text in g.turn(EXCEPTIONAL)]


FORMS: tuple[Form, ...] = (
    product,
    reduction,
    product,
    lines,
    exceptional,
    product,
    rearranged,
    product,
    reduction,
)
