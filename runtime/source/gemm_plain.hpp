// Products in plain loops: small ones, and products of integers.
#ifndef TDSL_SOURCE_GEMM_PLAIN_HPP
#define TDSL_SOURCE_GEMM_PLAIN_HPP

#include "gemm_operand.hpp"
#include "gemm_target.hpp"
#include "guided.hpp"

#include <algorithm>
#include <type_traits>

namespace tdsl {

constexpr int64_t tiny_work = 64;     // multiplications below which setting up vectors takes longer
constexpr int64_t small_work = 4096;  // multiplications below which packing takes longer than it saves

// Rows [first, last) of the product, into C.
template <typename T, template <typename> typename Operand>
void rows_of_product(int64_t first, int64_t last, int64_t n, int64_t k, Operand<T> a, Operand<T> b, T *c,
                     int64_t c_row) {
    for (int64_t i = first; i < last; ++i, c += c_row) {
        for (int64_t j = 0; j < n; ++j) c[j] = T(0);
        for (int64_t p = 0; p < k; ++p) {
            if constexpr (is_affine<Operand<T>>) {
                const T factor = a.at(i, p);
                for (int64_t j = 0; j < n; ++j) c[j] += factor * b.at(p, j);
            } else {
                const T factor = a.data[i * a.row + p * a.column], *const from = b.data + p * b.row;
                if (b.column == 1)
                    for (int64_t j = 0; j < n; ++j) c[j] += factor * from[j];
                else
                    for (int64_t j = 0; j < n; ++j) c[j] += factor * from[j * b.column];
            }
        }
    }
}

template <typename T, template <typename> typename Operand>
void small_product(int64_t m, int64_t n, int64_t k, Operand<T> a, Operand<T> b, Target<T> &target) {
    if (target.is_stored()) return rows_of_product(0, m, n, k, a, b, target.at(0, 0), target.row());
    const int64_t rows = std::max<int64_t>(1, small_work / n);
    target.begin(ceil_div(m, rows));
    T *const sums = thread_buffer<T>(Purpose::sums, std::min(rows, m) * n);
    for (int64_t i = 0; i < m; i += rows) {
        const int64_t count = std::min(rows, m - i);
        rows_of_product(i, i + count, n, k, a, b, sums, n);
        target.consume(i / rows, i, 0, count, n, sums, n);
    }
}

constexpr int64_t work_of_rows = 32768;

template <typename T, template <typename> typename Operand>
void integer_product(int64_t m, int64_t n, int64_t k, Operand<T> a, Operand<T> b, Target<T> &target) {
    const int64_t rows = std::max<int64_t>(1, work_of_rows / std::max<int64_t>(1, n * k)), tasks = ceil_div(m, rows);
    target.begin(tasks);
    parallel(tasks, [&](int64_t task) {
        const int64_t first = task * rows, count = std::min(m - first, rows);
        // Sums wrap around as in NumPy, which is defined for unsigned integers only.
        using Wrapping = std::make_unsigned_t<T>;
        const auto wrapping_a = reinterpreted<Wrapping>(a), wrapping_b = reinterpreted<Wrapping>(b);
        const bool stored = target.is_stored();
        T *const to = stored ? target.at(first, 0) : thread_buffer<T>(Purpose::sums, count * n);
        rows_of_product(first, first + count, n, k, wrapping_a, wrapping_b, reinterpret_cast<Wrapping *>(to),
                        stored ? target.row() : n);
        if (!stored) target.consume(task, first, 0, count, n, to, n);
    });
}

// Few multiplications: one element after the other.
template <typename T, template <typename> typename Operand>
void tiny_product(int64_t m, int64_t n, int64_t k, Operand<T> a, Operand<T> b, Target<T> &target) {
    T values[tiny_work];
    for (int64_t i = 0; i < m; ++i)
        for (int64_t j = 0; j < n; ++j) {
            T sum = T(0);
            if constexpr (is_affine<Operand<T>>) {
                for (int64_t p = 0; p < k; ++p) no_vectorise(), sum += a.at(i, p) * b.at(p, j);
            } else {
                const T *row = a.data + i * a.row, *column = b.data + j * b.column;
                for (int64_t p = 0; p < k; ++p, row += a.column, column += b.row) no_vectorise(), sum += *row * *column;
            }
            values[i * n + j] = sum;
        }
    target.begin(1);
    target.consume(0, 0, 0, m, n, values, n);
}

}  // namespace tdsl

#endif
