// The products with a single column, or so few that tiles would be nearly empty.
#ifndef TDSL_SOURCE_GEMM_FEW_HPP
#define TDSL_SOURCE_GEMM_FEW_HPP

#include "gemm_target.hpp"
#include "gemm_tile.hpp"
#include "parts.hpp"

#include <algorithm>

namespace tdsl {

constexpr int64_t work_in_task = 32768;
constexpr int64_t deep = 1024, many_tasks = 8;  // few columns that lie across depth are cut into blocks for threads
constexpr int most_columns = 10;                // that count as few

// y[i * step] = sum over p of matrix(i, p) * x[p * x_step]
template <typename T>
void times_vector(int64_t m, int64_t k, Matrix<T> matrix, const T *x, int64_t x_step, T *y, int64_t step) {
    if (x_step != 1 && k > 1) {
        T *const gathered = thread_buffer<T>(Purpose::right, k);
        for (int64_t p = 0; p < k; ++p) gathered[p] = x[p * x_step];
        x = gathered;
    }
    constexpr int64_t rows = 8 * lane_count<T>;
    const int64_t chunks = pieces(m, rows), blocks = std::clamp<int64_t>(k / deep, 1, pieces(many_tasks, chunks));
    const int64_t depth = pieces(k, blocks), in_task = std::max<int64_t>(1, work_in_task / (rows * depth));
    T *const sums = thread_buffer<T>(Purpose::left, blocks * m);
    parallel(pieces(chunks * blocks, in_task), [&](int64_t number) {
        for (int64_t task = number * in_task; task < std::min(chunks * blocks, (number + 1) * in_task); ++task) {
            const int64_t i = task % chunks * rows, block = task / chunks, top = block * depth;
            sum_of_columns(std::min(rows, m - i), std::min(depth, k - top),
                           matrix.data + i * matrix.row + top * matrix.column, matrix.row, matrix.column, x + top,
                           sums + block * m + i);
        }
    });
    for (int64_t i = 0; i < m; ++i) {
        T sum = sums[i];
        for (int64_t block = 1; block < blocks; ++block) sum += sums[block * m + i];
        y[i * step] = sum;
    }
}

// A row or a column of C, from a matrix and a vector.
template <typename T>
void vector_product(int64_t m, int64_t k, Matrix<T> matrix, const T *x, int64_t x_step, bool is_row,
                    Target<T> &target) {
    if (target.is_stored()) return times_vector(m, k, matrix, x, x_step, target.at(0, 0), is_row ? 1 : target.row());
    target.begin(1);
    T *const y = thread_buffer<T>(Purpose::sums, m);
    times_vector(m, k, matrix, x, x_step, y, 1);
    if (is_row) target.take(0, 0, 0, 1, m, y, m);
    else target.take(0, 0, 0, m, 1, y, 1);
}

// Few columns, of which and of the rows of A every one lies along depth.
template <typename T, int columns, int rows = std::clamp(2 * tile_rows / columns, 1, 8)>
void columns_along_depth(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, Target<T> &target) {
    const int64_t strips = pieces(m, rows);
    target.begin(target.is_turned() ? 1 : strips);
    in_parts(strips, std::max<int64_t>(1, work_in_task / (k * columns * rows)), [&](int64_t first, int64_t last) {
        for (int64_t strip = first; strip < last; ++strip) {
            T done[rows * columns];
            const int64_t i = strip * rows, count = std::min<int64_t>(rows, m - i);
            dot_tile<T, rows, columns>(count, n, k, a.data + i * a.row, a.row, b.data, b.column, done);
            target.take(target.is_turned() ? 0 : strip, i, 0, count, n, done, columns);
        }
    });
}

// Whether that form is worth it; B may be brought into it.
template <typename T>
bool has_few_columns(int64_t n, int64_t k, Matrix<T> a) {
    return n <= most_columns && k >= 4 * lane_count<T> && a.column == 1;
}

template <typename T>
void few_columns(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, Target<T> &target) {
    if (b.row != 1) {
        T *const turned = thread_buffer<T>(Purpose::right, n * k);
        for (int64_t p = 0; p < k; ++p)
            for (int64_t j = 0; j < n; ++j) turned[j * k + p] = b.data[p * b.row + j * b.column];
        b = Matrix<T>{turned, 1, k};
    }
    if (n == 1 && m < 4) return columns_along_depth<T, 1, 1>(m, n, k, a, b, target);
    if (n == 1) return columns_along_depth<T, 1>(m, n, k, a, b, target);
    switch ((n + 1) / 2) {
        case 1: return columns_along_depth<T, 2>(m, n, k, a, b, target);
        case 2: return columns_along_depth<T, 4>(m, n, k, a, b, target);
        case 3: return columns_along_depth<T, 6>(m, n, k, a, b, target);
        case 4: return columns_along_depth<T, 8>(m, n, k, a, b, target);
        default: return columns_along_depth<T, most_columns>(m, n, k, a, b, target);
    }
}

}  // namespace tdsl

#endif
