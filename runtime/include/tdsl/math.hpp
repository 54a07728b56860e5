// Scalar operations, under the names of the op table.
//
// Integers wrap around.  Reals follow IEEE 754 and, where it is silent, NumPy.
#ifndef TDSL_MATH_HPP
#define TDSL_MATH_HPP

#include <cstdint>
#include <limits>
#include <type_traits>

#include "tdsl/beta.hpp"
#include "tdsl/gamma.hpp"
#include "tdsl/libm.hpp"
#include "tdsl/special.hpp"
#include "tdsl/vector_math.hpp"

namespace tdsl {

using libm::flush_subnormal;

template <typename T>
using Unsigned = std::make_unsigned_t<T>;

template <typename T>
inline T add(T a, T b) {
    if constexpr (std::is_integral_v<T>)
        return static_cast<T>(static_cast<Unsigned<T>>(a) + static_cast<Unsigned<T>>(b));
    else return a + b;
}

template <typename T>
inline T sub(T a, T b) {
    if constexpr (std::is_integral_v<T>)
        return static_cast<T>(static_cast<Unsigned<T>>(a) - static_cast<Unsigned<T>>(b));
    else return a - b;
}

template <typename T>
inline T mul(T a, T b) {
    if constexpr (std::is_integral_v<T>)
        return static_cast<T>(static_cast<Unsigned<T>>(a) * static_cast<Unsigned<T>>(b));
    else return a * b;
}

template <typename T>
inline T neg(T a) {
    if constexpr (std::is_integral_v<T>) return sub(T(0), a);
    else return -a;
}

template <typename T>
inline T abs(T a) {
    if constexpr (std::is_floating_point_v<T>) return libm::fabs(a);
    else if constexpr (std::is_unsigned_v<T>) return a;
    else return a < 0 ? neg(a) : a;
}

template <typename T>
inline T sign(T a) {
    if constexpr (std::is_unsigned_v<T>) return static_cast<T>(a != 0);
    else {
        const T value = static_cast<T>(static_cast<T>(a > 0) - static_cast<T>(a < 0));
        if constexpr (std::is_floating_point_v<T>) return a != a ? a : value;
        else return value;
    }
}

template <typename T>
inline T maximum(T a, T b) {
    const T larger = b > a ? b : a;
    return b != b ? b : larger;
}

template <typename T>
inline T minimum(T a, T b) {
    const T smaller = b < a ? b : a;
    return b != b ? b : smaller;
}

template <typename T>
inline T bit_and(T a, T b) {
    return static_cast<T>(a & b);
}

template <typename T>
inline T bit_or(T a, T b) {
    return static_cast<T>(a | b);
}

template <typename T>
inline T bit_xor(T a, T b) {
    return static_cast<T>(a ^ b);
}

template <typename T>
inline T bit_not(T a) {
    return static_cast<T>(~a);
}

// A shift by as many bits as there are or more, or by a negative number, leaves nothing but the sign.
template <typename T>
inline T shift_left(T a, T count) {
    const auto places = static_cast<Unsigned<T>>(count);
    constexpr auto bits = static_cast<Unsigned<T>>(8 * sizeof(T));
    return places < bits ? static_cast<T>(static_cast<Unsigned<T>>(a) << places) : T(0);
}

template <typename T>
inline T shift_right(T a, T count) {
    const auto places = static_cast<Unsigned<T>>(count);
    constexpr auto bits = static_cast<Unsigned<T>>(8 * sizeof(T));
    T sign(0);
    if constexpr (std::is_signed_v<T>) sign = static_cast<T>(a >> (bits - 1));
    return static_cast<T>(places < bits ? a >> places : sign);
}

template <typename T>
inline T select(bool condition, T a, T b) {
    return condition ? a : b;
}

// A real that does not fit an integer type becomes the least number of that type, as in hardware.
template <typename To, typename From>
inline To cast(From a) {
    if constexpr (std::is_same_v<To, bool>) {
        return a != From(0);
    } else if constexpr (std::is_same_v<From, bool>) {
        return a ? To(1) : To(0);  // this form vectorises
    } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
        using Wide = std::conditional_t<sizeof(To) == 8, int64_t, int32_t>;
        constexpr From limit = sizeof(To) == 8 ? From(9223372036854775808.0) : From(2147483648.0);
        return static_cast<To>(a >= -limit && a < limit ? static_cast<Wide>(a) : std::numeric_limits<Wide>::min());
    } else {
        return static_cast<To>(a);
    }
}

// Rounds down.  Division of integers by zero gives 0; the least integer divided by -1 wraps around.
template <typename T>
inline T floordiv(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
        if (b == 0) return a / b;
        T rest = libm::fmod(a, b);
        T quotient = (a - rest) / b;
        if (rest != 0 && (b < 0) != (rest < 0)) quotient -= 1;
        if (quotient == 0) return libm::copysign(T(0), a / b);
        const T down = libm::floor(quotient);
        return quotient - down > T(0.5) ? down + 1 : down;
    } else if constexpr (std::is_unsigned_v<T>) {
        return b == 0 ? T(0) : static_cast<T>(a / b);
    } else {
        if (b == 0) return 0;
        if (b == -1) return neg(a);
        const T quotient = static_cast<T>(a / b);
        return static_cast<T>(quotient - (a % b != 0 && (a % b < 0) != (b < 0)));
    }
}

