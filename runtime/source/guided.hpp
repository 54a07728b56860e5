// Ranges cut into tasks of decreasing size: guided scheduling.
#ifndef TDSL_SOURCE_GUIDED_HPP
#define TDSL_SOURCE_GUIDED_HPP

#include "tdsl/tasks.hpp"

#include <algorithm>
#include <cstdint>

namespace tdsl {

// body(first, last) for consecutive ranges of at least so many items, large ones first: threads finish together, and
// seldom work on neighbouring memory, where one's prefetcher would take the other's cache lines.
template <typename Body>
void parallel_guided_ranges(std::int64_t count, std::int64_t least, const Body &body) {
    constexpr std::int64_t limit = 1024;
    std::int64_t starts[limit + 1], tasks = 0;
    const std::int64_t shares = 2 * tdsl_threads();
    for (std::int64_t start = 0; start < count && tasks < limit; ++tasks) {
        starts[tasks] = start;
        const std::int64_t left = count - start;
        start += std::min(left, std::max({least, left / shares, left / (limit - tasks)}));
    }
    starts[tasks] = count;
    parallel(tasks, [&](std::int64_t task) { body(starts[task], starts[task + 1]); });
}

}  // namespace tdsl

#endif
