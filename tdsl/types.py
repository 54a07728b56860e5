"""Types: a dtype and a shape whose sizes are integer formulas over dims, in one canonical form.

Two sizes are the same exactly if their canonical forms are, so shape equality is `==`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from enum import Enum
from functools import cached_property

from tdsl.record import record

Shape = tuple["Dim", ...]


class Kind(Enum):
    """The sort of number that a dtype holds."""

    BOOL = "bool"
    INTEGER = "integer"
    REAL = "real"
    SEVERAL = "several"


@record(frozen=True, eq=False)
class DType:
    """An element type, one of those below; `name` is its spelling in tdsl, `numpy` in NumPy, `c` in C."""

    name: str
    kind: Kind
    bits: int
    numpy: str
    c: str

    def __str__(self) -> str:
        return self.name


BOOL = DType("bool", Kind.BOOL, 8, "bool", "bool")
U8 = DType("u8", Kind.INTEGER, 8, "uint8", "uint8_t")
I32 = DType("i32", Kind.INTEGER, 32, "int32", "int32_t")
I64 = DType("i64", Kind.INTEGER, 64, "int64", "int64_t")
F32 = DType("f32", Kind.REAL, 32, "float32", "float")
F64 = DType("f64", Kind.REAL, 64, "float64", "double")
SEVERAL = DType("several", Kind.SEVERAL, 0, "", "")
DTYPES = {dtype.name: dtype for dtype in (BOOL, U8, I32, I64, F32, F64)}


@record(frozen=True)
class Ratio:
    """`top // bottom` or `top % bottom`, an atom where the division cannot be carried out."""

    operator: str
    top: Dim
    bottom: Dim

    @cached_property
    def nesting(self) -> int:
        return 1 + max(self.top.nesting, self.bottom.nesting)

    @property
    def at_least_zero(self) -> bool:
        """Whether that holds for any sizes of the dims."""
        return self.bottom.at_least(1) and (self.operator == "%" or self.top.at_least(0))


Atom = str | Ratio
Monomial = tuple[Atom, ...]


def _order(monomial: Monomial) -> tuple[int, str]:
    return -len(monomial), " ".join(str(atom) for atom in monomial)


@record(frozen=True)
class Dim:
    """A polynomial with integer coefficients over dims (each at least 0) and ratios.

    `alias` is the const it was written as, for messages; it takes no part in equality.
    """

    terms: tuple[tuple[Monomial, int], ...]
    alias: str | None = field(default=None, compare=False)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Dim) and self.terms == other.terms)

    def __hash__(self) -> int:
        return hash(self.terms)

    @staticmethod
    def of(value: int, alias: str | None = None) -> Dim:
        return Dim((((), value),) if value else (), alias)

    @staticmethod
    def symbol(name: str) -> Dim:
        return Dim((((name,), 1),))

    @staticmethod
    def _collect(terms: Iterable[tuple[Monomial, int]]) -> Dim:
        total: dict[Monomial, int] = {}
        for monomial, coefficient in terms:
            total[monomial] = total.get(monomial, 0) + coefficient
        kept = [(monomial, coefficient) for monomial, coefficient in total.items() if coefficient]
        if len(kept) > 1:
            kept.sort(key=lambda term: _order(term[0]))
        return Dim(tuple(kept))

    @property
    def constant(self) -> int | None:
        """The number, if it is one."""
        if not self.terms:
            return 0
        monomial, coefficient = self.terms[0]
        return coefficient if len(self.terms) == 1 and not monomial else None

    def __add__(self, other: Dim | int) -> Dim:
        more = _dim(other)
        if not more.terms:
            return self
        return Dim._collect((*self.terms, *more.terms)) if self.terms else more

    def __neg__(self) -> Dim:
        return Dim(tuple((monomial, -coefficient) for monomial, coefficient in self.terms))

    def __sub__(self, other: Dim | int) -> Dim:
        return self + -_dim(other)

    def __mul__(self, other: Dim | int) -> Dim:
        more = _dim(other)
        if len(self.terms) == len(more.terms) == 1:
            # Most sizes are one product: nothing is to be put in order.
            ((mine, a),), ((its, b),) = self.terms, more.terms
            if mine and its:
                return Dim(((tuple(sorted(mine + its, key=str)), a * b),))
            return self._times(b) if mine else more._times(a)
        if (factor := self.constant) is not None:
            return more._times(factor)
        if (factor := more.constant) is not None:
            return self._times(factor)
        return Dim._collect(
            (tuple(sorted(left + right, key=str)), a * b) for left, a in self.terms for right, b in more.terms
        )

    def _times(self, factor: int) -> Dim:
        if factor == 1:
            return self
        return Dim(tuple([(monomial, coefficient * factor) for monomial, coefficient in self.terms if factor]))

    def __floordiv__(self, other: Dim | int) -> Dim:
        bottom = _dim(other)
        number = bottom.constant
        if number == 0:
            raise ZeroDivisionError
        if number is not None and self.constant is not None:
            return Dim.of(self.constant // number)
        if self == bottom:
            return Dim.of(1)
        if number is None:
            return Dim((((Ratio("//", self, bottom),), 1),))
        whole, rest = self._divided(number)
        if rest.constant is not None:
            return whole + rest.constant // number
        return whole + Dim((((Ratio("//", rest, bottom),), 1),))

    def __mod__(self, other: Dim | int) -> Dim:
        bottom = _dim(other)
        number = bottom.constant
        if number == 0:
            raise ZeroDivisionError
        if number is not None and self.constant is not None:
            return Dim.of(self.constant % number)
        if number is None:
            return Dim((((Ratio("%", self, bottom),), 1),))
        _, rest = self._divided(number)
        if rest.constant is not None:
            return Dim.of(rest.constant % number)
        return Dim((((Ratio("%", rest, bottom),), 1),))

    def _divided(self, number: int) -> tuple[Dim, Dim]:
        """The terms that a number divides, divided, and the others."""
        whole = tuple((m, c // number) for m, c in self.terms if c % number == 0)
        return Dim(whole), Dim(tuple((m, c) for m, c in self.terms if c % number))

    def at_least(self, bound: int) -> bool:
        """Whether this is certainly `bound` or more if every dim is at least 0."""
        rest = self - bound if bound else self
        return all(
            coefficient > 0 and all(isinstance(atom, str) or atom.at_least_zero for atom in monomial)
            for monomial, coefficient in rest.terms
        )

    def exactly(self, divisor: Dim) -> Dim | None:
        """The size that `divisor`, one product, must be multiplied by to give this; None if that is no polynomial."""
        if len(divisor.terms) != 1:
            return Dim.of(1) if self == divisor and self.terms else None
        ((factors, number),) = divisor.terms
        out: list[tuple[Monomial, int]] = []
        for monomial, coefficient in self.terms:
            left = list(monomial)
            for atom in factors:
                if atom not in left:
                    return None
                left.remove(atom)
            if coefficient % number:
                return None
            out.append((tuple(left), coefficient // number))
        return Dim._collect(out)

    @cached_property
    def nesting(self) -> int:
        """The nesting depth of ratios."""
        atoms = (atom for monomial, _ in self.terms for atom in monomial)
        return max((atom.nesting for atom in atoms if isinstance(atom, Ratio)), default=0)

    @property
    def degree(self) -> int:
        """The number of dims and ratios in the longest of its products."""
        return max((len(monomial) for monomial, _ in self.terms), default=0)

    def symbols(self) -> set[str]:
        """The dims that it depends on."""
        found: set[str] = set()
        for monomial, _ in self.terms:
            for atom in monomial:
                found |= {atom} if isinstance(atom, str) else atom.top.symbols() | atom.bottom.symbols()
        return found

    def substitute(self, values: Mapping[str, Dim]) -> Dim:
        """The size with dims replaced by other sizes."""
        return self._map(lambda name: values.get(name, Dim.symbol(name)))

    def evaluate(self, values: Mapping[str, int]) -> int:
        """Its number for given sizes of all its dims."""
        number = self.substitute({name: Dim.of(value) for name, value in values.items()}).constant
        if number is None:
            raise KeyError(f"{self} has dims without a size")
        return number

    def _map(self, value: Callable[[str], Dim]) -> Dim:
        if not self.symbols():
            return self
        return summed(self._mapped_terms(value))

    def _mapped_terms(self, value: Callable[[str], Dim]) -> Iterator[Dim]:
        for monomial, coefficient in self.terms:
            product = Dim.of(coefficient)
            for atom in monomial:
                if isinstance(atom, str):
                    product = product * value(atom)
                else:
                    top, bottom = atom.top._map(value), atom.bottom._map(value)
                    product = product * (top // bottom if atom.operator == "//" else top % bottom)
            yield product

    def spell(self, name: Callable[[str], str] = str, ratio: Callable[[str, str, str], str] | None = None) -> str:
        """The text of the size; `name` and `ratio` spell dims and ratios, by default as tdsl does."""
        ratio = ratio or (lambda operator, top, bottom: f"({_part(top)} {operator} {_part(bottom)})")
        if not self.terms:
            return "0"
        text = ""
        for monomial, coefficient in self.terms:
            factors = [
                name(atom)
                if isinstance(atom, str)
                else ratio(atom.operator, atom.top.spell(name, ratio), atom.bottom.spell(name, ratio))
                for atom in monomial
            ]
            factors = [factor if factor.isidentifier() or not monomial else _wrap(factor) for factor in factors]
            if abs(coefficient) != 1 or not factors:
                factors = [str(abs(coefficient)), *factors]
            sign = ("-" if coefficient < 0 else "") if not text else (" - " if coefficient < 0 else " + ")
            text += sign + " * ".join(factors)
        return text

    def __str__(self) -> str:
        return self.spell()


ZERO = Dim.of(0)
ONE = Dim.of(1)


def _wrap(text: str) -> str:
    return text if text[0].isalpha() or text[0] in "_(" else f"({text})"


def _part(text: str) -> str:
    return text if text.isidentifier() or text.isdigit() else f"({text})"


def _dim(value: Dim | int) -> Dim:
    return value if isinstance(value, Dim) else Dim.of(value)


def summed(sizes: Iterable[Dim]) -> Dim:
    """The sum of many sizes, brought into its order once."""
    return Dim._collect(term for size in sizes for term in size.terms)


def element_count(sizes: Iterable[Dim]) -> Dim:
    """The number of elements of a shape."""
    total = None
    for size in sizes:
        total = size if total is None else total * size
    return ONE if total is None else total


def spell_tuple(items: Iterable[object]) -> str:
    """`(B, 2)`, and `(B,)` for one: as tdsl and Python write it."""
    texts = [str(item) for item in items]
    return f"({', '.join(texts)}{',' * (len(texts) == 1)})"


@record(frozen=True)
class Type:
    """The type of an expression: a dtype and a shape (empty for a scalar)."""

    dtype: DType
    shape: Shape = ()

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def is_real(self) -> bool:
        return self.dtype.kind is Kind.REAL

    def with_shape(self, shape: Shape) -> Type:
        return Type(self.dtype, shape)

    def with_dtype(self, dtype: DType) -> Type:
        return Type(dtype, self.shape)

    def spell(self, real: DType | None = None) -> str:
        """The text of the type; the build's own float dtype reads `real`."""
        name = "real" if self.dtype == real else self.dtype.name
        return name + (f"[{', '.join(map(str, self.shape))}]" if self.shape else "")

    def __str__(self) -> str:
        return self.spell()


@record(frozen=True)
class Tuple(Type):
    """The type of a node with several results, which only `item` nodes take apart."""

    dtype: DType = field(default=SEVERAL, init=False)
    shape: Shape = field(default=(), init=False)
    items: tuple[Type, ...] = ()

    def spell(self, real: DType | None = None) -> str:
        return spell_tuple(item.spell(real) for item in self.items)

    def __str__(self) -> str:
        return self.spell()
