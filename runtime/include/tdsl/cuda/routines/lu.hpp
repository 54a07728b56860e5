// LU factors with partial pivoting: a phase for each panel of columns, and one for all others.  Systems given factors.
#ifndef TDSL_CUDA_ROUTINES_LU_HPP
#define TDSL_CUDA_ROUTINES_LU_HPP

#include <cstdint>

#include "tdsl/cuda/routines/triangular.hpp"
#include "tdsl/determinants.hpp"
#include "tdsl/libm.hpp"
#include "tdsl/sort_keys.hpp"

namespace tdsl {
namespace routines {

// The first largest absolute value of a column from a place on; a NaN counts as the largest.
template <typename T>
inline int64_t largest(const T *values, int64_t first, int64_t last) {
    using Key = sorting::Key<T>;
    Key key = 0;
    int64_t place = last;
    threads_of(first, last, [&](int64_t i) {
        const Key own = sorting::key_of(libm::fabs(values[i]));
        if (own > key) key = own, place = i;  // a key of a number is not 0
    });
    const Key most = block_combined(key, Larger{});
    return block_combined(key == most ? place : last, [](int64_t a, int64_t b) { return min(a, b); });
}

// The factors of the rows and columns of a panel, given by columns.
template <typename T>
inline void factor_panel(int64_t rows, int64_t width, T *columns, int64_t *exchanges) {
    TDSL_SHARED T above[panel_width];
    for (int64_t k = 0; k < width; ++k) {
        T *const column = columns + k * rows;
        barrier();
        const int64_t pivot = largest(column, k, rows);
        threads_of(0, width, [&](int64_t j) {
            T &one = columns[j * rows + k], &other = columns[j * rows + pivot];
            above[j] = other;
            other = one;
            one = above[j];
        });
        if (thread_index() == 0) exchanges[k] = pivot;
        barrier();
        const T divisor = above[k];
        threads_of(k + 1, rows, [&](int64_t i) {
            const T factor = divisor == 0 ? column[i] : column[i] / divisor;
            column[i] = factor;
            for (int64_t j = k + 1; j < width; ++j)
                columns[j * rows + i] = fused(-factor, above[j], columns[j * rows + i]);
        });
    }
    barrier();
}

// Exchanges rows in some columns, each of a thread.
template <typename T>
inline void exchange_rows(int64_t first, int64_t last, const int64_t *exchanges, bool reverse, int64_t columns, T *a,
                          int64_t apart) {
    barrier();
    threads_of(0, columns, [&](int64_t j) {
        for (int64_t number = first; number < last; ++number) {
            const int64_t k = reverse ? last - 1 - (number - first) : number;
            T &one = a[k * apart + j], &other = a[exchanges[k] * apart + j];
            const T kept = one;
            one = other;
            other = kept;
        }
    });
    barrier();
}

// The columns of other panels after the factors of a panel of so many columns from the first on: those behind it are
// solved, and their products subtracted.
template <typename T>
inline void update_panel(int64_t n, int64_t first, int64_t width, int64_t from, T *a, const int64_t *exchanges) {
    TDSL_SHARED Tile<T> left, right;
    const int64_t columns = min(panel_width, n - from);
    exchange_rows(first, first + width, exchanges, false, columns, a + from, n);
    if (from < first) return;
    load_tile(left, width, width, false, [&](int64_t i, int64_t k) { return a[(first + i) * n + first + k]; });
    load_tile(right, width, columns, false, [&](int64_t k, int64_t j) { return a[(first + k) * n + from + j]; });
    for (int64_t k = 0; k < width; ++k) {
        barrier();
        tile_elements([&](int64_t i, int64_t j) {
            if (i > k) right.values[i][j] = fused(-left.values[i][k], right.values[k][j], right.values[i][j]);
        });
    }
    barrier();
    tile_elements([&](int64_t k, int64_t j) {
        if (k < width && j < columns) a[(first + k) * n + from + j] = right.values[k][j];
    });
    for (int64_t below = first + width; below < n; below += panel_width) {
        const int64_t rows = min(panel_width, n - below);
        barrier();
        load_tile(left, rows, width, false, [&](int64_t i, int64_t k) { return a[(below + i) * n + first + k]; });
        barrier();
        subtract_product(left, right, a + below * n + from, n,
                         [=](int64_t i, int64_t j) { return i < rows && j < columns; });
    }
}

}  // namespace routines

template <typename T>
inline void lu(const tdsl_launch &call, int64_t count, int64_t n, T *factors, int64_t *exchanges, const T *a,
               double *) {
    using namespace routines;
    const int64_t first = call.phase / 2 * panel_width, width = min(panel_width, n - first), rows = n - first;
    if (n == 0) return;
    if (call.phase % 2 == 0)
        return blocks_of(count, [&](int64_t number) {
            T *const to = factors + number * n * n, *const corner = to + first * (n + 1);
            T *const columns = reinterpret_cast<T *>(call.scratch) + block_index() * panel_width * n;
            int64_t *const own = exchanges + number * n + first;
            barrier();
            if (first == 0) threads_of(0, n * n, [&](int64_t i) { to[i] = a[number * n * n + i]; });
            barrier();
            threads_of(0, rows * width, [&](int64_t i) {
                columns[i % width * rows + i / width] = corner[i / width * n + i % width];
            });
            factor_panel(rows, width, columns, own);
            threads_of(0, rows * width, [&](int64_t i) {
                corner[i / width * n + i % width] = columns[i % width * rows + i / width];
            });
            threads_of(0, width, [&](int64_t k) { own[k] += first; });
        });
    const int64_t panels = panels_of(n);
    blocks_of(count * panels, [&](int64_t item) {
        const int64_t number = item / panels, from = item % panels * panel_width;
        if (from != first) update_panel(n, first, width, from, factors + number * n * n, exchanges + number * n);
    });
}

template <typename T>
inline void lu_solve(const tdsl_launch &call, int32_t site, bool is_transposed, int64_t count, int64_t n, int64_t m,
                     T *x, const T *factors, const int64_t *exchanges, const T *b) {
    using namespace routines;
    report_zeros(call, site, count, n, factors);
    solve_all(count, m, [&](int64_t number, int64_t first) {
        const T *const from = factors + number * n * n, *const right = b + number * n * m;
        T *const to = x + number * n * m;
        const Triangle<T> lower(from, n, is_transposed, !is_transposed, true);
        const Triangle<T> upper(from, n, is_transposed, is_transposed, false);
        const int64_t columns = min(solved_columns, m - first);
        const auto exchange = [&] {
            exchange_rows(0, n, exchanges + number * n, is_transposed, columns, to + first, m);
        };
        if (is_transposed) {
            solve_columns(upper, m, first, to, right);
            solve_columns(lower, m, first, to, to);
            exchange();
        } else {
            threads_of(0, n * columns, [&](int64_t i) {
                const int64_t at = i / columns * m + first + i % columns;
                to[at] = right[at];
            });
            exchange();
            solve_columns(lower, m, first, to, to);
            solve_columns(upper, m, first, to, to);
        }
    });
}

template <typename T>
inline void lu_det(const tdsl_launch &, int64_t count, int64_t n, T *values, const T *factors,
                   const int64_t *exchanges) {
    routines::all_threads(count, [&](int64_t number) {
        values[number] = determinant(n, factors + number * n * n, exchanges + number * n);
    });
}

template <typename T>
inline void lu_logdet(const tdsl_launch &, int64_t count, int64_t n, T *values, const T *factors, const int64_t *) {
    routines::all_threads(count, [&](int64_t number) {
        values[number] = log_determinant(n, factors + number * n * n);
    });
}

}  // namespace tdsl

#endif
