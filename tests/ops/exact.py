"""Functions of reals and their derivatives to fifty digits: nothing here shares a formula with the table.

Each is (value, first derivatives, second derivatives); of operands a and b these are by a, b, and by aa, ab, bb.  They
follow docs/language.md at a kink.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mpmath import mp, mpf

mp.dps = 50

Function = Callable[..., Any]


@dataclass(frozen=True)
class Exact:
    """`domain` says where the function is tried; `scale` is the allowed error of a derivative beside its own
    size, in units of rounding: the size of the terms that cancel in it."""

    parts: tuple[Function, ...]
    domain: Function = lambda *operands: True
    scale: Function = lambda part, *operands: 0

    @property
    def arity(self) -> int:
        return 1 if len(self.parts) == 3 else 2


def bounded(function: Function) -> Function:
    """Beyond there no dtype has values of an exponential, and they take long."""
    return lambda x: function(min(max(x, mpf(-100_000)), mpf(100_000)))


exponential, exponential_less_one = bounded(mp.exp), bounded(mp.expm1)
sinh, cosh = bounded(mp.sinh), bounded(mp.cosh)


def logistic(x: Any) -> Any:
    return 1 / (1 + exponential(-x))


def soft(x: Any) -> Any:
    return mp.log1p(exponential(x)) if x < 0 else x + mp.log1p(exponential(-x))


def log_of_one_less(x: Any) -> Any:
    return mp.log(-exponential_less_one(x)) if x > -1 else mp.log1p(-exponential(x))


def error_complement(x: Any) -> Any:
    return mp.erfc(x) if abs(x) < 1e4 else mpf(0 if x > 0 else 2)


def mills(x: Any) -> Any:
    """exp(x^2) erfc(x) sqrt(pi) / 2; of a large x by its continued fraction."""
    if x < -1000:
        return mp.inf
    if x < 20:
        return mp.exp(x * x) * mp.erfc(x) * mp.sqrt(mp.pi) / 2
    rest = mpf(0)
    for step in range(200, 0, -1):
        rest = mpf(step) / 2 / (x + rest)
    return 1 / (x + rest) / 2


def scaled_tail(x: Any) -> Any:
    return 2 / mp.sqrt(mp.pi) * mills(x)


def scaled_tail_slope(x: Any) -> Any:
    with mp.workdps(250):
        return 2 * x * scaled_tail(x) - 2 / mp.sqrt(mp.pi)


def scaled_tail_curve(x: Any) -> Any:
    with mp.workdps(400):
        return 2 * scaled_tail(x) + 2 * x * scaled_tail_slope(x)


def log_tail(x: Any) -> Any:
    return mp.log1p(-mp.erf(x)) if x < 1 else mp.log(scaled_tail(x)) - x * x


def log_gamma(x: Any) -> Any:
    return mp.loggamma(x).real


def inverse_complement(x: Any) -> Any:
    """Where erfc is so large, by bisection, and Newton's steps for log(erfc)."""
    if x > 1:
        return -inverse_complement(2 - x)
    if x > mpf("0.01"):
        return mp.erfinv(1 - x)
    y = mp.sqrt(-mp.log(x))
    for _ in range(40):
        step = (mp.log(mp.erfc(y)) - mp.log(x)) * mp.erfc(y) / error_slope(y)
        y += step
        if abs(step) < mpf(10) ** -40:
            break
    return y


def inverse_slope(y: Any) -> Any:
    """The derivative of the inverse of erf where that is y."""
    return mp.sqrt(mp.pi) / 2 * mp.exp(y * y)


def of_inverse(inverse: Function, sign: int) -> tuple[Function, Function, Function]:
    return (
        inverse,
        lambda x: sign * inverse_slope(inverse(x)),
        lambda x: 2 * inverse(x) * inverse_slope(inverse(x)) ** 2,
    )


def sech2(x: Any) -> Any:
    return 4 * bell(2 * x)


def bell(x: Any) -> Any:
    return logistic(x) * logistic(-x)


