// Binomial numbers (tdsl/ops/random.py), by one binary digit of all random numbers after the other: those whose digits
// so far are those of p are the ones still open.
#ifndef TDSL_BINOMIAL_HPP
#define TDSL_BINOMIAL_HPP

#include <cstdint>

#include "tdsl/bits.hpp"
#include "tdsl/libm.hpp"
#include "tdsl/random.hpp"

namespace tdsl::binomial {

// Up to so many bits are counted one by one.
constexpr int64_t counted = 2048;

// How many of `count` bits are set.
inline int64_t halves(int64_t key, int64_t digit, int64_t count) {
    if (count > counted) {
        const double normal = standard_normal(random_word(key, digit, 0)), size = static_cast<double>(count);
        const double z = normal - (normal * normal * normal - 3 * normal) / (12 * size);
        const double found = libm::floor(size * 0.5 + libm::sqrt(size - 1.0 / 3) * 0.5 * z + 0.5);
        return found < 0 ? 0 : found > size ? count : static_cast<int64_t>(found);
    }
    int64_t total = 0;
    for (int64_t place = 0; 64 * place < count; ++place) {
        const uint64_t word = static_cast<uint64_t>(random_word(key, digit, place));
        const int64_t rest = 64 * (place + 1) - count;
        total += count_bits(word >> (rest > 0 ? rest : 0));
    }
    return total;
}

// How many of `count` random numbers lie below p.
inline int64_t draw(int64_t bits, int64_t count, double p) {
    int64_t found = 0;
    for (int64_t digit = 0; count > 0 && p > 0; ++digit) {
        if (p >= 1) return found + count;
        const int64_t zeros = halves(bits, digit, count);
        const bool above = p >= 0.5;
        found += above ? zeros : 0;
        count = above ? count - zeros : zeros;
        p = above ? 2 * p - 1 : 2 * p;
    }
    return found;
}

}  // namespace tdsl::binomial

#endif
