// The operands of products: matrices, and elements that are no matrix in memory.
#ifndef TDSL_SOURCE_GEMM_OPERAND_HPP
#define TDSL_SOURCE_GEMM_OPERAND_HPP

#include "buffer.hpp"
#include "tdsl/gemm.hpp"

#include <algorithm>

namespace tdsl {

// Element (i, j) is data[rows[i] + columns[j]].  The strides are those of a copy: algorithms choose by them, so that
// sums have the order that they have with a copy.
template <typename T>
struct AffineOperand {
    const T *data;
    int64_t row, column;
    const int64_t *rows, *columns;
    Kept *kept = nullptr;

    T at(int64_t i, int64_t j) const { return data[rows[i] + columns[j]]; }
};

template <typename Operand>
constexpr bool is_affine = false;
template <typename T>
constexpr bool is_affine<AffineOperand<T>> = true;

// The elements from (i, j) on, which are not kept.
template <typename T>
Matrix<T> part_at(Matrix<T> all, int64_t i, int64_t j) {
    return {all.data + i * all.row + j * all.column, all.row, all.column};
}
template <typename T>
AffineOperand<T> part_at(AffineOperand<T> all, int64_t i, int64_t j) {
    return {all.data, all.row, all.column, all.rows + i, all.columns + j};
}

template <typename T>
Matrix<T> transposed(Matrix<T> all) {
    return {all.data, all.column, all.row, all.kept};
}
template <typename T>
AffineOperand<T> transposed(AffineOperand<T> all) {
    return {all.data, all.column, all.row, all.columns, all.rows, all.kept};
}

template <typename To, typename T>
Matrix<To> reinterpreted(Matrix<T> all) {
    return {reinterpret_cast<const To *>(all.data), all.row, all.column};
}
template <typename To, typename T>
AffineOperand<To> reinterpreted(AffineOperand<T> all) {
    return {reinterpret_cast<const To *>(all.data), all.row, all.column, all.rows, all.columns};
}

// Whether columns are contiguous.  Contiguous rows that overlap may be an element apart.
template <typename Operand>
bool is_by_columns(const Operand &all) {
    return all.row == 1 && all.column != 1;
}

// The number of leading offsets that are equally far apart.
inline int64_t even_run(const int64_t *offsets, int64_t count) {
    int64_t run = min(2, count);
    while (run < count && offsets[run] - offsets[run - 1] == offsets[1] - offsets[0]) ++run;
    return run;
}

// Copies elements row by row.
template <typename T>
void copy_rows(AffineOperand<T> from, int64_t rows, int64_t columns, T *to) {
    for (int64_t j = 0, run; j < columns; j += run) {
        run = even_run(from.columns + j, columns - j);
        const int64_t step = run > 1 ? from.columns[j + 1] - from.columns[j] : 1;
        for (int64_t i = 0; i < rows; ++i) {
            const T *const row = from.data + from.rows[i] + from.columns[j];
            if (step == 1) std::copy_n(row, run, to + i * columns + j);
            else
                for (int64_t p = 0; p < run; ++p) to[i * columns + j + p] = row[p * step];
        }
    }
}

// A block as a matrix: where it is, or a copy in memory of the thread that the next one overwrites.
template <typename T>
Matrix<T> in_memory(Matrix<T> block, int64_t, int64_t) {
    return block;
}
template <typename T>
Matrix<T> in_memory(AffineOperand<T> block, int64_t rows, int64_t columns) {
    T *const to = thread_buffer<T>(Purpose::gathered, rows * columns);
    if (is_by_columns(block)) {
        copy_rows(transposed(block), columns, rows, to);
        return {to, 1, rows};
    }
    copy_rows(block, rows, columns, to);
    return {to, columns, 1};
}

}  // namespace tdsl

#endif
