// How large loop nests are cut into tasks; the same for every kernel.
#include "tdsl/kernels.hpp"

namespace tdsl {

void share_lines(LinesOf run, const void *body, const int64_t *extents, int64_t lines, int64_t length) {
    const int64_t cuts = length >= 2 * task_elements ? pieces(length, task_elements) : 1;
    const int64_t each = cuts > 1 ? 1 : pieces(task_elements, length);
    parallel(pieces(lines, each) * cuts, [=](int64_t task) {
        const int64_t start = task / cuts * each, first = task % cuts * task_elements;
        run(body, extents, start, smaller(lines, start + each), cuts > 1 ? first : 0,
            cuts > 1 ? smaller(length, first + task_elements) : length);
    });
}

void share_columns(LinesOf run, const void *body, const int64_t *extents, int64_t lines, int64_t length) {
    const int64_t cuts = lines < pieces(task_elements, length) ? 1 : pieces(length, added_columns);
    if (cuts == 1) return run(body, extents, 0, lines, 0, length);
    parallel(cuts, [=](int64_t task) {
        const int64_t first = task * added_columns;
        run(body, extents, 0, lines, first, smaller(length, first + added_columns));
    });
}

}  // namespace tdsl