def gauss(x: Any) -> Any:
    return exponential(-x * x / 2) / mp.sqrt(2 * mp.pi)


def error_slope(x: Any) -> Any:
    return 2 / mp.sqrt(mp.pi) * exponential(-x * x)


def length(a: Any, b: Any) -> Any:
    return mp.sqrt(a * a + b * b)


def side(*values: Any) -> Any:
    """A function of two operands: the larger, with all of the derivative, or half of it at a tie."""
    return lambda a, b: values[0] if a > b else values[1] if a < b else mpf(values[0] + values[1]) / 2


def none(*operands: Any) -> Any:
    return mpf(0)


def sign(x: Any) -> Any:
    return mpf((x > 0) - (x < 0))


positive = lambda x: x > 0  # noqa: E731
inside = lambda x: -1 < x < 1  # noqa: E731
modest = lambda *operands: all(abs(x) < 1e4 for x in operands)  # noqa: E731
probable = lambda a, b: 0 < a < 1 and 0 <= b <= 1  # noqa: E731
ALPHA, LAMBDA = mpf("1.6732632423543772"), mpf("1.0507009873554805")


def exponential_unit(alpha: Any, size: Any = 1) -> Exact:
    return Exact(
        (
            lambda x: size * (x if x >= 0 else alpha * exponential_less_one(x)),
            lambda x: size * (1 if x >= 0 else alpha * exponential(x)),
            lambda x: mpf(0) if x >= 0 else size * alpha * exponential(x),
        )
    )


def straight(value: Function, slope: Function) -> Exact:
    return Exact((value, slope, none))


