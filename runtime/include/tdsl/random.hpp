// Counter-based random values: each depends on seed, stream and index only.  The bits equal those of
// tdsl/ops/random.py, which cites the sources; only exactly rounded operations are used.
#ifndef TDSL_RANDOM_HPP
#define TDSL_RANDOM_HPP

#include <cstdint>

namespace tdsl {

struct Words {
    uint32_t high, low;
};

// The first two words of Philox4x32-10 with the seed as key and (index, stream) as counter.
inline Words philox(uint64_t seed, uint64_t stream, uint64_t index) {
    uint32_t c0 = static_cast<uint32_t>(index), c1 = static_cast<uint32_t>(index >> 32);
    uint32_t c2 = static_cast<uint32_t>(stream), c3 = static_cast<uint32_t>(stream >> 32);
    uint32_t k0 = static_cast<uint32_t>(seed), k1 = static_cast<uint32_t>(seed >> 32);
    for (int round = 0; round < 10; ++round) {
        const uint64_t p0 = uint64_t{0xD2511F53} * c0, p1 = uint64_t{0xCD9E8D57} * c2;
        c0 = static_cast<uint32_t>(p1 >> 32) ^ c1 ^ k0;
        c1 = static_cast<uint32_t>(p1);
        c2 = static_cast<uint32_t>(p0 >> 32) ^ c3 ^ k1;
        c3 = static_cast<uint32_t>(p0);
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
    return {c0, c1};
}

inline double bits53(Words words) {
    return static_cast<double>(((uint64_t{words.high} << 32) | words.low) >> 11);
}

// [0, 1): 24 bits for float, 53 for double.
template <typename T>
inline T random_uniform(int64_t seed, int64_t stream, int64_t index) {
    const Words words =
        philox(static_cast<uint64_t>(seed), static_cast<uint64_t>(stream), static_cast<uint64_t>(index));
    if constexpr (sizeof(T) == 4) return static_cast<float>(words.high >> 8) * 0x1p-24f;
    else return bits53(words) * 0x1p-53;
}

// Standard normal.
template <typename T>
T random_normal(int64_t seed, int64_t stream, int64_t index);

// A matrix whose shorter side is orthonormal.  `scratch` has rows * columns numbers, and one for each row.
template <typename T>
void random_orthogonal(int64_t stream, int64_t rows, int64_t columns, T *target, const int64_t *seed,
                       double *scratch);

// Instantiated in the runtime: large, and not worth inlining.
extern template float random_normal<float>(int64_t, int64_t, int64_t);
extern template double random_normal<double>(int64_t, int64_t, int64_t);
extern template void random_orthogonal<float>(int64_t, int64_t, int64_t, float *, const int64_t *, double *);
extern template void random_orthogonal<double>(int64_t, int64_t, int64_t, double *, const int64_t *, double *);

}  // namespace tdsl

#endif
