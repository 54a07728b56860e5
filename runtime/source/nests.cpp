// How large loop nests are cut into tasks; the same for every kernel.
#include "tdsl/kernels.hpp"

namespace tdsl {

void share_lines(LinesOf run, const void *body, const int64_t *extents, int64_t lines, int64_t length) {
    const int64_t pieces = length >= 2 * task_elements ? tasks_for(length, task_elements) : 1;
    const int64_t each = pieces > 1 ? 1 : (task_elements + length - 1) / length;
    parallel(tasks_for(lines, each) * pieces, [=](int64_t task) {
        const int64_t start = task / pieces * each, first = task % pieces * task_elements;
        run(body, extents, start, smaller(lines, start + each), pieces > 1 ? first : 0,
            pieces > 1 ? smaller(length, first + task_elements) : length);
    });
}

}  // namespace tdsl
