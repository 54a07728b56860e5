// Loops and sums of the threads of a block or warp.
#ifndef TDSL_CUDA_ROUTINES_BLOCK_HPP
#define TDSL_CUDA_ROUTINES_BLOCK_HPP

#include <cstdint>

#include "tdsl/cuda/thread.hpp"

namespace tdsl::routines {

// body(number) for the numbers of this block, thread or lane.
template <typename Body>
inline void blocks_of(int64_t count, const Body &body) {
    for (int64_t number = block_index(); number < count; number += block_count()) body(number);
}
template <typename Body>
inline void all_threads(int64_t count, const Body &body) {
    for (int64_t number = global_index(); number < count; number += global_count()) body(number);
}
template <typename Body>
inline void threads_of(int64_t first, int64_t last, const Body &body) {
    for (int64_t i = first + thread_index(); i < last; i += block_threads) body(i);
}
template <typename Body>
inline void lanes_of(int64_t first, int64_t last, const Body &body) {
    for (int64_t i = first + lane_index(); i < last; i += warp_threads) body(i);
}
// Each warp of the block takes numbers of its own.
template <typename Body>
inline void warps_of(int64_t first, int64_t last, const Body &body) {
    for (int64_t i = first + warp_index(); i < last; i += block_warps) body(i);
}

// The combination of the values of all lanes, in all of them.
template <typename T, typename Combine>
inline T warp_combined(T value, const Combine &combine) {
    for (int mask = 1; mask < warp_threads; mask *= 2) value = combine(value, shuffle_xor(value, mask));
    return value;
}

// The combination of the values of all threads, in all of them; a barrier.  The operation is commutative.
template <typename T, typename Combine>
inline T block_combined(T value, const Combine &combine) {
    TDSL_SHARED T parts[block_warps];
    value = warp_combined(value, combine);
    barrier();  // the parts of the last call have been read
    if (lane_index() == 0) parts[warp_index()] = value;
    barrier();
    value = parts[0];
    for (int warp = 1; warp < block_warps; ++warp) value = combine(value, parts[warp]);
    return value;
}

struct Plus {
    template <typename T>
    inline T operator()(T a, T b) const { return a + b; }
};
struct Larger {
    template <typename T>
    inline T operator()(T a, T b) const { return b > a ? b : a; }
};

template <typename T>
inline T warp_sum(T value) { return warp_combined(value, Plus{}); }
template <typename T>
inline T block_sum(T value) { return block_combined(value, Plus{}); }

}  // namespace tdsl::routines

#endif
