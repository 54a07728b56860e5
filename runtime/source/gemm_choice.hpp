// The choice of the algorithm for each product of tdsl/gemm.hpp.
#ifndef TDSL_SOURCE_GEMM_CHOICE_HPP
#define TDSL_SOURCE_GEMM_CHOICE_HPP

#include "gemm_blocked.hpp"
#include "gemm_narrow.hpp"
#include "gemm_plain.hpp"
#include "gemm_shallow.hpp"

#include <type_traits>

namespace tdsl {
namespace {

// Split-K: how many slices of depth a product is cut into.  A product of little area has no other parallelism, and a
// slice stays in the L2 cache.  A power of two, so that threads share the slices evenly.
int64_t split_k_count(int64_t m, int64_t n, int64_t k) {
    constexpr int64_t least_depth = 512, least = 4, most_sums = 1 << 18;
    if (k < least * least_depth || n > most_sums / least / m) return 1;
    int64_t slices = least;
    while (2 * slices <= std::min(k / least_depth, most_sums / (m * n))) slices *= 2;
    return slices;
}

// A slice is not cut again: the sums of slices lie in memory of the thread.
template <typename T, template <typename> typename Operand>
void product(int64_t m, int64_t n, int64_t k, Operand<T> a, Operand<T> b, Target<T> &target, bool is_slice = false);

// Each slice on its own, then their sum.
template <typename T, template <typename> typename Operand>
void split_k(int64_t slices, int64_t m, int64_t n, int64_t k, Operand<T> a, Operand<T> b, Target<T> &target) {
    const int64_t area = m * n;
    T *const sums = thread_buffer<T>(Purpose::split_k, slices * area);
    parallel(slices, [&](int64_t slice) {
        const int64_t top = slice * k / slices, depth = (slice + 1) * k / slices - top;
        Target<T> own(sums + slice * area, n);
        product(m, n, depth, part_at(a, 0, top), part_at(b, top, 0), own, true);
    });
    constexpr int64_t work = 1 << 14;
    const int64_t rows = std::max<int64_t>(1, work / (slices * n)), tasks = ceil_div(m, rows);
    target.begin(tasks);
    parallel(tasks, [&](int64_t task) {
        const int64_t first = task * rows, count = std::min(rows, m - first);
        T *const total = sums + first * n;
        for (int64_t slice = 1; slice < slices; ++slice)
            for (int64_t j = 0; j < count * n; ++j) total[j] += total[slice * area + j];
        target.consume(task, first, 0, count, n, total, n);
    });
}

template <typename T, template <typename> typename Operand>
void product(int64_t m, int64_t n, int64_t k, Operand<T> a, Operand<T> b, Target<T> &target, bool is_slice) {
    // Plain loops run along the columns of B, which have to be several or contiguous.
    const bool is_plain = n > 1 && (m > 1 || b.column == 1);
    if (k <= 0 || (is_plain && m * n <= small_work / k)) return small_product(m, n, k, a, b, target);
    const Operand<T> a_transposed = transposed(a), b_transposed = transposed(b);
    // A stride of 1 may be that of an axis of one element, which has none, or of rows that overlap.
    const bool a_runs_deep = a.column == 1 || m == 1, a_runs_down = is_by_columns(a) || k == 1;
    if (is_narrow<T>(n, k) && a_runs_deep) return narrow_product(m, n, k, a, b, target);
    const bool is_flat = is_narrow<T>(m, k) && is_by_columns(b);
    if (n == 1) return gemv_product(m, k, a, b, false, target);
    if (m == 1 && !is_flat) return gemv_product(n, k, b_transposed, a_transposed, true, target);
    const int64_t slices = is_flat || is_slice ? 1 : split_k_count(m, n, k);
    if (slices > 1) return split_k(slices, m, n, k, a, b, target);
    // With few columns most of a tile would be empty.
    if (is_flat || (n <= tile_rows && m > n && a_runs_down)) {
        target.transpose_output();
        if (is_flat) return narrow_product(n, m, k, b_transposed, a_transposed, target);
        return BlockedProduct<T, Operand>(n, m, k, b_transposed, a_transposed, target).run();
    }
    if (ShallowProduct<T, Operand>::is_worth(n, k)) return ShallowProduct<T, Operand>(m, n, k, a, b, target).run();
    BlockedProduct<T, Operand>(m, n, k, a, b, target).run();
}

template <typename T, template <typename> typename Operand>
void into(int64_t m, int64_t n, int64_t k, Operand<T> a, Operand<T> b, Target<T> target) {
    if (m > 0 && n > 0) {
        if constexpr (std::is_integral_v<T>) integer_product(m, n, k, a, b, target);
        else if (m * n <= tiny_work && k <= tiny_work && m * n * k <= tiny_work) tiny_product(m, n, k, a, b, target);
        else product(m, n, k, a, b, target);
    }
    target.end();
}

}  // namespace
}  // namespace tdsl

#endif
