// Counter-based random values: each depends on key, stream and index only.  The bits equal those of
// tdsl/ops/random.py, which cites the sources; only exactly rounded operations are used.
#ifndef TDSL_RANDOM_HPP
#define TDSL_RANDOM_HPP

#include <cstdint>

#include "tdsl/attributes.hpp"

namespace tdsl {

// The first two words of Philox4x32-10 with the counter (index, stream).  Words lie in lanes of 64 bits, where
// compilers vectorise their products.
inline int64_t random_word(int64_t key, int64_t stream, int64_t index) {
    constexpr uint64_t low = 0xFFFFFFFF;
    const uint64_t i = static_cast<uint64_t>(index), s = static_cast<uint64_t>(stream), k = static_cast<uint64_t>(key);
    uint64_t c0 = i & low, c1 = i >> 32, c2 = s & low, c3 = s >> 32, k0 = k & low, k1 = k >> 32;
    TDSL_UNROLL(10)
    for (int round = 0; round < 10; ++round) {
        const uint64_t p0 = 0xD2511F53 * c0, p1 = 0xCD9E8D57 * c2;
        c0 = (p1 >> 32) ^ c1 ^ k0;
        c1 = p1 & low;
        c2 = (p0 >> 32) ^ c3 ^ k1;
        c3 = p0 & low;
        k0 = (k0 + 0x9E3779B9) & low;
        k1 = (k1 + 0xBB67AE85) & low;
    }
    return static_cast<int64_t>(c0 << 32 | c1);
}

// The first 53 bits as a number of [0, 1).
inline double unit_interval(int64_t bits) {
    return static_cast<double>(static_cast<int64_t>(static_cast<uint64_t>(bits) >> 11)) * 0x1p-53;
}

// bits * count / 2^64, both without a sign.
inline int64_t random_below(int64_t bits, int64_t count) {
    constexpr uint64_t low = 0xFFFFFFFF;
    const uint64_t b = static_cast<uint64_t>(bits), n = static_cast<uint64_t>(count);
    const uint64_t b0 = b & low, b1 = b >> 32, n0 = n & low, n1 = n >> 32;
    const uint64_t middle = b1 * n0 + (b0 * n0 >> 32), other = b0 * n1 + (middle & low);
    return static_cast<int64_t>(b1 * n1 + (middle >> 32) + (other >> 32));
}

// A function that is an object of its own on a CPU.  Units for devices are compiled alone.
#ifdef TDSL_DEVICE
#define TDSL_RUNTIME_FUNCTION inline
#else
#define TDSL_RUNTIME_FUNCTION
#endif

// One that loops call for a vector at a time, where the compiler can.
#if defined(TDSL_DEVICE)
#define TDSL_VECTOR_FUNCTION TDSL_RUNTIME_FUNCTION
#elif defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define TDSL_VECTOR_FUNCTION __attribute__((simd("notinbranch"), const))
#else
#define TDSL_VECTOR_FUNCTION __attribute__((const))
#endif

// The quantile of the standard normal distribution for 0 < p < 1.
TDSL_VECTOR_FUNCTION double normal_quantile(double p);

// The quantile of the middle of the interval that the first 53 bits say.
inline double standard_normal(int64_t bits) {
    const double p = unit_interval(bits) + 0x1p-54;
    return normal_quantile(p < 1.0 - 0x1p-53 ? p : 1.0 - 0x1p-53);
}

// Within -2 … 2.
inline double standard_truncated_normal(int64_t bits) {
    const double z = normal_quantile(unit_interval(bits) * 0.9544997361036416 + 0.022750131948179198);
    return z < -2.0 ? -2.0 : z > 2.0 ? 2.0 : z;
}

// How many of `count` random numbers lie below p.
TDSL_RUNTIME_FUNCTION int64_t random_binomial(int64_t bits, int64_t count, double p);

// A matrix whose shorter side is orthonormal.  `scratch` has rows * columns numbers, and one for each row.
template <typename T>
void random_orthogonal(int64_t stream, int64_t rows, int64_t columns, T *target, const int64_t *seed,
                       double *scratch);
extern template void random_orthogonal<float>(int64_t, int64_t, int64_t, float *, const int64_t *, double *);
extern template void random_orthogonal<double>(int64_t, int64_t, int64_t, double *, const int64_t *, double *);

}  // namespace tdsl

#endif
