// The split of large loop nests into tasks; compiled once for all kernels.
#include "tdsl/kernels.hpp"

namespace tdsl {

void run_parallel(NestPart run, const void *body, const int64_t *extents, int64_t outer_count, int64_t length) {
    if (length < 2 * task_elements)
        return parallel_ranges(outer_count, ceil_div(task_elements, length), [=](int64_t start, int64_t end) {
            run(body, extents, start, end, 0, length);
        });
    // Inner loops so long that each is cut.
    const int64_t parts = ceil_div(length, task_elements);
    parallel(outer_count * parts, [=](int64_t task) {
        const int64_t start = task / parts, first = task % parts * task_elements;
        run(body, extents, start, start + 1, first, min(length, first + task_elements));
    });
}

void run_parallel_groups(NestPart run, const void *body, const int64_t *extents, int64_t groups, int64_t outer_count,
                         int64_t length, bool by_columns) {
    if (groups >= least_parallel_rows || !by_columns)
        return parallel_ranges(groups, ceil_div(task_elements, outer_count * length), [=](int64_t first, int64_t last) {
            run(body, extents, first * outer_count, last * outer_count, 0, length);
        });
    parallel_ranges(length, scatter_columns, [=](int64_t first, int64_t last) {
        run(body, extents, 0, groups * outer_count, first, last);
    });
}

}  // namespace tdsl
