// A range shared out between threads.
#ifndef TDSL_SOURCE_PARTS_HPP
#define TDSL_SOURCE_PARTS_HPP

#include "tdsl/kernels.hpp"
#include "tdsl/pool.hpp"

#include <algorithm>
#include <cstdint>

namespace tdsl {

// body(first, last) for parts of a range, at least so large, large ones first: threads end together, and seldom work
// next to each other, where what the processor fetches ahead would be the other's.
template <typename Body>
void in_parts(std::int64_t count, std::int64_t least, const Body &body) {
    constexpr std::int64_t limit = 1024;
    std::int64_t starts[limit + 1], parts = 0;
    const std::int64_t shares = 2 * tdsl_threads();
    for (std::int64_t start = 0; start < count && parts < limit; ++parts) {
        starts[parts] = start;
        const std::int64_t left = count - start;
        start += std::min(left, std::max({least, left / shares, left / (limit - parts)}));
    }
    starts[parts] = count;
    parallel(parts, [&](std::int64_t part) { body(starts[part], starts[part + 1]); });
}

}  // namespace tdsl

#endif
