"""Counter-based random values: each element depends on a key, a stream and its index alone, so every target and every
number of threads gives the same ones.

Bits: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3, SC 2011) with the counter
(index, stream).  Normals: the inverse distribution function by Wichura's AS 241 (Applied Statistics 37, 1988), with a
logarithm made of exact IEEE operations, so that C++ gives the same bits (`runtime/…/random.hpp`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Reals = NDArray[np.float64]

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (np.uint64(0x9E3779B9), np.uint64(0xBB67AE85))


def philox(key: Any, stream: Any, index: Any) -> tuple[Words, Words, Words, Words]:
    """The four 32-bit words of each block."""
    key, stream, index = (unsigned(x) for x in (key, stream, index))
    c0, c1, c2, c3 = index & _LOW, index >> _HALF, stream & _LOW, stream >> _HALF
    k0, k1 = key & _LOW, key >> _HALF
    for _ in range(10):
        p0, p1 = _MULTIPLIERS[0] * c0, _MULTIPLIERS[1] * c2
        c0, c1, c2, c3 = (p1 >> _HALF) ^ c1 ^ k0, p1 & _LOW, (p0 >> _HALF) ^ c3 ^ k1, p0 & _LOW
        k0, k1 = (k0 + _WEYL[0]) & _LOW, (k1 + _WEYL[1]) & _LOW
    return c0, c1, c2, c3


def unsigned(x: Any) -> Words:
    """Integers modulo 2^64."""
    return np.asarray(x).astype(np.int64).astype(np.uint64)


def random_word(key: Any, stream: Any, index: Any) -> Any:
    """64 random bits as an int."""
    high, low, _, _ = philox(key, stream, index)
    return ((high << _HALF) | low).astype(np.int64)


def random_bits(key: Any, stream: Any, shape: tuple[int, ...]) -> Any:
    """The words of the indices 0, 1, … in row-major order."""
    count = int(np.prod(shape, dtype=np.int64))
    return random_word(key, stream, np.arange(count)).reshape(shape)


def unit_interval(bits: Any) -> Any:
    """The first 53 bits as a number of [0, 1)."""
    return (unsigned(bits) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def random_below(bits: Any, count: Any) -> Any:
    """bits * count / 2^64, both without a sign: 0 … count - 1."""
    bits, count = unsigned(bits), unsigned(count)
    b0, b1, n0, n1 = bits & _LOW, bits >> _HALF, count & _LOW, count >> _HALF
    middle = b1 * n0 + (b0 * n0 >> _HALF)
    other = b0 * n1 + (middle & _LOW)
    return (b1 * n1 + (middle >> _HALF) + (other >> _HALF)).astype(np.int64)


def standard_normal(bits: Any) -> Any:
    """The quantile of the middle of the interval that the first 53 bits say."""
    return inverse_normal(np.minimum(unit_interval(bits) + 2.0**-54, 1 - 2.0**-53))


def standard_truncated_normal(bits: Any) -> Any:
    """Within -2 … 2."""
    return np.clip(inverse_normal(unit_interval(bits) * 0.9544997361036416 + 0.022750131948179198), -2, 2)


def random_binomial(bits: Any, count: Any, p: Any) -> Any:
    """How many of `count` random numbers lie below p, by one binary digit of all of them after the other: those whose
    digits so far are those of p are the ones still open.  The bits are the key of further ones."""
    bits, left, p = np.broadcast_arrays(bits, np.maximum(count, 0), p)
    key, left, p = bits.ravel(), left.ravel().astype(np.int64), np.minimum(p.ravel().astype(np.float64), 1)
    found, digit = np.zeros(left.shape, np.int64), 0
    while (here := np.flatnonzero((left > 0) & (p > 0))).size:
        sure = here[p[here] >= 1]
        found[sure] += left[sure]
        left[sure] = 0
        here = here[p[here] < 1]
        zeros = _halves(key[here], digit, left[here])
        above = p[here] >= 0.5
        found[here] += np.where(above, zeros, 0)
        left[here] = np.where(above, left[here] - zeros, zeros)
        p[here] = np.where(above, 2 * p[here] - 1, 2 * p[here])
        digit += 1
    return found.reshape(bits.shape)


# Up to so many bits are counted one by one.  The number of more is normal: with the terms of the next order, for the
# fourth moment and for whole numbers, the error of a probability is below 1e-8.
_COUNTED = 2048


def _halves(key: Words, digit: int, count: Any) -> Any:
    """Binomial numbers of p = 1/2: how many of `count` bits are set."""
    z = standard_normal(random_word(key, digit, 0))
    size = count.astype(np.float64)
    z = z - (z * z * z - 3 * z) / (12 * size)
    large = np.clip(np.floor(size * 0.5 + np.sqrt(size - 1 / 3) * 0.5 * z + 0.5).astype(np.int64), 0, count)
    total = np.zeros(count.shape, np.int64)
    for place in range((int(np.where(count <= _COUNTED, count, 0).max(initial=0)) + 63) // 64):
        here = np.flatnonzero((count > 64 * place) & (count <= _COUNTED))
        words = unsigned(random_word(key[here], digit, place))
        rest = np.clip(64 * (place + 1) - count[here], 0, 63).astype(np.uint64)
        total[here] += np.unpackbits((words >> rest).view(np.uint8).reshape(-1, 8), axis=1).sum(1, dtype=np.int64)
    return np.where(count <= _COUNTED, total, large)


def orthogonal_values(seed: Any, stream: int, dtype: Any, shape: tuple[int, ...]) -> Any:
    """A matrix whose shorter side is orthonormal: Gram and Schmidt, twice, on normals (uniform by Haar measure;
    Saxe, McClelland, Ganguli, 2013)."""
    tall = (max(shape), min(shape))
    columns = standard_normal(random_bits(seed, stream, tall)).T.copy()
    for j in range(len(columns)):
        done = columns[:j]
        for _ in range(2):
            columns[j] -= done.T @ (done @ columns[j])
        columns[j] /= np.sqrt(columns[j] @ columns[j])
    return (columns if shape[0] < shape[1] else columns.T).astype(dtype)


def _polynomial(x: Reals, coefficients: tuple[float, ...]) -> Reals:
    total = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        total = total * x + coefficient
    return total


_LOG = (
    1.479819860511658591e-01,
    1.531383769920937332e-01,
    1.818357216161805012e-01,
    2.222219843214978396e-01,
    2.857142874366239149e-01,
    3.999999999940941908e-01,
    6.666666666666735130e-01,
)


def exact_log(x: Reals) -> Reals:
    """log x for normal x > 0 from +, -, *, / alone (the polynomial is fdlibm's)."""
    mantissa, exponent = np.frexp(x)
    low = mantissa < 0.70710678118654752440
    mantissa = np.where(low, mantissa + mantissa, mantissa)
    exponent = (exponent - low).astype(np.float64)
    f = mantissa - 1.0
    s = f / (2.0 + f)
    z = s * s
    r = z * _polynomial(z, _LOG)
    half = 0.5 * f * f
    return exponent * 6.93147180369123816490e-01 - (
        (half - (s * (half + r) + exponent * 1.90821492927058770002e-10)) - f
    )


# fmt: off
_CENTRE = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
     13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
    (5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
     5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0),
)
_MIDDLE = (
    (7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
     3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
     0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0),
)
_TAIL = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
     0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772),
    (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
     0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0),
)
# fmt: on


def inverse_normal(p: Reals) -> Reals:
    """The quantile of the standard normal distribution for 0 < p < 1, relative error below 1e-15."""
    q = p - 0.5
    central = 0.180625 - q * q
    near = q * (_polynomial(central, _CENTRE[0]) / _polynomial(central, _CENTRE[1]))
    tail = np.where(q < 0, p, 1.0 - p)
    r = np.sqrt(-exact_log(tail))
    middle, far = r - 1.6, r - 5.0
    outer = np.where(
        r <= 5.0,
        _polynomial(middle, _MIDDLE[0]) / _polynomial(middle, _MIDDLE[1]),
        _polynomial(far, _TAIL[0]) / _polynomial(far, _TAIL[1]),
    )
    return np.where(np.abs(q) <= 0.425, near, np.where(q < 0, -outer, outer))