UNARY: dict[str, Exact] = {
    "-x": straight(lambda x: -x, lambda x: mpf(-1)),
    "abs(x)": straight(abs, sign),
    "exp(x)": Exact((exponential, exponential, exponential)),
    "expm1(x)": Exact((exponential_less_one, exponential, exponential)),
    "log(x)": Exact((mp.log, lambda x: 1 / x, lambda x: -1 / x**2), positive),
    "log1p(x)": Exact((mp.log1p, lambda x: 1 / (1 + x), lambda x: -1 / (1 + x) ** 2), lambda x: x > -1),
    "log2(x)": Exact((lambda x: mp.log(x, 2), lambda x: 1 / x / mp.log(2), lambda x: -1 / x**2 / mp.log(2)), positive),
    "log10(x)": Exact((mp.log10, lambda x: 1 / x / mp.log(10), lambda x: -1 / x**2 / mp.log(10)), positive),
    "sqrt(x)": Exact((mp.sqrt, lambda x: 1 / mp.sqrt(x) / 2, lambda x: -1 / mp.sqrt(x) ** 3 / 4), positive),
    "sin(x)": Exact((mp.sin, mp.cos, lambda x: -mp.sin(x)), modest),
    "cos(x)": Exact((mp.cos, lambda x: -mp.sin(x), lambda x: -mp.cos(x)), modest),
    "tan(x)": Exact((mp.tan, lambda x: mp.sec(x) ** 2, lambda x: 2 * mp.tan(x) * mp.sec(x) ** 2), modest),
    "asin(x)": Exact((mp.asin, lambda x: 1 / mp.sqrt(1 - x * x), lambda x: x / mp.sqrt(1 - x * x) ** 3), inside),
    "acos(x)": Exact((mp.acos, lambda x: -1 / mp.sqrt(1 - x * x), lambda x: -x / mp.sqrt(1 - x * x) ** 3), inside),
    "atan(x)": Exact((mp.atan, lambda x: 1 / (1 + x * x), lambda x: -2 * x / (1 + x * x) ** 2)),
    "sinh(x)": Exact((sinh, cosh, sinh)),
    "cosh(x)": Exact((cosh, sinh, cosh)),
    "tanh(x)": Exact((mp.tanh, sech2, lambda x: -2 * mp.tanh(x) * sech2(x))),
    "asinh(x)": Exact((mp.asinh, lambda x: 1 / mp.sqrt(1 + x * x), lambda x: -x / mp.sqrt(1 + x * x) ** 3)),
    "acosh(x)": Exact(
        (mp.acosh, lambda x: 1 / mp.sqrt(x * x - 1), lambda x: -x / mp.sqrt(x * x - 1) ** 3), lambda x: x > 1
    ),
    "atanh(x)": Exact((mp.atanh, lambda x: 1 / (1 - x * x), lambda x: 2 * x / (1 - x * x) ** 2), inside),
    "erf(x)": Exact((mp.erf, error_slope, lambda x: -2 * x * error_slope(x))),
    "erfc(x)": Exact((error_complement, lambda x: -error_slope(x), lambda x: 2 * x * error_slope(x))),
    "log_erfc(x)": Exact(
        (
            log_tail,
            lambda x: -1 / mills(x),
            lambda x: (2 * x - 1 / mills(x)) / mills(x),
        ),
        lambda x: abs(x) < 1e4,
        lambda part, x: 1 + (4 * x * x if 0 < x <= 12 else 0) if part == 2 else 0,
    ),
    "erfcx(x)": Exact(
        (scaled_tail, scaled_tail_slope, scaled_tail_curve),
        lambda x: -20 < x < 1e4,
        lambda part, x: 2 * abs(x) * scaled_tail(x) + 2 if part else 0,
    ),
    "erfcx_slope(x)": Exact(
        (
            scaled_tail_slope,
            scaled_tail_curve,
            lambda x: 4 * scaled_tail_slope(x) + 2 * x * scaled_tail_curve(x),
        ),
        lambda x: -20 < x < 1e4,
        lambda part, x: 8 * (1 + abs(x)) ** part * (scaled_tail(x) + 1),
    ),
    "sigmoid(x)": Exact((logistic, bell, lambda x: -bell(x) * mp.tanh(x / 2))),
    "sigmoid_slope(x)": Exact(
        (bell, lambda x: -bell(x) * mp.tanh(x / 2), lambda x: bell(x) * (1 - 6 * bell(x))),
    ),
    "tanh_slope(x)": Exact(
        (sech2, lambda x: -2 * mp.tanh(x) * sech2(x), lambda x: sech2(x) * (4 - 6 * sech2(x))),
    ),
    "softplus(x)": Exact((soft, logistic, bell)),
    "log1mexp(x)": Exact(
        (
            log_of_one_less,
            lambda x: -1 / exponential_less_one(-x),
            lambda x: -exponential(-x) / exponential_less_one(-x) ** 2,
        ),
        lambda x: x < 0,
    ),
    "one_minus_square(x)": Exact((lambda x: 1 - x * x, lambda x: -2 * x, lambda x: mpf(-2))),
    "square(x)": Exact((lambda x: x * x, lambda x: 2 * x, lambda x: mpf(2))),
    "clip(x, -1, 2)": straight(lambda x: min(max(x, -1), 2), lambda x: mpf(-1 < x < 2)),
    "relu(x)": straight(lambda x: max(x, 0), lambda x: mpf(x > 0)),
    "leaky_relu(x, 0.25)": straight(lambda x: x if x > 0 else x / 4, lambda x: mpf(1) if x > 0 else mpf("0.25")),
    "elu(x, 0.5)": exponential_unit(mpf("0.5")),
    "selu(x)": exponential_unit(ALPHA, LAMBDA),
    "gelu(x)": Exact(
        (
            lambda x: x / 2 * error_complement(-x / mp.sqrt(2)),
            lambda x: error_complement(-x / mp.sqrt(2)) / 2 + x * gauss(x),
            lambda x: gauss(x) * (2 - x * x),
        )
    ),
    "swish(x)": Exact(
        (
            lambda x: x * logistic(x),
            lambda x: logistic(x) + x * bell(x),
            lambda x: bell(x) * (2 - x * mp.tanh(x / 2)),
        )
    ),
    "softsign(x)": Exact(
        (
            lambda x: x / (1 + abs(x)),
            lambda x: 1 / (1 + abs(x)) ** 2,
            lambda x: -2 * sign(x) / (1 + abs(x)) ** 3,
        )
    ),
    "hard_sigmoid(x)": straight(lambda x: min(max(x / 5 + mpf(0.5), 0), 1), lambda x: mpf(-2.5 < x < 2.5) / 5),
    "log_sigmoid(x)": Exact((lambda x: -soft(-x), lambda x: logistic(-x), lambda x: -bell(x))),
    "finite_or_zero(x)": straight(lambda x: x, lambda x: mpf(1)),
}


