"""Elementwise ops: the oracle of one element in plain Python, where its operands lie, and where it has a kink."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from mpmath import mp

from tdsl.ir.node import OPS
from tdsl.types import (
    BOOL,
    DTYPES,
    F32,
    F64,
    I32,
    I64,
    U8,
    Dim,
    DType,
)

from .case import Case, Draw, between, coin, far, normal, whole


def error_function(x: float) -> float:
    """The function by its Taylor series."""
    terms = (((-1) ** n * x ** (2 * n + 1)) / (math.factorial(n) * (2 * n + 1)) for n in range(80))
    return 2 / math.sqrt(math.pi) * math.fsum(terms)


def close(a: Any, b: Any) -> Any:
    return np.abs(a - b) < 0.05


def near_whole(x: Any) -> Any:
    return np.abs(x - np.round(x)) < 0.02


def order_slope(a: float, x: float, order: int) -> float:
    """The derivative of the lower incomplete gamma function by its order, of order 1 or 2, by differences."""
    with mp.workdps(40):
        step = mp.mpf("1e-10")
        below, here, above = (mp.gammainc(a + k * step, 0, x, regularized=True) for k in (-1, 0, 1))
        return float((above - below) / step / 2 if order == 1 else (above - 2 * here + below) / step**2)


POSITIVE, UNIT, ANY, FEW = between(0.1, 4), between(-0.95, 0.95), normal, between(0.7, 6)
TABLE: dict[str, tuple[Callable[..., Any], tuple[Draw, ...]]] = {
    "add": (lambda a, b: a + b, (ANY, ANY)),
    "sub": (lambda a, b: a - b, (ANY, ANY)),
    "mul": (lambda a, b: a * b, (ANY, ANY)),
    "div": (lambda a, b: a / b, (ANY, far)),
    "pow": (lambda a, b: math.exp(b * math.log(a)), (POSITIVE, ANY)),
    "neg": (lambda a: 0 - a, (ANY,)),
    "floordiv": (lambda a, b: math.floor(a / b), (ANY, far)),
    "mod": (lambda a, b: a - b * math.floor(a / b), (ANY, far)),
    "eq": (lambda a, b: not (a < b or b < a), (ANY, ANY)),
    "ne": (lambda a, b: a < b or b < a, (ANY, ANY)),
    "lt": (lambda a, b: b - a > 0, (ANY, ANY)),
    "le": (lambda a, b: b - a >= 0, (ANY, ANY)),
    "gt": (lambda a, b: a - b > 0, (ANY, ANY)),
    "ge": (lambda a, b: a - b >= 0, (ANY, ANY)),
    "and": (lambda a, b: [[False, False], [False, True]][int(a)][int(b)], (coin, coin)),
    "or": (lambda a, b: [[False, True], [True, True]][int(a)][int(b)], (coin, coin)),
    "not": (lambda a: [True, False][int(a)], (coin,)),
    "bit_and": (lambda a, b: (a + b - (a ^ b)) // 2, (ANY, ANY)),
    "bit_or": (lambda a, b: ~(~a & ~b), (ANY, ANY)),
    "bit_xor": (lambda a, b: (a | b) - (a & b), (ANY, ANY)),
    "bit_not": (lambda a: -a - 1, (ANY,)),
    "shift_left": (lambda a, n: a * 2**n if n >= 0 else 0, (ANY, ANY)),
    "shift_right": (lambda a, n: math.floor(a / 2**n) if n >= 0 else -(a < 0), (ANY, ANY)),
    "abs": (lambda x: x if x > 0 else -x, (ANY,)),
    "sign": (lambda x: (x > 0) - (x < 0), (ANY,)),
    "floor": (math.floor, (between(-4, 4),)),
    "ceil": (lambda x: -math.floor(-x), (between(-4, 4),)),
    "round": (round, (between(-4, 4),)),
    "trunc": (int, (between(-4, 4),)),
    "isnan": (lambda x: str(x) == "nan", (ANY,)),
    "isinf": (lambda x: str(x) in ("inf", "-inf"), (ANY,)),
    "isfinite": (lambda x: str(x) not in ("inf", "-inf", "nan"), (ANY,)),
    "exp": (lambda x: math.e**x, (ANY,)),
    "expm1": (lambda x: 2 * math.exp(x / 2) * math.sinh(x / 2), (ANY,)),
    "log": (lambda x: math.log2(x) * math.log(2), (POSITIVE,)),
    "log1p": (lambda x: 2 * math.atanh(x / (2 + x)), (between(-0.9, 4),)),
    "log2": (lambda x: math.log(x) / math.log(2), (POSITIVE,)),
    "log10": (lambda x: math.log(x) / math.log(10), (POSITIVE,)),
    "sqrt": (lambda x: x**0.5, (POSITIVE,)),
    "sin": (lambda x: math.cos(x - math.pi / 2), (ANY,)),
    "cos": (lambda x: math.sin(x + math.pi / 2), (ANY,)),
    "tan": (lambda x: math.sin(x) / math.cos(x), (between(-1.2, 1.2),)),
    "asin": (lambda x: math.atan2(x, math.sqrt((1 - x) * (1 + x))), (UNIT,)),
    "acos": (lambda x: math.atan2(math.sqrt((1 - x) * (1 + x)), x), (UNIT,)),
    "atan": (lambda x: math.atan2(x, 1), (ANY,)),
    "atan2": (lambda a, b: 2 * math.atan(a / (math.hypot(a, b) + b)), (ANY, POSITIVE)),
    "hypot": (lambda a, b: abs(complex(a, b)), (far, far)),
    "hypot_slope": (lambda a, b: a / abs(complex(a, b)), (far, far)),
    "sinh": (lambda x: (math.exp(x) - math.exp(-x)) / 2, (ANY,)),
    "cosh": (lambda x: (math.exp(x) + math.exp(-x)) / 2, (ANY,)),
    "tanh": (lambda x: math.expm1(2 * x) / (math.expm1(2 * x) + 2), (ANY,)),
    "asinh": (lambda x: math.copysign(math.log(abs(x) + math.sqrt(x * x + 1)), x), (ANY,)),
    "acosh": (lambda x: math.log(x + math.sqrt(x * x - 1)), (between(1.1, 5),)),
    "atanh": (lambda x: math.log((1 + x) / (1 - x)) / 2, (UNIT,)),
    "erf": (error_function, (between(-2, 2),)),
    "erfc": (lambda x: 1 - error_function(x), (between(-2, 2),)),
    "sigmoid": (lambda x: 1 / (1 + math.exp(-x)), (ANY,)),
    "log_erfc": (lambda x: math.log(1 - error_function(x)), (between(-2, 2),)),
    "erfcx": (lambda x: math.exp(x * x) * (1 - error_function(x)), (between(-2, 2),)),
    "erfcx_slope": (
        lambda x: 2 * x * math.exp(x * x) * (1 - error_function(x)) - 2 / math.sqrt(math.pi),
        (between(-2, 2),),
    ),
    "exp_add": (lambda a, b: math.exp(a) * math.exp(b), (ANY, ANY)),
    "one_minus_square": (lambda x: 1 - x * x, (ANY,)),
    "sigmoid_slope": (lambda x: 1 / (2 + math.exp(x) + math.exp(-x)), (ANY,)),
    "tanh_slope": (lambda x: 1 / math.cosh(x) ** 2, (ANY,)),
    "log1mexp": (lambda x: math.log(1 - math.exp(x)), (between(-4, -0.1),)),
    "logaddexp": (lambda a, b: math.log(math.exp(a) + math.exp(b)), (ANY, ANY)),
    "softplus": (lambda x: math.log(1 + math.exp(x)), (ANY,)),
    "gammaln": (math.lgamma, (between(0.3, 8),)),
    "digamma": (lambda x: float(mp.digamma(x)), (between(0.3, 8),)),
    "erfinv": (lambda x: float(mp.erfinv(x)), (UNIT,)),
    "erfcinv": (lambda x: float(mp.erfinv(1 - mp.mpf(x))), (between(0.3, 1.7),)),
    "erfcinv_slope": (
        lambda x: float(-mp.sqrt(mp.pi) / 2 * mp.exp(mp.erfinv(1 - mp.mpf(x)) ** 2)),
        (between(0.3, 1.7),),
    ),
    "gammainc": (lambda a, x: float(mp.gammainc(a, 0, x, regularized=True)), (FEW, FEW)),
    "gammaincc": (lambda a, x: float(mp.gammainc(a, x, mp.inf, regularized=True)), (FEW, FEW)),
    "gammainc_slope": (lambda a, x: order_slope(a, x, 1), (FEW, FEW)),
    "gammainc_curve": (lambda a, x: order_slope(a, x, 2), (FEW, FEW)),
    "gamma_density": (lambda a, x: float(mp.exp((a - 1) * mp.log(x) - x) / mp.gamma(a)), (FEW, FEW)),
    "betaln": (lambda a, b: float(mp.log(mp.beta(a, b))), (FEW, FEW)),
    "beta": (lambda a, b: float(mp.beta(a, b)), (FEW, FEW)),
    "betaln_slope": (lambda a, b: float(mp.digamma(a) - mp.digamma(mp.mpf(a) + b)), (FEW, FEW)),
    "maximum": (lambda a, b: a if a > b else b, (ANY, ANY)),
    "minimum": (lambda a, b: a if a < b else b, (ANY, ANY)),
}
KINKS: dict[str, Callable[..., Any]] = {
    "mod": lambda a, b: near_whole(a / b),
    "abs": lambda x: np.abs(x) < 0.05,
    "maximum": close,
    "minimum": close,
}
COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")


def each(oracle: Callable[..., Any]) -> Callable[..., Any]:
    """An oracle of one element over arrays."""

    def over(*arrays: np.ndarray, **attributes: Any) -> np.ndarray:
        flat = [array.ravel().tolist() for array in arrays]
        return np.asarray([oracle(*items, **attributes) for items in zip(*flat, strict=True)]).reshape(arrays[0].shape)

    return over


def dtypes(name: str) -> list[DType]:
    """The dtypes that the op's rule takes."""
    if name in ("and", "or", "not"):
        return [BOOL]
    if name in BITS:
        return [I32, I64, U8]
    return [F64, F32, *([I32, I64] if name in WHOLE else []), *([U8, BOOL] if name in COMPARISONS else [])]


