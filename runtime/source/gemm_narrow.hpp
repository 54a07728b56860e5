// Products with a vector (GEMV), and with so few columns that register tiles would be nearly empty.
#ifndef TDSL_SOURCE_GEMM_NARROW_HPP
#define TDSL_SOURCE_GEMM_NARROW_HPP

#include "gemm_operand.hpp"
#include "gemm_target.hpp"
#include "gemm_tile.hpp"
#include "guided.hpp"

#include <algorithm>

namespace tdsl {

constexpr int64_t work_in_task = 32768;
constexpr int64_t deep = 1024, many_tasks = 8;  // depth is cut into blocks of `deep` where m alone makes fewer tasks
constexpr int most_narrow_columns = 10;

// y[i * step] = sum over p of matrix(i, p) * vector(p, 0)
template <typename T, template <typename> typename Operand>
void gemv(int64_t m, int64_t k, Operand<T> matrix, bool by_columns, Operand<T> vector, T *y, int64_t step) {
    const T *x = vector.data;
    if (is_affine<Operand<T>> || (vector.row != 1 && k > 1)) {
        T *const gathered = thread_buffer<T>(Purpose::packed_b, k);
        for (int64_t p = 0; p < k; ++p) gathered[p] = vector.at(p, 0);
        x = gathered;
    }
    constexpr int64_t rows = 8 * lane_count<T>;
    const int64_t chunks = ceil_div(m, rows), blocks = std::clamp<int64_t>(k / deep, 1, ceil_div(many_tasks, chunks));
    const int64_t depth = ceil_div(k, blocks), in_task = std::max<int64_t>(1, work_in_task / (rows * depth));
    T *const sums = thread_buffer<T>(Purpose::packed_a, blocks * m);
    parallel(ceil_div(chunks * blocks, in_task), [&](int64_t number) {
        for (int64_t task = number * in_task; task < std::min(chunks * blocks, (number + 1) * in_task); ++task) {
            const int64_t i = task % chunks * rows, block = task / chunks, top = block * depth;
            const int64_t count = std::min(rows, m - i), part_depth = std::min(depth, k - top);
            const Matrix<T> part = in_memory(part_at(matrix, i, top), count, part_depth);
            gemv_columns(count, part_depth, part.data, part.row, part.column, by_columns, x + top,
                         sums + block * m + i);
        }
    });
    for (int64_t i = 0; i < m; ++i) {
        T sum = sums[i];
        for (int64_t block = 1; block < blocks; ++block) sum += sums[block * m + i];
        y[i * step] = sum;
    }
}

// A matrix times a vector, which is a row or a column of C.
template <typename T, template <typename> typename Operand>
void gemv_product(int64_t m, int64_t k, Operand<T> matrix, Operand<T> x, bool is_row, Target<T> &target) {
    const bool by_columns = is_row ? matrix.row == 1 : is_by_columns(matrix);
    if (target.is_stored()) return gemv(m, k, matrix, by_columns, x, target.at(0, 0), is_row ? 1 : target.row());
    target.begin(1);
    T *const y = thread_buffer<T>(Purpose::sums, m);
    gemv(m, k, matrix, by_columns, x, y, 1);
    if (is_row) target.consume(0, 0, 0, 1, m, y, m);
    else target.consume(0, 0, 0, m, 1, y, 1);
}

// Few columns; both operands are contiguous along k (dot products).
template <typename T, int columns, int rows = std::clamp(2 * tile_rows / columns, 1, 8),
          template <typename> typename Operand>
void dot_columns(int64_t m, int64_t n, int64_t k, Operand<T> a, Matrix<T> b, Target<T> &target) {
    const int64_t tiles = ceil_div(m, rows);
    target.begin(target.is_transposed() ? 1 : tiles);
    const int64_t least = std::max<int64_t>(1, work_in_task / (k * columns * rows));
    parallel_guided_ranges(tiles, least, [&](int64_t first, int64_t last) {
        for (int64_t tile = first; tile < last; ++tile) {
            T done[rows * columns];
            const int64_t i = tile * rows, count = std::min<int64_t>(rows, m - i);
            const Matrix<T> part = in_memory(part_at(a, i, 0), count, k);
            dot_tile<T, rows, columns>(count, n, k, part.data, part.row, b.data, b.column, done);
            target.consume(target.is_transposed() ? 0 : tile, i, 0, count, n, done, columns);
        }
    });
}

// Whether dot products are worth it; B may be transposed for them.
template <typename T>
bool is_narrow(int64_t n, int64_t k) {
    return n <= most_narrow_columns && k >= 4 * lane_count<T>;
}

template <typename T, template <typename> typename Operand>
void narrow_product(int64_t m, int64_t n, int64_t k, Operand<T> a, Operand<T> right, Target<T> &target) {
    Matrix<T> b{right.data, right.row, right.column};
    if (is_affine<Operand<T>> || b.row != 1) {
        T *const transposed = thread_buffer<T>(Purpose::packed_b, n * k);
        for (int64_t p = 0; p < k; ++p)
            for (int64_t j = 0; j < n; ++j) transposed[j * k + p] = right.at(p, j);
        b = Matrix<T>{transposed, 1, k};
    }
    if constexpr (!is_affine<Operand<T>>)
        if (a.column != 1) {  // a single row
            T *const gathered = thread_buffer<T>(Purpose::gathered, k);
            for (int64_t p = 0; p < k; ++p) gathered[p] = a.data[p * a.column];
            a = Operand<T>{gathered, k, 1};
        }
    if (n == 1 && m < 4) return dot_columns<T, 1, 1>(m, n, k, a, b, target);
    if (n == 1) return dot_columns<T, 1>(m, n, k, a, b, target);
    switch ((n + 1) / 2) {
        case 1: return dot_columns<T, 2>(m, n, k, a, b, target);
        case 2: return dot_columns<T, 4>(m, n, k, a, b, target);
        case 3: return dot_columns<T, 6>(m, n, k, a, b, target);
        case 4: return dot_columns<T, 8>(m, n, k, a, b, target);
        default: return dot_columns<T, most_narrow_columns>(m, n, k, a, b, target);
    }
}

}  // namespace tdsl

#endif
