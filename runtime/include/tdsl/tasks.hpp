// Ranges cut into tasks for the pool of threads.
#ifndef TDSL_TASKS_HPP
#define TDSL_TASKS_HPP

#include <cstdint>

#include "tdsl/attributes.hpp"
#include "tdsl/pool.hpp"

namespace tdsl {

// A task covers at least so many elements: fewer take less time than waking a thread.
constexpr int64_t task_elements = 16384;

inline int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

inline int64_t min(int64_t a, int64_t b) { return a < b ? a : b; }

inline int64_t max(int64_t a, int64_t b) { return a > b ? a : b; }

// Rounds a count up to a multiple of `step`, a power of two.
template <int64_t step>
TDSL_INLINE int64_t round_up(int64_t count) { return (count + step - 1) & -step; }

// body(first, last) for consecutive ranges of `each` items, the last one shorter: one task a range.
template <typename Body>
inline void parallel_ranges(int64_t count, int64_t each, const Body &body) {
    parallel(ceil_div(count, each), [&](int64_t task) { body(task * each, min(count, (task + 1) * each)); });
}

}  // namespace tdsl

#endif
