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

// A number by a size, with one division also where compilers do not take the remainder from it.
inline Divided divide(int64_t number, int64_t size) {
    const int64_t whole = number / size;
    return {whole, number - whole * size};
}

}  // namespace tdsl

#endif
