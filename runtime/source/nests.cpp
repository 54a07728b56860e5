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

void share_groups(LinesOf run, const void *body, const int64_t *extents, int64_t groups, int64_t lines, int64_t length,
                  bool by_columns) {
    const int64_t all = groups * lines;
    if (groups >= few_rows || !by_columns) {
        const int64_t each = pieces(task_elements, lines * length);
        parallel(pieces(groups, each), [=](int64_t task) {
            run(body, extents, task * each * lines, smaller(all, (task + 1) * each * lines), 0, length);
        });
    } else {
        parallel(pieces(length, added_columns), [=](int64_t task) {
            const int64_t first = task * added_columns;
            run(body, extents, 0, all, first, smaller(length, first + added_columns));
        });
    }
}

}  // namespace tdsl