# Far to the left the gamma function changes its sign from one float to the next.
gamma_like = lambda x: x > 0 or (-100 < x < -1e-30 and x != mp.nint(x))  # noqa: E731
UNARY |= {
    "gammaln(x)": Exact((log_gamma, mp.digamma, lambda x: mp.polygamma(1, x)), gamma_like),
    "digamma(x)": Exact((mp.digamma, lambda x: mp.polygamma(1, x), lambda x: mp.polygamma(2, x)), gamma_like),
    "polygamma(1, x)": Exact(tuple(lambda x, n=n: mp.polygamma(n, x) for n in (1, 2, 3)), gamma_like),
    "polygamma(6, x)": Exact(tuple(lambda x, n=n: mp.polygamma(n, x) for n in (6, 7, 8)), gamma_like),
    "erfinv(x)": Exact(of_inverse(mp.erfinv, 1), inside),
    "erfcinv(x)": Exact(of_inverse(inverse_complement, -1), lambda x: 0 < x < 2),
    "erfcinv_slope(x)": Exact(
        (
            lambda x: -inverse_slope(inverse_complement(x)),
            lambda x: 2 * inverse_complement(x) * inverse_slope(inverse_complement(x)) ** 2,
            lambda x: -(2 + 8 * inverse_complement(x) ** 2) * inverse_slope(inverse_complement(x)) ** 3,
        ),
        lambda x: 0 < x < 2,
    ),
}


def hazard_of_normal(x: Any) -> Any:
    """The density over the distribution function."""
    return 1 / mills(-x / ROOT_TWO) / ROOT_TWO


ROOT_TWO = mp.sqrt(2)
open_unit = lambda x: 0 < x < 1  # noqa: E731
UNARY |= {
    "ndtr(x)": Exact((lambda x: error_complement(-x / ROOT_TWO) / 2, gauss, lambda x: -x * gauss(x))),
    "log_ndtr(x)": Exact(
        (
            lambda x: log_tail(-x / ROOT_TWO) - mp.log(2) if x < 1 else mp.log1p(-error_complement(x / ROOT_TWO) / 2),
            hazard_of_normal,
            lambda x: -hazard_of_normal(x) * (x + hazard_of_normal(x)),
        ),
        lambda x: abs(x) < 1e4,
        lambda part, x: 1 + (4 * x * x if -20 < x < 0 else 0) if part == 2 else 0,
    ),
    "ndtri(x)": Exact(
        (
            lambda x: -ROOT_TWO * inverse_complement(2 * x),
            lambda x: 2 * ROOT_TWO * inverse_slope(inverse_complement(2 * x)),
            lambda x: -8 * ROOT_TWO * inverse_complement(2 * x) * inverse_slope(inverse_complement(2 * x)) ** 2,
        ),
        open_unit,
    ),
    "logit(x)": Exact(
        (
            lambda x: mp.log(x) - mp.log1p(-x),
            lambda x: 1 / x + 1 / (1 - x),
            lambda x: 1 / (1 - x) ** 2 - 1 / x**2,
        ),
        open_unit,
    ),
    "entr(x)": Exact((lambda x: -x * mp.log(x), lambda x: -mp.log(x) - 1, lambda x: -1 / x), positive),
}


def linear(value: Function, a: Function, b: Function) -> Exact:
    return Exact((value, a, b, none, none, none))


def of_difference(value: Function, slope: Function, curve: Function) -> Exact:
    """A function of a - b."""
    return Exact(
        (
            lambda a, b: value(a - b),
            lambda a, b: slope(a - b),
            lambda a, b: -slope(a - b),
            lambda a, b: curve(a - b),
            lambda a, b: -curve(a - b),
            lambda a, b: curve(a - b),
        )
    )