BITS = {"bit_and", "bit_or", "bit_xor", "bit_not", "shift_left", "shift_right"}
WHOLE = {"add", "sub", "mul", "neg", "floordiv", "mod", "abs", "sign", "maximum", "minimum", *COMPARISONS}


def whole_draws(name: str, dtype: DType, count: int) -> tuple[Draw, ...]:
    if dtype == BOOL:
        return (coin,) * count
    low = 0 if dtype == U8 else -9
    nonzero = whole(1, 5) if dtype == U8 else lambda rng, shape: rng.integers(1, 5, shape) * rng.choice([-1, 1], shape)
    return (whole(low, 10), nonzero)[:count] if name in ("floordiv", "mod") else (whole(low, 10),) * count


MASK = 0xFFFFFFFF


def one_block(counter: list[int], key: list[int]) -> list[int]:
    """Philox4x32-10 as the paper writes it."""
    for _ in range(10):
        p0, p1 = 0xD2511F53 * counter[0], 0xCD9E8D57 * counter[2]
        counter = [(p1 >> 32) ^ counter[1] ^ key[0], p1 & MASK, (p0 >> 32) ^ counter[3] ^ key[1], p0 & MASK]
        key = [(key[0] + 0x9E3779B9) & MASK, (key[1] + 0xBB67AE85) & MASK]
    return counter


