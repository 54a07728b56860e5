"""Random files, valid by construction: the type of a result is chosen first, then something that can make it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TypeVar

from .forms import FORMS
from .makers import FUNCTION_MAKERS, MAKERS, OWN, ROW_RULES, RULES
from .pieces import Piece, Shape, Size, declared, elements, literal, spelled
from .program import Program, with_header

NUMBERS = (2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 33)
Choice = TypeVar("Choice")
DIMS = ("N", "M", "K", "L")
MOST_ELEMENTS = 1200
# The sizes of large files.
LARGE_NUMBERS = (64, 67, 130, 257, 513)
MOST_LARGE_ELEMENTS = 70_000
MOST_KEPT_ELEMENTS = 20_000
MOST_DIRECTIONS = 40
# Above this a value would soon be lost in overflow.
LARGE = 1e4


@dataclass
class Draft:
    """An entry in the making."""

    name: str
    parameters: dict[str, Piece] = field(default_factory=dict)
    dims: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    updates: list[str] = field(default_factory=list)
    pool: list[Piece] = field(default_factory=list)
    lets: int = 0
    # A function's body has its parameters and nothing else.
    closed: bool = False

    def inside(self, pieces: list[Piece]) -> Draft:
        """The body of a loop, which has more pieces and lines of its own."""
        return Draft(
            self.name,
            self.parameters,
            self.dims,
            updates=self.updates,
            pool=[*self.pool, *pieces],
            lets=self.lets + 1,
        )


class Generator:
    """Makes one file, which depends on the seed alone."""

    def __init__(self, seed: int, large: bool = False) -> None:
        self.seed = seed
        self.large = large
        self.numbers = NUMBERS + LARGE_NUMBERS if large else NUMBERS
        self.most = MOST_LARGE_ELEMENTS if large else MOST_ELEMENTS
        self.random = random.Random(seed)
        self.dims = {name: self.number() for name in DIMS}
        self.shared: list[Piece] = []
        # Only for the entry that updates it.
        self.private: list[Piece] = []
        # The values of instances.
        self.members: list[Piece] = []
        self.turns: dict[tuple[object, ...], int] = {}
        self.functions: list[tuple[str, int, float]] = []
        # Those with their own derivatives, and whether these are by both parameters.
        self.owned: list[tuple[str, bool]] = []
        self.inputs: list[Piece] = []
        self.draft = Draft("")
        self.special = False
        self.small = False

    # Choices

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def turn(self, choices: tuple[Choice, ...]) -> Choice:
        """One after the other, so that a few files have them all."""
        place = self.turns.get(choices, self.seed // 2)
        self.turns[choices] = place + 1
        return choices[place % len(choices)]

    def number(self) -> int:
        return self.random.choice((0, 1)) if self.chance(0.12) else self.random.choice(self.numbers)

    def size(self) -> Size:
        if self.chance(0.4):
            name = self.random.choice(DIMS)
            return Size(name, self.dims[name])
        if self.chance(0.03):
            name = self.random.choice(DIMS)
            return Size(f"{name} + 2", self.dims[name] + 2)
        return literal(self.number())

    def shape(self, rank: int | None = None) -> Shape:
        rank = self.random.choices((0, 1, 2, 3), (2, 4, 5, 3))[0] if rank is None else rank
        while True:
            square = self.size() if self.chance(0.15) else None
            shape = tuple(square or self.size() for _ in range(rank))
            if elements(shape) <= (60 if self.small else self.most):
                return shape

    def fits(self, shape: Shape) -> bool:
        return elements(shape) <= (MOST_ELEMENTS if self.small else self.most) and len(shape) <= 4

    # Leaves and names

    def leaf(self, shape: Shape, dtype: str) -> Piece:
        found = [piece for piece in self.draft.pool if piece.shape == shape and piece.dtype == dtype]
        if found and self.chance(0.8):
            return self.random.choice(found[-4:])
        if self.draft.closed:
            return self.draft.pool[1] if dtype == "real" else Piece("a < b", shape, "bool")
        if dtype == "real" and self.chance(0.1):
            number = round(self.random.uniform(-2, 2), 2)
            return Piece(f"full({spelled(shape)}, {number})" if shape else str(number), shape, dtype, limit=2)
        return self.parameter(shape, dtype)

    def parameter(self, shape: Shape, dtype: str) -> Piece:
        prefix = "s" if self.special and dtype == "real" else {"real": "x", "bool": "c"}.get(dtype, "k")
        name = f"{prefix}{len(self.draft.parameters)}"
        depends = frozenset({name} if dtype == "real" else ())
        piece = Piece(name, shape, dtype, depends, 4 if dtype == "real" else 10)
        self.draft.parameters[name] = piece
        self.draft.pool.append(piece)
        return piece

    def kept(self, shape: Shape) -> Piece | None:
        """A variable of the module, whose sizes must be numbers."""
        if elements(shape) > MOST_KEPT_ELEMENTS or not all(size.text.isdigit() for size in shape):
            return None
        text = f"V{len(self.private)}"
        self.private.append(Piece(text, shape, "real", frozenset({text})))
        return self.private[-1]

    def named(self, piece: Piece) -> Piece:
        """A `let` for it."""
        name = f"t{self.draft.lets}"
        self.draft.lets += 1
        self.draft.lines.append(f"let {name} = {piece.text}")
        depends = piece.depends | {name} if piece.depends else piece.depends
        result = Piece(name, piece.shape, piece.dtype, depends, piece.limit)
        self.draft.pool.append(result)
        return result

    def make(self, shape: Shape, dtype: str = "real", depth: int = 3) -> Piece:
        if depth <= 0 or self.chance(0.12):
            return self.leaf(shape, dtype)
        known = [piece for piece in self.draft.pool if piece.shape == shape and piece.dtype == dtype]
        if known and self.chance(0.25):
            return self.random.choice(known)
        ways = MAKERS[dtype if dtype in MAKERS else "int"]
        for _ in range(8):
            way = self.random.choices([w for w, _ in ways], [weight for _, weight in ways])[0]
            piece: Piece | None = way(self, shape, dtype, depth - 1)
            if piece is not None and piece.limit <= LARGE:
                assert piece.shape == shape and piece.dtype == dtype, (way, piece, shape, dtype)
                return self.named(piece) if self.chance(0.45) else piece
        return self.leaf(shape, dtype)

    # Files

    def file(self, entries: int = 25) -> Program:
        width = 64 if self.seed % 4 in (1, 2) else 32
        for number in range(self.random.randrange(1, 4)):
            shape = tuple(literal(self.random.choice((1, 2, 3, 5, 8))) for _ in range(self.random.randrange(3)))
            self.shared.append(Piece(f"W{number}", shape, "real", frozenset({f"W{number}"})))
        lines = [line for number in range(3) for line in self.function(f"f{number}")]
        lines += self.own_derivatives()
        lines += self.models()
        lines += [line for number in range(2) for line in self.input(number)]
        for number in range(entries):
            lines += ["", *self.entry(f"e{number}")]
        shared = [f"shared {declared(piece)}" for piece in (*self.shared, *self.private)]
        lines = ["use std.nn", "use std.optim", f"dim {', '.join(DIMS)}", *shared, *lines]
        return with_header(width, self.seed, self.dims, "\n".join(lines) + "\n")

    def function(self, name: str) -> list[str]:
        """Elementwise, of two parameters of any shape."""
        self.draft = Draft(name, closed=True)
        for parameter in "ab":
            self.draft.pool.append(Piece(parameter, (), "real", frozenset({parameter})))
        piece = self.draft.pool[0]
        for _ in range(3):
            way = self.random.choice(FUNCTION_MAKERS)
            found = way(self, (), "real", 0)
            if found is not None and found.limit <= 100:
                piece = self.named(found)
        if piece.depends != {"a", "b"}:
            piece = Piece(f"{piece.inner} + a * b", (), "real", frozenset("ab"), piece.limit + 16)
        self.functions.append((name, 2, piece.limit))
        return [f"fn {name}(a, b) {{", *(f"    {line}" for line in self.draft.lines), f"    {piece.text}", "}"]

    def own_derivatives(self) -> list[str]:
        self.owned = [("d0", True), ("d1", False)]
        first, second, third = self.random.sample(OWN, 3)
        return [
            "fn d0(a, b) = sin(a) * b + 0.5 * a",
            f"derivative d0(a, b) for y, g = ({first}, {second})",
            "fn d1(a, b) = switch(a > 0, 1.0, -1.0) * b",
            f"derivative d1(a, b) for y, g = ({third}, 0)",
        ]

    def input(self, number: int) -> list[str]:
        """An input that entries give, and definitions made of it."""
        shape = self.shape(self.random.choice((1, 2)))
        piece = Piece(f"G{number}", shape, "real", frozenset({f"G{number}"}))
        self.inputs.append(piece)
        function, _, _ = self.random.choice(self.functions)
        return [
            f"input {declared(piece)}",
            f"input on{number}: bool = {self.random.choice(('true', 'false'))}",
            f"let H{number} = {function}({piece.text}, 0.7) * (if on{number} then 0.5 else 1)",
            f"let S{number} = sum(sin(H{number}) * {piece.text})",
        ]

    def give(self) -> None:
        """A value in the place of an input: with its sizes, or with the numbers that they are in every call.  It cannot
        fault, as a derivative computes no part of its cost that does not depend on the variable."""
        number = self.random.randrange(len(self.inputs))
        shape = self.inputs[number].shape
        plain = all(size.text.isalnum() for size in shape)
        shape_given = tuple(literal(size.number) for size in shape) if plain and self.chance(0.5) else shape
        found = self.make(shape_given)
        if any(
            word in text
            for text in (*self.draft.lines, found.text)
            for word in ("//", "%", "[", "gather", "scatter", "within")
        ):
            self.draft = Draft(self.draft.name, pool=list(self.shared))
            found = self.parameter(shape_given, "real")
        self.draft.lines.append(f"given G{number} = {found.text}")
        if self.chance(0.4):
            self.draft.lines.append(f"given on{number} = {self.random.choice(('true', 'false'))}")
        limit = max(limit for _, _, limit in self.functions)
        self.draft.pool += [
            Piece(f"H{number}", shape, "real", found.depends, limit),
            Piece(f"S{number}", (), "real", found.depends, elements(shape) * max(found.limit, 1)),
        ]

    def models(self) -> list[str]:
        """A model over functions of the file, one instance and a list; their values and functions are as others."""
        size = literal(self.random.choice((1, 2, 3, 5, 8)))
        for number, owner in enumerate(("m", "ms[0]", "ms[1]")):
            _, _, limit = self.functions[number]
            for kept, shape in (("c", ()), ("V", (size,))):
                text = f"{owner}.{kept}"
                self.members.append(Piece(text, shape, "real", frozenset({text})))
            self.functions.append((f"{owner}.mixed", 2, limit + 8))
        first, second, third = (name for name, _, _ in self.functions[:3])
        return [
            "model Mixed(f, by) {",
            "    shared c: real",
            f"    shared V: real[{size.text}]",
            "    state seen: real = 0",
            "    fn mixed(a, b) = f(a, b) + by * sin(c) * a",
            "    fn step(x) {",
            "        seen <- 0.5 * seen + sum(x)",
            "        x * cos(c) + by * seen",
            "    }",
            "}",
            f"model m = Mixed({first}, 0.5)",
            f"model ms[i in 2] = Mixed(if i == 0 then {second} else {third}, by=0.25 * (i + 1))",
        ]

    def entry(self, name: str) -> list[str]:
        self.draft = Draft(name, pool=[*self.shared, *self.members])
        self.special = self.small = False
        if not self.large and self.chance(0.15):
            self.give()
        whole = self.large and self.chance(0.8)
        some_rows = not whole and self.chance(0.06)
        results = self.turn(FORMS)(self) if whole else self.rows() if some_rows else self.results()
        updates = self.draft.updates
        for dim in DIMS:
            used = any(dim in size.text for piece in self.draft.parameters.values() for size in piece.shape)
            alone = any(dim == size.text for piece in self.draft.parameters.values() for size in piece.shape)
            text = " ".join([*self.draft.lines, *results, *updates])
            if not alone and (used or f"{dim}" in text) and self.chance(0.5):
                self.draft.dims.append(dim)
            elif not alone and (used or f"{dim}" in text):
                self.draft.parameters[f"n{dim}"] = Piece(f"n{dim}", (Size(dim, self.dims[dim]),), "real")
        sizes = [f"dim {dim}" for dim in self.draft.dims]
        parameters = ", ".join([*map(declared, self.draft.parameters.values()), *sizes])
        listed = ""
        if self.chance(0.05):
            listed = "[i in 2]"
            results = [*results, "2 * i + 1"]
        if self.chance(0.1):
            results = [f"r{place} = {text}" for place, text in enumerate(results)]
        named = any(" = " in text for text in results)
        result = f"({', '.join(results)})" if len(results) > 1 or named else results[0]
        body = [f"    {line}" for line in [*self.draft.lines, *updates]]
        return (
            [f"entry {name}{listed}({parameters}) -> {result} {{", *body, "}"]
            if body
            else [f"entry {name}{listed}({parameters}) -> {result}"]
        )

    def results(self) -> list[str]:
        """Any values, with their derivatives if these can be had by differences."""
        self.special = self.chance(0.15)
        self.small = not self.special and self.chance(0.45)
        results = []
        if self.chance(0.2):
            x = self.make(self.shape(), "real", 2)
            owner = self.random.choice(("m", "ms[0]", "ms[1]"))
            results.append(self.named(Piece(f"{owner}.step({x.text})", x.shape, "real", x.depends, x.limit + 4)).text)
        for _ in range(self.random.choices((1, 2, 3), (4, 4, 2))[0]):
            dtype = self.random.choices(("real", "int", "bool", "i32", "u8"), (16, 2, 2, 1, 1))[0]
            results.append(self.make(self.shape(), dtype, self.random.randrange(2, 5)).text)
        if self.small:
            results += self.derivatives(self.draft.updates)
        elif self.chance(0.2):
            target = self.random.choice((*self.shared, *self.members))
            self.draft.updates.append(f"{target.text} <- {self.make(target.shape, 'real', 3).text}")
        return results

    def rows(self) -> list[str]:
        """Some rows of a kept array are written, or a cost reads them alone."""
        count, width = self.random.choice((1, 2, 5, 8, 17)), self.random.choice((1, 2, 3, 8))
        kept = self.kept((literal(count), literal(width))) if self.chance(0.8) else self.kept((literal(count),))
        assert kept is not None
        marks = self.shape(self.random.choice((0, 1, 1, 2)))
        while elements(marks) > 40:
            marks = self.shape(1)
        at = f"{self.parameter(marks, 'int').text} % {count}"
        part = self.make((*marks, *kept.shape[1:]), "real", 2)
        read = f"{kept.text}[{at}]"
        if self.chance(0.5):
            operator, text = self.random.choice(("+=", "=")), part.inner
            if self.chance(0.3):
                text = f"0.5 * {read} + {text}"
            self.draft.updates.append(f"{kept.text} <- {kept.text} with [{at}] {operator} {text}")
            return [self.random.choice((read, f"sum({kept.text}, axis=0)", f"2 * {part.text}"))]
        t, rule = self.named(Piece(read, part.shape, "real", kept.depends)), self.random.choice(ROW_RULES)
        if self.chance(0.3) and rule != "sparse_adam(0.1)":
            # Another way to read than by positions, which touches every row.
            t = self.named(Piece(f"{t.text} * {kept.text}[0]", part.shape, "real", kept.depends))
        cost = self.named(Piece(f"sum(sin({t.text}) * {part.inner})", (), "real", kept.depends))
        self.draft.updates.append(f"minimize {cost.text} over {kept.text} with {rule}")
        return [cost.text, read] if self.chance(0.3) else [cost.text]

    def products(self, cost: Piece, able: list[str], stopped: bool) -> list[str]:
        """Products with a Jacobian, or all of it."""
        ways = ["vjp", "jvp", "jacobian"] + ([] if stopped else ["hessian"])
        way = self.random.choice(ways)
        shapes = {piece.text: piece.shape for piece in self.draft.pool}
        if way == "hessian":
            few = [name for name in able if elements(shapes[name]) <= 4]
            return [f"hessian({cost.text}, {few[0]})"] if few else []
        made = self.make(self.shape(self.random.choice((0, 1, 1, 2))), "real", 3)
        y = self.named(Piece(f"sin({made.text})", made.shape, "real", made.depends))
        shapes = {piece.text: piece.shape for piece in self.draft.pool}
        values = {*self.draft.parameters, *(piece.text for piece in (*self.shared, *self.members))}
        names = [name for name in sorted(y.depends & values) if elements(shapes[name]) <= MOST_DIRECTIONS]
        if way == "jacobian":
            names = [name for name in names if elements(shapes[name]) * elements(y.shape) <= 200]
        if not names:
            return []
        name = self.random.choice(names)
        if way == "vjp":
            return [f"vjp({y.text}, {name}, {self.make(y.shape, 'real', 1).text})"]
        if way == "jvp" and len(names) > 1 and self.chance(0.4):
            first, second = self.random.sample(names, 2)
            along = ", ".join(self.make(shapes[part], "real", 1).text for part in (first, second))
            return [f"jvp({y.text}, ({first}, {second}), ({along}))"]
        if way == "jvp":
            return [f"jvp({y.text}, {name}, {self.make(shapes[name], 'real', 1).text})"]
        return [f"jacobian({y.text}, {name})"]

    def derivatives(self, updates: list[str]) -> list[str]:
        """Results that are gradients, or a `minimize`."""
        scalar = self.make((), "real", 2)
        for _ in range(2):
            inner = self.make(self.shape(), "real", 3)
            if inner.depends:
                scale = f"{round(self.random.uniform(0.2, 2), 2)}"
                reduced = self.random.choice(("mean", "sum", "sum")) if elements(inner.shape) else "sum"
                term = f"{reduced}({inner.text})" if inner.shape else inner.inner
                scalar = Piece(f"{scalar.inner} + {scale} * {term}", (), "real", scalar.depends | inner.depends)
        waypoint = ""
        if scalar.depends and self.chance(0.5):
            # A let of its own: one that only has another name for a value would stand for that value.
            inner = self.make(self.shape(1), "real", 2)
            found = self.named(Piece(f"{inner.inner} * 1.{self.draft.lets + 1}07", inner.shape, "real", inner.depends))
            if found.depends:
                waypoint = found.text
                scalar = Piece(f"{scalar.inner} - sum(sin({waypoint}))", (), "real", scalar.depends | {waypoint})
        cost = self.named(scalar)
        shapes = {piece.text: piece.shape for piece in self.draft.pool}
        kept_values = (*self.shared, *self.members)
        given = {*self.draft.parameters, *(piece.text for piece in kept_values), waypoint}
        able = [name for name in sorted(cost.depends & given) if elements(shapes[name]) <= MOST_DIRECTIONS]
        if not able:
            return []
        kept = [name for name in able if name.startswith(("W", "m"))]
        if self.chance(0.06):
            total = f"(for b in ms {{\nstate h: real = {cost.text}\nh <- h * sin(b.c) + sum(b.V)\n}})"
            cost = self.named(Piece(total, (), "real", cost.depends))
            updates.append(f"minimize {cost.text} over ms with {self.random.choice(RULES)}")
            return [cost.text]
        if kept and self.chance(0.3):
            verb = self.random.choice(("minimize", "minimize", "maximize"))
            text = " ".join(self.draft.lines)
            plain = all(piece.text in kept or piece.text not in text for piece in kept_values)
            plain = plain and "mixed(" not in text and "step(" not in text
            over = "" if plain and self.chance(0.7) else f" over {', '.join(kept)}"
            updates.append(f"{verb} {cost.text}{over} with {self.random.choice(RULES)}")
            return [cost.text]
        chosen = self.random.sample(able, min(len(able), 2))
        # By differences, in which an operand of stop_grad would change, and a value as its derivative does not say.
        stopped = any(word in line for line in self.draft.lines for word in ("stop_grad", "d0(", "d1("))
        second = [name for name in chosen if elements(shapes[name]) <= 6 and not stopped]
        if self.chance(0.3) and (products := self.products(cost, able, stopped)):
            return products
        if second and self.chance(0.1):
            return [f"grad(sum(sin(grad({cost.text}, {second[0]}))) + sum({second[0]}), {second[0]})"]
        if len(chosen) > 1 and self.chance(0.3):
            updates.insert(0, f"let g = grad({cost.text}, ({', '.join(chosen)}))")
            return ["g[0]", "2 * g[1]"]
        return [f"grad({cost.text}, {name})" for name in chosen]