// The remainder of floordiv: it has the sign of b.
template <typename T>
inline T mod(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
        const T rest = libm::fmod(a, b);
        if (b == 0) return rest;
        if (rest == 0) return libm::copysign(T(0), b);
        return (b < 0) != (rest < 0) ? rest + b : rest;
    } else if constexpr (std::is_unsigned_v<T>) {
        return b == 0 ? T(0) : static_cast<T>(a % b);
    } else {
        if (b == 0 || b == -1) return 0;
        const T rest = static_cast<T>(a % b);
        return rest != 0 && (rest < 0) != (b < 0) ? static_cast<T>(rest + b) : rest;
    }
}

template <typename T>
inline bool isnan(T a) {
    return a != a;
}

template <typename T>
inline bool isinf(T a) {
    return libm::fabs(a) == std::numeric_limits<T>::infinity();
}

template <typename T>
inline bool isfinite(T a) {
    return libm::fabs(a) < std::numeric_limits<T>::infinity();
}

#define TDSL_STANDARD(name, function) \
    template <typename T>             \
    inline T name(T a) {              \
        return libm::function(a);      \
    }
TDSL_STANDARD(floor, floor)
TDSL_STANDARD(ceil, ceil)
TDSL_STANDARD(trunc, trunc)
TDSL_STANDARD(round, nearbyint)  // half to even
TDSL_STANDARD(sqrt, sqrt)
TDSL_STANDARD(log2, log2)
TDSL_STANDARD(log10, log10)
TDSL_STANDARD(sin, sin)
TDSL_STANDARD(cos, cos)
TDSL_STANDARD(tan, tan)
TDSL_STANDARD(asin, asin)
TDSL_STANDARD(acos, acos)
TDSL_STANDARD(atan, atan)
TDSL_STANDARD(sinh, sinh)
TDSL_STANDARD(cosh, cosh)
TDSL_STANDARD(asinh, asinh)
TDSL_STANDARD(acosh, acosh)
TDSL_STANDARD(atanh, atanh)
#undef TDSL_STANDARD

// 1 - a^2, accurate near 0.
template <typename T>
inline T one_minus_square(T a) {
    return (T(1) - a) * (T(1) + a);
}

template <typename T>
inline T pow(T a, T b) {
    return libm::pow(a, b);
}

// sqrt(a^2 + b^2) without overflow of the squares; infinite if an operand is.
template <typename T>
inline T hypot(T a, T b) {
    const T x = libm::fabs(a), y = libm::fabs(b);
    const T big = x > y ? x : y, ratio = (x > y ? y : x) / big;
    const T length = big * libm::sqrt(T(1) + ratio * ratio);
    constexpr T infinite = std::numeric_limits<T>::infinity();
    const T finite = big == T(0) ? x + y : length;  // NaN propagates
    return (x == infinite) | (y == infinite) ? infinite : finite;
}

// The derivative of hypot by a: a / hypot(a, b), and 0 at 0.
template <typename T>
inline T hypot_slope(T a, T b) {
    const T length = hypot(a, b);
    return a / (length == T(0) ? T(1) : length);
}

// log(exp(a) + exp(b)), also for equal infinities.
// x sqrt(pi) exp(x^2) erfc(x) - 1 of a large x: its asymptotic series.
inline double erfc_series(double x) {
    const double u = 0.5 / (x * x);
    double found = 0.0;
    for (int factor = 21; factor > 0; factor -= 2) found = -factor * u * (1.0 + found);
    return found;
}

// exp(x^2) erfc(x).  The part of the square that rounding loses counts for a large one.
inline double erfcx(double x) {
    if (x > 12.0) return (1.0 + erfc_series(x)) / (x * 1.7724538509055160273);
    const double square = x * x, scaled = x * 134217729.0, high = scaled - (scaled - x), low = x - high;
    const double lost = ((high * high - square) + 2.0 * high * low) + low * low, power = libm::exp(square);
    return x < -26.5 ? power * 2.0 : (power + power * lost) * libm::erfc(x);
}
inline float erfcx(float x) { return static_cast<float>(erfcx(static_cast<double>(x))); }

// The derivative of erfcx, with all digits where x is large.
inline double erfcx_slope(double x) {
    constexpr double scale = 1.1283791670955125739;
    return x > 12.0 ? scale * erfc_series(x) : 2.0 * x * erfcx(x) - scale;
}
inline float erfcx_slope(float x) { return static_cast<float>(erfcx_slope(static_cast<double>(x))); }

// log(erfc(x)), also where erfc underflows or is nearly 1.
inline double log_erfc(double x) { return x < 1.0 ? libm::log1p(-libm::erf(x)) : libm::log(erfcx(x)) - x * x; }
inline float log_erfc(float x) { return static_cast<float>(log_erfc(static_cast<double>(x))); }

// exp(a + b), and the part of the sum that rounding loses: it counts for a large one.
template <typename T>
inline T exp_add(T a, T b) {
    const T sum = a + b, part = sum - a;
    const T lost = (a - (sum - part)) + (b - part);
    const T power = exp(sum), whole = power + power * lost;
    return whole - whole == T(0) ? whole : power;
}

template <typename T>
inline T logaddexp(T a, T b) {
    const T top = a > b ? a : b, sum = top + log_of_one_and(-libm::fabs(a - b));
    return a == b ? a + T(0.693147180559945309417) : sum;
}

template <typename T>
inline T atan2(T a, T b) {
    return libm::atan2(a, b);
}

}  // namespace tdsl

#endif