def signed(bits: int) -> int:
    return (bits + 2**63) % 2**64 - 2**63


def halves_of(*words: int) -> list[int]:
    return [half for word in words for half in (word & MASK, word >> 32 & MASK)]


def word(key: int, stream: int, index: int) -> int:
    high, low, _, _ = one_block(halves_of(index, stream), halves_of(key))
    return signed(high << 32 | low)


def quantile(bits: int, low: float = 0, width: float = 1, half: float = 0.5) -> float:
    return statistics.NormalDist().inv_cdf(low + width * ((bits % 2**64 >> 11) + half) / 2**53)


def bits(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.integers(-(2**63), 2**63, shape)


LOW = statistics.NormalDist().cdf(-2)


def successes(bits: int, count: int, p: float) -> int:
    """Of numbers with as many digits as p, one after the other."""
    digits, open_ones, found, digit = Fraction(p), count, 0, 0
    while open_ones > 0 and 0 < digits < 1:
        words = [word(bits, digit, place) % 2**64 for place in range((open_ones + 63) // 64)]
        text = "".join(f"{one:064b}" for one in words)[:open_ones]
        zeros = text.count("1")
        found, open_ones = (found + zeros, open_ones - zeros) if 2 * digits >= 1 else (found, zeros)
        digits, digit = 2 * digits % 1, digit + 1
    return found + (max(open_ones, 0) if digits >= 1 else 0)


def trials(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.choice([-3, 0, 1, 2, 63, 64, 65, 127, 128, 129, 1000], shape)


def chances(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.choice([0, 0.5, 0.25, 1 - 2.0**-53, 1e-300, 0.1, 0.3, 0.9, 1], shape)


DRAWN: dict[str, tuple[Callable[..., Any], int]] = {
    "random_word": (word, 3),
    "random_below": (lambda bits, count: signed((bits % 2**64) * (count % 2**64) >> 64), 2),
    "unit_interval": (lambda bits: (bits % 2**64 >> 11) / 2**53, 1),
    "standard_normal": (quantile, 1),
    "standard_truncated_normal": (lambda bits: quantile(bits, LOW, 1 - 2 * LOW, 0), 1),
}


def elementwise_cases() -> list[Case]:
    cases = []
    for shape in ((223,), (3, 1, 5), (0, 2), ()):
        given: tuple[Draw, ...] = (bits, trials, chances)
        cases.append(Case("random_binomial", (shape,) * 3, given, each(successes), dtype=I64, fixed={2: F64}))
    for name, (oracle, count) in DRAWN.items():
        for shape in ((223,), (3, 1, 5), (0, 2), ()):
            cases.append(Case(name, (shape,) * count, (bits,) * count, each(oracle), dtype=I64))
    for name, (oracle, draws) in TABLE.items():
        for dtype in dtypes(name):
            for shape in ((223,), (3, 1, 5), (0, 2), ()):
                chosen = draws if dtype in (F32, F64) else whole_draws(name, dtype, len(draws))
                kink = KINKS.get(name) if dtype in (F32, F64) else None
                cases.append(Case(name, (shape,) * len(draws), chosen, each(oracle), dtype=dtype, near_kink=kink))
    for shape in ((223,), (0, 2), ()):
        for name, condition in (("select", shape), ("if", ())):
            shapes = (condition, shape, shape)
            cases.append(Case(name, shapes, (coin, ANY, ANY), chosen_values, fixed={0: BOOL}))
    halves = lambda rng, shape: rng.integers(-5, 5, shape) + 0.5  # noqa: E731
    cases.append(Case("round", ((9,),), (halves,), each(round), label="halves"))
    for wide in DTYPES.values():
        cases.append(Case("cast", ((223,),), (between(0, 9),), cast_values, {"dtype": wide}, label=f"to-{wide}"))
        cases.append(
            Case("cast", ((7,),), (whole(0, 2),), cast_values, {"dtype": F32}, dtype=wide, label=f"from-{wide}")
        )
    for size in (9, 1000):
        attributes = {"size": Dim.of(size)}
        cases.append(Case("within", ((7,),), (whole(0, 9),), lambda x, size: x, attributes, dtype=I64, label=str(size)))
    cases.append(Case("assertion", ((7,),), (whole(0, 1),), lambda x, text: x, {"text": "zeros"}, dtype=I64))
    order = each(lambda n, x: float(mp.polygamma(n, x)))
    difference = each(lambda n, a, b: float(mp.polygamma(n, a) - mp.polygamma(n, mp.mpf(a) + b)))
    for shape in ((223,), (0, 2), ()):
        cases.append(Case("polygamma", (shape,) * 2, (whole(1, 4), between(0.5, 6)), order, fixed={0: I64}))
        drawn = (whole(1, 4), between(0.5, 6), between(0.5, 6))
        cases.append(Case("polygamma_difference", (shape,) * 3, drawn, difference, fixed={0: I64}))
    assert set(TABLE) | set(DRAWN) | {
        "random_binomial",
        "select",
        "if",
        "cast",
        "within",
        "assertion",
        "polygamma",
        "polygamma_difference",
    } == {n for n, op in OPS.items() if op.family in ("elementwise", "branch")}
    return cases


def chosen_values(condition: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    out = b.copy()
    for index in np.ndindex(a.shape):
        if condition[index] if condition.ndim else condition:
            out[index] = a[index]
    return out


def cast_values(x: np.ndarray, dtype: DType) -> np.ndarray:
    convert = {"real": float, "integer": int, "bool": bool}[dtype.kind.value]
    return np.asarray([convert(item) for item in x.ravel().tolist()]).reshape(x.shape)
