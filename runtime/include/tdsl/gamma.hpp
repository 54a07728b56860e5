// The incomplete gamma functions and their derivatives by the first operand.  The same formulas are in
// tdsl/ops/gamma_meanings.py.  Errors for double are a few ulp, or as large as those that an ulp of the operands makes.
//
// The lower function is summed up by its power series where x <= 1, or x < a and x < 30.  Elsewhere the smaller one of
// the two is x^a exp(-x) / gamma(a) times an integral of a convex function's exponential, after the substitution
// t = x exp(u), by Gauss' quadrature of 32 nodes; derivatives by a are the same integral with powers of u.  The factor
// is computed by the distance of x from a (N. M. Temme, The asymptotic expansion of the incomplete gamma functions,
// 1979).  Loops over them are not vectorised: the terms of a series are as many as its operands need.
#ifndef TDSL_GAMMA_HPP
#define TDSL_GAMMA_HPP

#include <limits>

#include "tdsl/attributes.hpp"
#include "tdsl/libm.hpp"
#include "tdsl/special.hpp"

namespace tdsl {

namespace special {

// Gauss' nodes and weights between 0 and 1/2; the others are their mirror images.
TDSL_TABLE double nodes[] = {
    0.00136806907525921823, 0.0071942442273658323, 0.0176188722062467846, 0.0325469620311301554,
    0.051839422116973938, 0.0753161931337150149, 0.102758102016028797, 0.13390894062985516,
    0.1684778665348924, 0.206142121379618835, 0.246550045533885305, 0.289324361934682327,
    0.334065698858936175, 0.380356318873931463, 0.427764019208601753, 0.475846167156130842
};
TDSL_TABLE double weights[] = {
    0.0035093050047350483, 0.0081371973654528353, 0.0126960326546310297, 0.0171369314565107166,
    0.0214179490111133403, 0.0254990296311880881, 0.0293420467392677736, 0.0329111113881809234,
    0.0361728970544242531, 0.0390969478935351532, 0.0416559621134733776, 0.0438260465022019056,
    0.0455869393478819424, 0.0469221995404022828, 0.0478193600396374297, 0.0482700442573639003
};

// 1 / k! from k = 2 on, and 1 / (2k + 3).
TDSL_TABLE double factorials[] = {
    1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040, 1.0 / 40320, 1.0 / 362880, 1.0 / 3628800,
    1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800, 1.0 / 87178291200, 1.0 / 1307674368000, 1.0 / 20922789888000,
    1.0 / 355687428096000, 1.0 / 6402373705728000, 1.0 / 121645100408832000, 1.0 / 2432902008176640000,
    1.0 / 51090942171709440000.0
};
TDSL_TABLE double odd[] = {
    1.0 / 3, 1.0 / 5, 1.0 / 7, 1.0 / 9, 1.0 / 11, 1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21, 1.0 / 23, 1.0 / 25
};

template <typename T>
inline T stirling_of(T a) {
    return polynomial(stirling, T(1) / a / a) / a;
}

// log(x^a exp(-x) / gamma(a)) for a of 10 and more.
inline double log_weight_of_large(double a, double x) {
    const double ratio = (x - a) / (x + a), distance = (x - a) / a, square = ratio * ratio;
    const double excess = libm::fabs(ratio) < 0.2 ? distance * ratio - 2.0 * ratio * square * polynomial(odd, square)
                                                  : distance - log(x / a);
    return 0.5 * log(a / 6.28318530717958647693) - a * excess - stirling_of(a);
}

// exp(u) - 1 - u.
inline double exponential_excess(double u) {
    return libm::fabs(u) < 1.0 ? u * u * polynomial(factorials, u) : expm1(u) - u;
}

// A value and its first two derivatives by a.
struct Jet {
    double value, first, second;
};

// The sum of x^n / ((a + 1) ... (a + n)).
inline Jet power_series(double a, double x) {
    Jet sum{1.0, 0.0, 0.0};
    double term = 1.0, below = a, slope = 0.0, curve = 0.0;
    while (term > 1e-18 * sum.value) {
        below += 1.0;
        term *= x / below;
        slope += 1.0 / below;
        curve += 1.0 / below / below;
        sum.value += term;
        sum.first -= term * slope;
        sum.second += term * (slope * slope + curve);
    }
    return sum;
}

// The integrals over u > 0 of u^n exp(sign (a - x) u - x (exp(sign u) - 1 - sign u)) for n = 0, 1, 2, where
// sign (a - x) is not positive.
inline Jet quadrature(double a, double x, double sign) {
    const double distance = libm::fabs(x - a), reach = sign < 0.0 ? 60.0 : 38.0;
    double end = 2.0 * reach / (distance + libm::sqrt(distance * distance + 2.0 * x * reach));
    if (sign > 0.0) {
        const double bound = log1p(2.0 * reach / x + 4.0);
        end = end < bound ? end : bound;
    }
    Jet sum{0.0, 0.0, 0.0};
    for (int k = 0; k < 16; ++k) {
        const double places[] = {nodes[k], 1.0 - nodes[k]};
        for (const double place : places) {
            const double u = end * place;
            const double value = weights[k] * end * exp(-distance * u - x * exponential_excess(sign * u));
            sum.value += value;
            sum.first += value * u;
            sum.second += value * u * u;
        }
    }
    return sum;
}

// The integral of t^(a - 1) exp(-t) from x <= 1 on, given that from 1 on.
inline double upper_of_small(double a, double x, double beyond) {
    const double logarithm = log(x);
    double total = beyond - (a == 0.0 ? logarithm : expm1(a * logarithm) / a), factor = 1.0;
    for (int n = 1; n < 20; ++n) {
        factor /= -n;
        total -= factor * expm1((a + n) * logarithm) / (a + n);
    }
    return total;
}

enum class Part { lower, upper, slope, curve };

inline double incomplete_gamma(double a, double x, Part part) {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    const double least = part == Part::upper ? 1.0 : 0.0, most = part == Part::lower ? 1.0 : 0.0;
    if (!(a >= 0.0 && x >= 0.0)) return std::numeric_limits<double>::quiet_NaN();
    if ((a == infinite && x == infinite) || (a == 0.0 && x == 0.0)) return std::numeric_limits<double>::quiet_NaN();
    if (x == 0.0 || a == infinite) return least;
    if (x == infinite) return most;

    // x^a exp(-x) / gamma(a + 1), and the first two derivatives of a times it, divided by it.
    double weight, slope;
    if (a >= 10.0) {
        const double distance = (x - a) / a, square = 1.0 / a / a;
        weight = exp(log_weight_of_large(a, x)) / a;
        slope = libm::fabs(distance) < 0.5 ? log1p(distance) : log(x / a);
        slope += square * polynomial(asymptotic, square) - 0.5 / a;
    } else {
        weight = exp(a * log(x) - x - gammaln_of_positive(a + 1.0));
        slope = log(x) - digamma_of_positive(a + 1.0);
    }
    if (weight == 0.0 && (part == Part::slope || part == Part::curve)) return 0.0;
    const double curve = part == Part::curve ? zeta(1.0, 2, a + 1.0) : 0.0;
    const bool lower = x <= 1.0 || x < a;
    double value;
    if (lower && x < 30.0) {
        const Jet sum = power_series(a, x);
        if (part == Part::slope) return weight * (slope * sum.value + sum.first);
        if (part == Part::curve)
            return weight * ((slope * slope - curve) * sum.value + 2.0 * slope * sum.first + sum.second);
        value = weight * sum.value;
        if (part == Part::upper && x <= 1.0 && a < 1.0) {
            const double beyond = quadrature(a, 1.0, 1.0).value * 0.36787944117144232160;
            return upper_of_small(a, x, beyond) * a * exp(-gammaln_of_positive(a + 1.0));
        }
    } else {
        const double sign = lower ? -1.0 : 1.0;
        const Jet sum = quadrature(a, x, sign);
        const double first = 1.0 + a * slope, second = 2.0 * slope + a * (slope * slope - curve);
        if (part == Part::slope) return -sign * weight * (first * sum.value + sign * a * sum.first);
        if (part == Part::curve)
            return -sign * weight * (second * sum.value + 2.0 * sign * first * sum.first + a * sum.second);
        value = weight * a * sum.value;
    }
    return lower == (part == Part::lower) ? value : 1.0 - value;
}

}  // namespace special

// The regularized incomplete gamma functions; of operands that are negative they are NaN.
template <typename T>
inline T gammainc(T a, T x) {
    return static_cast<T>(special::incomplete_gamma(a, x, special::Part::lower));
}

template <typename T>
inline T gammaincc(T a, T x) {
    return static_cast<T>(special::incomplete_gamma(a, x, special::Part::upper));
}

// The first and second derivative of gammainc by a.
template <typename T>
inline T gammainc_slope(T a, T x) {
    return static_cast<T>(special::incomplete_gamma(a, x, special::Part::slope));
}

template <typename T>
inline T gammainc_curve(T a, T x) {
    return static_cast<T>(special::incomplete_gamma(a, x, special::Part::curve));
}

// x^(a - 1) exp(-x) / gamma(a), the derivative of gammainc by x.
template <typename T>
inline T gamma_density(T order, T place) {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    const double a = order, x = place;
    if (!(a >= 0.0 && x >= 0.0)) return std::numeric_limits<T>::quiet_NaN();
    if (a == infinite && x == infinite) return std::numeric_limits<T>::quiet_NaN();
    if (a == 0.0 || a == infinite || x == infinite) return T(0);
    if (x == 0.0) return a < 1.0 ? std::numeric_limits<T>::infinity() : T(a == 1.0);
    if (a >= 10.0) return static_cast<T>(exp(special::log_weight_of_large(a, x) - log(x)));
    const double inverse = a < 1.0 ? a / x : 1.0, power = a < 1.0 ? a : a - 1.0;
    const double logarithm = special::gammaln_of_positive(a < 1.0 ? a + 1.0 : a);
    return static_cast<T>(inverse * exp(power * log(x) - x - logarithm));
}

}  // namespace tdsl

#endif
