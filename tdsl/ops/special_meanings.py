"""The meanings of the logarithm of the gamma function, its derivatives, and the inverse error functions.

The compiler evaluates with them, and the text of this file is a part of generated modules.  The same formulas are in
runtime/include/tdsl/special.hpp, with their sources.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

import numpy as np

# Generated modules carry the tables that they need, which stand apart for that.
#
# Chebyshev interpolations: log(gamma(2 + d)) / (d (1 + d)) for |d| <= 1/2; digamma(1.5 + d) / (1.5 + d - its root)
# likewise; (1 + 2x) exp(x^2) erfc(x) by (x - 2) / (x + 2).
_GAMMALN = [
    0.422784335098467139, -0.100317301674353937, 0.0329650006211558671, -0.0123841921933674265,
    0.00499864116469188741, -0.00210813083422572274, 0.000915376922527988795, -0.000405707388920116371,
    0.00018255263193591227, -0.0000830952740317646027, 0.0000381689950222527328, -0.0000176601881367636401,
    8.22124005764145031e-6, -3.85633896994566523e-6, 1.81335474837299833e-6, -8.20840719129453108e-7,
    3.86354899286153008e-7, -2.52603194042877082e-7, 1.22146034205357316e-7,
]  # fmt: skip


_DIGAMMA = [
    0.951055876031832879, -0.423627421281460493, 0.24054248424078737, -0.148404923053918731, 0.0949887244528281799,
    -0.0619221332715408662, 0.0407608339447412238, -0.0269757968498707582, 0.0179072481922888461,
    -0.0119082150229582889, 0.00792702413684187922, -0.00528002026438797359, 0.00351807927172330631,
    -0.00234462446450415212, 0.00156357399139805605, -0.00104243755956202197, 0.000689942852159847952,
    -0.000459174320937505219, 0.000326893162533258276, -0.000220084125489946211, 0.0000915881725368993254,
    -0.0000576049770958845413, 0.00012241590729427333, -0.0000840128325514239743,
]  # fmt: skip


_ERFCX = [
    1.27697838155252872, -0.0927638265857460189, -0.166030397615289364, 0.16405128003344446, -0.0542200009920359324,
    -0.00803401508256054149, 0.00872265387557561768, 0.00127133896949383872, -0.00145681394302717014,
    -0.000454340881611615614, 0.000206367155653805645, 0.000151039608808539023, -1.5094096304327273e-6,
    -0.0000364257004711056275, -0.000013494934457454991, 3.71930000176083281e-6, 5.22991047575784676e-6,
    1.48242725609289053e-6, -7.0701755195515957e-7, -7.96874957742381893e-7, -2.47672319297180196e-7,
    9.06480540866842368e-8, 1.47400335613346257e-7, 6.84503113800706326e-8, -2.0038115708792776e-8,
    -3.91812613245833044e-8, -8.09299617602836176e-9, 9.35125977767481839e-9, 3.90155028233768415e-9,
    -9.34265300764333947e-10, -5.32940017343635304e-10,
]  # fmt: skip


# B(2k) / (2k (2k - 1)), B(2k) / 2k and B(2k) / (2k)!, of the Bernoulli numbers.
_STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400]


_ASYMPTOTIC = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12, -3617 / 8160]


_EULER_MACLAURIN = [
    1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000, 1 / 74724249600,
    -3617 / 10670622842880000, 43867 / 5109094217170944000,
]  # fmt: skip


_ROOT, _ROOT_LOW = 1.4616321449683622, 9.5499954299656977152e-17


# The rational functions of M. J. Wichura's algorithm AS 241 (1988): numerator and denominator near 0, in the tails, and
# far out.
_NORMAL = (
    [3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
     4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3],
    [1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
     3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3],
    [1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
     1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4],
    [1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
     1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9],
    [6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
     2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7],
    [1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4,
     1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15],
)  # fmt: skip


def _horner(coefficients: list[float], x: Any) -> Any:
    value = np.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        value = value * x + coefficient
    return value


def _in_double(function: Any) -> Any:
    """The function of doubles, for singles too."""

    @wraps(function)
    def wide(*operands: Any) -> Any:
        dtype = np.asarray(operands[-1]).dtype
        with np.errstate(all="ignore"):
            return function(*(np.asarray(operand, np.float64) for operand in operands)).astype(dtype)

    return wide


def _gammaln_positive(x: Any) -> Any:
    far = np.maximum(x, 9)
    square = 1 / far / far
    series = _horner(_STIRLING, square) / far
    large = (far - 0.5) * (np.log(far) - 1) + 0.41893853320467274178 + series
    # Steps to |d| <= 1/2, where x = 2 + d; the product is that of the arguments between.
    near, product = np.minimum(x, 9) * 1.0, np.ones_like(x)
    first, second = near < 1.5, near < 0.5
    divisor = np.where(second, near * (near + 1), near)
    d = np.where(second, near, np.where(first, near - 1, near - 2))
    for _ in range(7):
        more = d > 0.5
        product = np.where(more, product * (d + 1), product)
        d = np.where(more, d - 1, d)
    logarithm = np.log(np.where(first, divisor, product))
    middle = d * (d + 1) * _horner(_GAMMALN, d) + np.where(first, -logarithm, logarithm)
    return np.where(x >= 9, large, middle)


@_in_double
def gammaln(x: Any) -> Any:
    """The logarithm of the absolute value of the gamma function."""
    positive = _gammaln_positive(np.where(x > 0, x, 1 - x))
    away = x - np.round(x)
    sine = np.abs(np.sin(np.pi * away))
    reflected = 1.14472988584940017414 - np.log(sine) - positive
    is_pole = np.isinf(x) | ((x <= 0) & (away == 0))
    return np.where(is_pole, np.inf, np.where(x > 0, positive, reflected))


def _digamma_positive(x: Any) -> Any:
    far = np.maximum(x, 10)
    square = 1 / far / far
    large = np.log(far) - 0.5 / far - square * _horner(_ASYMPTOTIC, square)
    near = np.minimum(x, 10) * 1.0
    small = near < 1
    total = np.where(small, -1 / near, 0)
    near = np.where(small, near + 1, near)
    for _ in range(9):
        more = near > 2
        near = np.where(more, near - 1, near)
        total = np.where(more, total + 1 / near, total)
    middle = (near - _ROOT - _ROOT_LOW) * _horner(_DIGAMMA, near - 1.5) + total
    return np.where(x >= 10, large, middle)


@_in_double
def digamma(x: Any) -> Any:
    """The derivative of gammaln."""
    positive = _digamma_positive(np.where(x >= 0, x, 1 - x))
    away = x - np.round(x)
    distance = np.abs(away)
    # tan(pi away), which is infinite at 1/2.
    cotangent = np.copysign(np.sin(np.pi * (0.5 - distance)) / np.sin(np.pi * distance), away)
    reflected = np.where(away == 0, np.nan, positive - np.pi * cotangent)
    return np.where(x >= 0, positive, reflected)


def _zeta(scale: Any, s: Any, a: Any) -> Any:
    """Hurwitz' zeta function, the sum of scale (a + k)^-s over k >= 0, for a >= 0."""
    total, limit = np.zeros_like(a * s), 12 + s
    a = a + np.zeros_like(total)
    while np.any(more := a < limit):
        total = np.where(more, total + scale * a**-s, total)
        a = np.where(more, a + 1, a)
    square = 1 / a / a
    factor, rest = s / a, np.full_like(total, 0.5)
    for k, coefficient in enumerate(_EULER_MACLAURIN):
        rest = rest + coefficient * factor
        factor = factor * (s + 2 * k + 1) * (s + 2 * k + 2) * square
    return total + scale * (1 / (s - 1) + rest / a) / a * a ** (2 - s)


