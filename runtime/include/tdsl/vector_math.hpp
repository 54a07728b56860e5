// Elementary functions.  For float they are polynomials without branches, so that a compiler vectorises the loops they
// stand in; errors are below 1 unit in the last place for exp, log, sigmoid and erf, below 2 for the others, where there
// are fused multiplications (`benchmarks/accuracy.py` measures them).  For double they are libm's.
//
// Infinities, NaN, overflow and subnormal results are right; only their exception flags are not.
#ifndef TDSL_VECTOR_MATH_HPP
#define TDSL_VECTOR_MATH_HPP

#include <cstdint>
#include <cstring>
#include <limits>

#include "tdsl/libm.hpp"

namespace tdsl {

inline float fused(float a, float b, float c) {
#ifdef __FMA__
    return __builtin_fmaf(a, b, c);
#else
    return a * b + c;
#endif
}

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

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

// x = n log 2 + rest + error with |rest| <= log 2 / 2.  Adding 1.5 * 2^23 rounds to an integer and leaves it in the low
// bits.
struct Reduced {
    int32_t n;
    float rest, error;
};

inline Reduced reduced(float x) {
    constexpr float magic = 12582912.0f;
    const float shifted = fused(x, 1.44269504088896341f, magic);
    const float n = shifted - magic;
    const float most = fused(n, -0.693359375f, x);
    const float rest = fused(n, 2.12194440e-4f, most);
    return {static_cast<int32_t>(bits_of(shifted) - bits_of(magic)), rest, fused(n, 2.12194440e-4f, most - rest)};
}

inline float power_of_two(int32_t n) { return float_of(static_cast<uint32_t>(n + 127) << 23); }

// (exp(r) - 1 - r) / r^2 for |r| <= log 2 / 2.
inline float exp_tail(float r) {
    float p = 1.9875691500e-4f;
    p = fused(p, r, 1.3981999507e-3f);
    p = fused(p, r, 8.3334519073e-3f);
    p = fused(p, r, 4.1665795894e-2f);
    p = fused(p, r, 1.6666665459e-1f);
    return fused(p, r, 5.0000001201e-1f);
}

inline float small_expm1(float r) { return fused(exp_tail(r), r * r, r); }

// A number as the sum of two, the second far smaller.
struct Pair {
    float high, low;
};

// exp(x) for x within -104 … 89.
inline Pair exp_pair(float x) {
    const Reduced at = reduced(x);
    const float high = 1.0f + at.rest;
    const float low = fused(exp_tail(at.rest), at.rest * at.rest, ((1.0f - high) + at.rest) + at.error);
    // Two factors, since 2^128 and the subnormal powers are no floats of their own.
    const int32_t half = at.n >> 1;
    const float first = power_of_two(half), second = power_of_two(at.n - half);
    const float sum = high + low;
    return {sum * first * second, (low - (sum - high)) * first * second};
}

inline float exp(float x) {
    const float bounded = x > 89.0f ? 89.0f : x < -104.0f ? -104.0f : x;
    const float y = exp_pair(bounded).high;
    return x != x ? x : y;
}

inline float expm1(float x) {
    const float bounded = x > 89.0f ? 89.0f : x < -18.0f ? -18.0f : x;
    const Reduced at = reduced(bounded);
    const float half = power_of_two(at.n - 1);
    const float y = 2.0f * fused(half, small_expm1(at.rest), half - 0.5f);
    return x != x || x == 0.0f ? x : y;
}

// log(1 + f) + e log 2 for sqrt(1/2) - 1 <= f <= sqrt(2) - 1.
inline float log_of(float f, float e) {
    float p = 7.0376836292e-2f;
    p = fused(p, f, -1.1514610310e-1f);
    p = fused(p, f, 1.1676998740e-1f);
    p = fused(p, f, -1.2420140846e-1f);
    p = fused(p, f, 1.4249322787e-1f);
    p = fused(p, f, -1.6668057665e-1f);
    p = fused(p, f, 2.0000714765e-1f);
    p = fused(p, f, -2.4999993993e-1f);
    p = fused(p, f, 3.3333331174e-1f);
    const float square = f * f;
    float y = p * f * square;
    y = fused(e, -2.12194440e-4f, y);
    y = fused(square, -0.5f, y);
    return fused(e, 0.693359375f, f + y);
}

// x = (1 + f) 2^e; the exponent is taken from the bits, around sqrt(1/2).
inline float finite_log(float x) {
    const bool subnormal = x < std::numeric_limits<float>::min();
    const uint32_t bits = bits_of(subnormal ? x * 8388608.0f : x);
    const uint32_t shifted = bits - 0x3f3504f3u;
    const int32_t e = static_cast<int32_t>(shifted) >> 23;
    const float f = float_of((shifted & 0x007fffffu) + 0x3f3504f3u) - 1.0f;
    return log_of(f, static_cast<float>(subnormal ? e - 23 : e));
}

inline float log(float x) {
    const float y = finite_log(x);
    const float edge = x == 0.0f ? -infinity : x == infinity ? x : not_a_number;
    return (x > 0.0f) & (x < infinity) ? y : edge;
}

inline float log1p(float x) {
    const float u = 1.0f + x;
    const float y = finite_log(u) + (x - (u - 1.0f)) / u;
    const float edge = x == -1.0f ? -infinity : x == infinity ? x : not_a_number;
    const float general = (u > 0.0f) & (u < infinity) ? y : edge;
    return libm::fabs(x) < 1e-4f ? fused(x * x, fused(x, 0.333333333f, -0.5f), x) : general;
}

inline float tanh(float x) {
    const float magnitude = libm::fabs(x);
    const float square = x * x;
    float p = -5.70498872745e-3f;
    p = fused(p, square, 2.06390887954e-2f);
    p = fused(p, square, -5.37397155531e-2f);
    p = fused(p, square, 1.33314422036e-1f);
    p = fused(p, square, -3.33332819422e-1f);
    const float near = fused(p * square, x, x);
    const float far = 1.0f - 2.0f / (exp(2.0f * magnitude) + 1.0f);
    return magnitude < 0.625f ? near : x != x ? x : libm::copysign(far, x);
}

// One division, and its remainder added.
inline float sigmoid(float x) {
    const float magnitude = libm::fabs(x);
    const Pair small = exp_pair(magnitude > 104.0f ? -104.0f : -magnitude);
    const float bottom = 1.0f + small.high;
    const float rest = ((1.0f - bottom) + small.high) + small.low;
    const float inverse = 1.0f / bottom;
    const Pair top = x < 0.0f ? small : Pair{1.0f, 0.0f};
    const float quotient = top.high * inverse;
    const float left = fused(-quotient, bottom, top.high) + fused(-quotient, rest, top.low);
    const float y = fused(left, inverse, quotient);
    return x != x ? x : y;
}

inline float softplus(float x) {
    const float positive = x < 0.0f ? 0.0f : x;
    return positive + log1p(exp(-libm::fabs(x)));
}

// Two polynomials after N. Juffa: in x where erf is nearly linear, else erf = 1 - exp(of a polynomial).
inline float erf(float x) {
    const float t = libm::fabs(x);
    const float s = x * x;
    const float bounded = t > 4.0f ? 4.0f : t;
    float r = fused(-1.72853470e-5f, bounded, 3.83197126e-4f);
    const float u = fused(-3.88396438e-3f, bounded, 2.42546219e-2f);
    r = fused(r, bounded * bounded, u);
    r = fused(r, bounded, -1.06777877e-1f);
    r = fused(r, bounded, -6.34846687e-1f);
    r = fused(r, bounded, -1.28717512e-1f);
    r = fused(r, bounded, -bounded);
    const float far = libm::copysign(1.0f - exp(r), x);
    float p = -5.96761703e-4f;
    p = fused(p, s, 4.99119423e-3f);
    p = fused(p, s, -2.67681349e-2f);
    p = fused(p, s, 1.12819925e-1f);
    p = fused(p, s, -3.76125336e-1f);
    p = fused(p, s, 1.28379166e-1f);
    const float near = fused(p, x, x);
    return t > 0.927734375f ? far : near;
}

inline double exp(double x) { return libm::exp(x); }
inline double expm1(double x) { return libm::expm1(x); }
inline double log(double x) { return libm::log(x); }
inline double log1p(double x) { return libm::log1p(x); }
inline double tanh(double x) { return libm::tanh(x); }
inline double erf(double x) { return libm::erf(x); }

inline double sigmoid(double x) {
    const double small = libm::exp(-libm::fabs(x));
    return (x < 0.0 ? small : 1.0) / (1.0 + small);
}

inline double softplus(double x) { return (x < 0.0 ? 0.0 : x) + libm::log1p(libm::exp(-libm::fabs(x))); }

}  // namespace tdsl

#endif
