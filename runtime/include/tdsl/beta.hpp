// The beta function, its logarithm, and the derivatives of that.  The same formulas are in tdsl/ops/beta_meanings.py.
// Errors are a few ulp, or as large as those that a few ulp of the operands make.
//
// Logarithms of gamma functions of large numbers are not subtracted: their difference is that of Stirling's series and
// a logarithm of the ratio (A. R. DiDonato and A. H. Morris, Algorithm 708, 1992).  Differences of digamma functions,
// and of polygamma functions, are sums of differences of single terms.
#ifndef TDSL_BETA_HPP
#define TDSL_BETA_HPP

#include <cstdint>
#include <limits>

#include "tdsl/attributes.hpp"
#include "tdsl/gamma.hpp"
#include "tdsl/libm.hpp"
#include "tdsl/special.hpp"

namespace tdsl {

namespace special {

// log(gamma(low)), or log(gamma(low + 1)) of a number below 1.
template <typename T>
inline T first_of_beta(T low) {
    return gammaln_of_positive(low < T(1) ? low + T(1) : low);
}

template <typename T>
inline T beta_of_small(T low, T high) {
    const T step = high < T(1) ? T(1) : T(0);
    return first_of_beta(low) + (gammaln_of_positive(high + step) - gammaln_of_positive(low + high + step));
}

template <typename T>
inline T beta_of_one_large(T low, T high) {
    const T both = low + high, rest = stirling_of(high) - stirling_of(both), ratio = low / high;
    // A small ratio may be subnormal.
    const T bent = ratio < std::numeric_limits<T>::epsilon() ? low - T(0.5) * ratio : (high - T(0.5)) * log1p(ratio);
    return first_of_beta(low) - bent - low * (log(both) - T(1)) + rest;
}

template <typename T>
inline T beta_of_large(T low, T high) {
    const T near = T(0.91893853320467274178) - T(0.5) * log(high) - (low - T(0.5)) * log1p(high / low);
    return near - high * log1p(low / high) + stirling_of(low) + (stirling_of(high) - stirling_of(low + high));
}

// The logarithm of the beta function, without its factors 1 / low where `low` is below 1 and (low + high) / high where
// both are.  Floats take all ways, so that loops are vectorised.
template <typename T>
inline T log_of_beta(T low, T high) {
    if constexpr (sizeof(T) == 8) {
        if (high < T(10)) return beta_of_small(low, high);
        return low < T(10) ? beta_of_one_large(low, high) : beta_of_large(low, high);
    }
    const T small = beta_of_small(low, high), one = beta_of_one_large(low, high), large = beta_of_large(low, high);
    const T far = low < T(10) ? one : large;
    return high < T(10) ? small : far;
}

// The value inside of the range of both, and `far` where one is infinite.
template <typename T>
inline T beta_at_ends(T low, T high, T found, T far) {
    constexpr T infinite = std::numeric_limits<T>::infinity();
    const T above = high == infinite ? far : found, value = low == T(0) ? infinite : above;
    const bool known = (low >= T(0)) & (high >= T(0)) & ((low > T(0)) | (high < infinite));
    return known ? value : std::numeric_limits<T>::quiet_NaN();
}

}  // namespace special

// The logarithm of the beta function, of operands that are not negative.
template <typename T>
inline T betaln(T a, T b) {
    const T low = a < b ? a : b, high = a < b ? b : a;
    const T first = low < T(1) ? log(low) : T(0), second = high < T(1) ? log1p(low / high) : T(0);
    const T found = special::log_of_beta(low, high) - first + second;
    return special::beta_at_ends(low, high, found, -std::numeric_limits<T>::infinity());
}

template <typename T>
inline T beta(T a, T b) {
    const T low = a < b ? a : b, high = a < b ? b : a;
    const T first = low < T(1) ? low : T(1), second = high < T(1) ? T(1) + low / high : T(1);
    return special::beta_at_ends(low, high, exp(special::log_of_beta(low, high)) / first * second, T(0));
}

// digamma(a) - digamma(a + b), the derivative of betaln by a: the sum of b / ((a + k) (a + k + b)) over k >= 0, from
// a + k = 10 on by the asymptotic series at both places, divided by the distance of these.
template <typename T>
inline T betaln_slope(T a, T b) {
    constexpr T infinite = std::numeric_limits<T>::infinity();
    T rise = T(0), far = a + T(0);  // no zero is negative
    TDSL_UNROLL(16)
    for (int step = 0; step < 10; ++step) {
        const bool near = far < T(10);
        rise += near ? b / (far + b) / far : T(0);
        far += near ? T(1) : T(0);
    }
    const T ratio = b / far, other = T(1) / (T(1) + ratio);
    const T square = T(1) / far / far, less = square * other * other;
    T value = T(special::asymptotic[7]), divided = T(0);
    TDSL_UNROLL(16)
    for (int k = 6; k >= 0; --k) {
        divided = fused(divided, less, value);
        value = fused(value, square, T(special::asymptotic[k]));
    }
    const T series = T(0.5) / far + square * (T(1) + other) * fused(less, divided, value);
    rise += log1p(ratio) + ratio * other * series;
    const T finite = a == infinite ? T(0) : -rise, value_of_all = b == infinite ? -infinite : finite;
    const bool known = (a >= T(0)) & (b >= T(0)) & ((a < infinite) | (b < infinite));
    return known ? value_of_all : std::numeric_limits<T>::quiet_NaN();
}

// polygamma(n, a) - polygamma(n, a + b) for n from 1 to 100, by the formula of Euler and Maclaurin for the difference
// of two zeta functions; any other n gives NaN.
template <typename T>
inline T polygamma_difference(int64_t n, T first, T second) {
    const double b = second;
    double a = first + T(0);
    if (n < 1 || n > 100 || !(a >= 0.0 && b >= 0.0)) return std::numeric_limits<T>::quiet_NaN();
    const double s = static_cast<double>(n + 1), limit = 12.0 + s;
    double scale = 1.0, total = 0.0;
    for (int64_t k = 2; k <= n; ++k) scale *= static_cast<double>(k);
    for (; a < limit; a += 1.0) total -= scale / special::power(a, n + 1) * expm1(-s * log1p(b / a));
    const double logarithm = log1p(b / a);
    double factor = s / a, rest = -0.5 * expm1(-s * logarithm);
    for (int k = 0; k < 9; ++k) {
        rest -= special::euler_maclaurin[k] * factor * expm1(-(s + 2 * k + 1) * logarithm);
        factor *= (s + 2 * k + 1) * (s + 2 * k + 2) / a / a;
    }
    const double integral = -expm1((1.0 - s) * logarithm) / (s - 1.0);
    total += scale * (integral + rest / a) / a / special::power(a, n - 1);
    return static_cast<T>(n % 2 ? total : -total);
}

}  // namespace tdsl

#endif