@_in_double
def polygamma(n: Any, x: Any) -> Any:
    """The derivative of digamma of order n, for whole n from 1 to 100."""
    whole = (n >= 1) & (n <= 100)
    s = np.where(whole, n, 1) + 1
    sign, factorial = np.where(s % 2 == 0, 1.0, -1.0), np.ones_like(s)
    for k in range(2, int(np.max(s, initial=2))):
        factorial = np.where(k < s, factorial * k, factorial)
    away = x - np.round(x)
    above, below = np.where(away < 0, 1 + away, away), np.where(away < 0, -away, 1 - away)
    others = _zeta(factorial, s, below) - _zeta(factorial, s, np.maximum(1 - x, 1))
    left = _zeta(factorial, s, above) + sign * others
    zeta = np.where(x >= 0, _zeta(factorial, s, np.maximum(x, 0)), left)
    return np.where(whole, sign * np.where(x == np.inf, 0, zeta), np.nan)


def _quantile(centre: Any, tail: Any) -> Any:
    """The standard normal deviate whose upper tail is so large, at most 1/2; `centre` is 1/2 less that."""
    near_up, near_down, tail_up, tail_down, far_up, far_down = _NORMAL
    square = 0.180625 - centre * centre
    near = centre * _horner(near_up, square) / _horner(near_down, square)
    r = np.sqrt(-np.log(tail))
    middle = _horner(tail_up, r - 1.6) / _horner(tail_down, r - 1.6)
    far = _horner(far_up, r - 5) / _horner(far_down, r - 5)
    return np.where(centre <= 0.425, near, np.where(r <= 5, middle, np.where(tail == 0, np.inf, far)))


@_in_double
def erfinv(x: Any) -> Any:
    size = np.abs(x)
    return np.copysign(_quantile(size * 0.5, (1 - size) * 0.5) * 0.70710678118654752440, x)


@_in_double
def erfcinv(x: Any) -> Any:
    tail = np.minimum(x, 2 - x) * 0.5
    return np.copysign(_quantile(0.5 - tail, tail) * 0.70710678118654752440, 1 - x)


@_in_double
def erfcinv_slope(x: Any) -> Any:
    """The derivative of erfcinv, -sqrt(pi) / 2 exp(erfcinv(x)^2), by exp(y^2) = erfcx(y) / erfc(y)."""
    tail = np.minimum(x, 2 - x)
    y = _quantile(0.5 - tail * 0.5, tail * 0.5) * 0.70710678118654752440
    ratio = np.where(np.isinf(y), 1.0, (y - 2) / (y + 2))
    scaled = _horner(_ERFCX, ratio) / (1 + 2 * y)
    return -0.88622692545275801365 * np.where(tail == 0, np.inf, scaled / tail)
