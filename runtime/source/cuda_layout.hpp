// The memory of a call on a device, besides variables, workspace and scratch.
#ifndef TDSL_SOURCE_CUDA_LAYOUT_HPP
#define TDSL_SOURCE_CUDA_LAYOUT_HPP

#include <cstdint>
#include <vector>

#include "tdsl/abi.h"

namespace tdsl::cuda {

constexpr std::int64_t small_bytes = 1 << 16;  // smaller arrays travel together, through pinned memory
constexpr std::int64_t alignment = 256;

inline std::int64_t item_bytes(tdsl_dtype dtype) {
    constexpr std::int64_t sizes[] = {1, 1, 4, 8, 4, 8};
    return sizes[dtype];
}

// Which arrays of a call are in memory of the device outside of its block, whose parts for them are not mirrored; the
// rest is empty.
struct Places {
    std::vector<bool> arguments, results;

    bool has_argument(std::size_t i) const { return i < arguments.size() && arguments[i]; }
    bool has_result(std::size_t i) const { return i < results.size() && results[i]; }
    bool operator==(const Places &other) const { return arguments == other.arguments && results == other.results; }
};

// The arrays of a call of some dims, as offsets in one block: small arguments, the state of the call, small results and
// the numbers kept of each minibatch, which is the part that pinned memory mirrors; then large arguments, large results
// and new values.
struct Layout {
    std::vector<std::int64_t> arguments, argument_bytes, results, result_bytes, updates, update_bytes;
    std::int64_t state = 0, batch = 0;  // tdsl_call_state, tdsl_batch_state
    std::int64_t sums = 0;              // doubles
    std::int64_t uploaded = 0;          // the end of the first part that is copied to the device
    std::int64_t mirrored = 0;          // the end of the part that is copied back, which begins with the state
    std::int64_t bytes = 0;
    std::vector<bool> mirrors_argument, mirrors_result;
};

// Throws Error if sizes overflow.
Layout layout_of(const tdsl_module &module, const tdsl_entry &entry, const std::int64_t *argument_counts,
                 const std::int64_t *result_counts, const Places &places, std::int64_t sums);

}  // namespace tdsl::cuda

#endif