BINARY: dict[str, Exact] = {
    "a + b": linear(lambda a, b: a + b, lambda a, b: mpf(1), lambda a, b: mpf(1)),
    "a - b": linear(lambda a, b: a - b, lambda a, b: mpf(1), lambda a, b: mpf(-1)),
    "a * b": Exact((lambda a, b: a * b, lambda a, b: b, lambda a, b: a, none, lambda a, b: mpf(1), none)),
    "a / b": Exact(
        (
            lambda a, b: a / b,
            lambda a, b: 1 / b,
            lambda a, b: -a / b**2,
            none,
            lambda a, b: -1 / b**2,
            lambda a, b: 2 * a / b**3,
        ),
        lambda a, b: b != 0,
    ),
    "atan2(a, b)": Exact(
        (
            mp.atan2,
            lambda a, b: b / length(a, b) ** 2,
            lambda a, b: -a / length(a, b) ** 2,
            lambda a, b: -2 * a * b / length(a, b) ** 4,
            lambda a, b: (a * a - b * b) / length(a, b) ** 4,
            lambda a, b: 2 * a * b / length(a, b) ** 4,
        ),
        lambda a, b: a != 0,
        lambda part, a, b: 1 / length(a, b) ** 2 if part > 2 else 0,
    ),
    "hypot(a, b)": Exact(
        (
            length,
            lambda a, b: a / length(a, b),
            lambda a, b: b / length(a, b),
            lambda a, b: b * b / length(a, b) ** 3,
            lambda a, b: -a * b / length(a, b) ** 3,
            lambda a, b: a * a / length(a, b) ** 3,
        ),
        lambda a, b: a != 0 or b != 0,
    ),
    "hypot_slope(a, b)": Exact(
        (
            lambda a, b: a / length(a, b),
            lambda a, b: b * b / length(a, b) ** 3,
            lambda a, b: -a * b / length(a, b) ** 3,
            lambda a, b: -3 * a * b * b / length(a, b) ** 5,
            lambda a, b: b * (2 * a * a - b * b) / length(a, b) ** 5,
            lambda a, b: -a * (a * a - 2 * b * b) / length(a, b) ** 5,
        ),
        lambda a, b: a != 0 or b != 0,
        lambda part, a, b: 1 / length(a, b) ** 2 if part > 2 else 0,
    ),
    "exp_add(a, b)": Exact((lambda a, b: exponential(a + b),) * 6),
    "logaddexp(a, b)": Exact(
        (
            lambda a, b: max(a, b) + mp.log1p(exponential(-abs(a - b))),
            lambda a, b: logistic(a - b),
            lambda a, b: logistic(b - a),
            lambda a, b: bell(a - b),
            lambda a, b: -bell(a - b),
            lambda a, b: bell(a - b),
        ),
    ),
    "xlogy(a, b)": Exact(
        (
            lambda a, b: a * mp.log(b),
            lambda a, b: mp.log(b),
            lambda a, b: a / b,
            none,
            lambda a, b: 1 / b,
            lambda a, b: -a / b**2,
        ),
        lambda a, b: b > 0,
    ),
    "xlog1py(a, b)": Exact(
        (
            lambda a, b: a * mp.log1p(b),
            lambda a, b: mp.log1p(b),
            lambda a, b: a / (1 + b),
            none,
            lambda a, b: 1 / (1 + b),
            lambda a, b: -a / (1 + b) ** 2,
        ),
        lambda a, b: b > -1,
    ),
    "maximum(a, b)": linear(max, side(1, 0), side(0, 1)),
    "minimum(a, b)": linear(min, side(0, 1), side(1, 0)),
    "squared_error(a, b)": of_difference(lambda x: x * x, lambda x: 2 * x, lambda x: mpf(2)),
    "absolute_error(a, b)": of_difference(abs, sign, none),
    "huber(a, b, delta=2)": of_difference(
        lambda x: x * x / 2 if abs(x) < 2 else 2 * (abs(x) - 1),
        lambda x: x if abs(x) < 2 else 2 * sign(x),
        lambda x: mpf(abs(x) < 2),
    ),
    "hinge(a, b)": Exact(
        (
            lambda a, b: max(0, 1 - a * b),
            lambda a, b: -b * (a * b < 1),
            lambda a, b: -a * (a * b < 1),
            none,
            lambda a, b: mpf(-(a * b < 1)),
            none,
        )
    ),
    "weighted(a, b)": Exact((lambda a, b: a * b, lambda a, b: b, lambda a, b: a, none, lambda a, b: mpf(1), none)),
    "binary_cross_entropy(a, b)": Exact(
        (
            lambda a, b: -(b * mp.log(a) + (1 - b) * mp.log1p(-a)),
            lambda a, b: -(b / a - (1 - b) / (1 - a)),
            lambda a, b: mp.log1p(-a) - mp.log(a),
            lambda a, b: b / a**2 + (1 - b) / (1 - a) ** 2,
            lambda a, b: -(1 / a + 1 / (1 - a)),
            none,
        ),
        probable,
    ),
    "binary_cross_entropy_on_logits(a, b)": Exact(
        (
            lambda a, b: b * soft(-a) + (1 - b) * soft(a),
            lambda a, b: (1 - b) * logistic(a) - b * logistic(-a),
            lambda a, b: -a,
            lambda a, b: bell(a),
            lambda a, b: mpf(-1),
            none,
        ),
        lambda a, b: 0 <= b <= 1,
        lambda part, a, b: 1 if part == 2 else 0,
    ),
}
FUNCTIONS = UNARY | BINARY


