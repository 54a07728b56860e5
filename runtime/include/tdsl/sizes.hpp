// Arithmetic of sizes.
#ifndef TDSL_SIZES_HPP
#define TDSL_SIZES_HPP

#include <cstdint>

#include "tdsl/attributes.hpp"

namespace tdsl {

constexpr int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

constexpr int64_t min(int64_t a, int64_t b) { return a < b ? a : b; }

constexpr int64_t max(int64_t a, int64_t b) { return a > b ? a : b; }

// Rounds a count up to a multiple of `step`, a power of two.
template <int64_t step>
TDSL_INLINE int64_t round_up(int64_t count) { return (count + step - 1) & -step; }

struct Divided {
    int64_t quotient, rest;
};

// A number that is not negative by a size.
inline Divided divide(int64_t number, int64_t size) {
#ifdef TDSL_DEVICE  // where a division of 64 bits takes several times as long
    if (((number | size) >> 32) == 0) {
        const uint32_t narrow = static_cast<uint32_t>(number), by = static_cast<uint32_t>(size);
        return {narrow / by, narrow % by};
    }
#endif
    return {number / size, number % size};
}

}  // namespace tdsl

#endif
