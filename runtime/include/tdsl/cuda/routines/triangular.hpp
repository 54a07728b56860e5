// Solutions of triangular systems.  A block solves some columns: panels of rows, each from the ones before it.
#ifndef TDSL_CUDA_ROUTINES_TRIANGULAR_HPP
#define TDSL_CUDA_ROUTINES_TRIANGULAR_HPP

#include <cstdint>

#include "tdsl/cuda/routines/panels.hpp"

namespace tdsl {
namespace routines {

// A triangle of a matrix, or that of its transpose.
template <typename T>
struct Triangle {
    const T *data;
    int64_t n, row, column;
    bool is_lower, has_ones;

    inline Triangle(const T *matrix, int64_t n, bool is_transposed, bool is_lower, bool has_ones)
        : data(matrix), n(n), row(is_transposed ? 1 : n), column(is_transposed ? n : 1), is_lower(is_lower),
          has_ones(has_ones) {}

    // An upper triangle is a lower one from its end.
    inline int64_t place(int64_t i) const { return is_lower ? i : n - 1 - i; }
    inline T at(int64_t i, int64_t k) const { return data[place(i) * row + place(k) * column]; }
};

// Some columns of X of T X = B, where both have rows of m elements; they may be the same.
template <typename T>
inline void solve_columns(const Triangle<T> &t, int64_t m, int64_t first_column, T *x, const T *b) {
    constexpr int64_t width = solved_columns;
    TDSL_SHARED Tile<T> tile;
    TDSL_SHARED T solved[panel_width][width];
    const int64_t r = thread_index() / width, c = thread_index() % width, j = first_column + c;
    for (int64_t first = 0; first < t.n; first += panel_width) {
        const int64_t rows = min(panel_width, t.n - first), own = t.place(first + r) * m + j;
        const bool is_there = r < rows && j < m;
        T value = is_there ? b[own] : T(0);
        const auto load = [&](int64_t from, int64_t columns) {
            barrier();
            load_tile(tile, rows, columns, t.column != 1,
                      [&](int64_t i, int64_t k) { return t.at(first + i, from + k); });
        };
        for (int64_t before = 0; before < first; before += panel_width) {
            load(before, panel_width);
            solved[r][c] = j < m ? x[t.place(before + r) * m + j] : T(0);
            barrier();
            for (int64_t k = 0; k < panel_width; ++k) value = fused(-tile.values[r][k], solved[k][c], value);
        }
        load(first, rows);
        barrier();
        for (int64_t k = 0; k < rows; ++k) {
            if (r == k) solved[k][c] = value = t.has_ones ? value : value / tile.values[k][k];
            barrier();
            if (r > k) value = fused(-tile.values[r][k], solved[k][c], value);
        }
        if (is_there) x[own] = value;
        barrier();
    }
}

// solve(number, first) for some columns of the right sides of each matrix.
template <typename Solve>
inline void solve_all(int64_t count, int64_t m, const Solve &solve) {
    const int64_t groups = ceil_div(m, solved_columns);
    blocks_of(count * groups, [&](int64_t item) { solve(item / groups, item % groups * solved_columns); });
}

}  // namespace routines

template <typename T>
inline void solve_triangular(const tdsl_launch &call, int32_t site, bool is_lower, bool is_transposed, int64_t count,
                             int64_t n, int64_t m, T *x, const T *t, const T *b) {
    routines::report_zeros(call, site, count, n, t);
    routines::solve_all(count, m, [&](int64_t number, int64_t first) {
        const routines::Triangle<T> triangle(t + number * n * n, n, is_transposed, is_lower != is_transposed, false);
        routines::solve_columns(triangle, m, first, x + number * n * m, b + number * n * m);
    });
}

}  // namespace tdsl

#endif
