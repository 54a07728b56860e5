// Elementary functions.  For float they are branch-free polynomials, so that compilers vectorise loops over them.  With
// FMA their errors are below 1 ulp for exp, log, sigmoid and erf, below 5 ulp for erfc, and below 2 ulp for the others
// (`benchmarks/accuracy.py` measures them).  For double they are libm's.
//
// Infinities, NaN, overflow and subnormal results are right; exception flags are not.
#ifndef TDSL_VECTOR_MATH_HPP
#define TDSL_VECTOR_MATH_HPP

#include <cstdint>
#include <cstring>
#include <limits>

#include "tdsl/libm.hpp"

namespace tdsl {

#ifdef TDSL_DEVICE
inline float fused(float a, float b, float c) { return __fmaf_rn(a, b, c); }
inline double fused(double a, double b, double c) { return __fma_rn(a, b, c); }
#elif defined(__FMA__)
inline float fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
inline double fused(double a, double b, double c) { return __builtin_fma(a, b, c); }
#else
inline float fused(float a, float b, float c) { return a * b + c; }
inline double fused(double a, double b, double c) { return a * b + c; }
#endif

inline uint32_t bits_of(float x) {
    uint32_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    return bits;
}

inline float float_of(uint32_t bits) {
    float x;
    std::memcpy(&x, &bits, sizeof x);
    return x;
}

inline double double_of(uint64_t bits) {
    double x;
    std::memcpy(&x, &bits, sizeof x);
    return x;
}

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

constexpr uint32_t sign_bit = 0x80000000u;

inline float magnitude_of(float x) { return float_of(bits_of(x) & ~sign_bit); }

// The smaller of |x| and a bound; NaN becomes the bound.
inline float bounded_magnitude(float x, float bound) {
    const uint32_t bits = bits_of(x) & ~sign_bit, most = bits_of(bound);
    return float_of(bits < most ? bits : most);
}

// x = n log 2 + rest with |rest| <= log 2 / 2.  Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits;
// `bits` ends with those of n + bias.
struct Reduced {
    float rest;
    uint32_t bits;
};

template <int bias>
inline Reduced reduced(float x) {
    constexpr float magic = 12582912.0f + bias;
    const float shifted = fused(x, 1.44269504088896341f, magic);
    const float n = shifted - magic;
    return {fused(n, 2.12194440e-4f, fused(n, -0.693359375f, x)), bits_of(shifted)};
}

// exp(r) - 1 for |r| <= log 2 / 2.
inline float small_expm1(float r) {
    const float square = r * r;
    const float low = fused(1.66665330529e-1f, r, 4.99999672174e-1f);
    const float high = fused(1.34199473541e-3f, square, fused(8.36755707860e-3f, r, 4.16751503944e-2f));
    return fused(fused(high, square, low), square, r);
}

// exp(x) = power + power * rest for x in -87 … 88, so that adding an integer rounds only once.
struct Growth {
    float power, rest;
    inline explicit Growth(float x) : Growth(reduced<127>(x)) {}
    inline explicit Growth(Reduced at) : power(float_of(at.bits << 23)), rest(small_expm1(at.rest)) {}
};

// 2^n as a product of two floats: 2^128 overflows, and subnormal powers lose digits.
struct Factors {
    uint32_t first, second;
    inline explicit Factors(Reduced at) : first((at.bits << 22) & 0xff800000u), second((at.bits << 23) - first) {}
};

inline float exp(float x) {
    const Reduced at = reduced<254>(x);
    const Factors power(at);
    const float first = float_of(power.first);
    const float y = fused(small_expm1(at.rest), first, first) * float_of(power.second);
    const float finite = x > 89.0f ? infinity : y;
    return x < -104.0f ? 0.0f : finite;
}

inline float expm1(float x) {
    const float bounded = x > 89.0f ? 89.0f : x < -18.0f ? -18.0f : x;
    const Reduced at = reduced<126>(bounded);
    const float half = float_of(at.bits << 23);
    const float y = 2.0f * fused(half, small_expm1(at.rest), half - 0.5f);
    return x != x || magnitude_of(x) < 1e-30f ? x : y;
}

// log(1 + f) + e log 2 for sqrt(1/2) - 1 <= f <= sqrt(2) - 1.
inline float log_of(float f, float e) {
    const float square = f * f;
    const float low =
        fused(fused(1.4249322787e-1f, f, -1.6668057665e-1f), square, fused(2.0000714765e-1f, f, -2.4999993993e-1f));
    const float high =
        fused(fused(7.0376836292e-2f, f, -1.1514610310e-1f), square, fused(1.1676998740e-1f, f, -1.2420140846e-1f));
    const float p = fused(fused(high, square * square, low), f, 3.3333331174e-1f);
    float y = p * f * square;
    y = fused(e, -2.12194440e-4f, y);
    y = fused(square, -0.5f, y);
    return fused(e, 0.693359375f, f + y);
}

// The logarithm of a positive normal number (1 + f) 2^e; the bits give e, for 1 + f around sqrt(1/2).
inline float normal_log(float x, float power = 0.0f) {
    const uint32_t shifted = bits_of(x) - 0x3f3504f3u;
    const int32_t e = static_cast<int32_t>(shifted) >> 23;
    const float f = float_of((shifted & 0x007fffffu) + 0x3f3504f3u) - 1.0f;
    return log_of(f, static_cast<float>(e) - power);
}

inline float log(float x) {
    const bool subnormal = x < std::numeric_limits<float>::min();
    const float y = normal_log(subnormal ? x * 8388608.0f : x, subnormal ? 23.0f : 0.0f);
    const float positive = x == infinity ? infinity : y;
    const float edge = x == 0.0f ? -infinity : not_a_number;
    return x > 0.0f ? positive : edge;
}

// log(1 + x) for finite x > -1: the logarithm of the rounded sum, corrected by the rounding error.
inline float finite_log1p(float x) {
    const float u = 1.0f + x;
    const float y = normal_log(u) + (x - (u - 1.0f)) / u;
    return magnitude_of(x) < 1e-4f ? fused(x * x, fused(x, 0.333333333f, -0.5f), x) : y;
}

inline float log1p(float x) {
    const float y = finite_log1p(x);
    const float above = x == infinity ? infinity : y;
    const float edge = x == -1.0f ? -infinity : not_a_number;
    return x > -1.0f ? above : edge;
}

inline float tanh(float x) {
    const float bounded = bounded_magnitude(x, 10.0f);
    const Growth twice(bounded + bounded);
    const float far = 1.0f - 2.0f / fused(twice.rest, twice.power, twice.power + 1.0f);
    const float square = x * x;
    float p = fused(1.64378788322e-2f, square, -5.26720099151e-2f);
    p = fused(p, square, 1.33207291365e-1f);
    p = fused(p, square, -3.33329468966e-1f);
    const float near = fused(p * square, x, x);
    return magnitude_of(x) >= 0.55f ? libm::copysign(far, x) : near;
}

// 1 / (1 + exp(-x)).  Everything after the polynomial is computed in double, where no power is subnormal and the
// rounding errors of sum and quotient do not matter.
inline float sigmoid(float x) {
    const Reduced at = reduced<1023>(-x);
    const double power = double_of(uint64_t{at.bits} << 52), rest = small_expm1(at.rest);
    const float y = static_cast<float>(1.0 / fused(power, rest, power + 1.0));
    const float below = __builtin_expect(x > 104.0f, 0) ? 1.0f : y;
    return __builtin_expect(x < -104.0f, 0) ? 0.0f : below;
}

// The derivatives of sigmoid and tanh, accurate also where these are nearly 1.
template <typename T>
inline T slope_of(T small) {
    const T whole = T(1) + small;
    return small / (whole * whole);
}
inline float sigmoid_slope(float x) { return slope_of(exp(-magnitude_of(x))); }
inline double sigmoid_slope(double x) { return slope_of(libm::exp(-libm::fabs(x))); }
inline float tanh_slope(float x) { return 4.0f * sigmoid_slope(x + x); }
inline double tanh_slope(double x) { return 4.0 * sigmoid_slope(x + x); }

// log(1 + exp(x)) for x <= 0.
inline float log_of_one_and(float x) { return finite_log1p(exp(x)); }
inline double log_of_one_and(double x) { return libm::log1p(libm::exp(x)); }

inline float softplus(float x) {
    const float positive = x < 0.0f ? 0.0f : x;
    return positive + log_of_one_and(-magnitude_of(x));
}

// log(1 - exp(x)) for x <= 0, by the function that keeps its digits: M. Maechler, Accurately computing
// log(1 - exp(-|a|)) (2012).
inline float log1mexp(float x) {
    const float near = log(-expm1(x)), far = finite_log1p(-exp(x));
    return x < -0.693147181f ? far : near;
}

// Two polynomials after N. Juffa: in x where erf is nearly linear, else erf = 1 - exp(polynomial).
inline float erf(float x) {
    const float t = magnitude_of(x);
    const float s = x * x;
    const float bounded = bounded_magnitude(x, 4.0f);
    float r = fused(-1.72853470e-5f, bounded, 3.83197126e-4f);
    const float u = fused(-3.88396438e-3f, bounded, 2.42546219e-2f);
    r = fused(r, bounded * bounded, u);
    r = fused(r, bounded, -1.06777877e-1f);
    r = fused(r, bounded, -6.34846687e-1f);
    r = fused(r, bounded, -1.28717512e-1f);
    r = fused(r, bounded, -bounded);
    const Growth left(r);
    const float far = libm::copysign(fused(-left.rest, left.power, 1.0f - left.power), x);
    float p = -5.96761703e-4f;
    p = fused(p, s, 4.99119423e-3f);
    p = fused(p, s, -2.67681349e-2f);
    p = fused(p, s, 1.12819925e-1f);
    p = fused(p, s, -3.76125336e-1f);
    p = fused(p, s, 1.28379166e-1f);
    const float near = fused(p, x, x);
    return t > 0.927734375f ? far : near;
}

// exp(-x^2) times a polynomial, over 1 + 2 |x|.  The rounding error of the square is compensated, so that the tail
// keeps its digits.
inline float erfc(float x) {
    const float t = bounded_magnitude(x, 12.0f), square = t * t;
    const float q = (t - 2.0f) / (t + 2.0f);
    float p = -4.0058384e-4f;
    p = fused(p, q, -1.22993626e-3f);
    p = fused(p, q, 1.31352933e-3f);
    p = fused(p, q, 8.63169041e-3f);
    p = fused(p, q, -8.05987697e-3f);
    p = fused(p, q, -5.42043000e-2f);
    p = fused(p, q, 1.64055347e-1f);
    p = fused(p, q, -1.66031420e-1f);
    p = fused(p, q, -9.27639827e-2f);
    p = fused(p, q, 1.27697837f);
    const float power = exp(-square);
    const float tail = fused(power, -fused(t, t, -square), power) * (p / fused(2.0f, t, 1.0f));
    const float y = x < 0.0f ? 2.0f - tail : tail;
    return x != x ? x : y;
}

inline double exp(double x) { return libm::exp(x); }
inline double expm1(double x) { return libm::expm1(x); }
inline double log(double x) { return libm::log(x); }
// libm hands a subnormal back, also where it counts as 0.
inline double log1p(double x) { return x == 0.0 ? x * 0.0 : libm::log1p(x); }
inline double tanh(double x) { return libm::tanh(x); }
inline double erf(double x) { return libm::erf(x); }
inline double erfc(double x) { return libm::erfc(x); }

inline double log1mexp(double x) {
    return x < -0.69314718055994531 ? libm::log1p(-libm::exp(x)) : libm::log(-libm::expm1(x));
}

inline double sigmoid(double x) {
    const double small = libm::exp(-libm::fabs(x));
    return (x < 0.0 ? small : 1.0) / (1.0 + small);
}

inline double softplus(double x) { return (x < 0.0 ? 0.0 : x) + log_of_one_and(-libm::fabs(x)); }

}  // namespace tdsl

#endif
