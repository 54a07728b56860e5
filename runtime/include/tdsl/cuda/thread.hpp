// Threads, blocks and warps of a kernel.  Kernels reach them only through these functions, so that they also run on a
// CPU (tests/cuda/shim).
//
// Grids and blocks have one dimension.  All threads of a block reach each barrier(), and all lanes of a warp each
// shuffle.
#ifndef TDSL_CUDA_THREAD_HPP
#define TDSL_CUDA_THREAD_HPP

#include <cstdint>

#include "tdsl/cuda/launch_abi.h"

// A kernel.  Its first parameter is a `const tdsl_launch`, and its first statement returns if is_skipped().  Without
// the second bound registers are spilled for more blocks on a processor.
#define TDSL_KERNEL extern "C" __global__ void __launch_bounds__(256, 1)

// An array that the threads of a block share, not initialised.
#define TDSL_SHARED __shared__

namespace tdsl {

constexpr int block_threads = 256;
constexpr int warp_threads = 32;
constexpr int block_warps = block_threads / warp_threads;

inline int thread_index() { return static_cast<int>(threadIdx.x); }
inline int thread_count() { return static_cast<int>(blockDim.x); }
inline int lane_index() { return thread_index() % warp_threads; }
inline int warp_index() { return thread_index() / warp_threads; }
inline int64_t block_index() { return blockIdx.x; }
inline int64_t block_count() { return gridDim.x; }

// The number of this thread in the launch, and how many there are.
inline int64_t global_index() { return block_index() * thread_count() + thread_index(); }
inline int64_t global_count() { return block_count() * thread_count(); }

// Waits for all threads of the block, which then see each other's writes.
inline void barrier() { __syncthreads(); }
inline void warp_barrier() { __syncwarp(); }

constexpr unsigned all_lanes = 0xffffffffu;

// The value of another lane of the warp: of the given one, of the one `delta` further on or before, or of the one whose
// number differs in the bits of `mask`.  Lanes without such a partner keep their own.
template <typename T>
inline T shuffle(T value, int lane) { return __shfl_sync(all_lanes, value, lane); }
template <typename T>
inline T shuffle_down(T value, int delta) { return __shfl_down_sync(all_lanes, value, delta); }
template <typename T>
inline T shuffle_up(T value, int delta) { return __shfl_up_sync(all_lanes, value, delta); }
template <typename T>
inline T shuffle_xor(T value, int mask) { return __shfl_xor_sync(all_lanes, value, mask); }
// Narrow types travel in a word.
inline uint8_t shuffle_xor(uint8_t value, int mask) {
    return static_cast<uint8_t>(shuffle_xor(static_cast<uint32_t>(value), mask));
}
inline uint8_t shuffle_down(uint8_t value, int delta) {
    return static_cast<uint8_t>(shuffle_down(static_cast<uint32_t>(value), delta));
}
inline uint8_t shuffle_up(uint8_t value, int delta) {
    return static_cast<uint8_t>(shuffle_up(static_cast<uint32_t>(value), delta));
}
inline uint8_t shuffle(uint8_t value, int lane) {
    return static_cast<uint8_t>(shuffle(static_cast<uint32_t>(value), lane));
}

// A bit for each lane whose condition holds.
inline uint32_t ballot(bool condition) { return __ballot_sync(all_lanes, condition); }

inline int bit_count(uint32_t bits) { return __popc(bits); }

// Whether the condition holds for some thread of the block; a barrier.
inline bool any_of_block(bool condition) { return __syncthreads_or(condition) != 0; }

// Replaces `expected` there by `desired`; returns the value before.
inline uint32_t compare_exchange(uint32_t *at, uint32_t expected, uint32_t desired) {
    return atomicCAS(at, expected, desired);
}
// These return the value before, too.
inline uint32_t fetch_add(uint32_t *at, uint32_t amount) { return atomicAdd(at, amount); }
inline uint32_t fetch_or(uint32_t *at, uint32_t bits) { return atomicOr(at, bits); }
inline uint32_t exchange(uint32_t *at, uint32_t value) { return atomicExch(at, value); }
// Orders the writes of this thread before its later ones, for all threads of the device.
inline void memory_fence() { __threadfence(); }

// The blocks that work on one piece of a launch, the number of this block among them, and which piece it is of how
// many.
struct BlockRange {
    int64_t index, count, piece, pieces;
};

inline BlockRange &shared_block_range() {
    TDSL_SHARED BlockRange range;
    return range;
}

// All blocks, unless a loop over pieces has narrowed them; a barrier.
inline BlockRange block_range() {
    barrier();
    return shared_block_range();
}

inline void narrow_block_range(BlockRange range) {
    barrier();
    if (thread_index() == 0) shared_block_range() = range;
}

// Whether the kernel does nothing: it is on a side of a branch that is not taken, or in a step that does not run.
inline bool is_skipped(const tdsl_launch &call) {
    if (thread_index() == 0) shared_block_range() = {block_index(), block_count(), 0, 1};
    return call.guard != nullptr && *call.guard == 0;
}

}  // namespace tdsl

#endif
