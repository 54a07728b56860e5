// Bits of words.
#ifndef TDSL_BITS_HPP
#define TDSL_BITS_HPP

#include <cstdint>

namespace tdsl {

// How many are set.
inline int count_bits(uint64_t word) {
#ifdef __CUDACC__
    return __popcll(word);
#else
    return __builtin_popcountll(word);
#endif
}

}  // namespace tdsl

#endif