# The limits of each elementwise op and its derivative at -inf and inf; nan where there is none.
NAN, INF = float("nan"), float("inf")
NOWHERE = (NAN, NAN)
HALF_PI = float(mp.pi / 2)
LIMITS: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "neg": ((INF, -1), (-INF, -1)),
    "abs": ((INF, -1), (INF, 1)),
    "exp": ((0, 0), (INF, INF)),
    "expm1": ((-1, 0), (INF, INF)),
    "log": (NOWHERE, (INF, 0)),
    "log1p": (NOWHERE, (INF, 0)),
    "log2": (NOWHERE, (INF, 0)),
    "log10": (NOWHERE, (INF, 0)),
    "sqrt": (NOWHERE, (INF, 0)),
    "sin": (NOWHERE, NOWHERE),
    "cos": (NOWHERE, NOWHERE),
    "tan": (NOWHERE, NOWHERE),
    "asin": (NOWHERE, NOWHERE),
    "acos": (NOWHERE, NOWHERE),
    "atan": ((-HALF_PI, 0), (HALF_PI, 0)),
    "sinh": ((-INF, INF), (INF, INF)),
    "cosh": ((INF, -INF), (INF, INF)),
    "tanh": ((-1, 0), (1, 0)),
    "asinh": ((-INF, 0), (INF, 0)),
    "acosh": (NOWHERE, (INF, 0)),
    "atanh": (NOWHERE, NOWHERE),
    "erf": ((-1, 0), (1, 0)),
    "erfc": ((2, 0), (0, 0)),
    "log_erfc": ((float(mp.log(2)), 0), (-INF, -INF)),
    "erfcx": ((INF, -INF), (0, 0)),
    "erfcx_slope": ((-INF, NAN), (0, NAN)),
    "sigmoid": ((0, 0), (1, 0)),
    "sigmoid_slope": ((0, 0), (0, 0)),
    "tanh_slope": ((0, 0), (0, 0)),
    "one_minus_square": ((-INF, INF), (-INF, -INF)),
    "softplus": ((0, 0), (INF, 1)),
    "log1mexp": ((0, 0), NOWHERE),
    "gammaln": ((INF, NAN), (INF, INF)),
    "digamma": (NOWHERE, (INF, 0)),
    "erfinv": (NOWHERE, NOWHERE),
    "erfcinv": (NOWHERE, NOWHERE),
    "erfcinv_slope": (NOWHERE, NOWHERE),
}
