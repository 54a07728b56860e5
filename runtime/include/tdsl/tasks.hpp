// Ranges cut into tasks for the pool of threads.
#ifndef TDSL_TASKS_HPP
#define TDSL_TASKS_HPP

#include <cstdint>

#include "tdsl/pool.hpp"
#include "tdsl/sizes.hpp"

namespace tdsl {

// A task covers at least so many elements: fewer take less time than waking a thread.
constexpr int64_t task_elements = 16384;

// body(first, last) for consecutive ranges of `each` items, the last one shorter: one task a range.
template <typename Body>
inline void parallel_ranges(int64_t count, int64_t each, const Body &body) {
    parallel(ceil_div(count, each), [&](int64_t task) { body(task * each, min(count, (task + 1) * each)); });
}

}  // namespace tdsl

#endif
