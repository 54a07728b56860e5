// The logarithm of the gamma function, its derivatives, and the inverse error functions.  The same formulas are in
// tdsl/ops/special_meanings.py.  Errors for double are below 5 ulp, and for negative arguments of the gamma family as
// large as those that an ulp of the argument makes.
#ifndef TDSL_SPECIAL_HPP
#define TDSL_SPECIAL_HPP

#include <cstdint>
#include <limits>

#include "tdsl/attributes.hpp"
#include "tdsl/libm.hpp"
#include "tdsl/vector_math.hpp"

namespace tdsl {

namespace special {

// Chebyshev interpolations: log(gamma(2 + d)) / (d (1 + d)) for |d| <= 1/2; digamma(1.5 + d) / (1.5 + d - its root)
// likewise; (1 + 2x) exp(x^2) erfc(x) by (x - 2) / (x + 2), after M. M. Shepherd and J. G. Laframboise (1981).
TDSL_TABLE double near_two[] = {
    0.422784335098467139, -0.100317301674353937, 0.0329650006211558671, -0.0123841921933674265,
    0.00499864116469188741, -0.00210813083422572274, 0.000915376922527988795, -0.000405707388920116371,
    0.00018255263193591227, -0.0000830952740317646027, 0.0000381689950222527328, -0.0000176601881367636401,
    8.22124005764145031e-6, -3.85633896994566523e-6, 1.81335474837299833e-6, -8.20840719129453108e-7,
    3.86354899286153008e-7, -2.52603194042877082e-7, 1.22146034205357316e-7
};
TDSL_TABLE double near_root[] = {
    0.951055876031832879, -0.423627421281460493, 0.24054248424078737, -0.148404923053918731,
    0.0949887244528281799, -0.0619221332715408662, 0.0407608339447412238, -0.0269757968498707582,
    0.0179072481922888461, -0.0119082150229582889, 0.00792702413684187922, -0.00528002026438797359,
    0.00351807927172330631, -0.00234462446450415212, 0.00156357399139805605, -0.00104243755956202197,
    0.000689942852159847952, -0.000459174320937505219, 0.000326893162533258276, -0.000220084125489946211,
    0.0000915881725368993254, -0.0000576049770958845413, 0.00012241590729427333, -0.0000840128325514239743
};
TDSL_TABLE double scaled_erfc[] = {
    1.27697838155252872, -0.0927638265857460189, -0.166030397615289364, 0.16405128003344446,
    -0.0542200009920359324, -0.00803401508256054149, 0.00872265387557561768, 0.00127133896949383872,
    -0.00145681394302717014, -0.000454340881611615614, 0.000206367155653805645, 0.000151039608808539023,
    -1.5094096304327273e-6, -0.0000364257004711056275, -0.000013494934457454991, 3.71930000176083281e-6,
    5.22991047575784676e-6, 1.48242725609289053e-6, -7.0701755195515957e-7, -7.96874957742381893e-7,
    -2.47672319297180196e-7, 9.06480540866842368e-8, 1.47400335613346257e-7, 6.84503113800706326e-8,
    -2.0038115708792776e-8, -3.91812613245833044e-8, -8.09299617602836176e-9, 9.35125977767481839e-9,
    3.90155028233768415e-9, -9.34265300764333947e-10, -5.32940017343635304e-10
};

// Of the Bernoulli numbers: B(2k) / (2k (2k - 1)), B(2k) / 2k and B(2k) / (2k)!.
TDSL_TABLE double stirling[] = {
    1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156, -3617.0 / 122400
};
TDSL_TABLE double asymptotic[] = {
    1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12, -3617.0 / 8160
};
TDSL_TABLE double euler_maclaurin[] = {
    1.0 / 12, -1.0 / 720, 1.0 / 30240, -1.0 / 1209600, 1.0 / 47900160, -691.0 / 1307674368000,
    1.0 / 74724249600, -3617.0 / 10670622842880000, 43867.0 / 5109094217170944000
};

// The rational functions of M. J. Wichura's algorithm AS 241 (1988): near 0, in the tails, and far out.
TDSL_TABLE double near_over[] = {
    3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
    4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3
};
TDSL_TABLE double near_under[] = {
    1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
    3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3
};
TDSL_TABLE double tail_over[] = {
    1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
    1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4
};
TDSL_TABLE double tail_under[] = {
    1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
    1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9
};
TDSL_TABLE double far_over[] = {
    6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
    2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7
};
TDSL_TABLE double far_under[] = {
    1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
    7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15
};

// A loop over a function is vectorised only if the function's own loops are unrolled.
template <typename T, int Count>
inline T polynomial(const double (&coefficients)[Count], T x) {
    T value = T(coefficients[Count - 1]);
    TDSL_UNROLL(32)
    for (int k = Count - 2; k >= 0; --k) value = fused(value, x, T(coefficients[k]));
    return value;
}

// sin(pi x) for 0 <= x <= 1/2, by its Taylor series.
template <typename T>
inline T sine(T x) {
    constexpr double series[] = {
        1.0, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800, 1.0 / 6227020800, -1.0 / 1307674368000,
        1.0 / 355687428096000, -1.0 / 121645100408832000, 1.0 / 5.109094217170944e19,
    };
    const T angle = x * T(3.14159265358979323846);
    return angle * polynomial(series, angle * angle);
}

// By Stirling's series from 9 on.  Below, steps lead to |d| <= 1/2 with x = 2 + d; the logarithm is of their product.
template <typename T>
inline T gammaln_of_positive(T x) {
    const T far = x < T(9) ? T(9) : x, inverse = T(1) / far;
    const T series = polynomial(stirling, inverse * inverse) * inverse;
    const bool first = x < T(1.5), second = x < T(0.5);
    T d = second ? x : first ? x - T(1) : (x < T(9) ? x : T(9)) - T(2);
    T product = second ? x * (x + T(1)) : first ? x : T(1);
    TDSL_UNROLL(16)
    for (int step = 0; step < 7; ++step) {
        const bool more = d > T(0.5);
        product = more ? product * (d + T(1)) : product;
        d = more ? d - T(1) : d;
    }
    const bool large = x >= T(9);
    const T logarithm = log(large ? x : product);
    const T near = d * (d + T(1)) * polynomial(near_two, d) + (first ? -logarithm : logarithm);
    return large ? (far - T(0.5)) * (logarithm - T(1)) + T(0.41893853320467274178) + series : near;
}

// By the asymptotic series from 10 on, below by steps to 1 <= x <= 2.
template <typename T>
inline T digamma_of_positive(T x) {
    constexpr double root = 1.4616321449683622, root_low = 9.5499954299656977152e-17;
    constexpr T high = T(root), low = sizeof(T) == 4 ? T(root - double(high)) : T(root_low);
    const T far = x < T(10) ? T(10) : x, inverse = T(1) / far, square = inverse * inverse;
    T near = x < T(1) ? x + T(1) : x < T(10) ? x : T(10), total = x < T(1) ? T(-1) / x : T(0);
    TDSL_UNROLL(16)
    for (int step = 0; step < 9; ++step) {
        const bool more = near > T(2);
        near = more ? near - T(1) : near;
        total = more ? total + T(1) / near : total;
    }
    const T middle = (near - high - low) * polynomial(near_root, near - T(1.5)) + total;
    const T large = log(far) - T(0.5) * inverse - square * polynomial(asymptotic, square);
    return x < T(10) ? middle : large;
}

inline double power(double x, int64_t n) {
    if (n > 4) return libm::pow(x, static_cast<double>(n));
    double value = 1.0;
    for (int64_t k = 0; k < n; ++k) value *= x;
    return value;
}

// Hurwitz' zeta function: the sum of scale (a + k)^-s over k >= 0, for a >= 0, by the formula of Euler and Maclaurin.
inline double zeta(double scale, int64_t s, double a) {
    const double order = static_cast<double>(s), limit = 12.0 + order;
    double total = 0.0;
    for (; a < limit; a += 1.0) total += scale / power(a, s);
    double factor = order / a, rest = 0.5;
    for (int k = 0; k < 9; ++k) {
        rest += euler_maclaurin[k] * factor;
        factor *= (order + 2 * k + 1) * (order + 2 * k + 2) / a / a;
    }
    return total + scale * (1.0 / (order - 1.0) + rest / a) / a / power(a, s - 2);
}

// The standard normal deviate with an upper tail of at most 1/2, given twice that, as half of a normal number may be
// subnormal; `centre` is 1/2 less the tail.
template <typename T>
inline T quantile(T centre, T twice) {
    const T square = T(0.180625) - centre * centre;
    const T near = centre * polynomial(near_over, square) / polynomial(near_under, square);
    const T r = libm::sqrt(T(0.69314718055994530942) - log(twice));
    const T middle = polynomial(tail_over, r - T(1.6)) / polynomial(tail_under, r - T(1.6));
    const T far = polynomial(far_over, r - T(5)) / polynomial(far_under, r - T(5));
    const T outside = twice == T(0) ? std::numeric_limits<T>::infinity() : far;
    const T beyond = r <= T(5) ? middle : outside;
    return centre <= T(0.425) ? near : beyond;
}

constexpr double root_half = 0.70710678118654752440;

}  // namespace special

// log |gamma(x)|, for negative x by reflection.
template <typename T>
inline T gammaln(T x) {
    const T positive = special::gammaln_of_positive(x > T(0) ? x : T(1) - x);
    const T away = libm::fabs(x - libm::nearbyint(x));
    const T reflected = T(1.14472988584940017414) - log(special::sine(away)) - positive;
    const T finite = x > T(0) ? positive : reflected;
    constexpr T infinite = std::numeric_limits<T>::infinity();
    const bool is_pole = (x <= T(0)) & (away == T(0));
    return is_pole | (libm::fabs(x) == infinite) ? infinite : finite;
}

// The derivative of gammaln.
template <typename T>
inline T digamma(T x) {
    const bool is_negative = x < T(0);
    const T positive = special::digamma_of_positive(is_negative ? T(1) - x : x);
    const T away = x - libm::nearbyint(x), distance = libm::fabs(away);
    const T cotangent = libm::copysign(special::sine(T(0.5) - distance) / special::sine(distance), away);
    const T reflected = positive - T(3.14159265358979323846) * cotangent;
    const T below = away == T(0) ? std::numeric_limits<T>::quiet_NaN() : reflected;
    return is_negative ? below : positive;
}

// The derivative of digamma of order n, from 1 to 100; any other n gives NaN.  For negative x the terms of
// zeta(n + 1, x) with negative bases are the difference of two zeta functions.
template <typename T>
inline T polygamma(int64_t n, T argument) {
    if (n < 1 || n > 100 || argument != argument) return std::numeric_limits<T>::quiet_NaN();
    const double x = argument, sign = n % 2 ? 1.0 : -1.0;
    if (x == std::numeric_limits<double>::infinity()) return T(sign * 0.0);
    if (x == -std::numeric_limits<double>::infinity()) return std::numeric_limits<T>::quiet_NaN();
    double factorial = 1.0, sum;
    for (int64_t k = 2; k <= n; ++k) factorial *= static_cast<double>(k);
    if (x >= 0.0) {
        sum = special::zeta(factorial, n + 1, x);
    } else {
        const double away = x - libm::nearbyint(x);
        const double above = away < 0.0 ? 1.0 + away : away, below = away < 0.0 ? -away : 1.0 - away;
        const double others = special::zeta(factorial, n + 1, below) - special::zeta(factorial, n + 1, 1.0 - x);
        sum = special::zeta(factorial, n + 1, above) + sign * others;
    }
    return static_cast<T>(sign * sum);
}

template <typename T>
inline T erfinv(T x) {
    const T size = libm::fabs(x);
    const T y = special::quantile(size * T(0.5), T(1) - size) * T(special::root_half);
    return libm::copysign(y, x);
}

template <typename T>
inline T erfcinv(T x) {
    const T other = T(2) - x, twice = x < other ? x : other;
    const T y = special::quantile(T(0.5) - twice * T(0.5), twice) * T(special::root_half);
    return libm::copysign(y, T(1) - x);
}

// The derivative of erfcinv, -sqrt(pi) / 2 exp(erfcinv(x)^2), by exp(y^2) = exp(y^2) erfc(y) / x.
template <typename T>
inline T erfcinv_slope(T x) {
    const T other = T(2) - x, twice = x < other ? x : other;
    const T y = special::quantile(T(0.5) - twice * T(0.5), twice) * T(special::root_half);
    const T scaled = special::polynomial(special::scaled_erfc, (y - T(2)) / (y + T(2))) / (T(1) + T(2) * y);
    return T(-0.88622692545275801365) * (twice == T(0) ? std::numeric_limits<T>::infinity() : scaled / twice);
}

}  // namespace tdsl

#endif
