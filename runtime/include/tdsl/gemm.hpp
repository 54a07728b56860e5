// Matrix products, C = A @ B.
//
// Elements are stored, or passed to an epilogue while they are still in the L1 cache.  Sizes alone decide the order of
// every sum: the same bits for any number of threads.
#ifndef TDSL_GEMM_HPP
#define TDSL_GEMM_HPP

#include <cstdint>
#include <type_traits>

#include "tdsl/kernels.hpp"
#include "tdsl/operands.hpp"

namespace tdsl {

// Consumes parts of the product: values[r * row + c] is element (i + r, j + c).  Unless `totals` is null, `run` also
// sums the columns of each part into sums[c]; `totals` receives the sums of all parts.
template <typename T>
struct Epilogue {
    void (*run)(const void *body, int64_t i, int64_t j, int64_t rows, int64_t columns, const T *values, int64_t row,
                T *sums);
    const void *body;
    T *totals;
};

// A is m × k, B is k × n.  Rows of C are contiguous and c_row apart.
#define TDSL_DECLARE_GEMM(T)                                                                                         \
    void gemm_into(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, T *c, int64_t c_row);                  \
    void gemm_into(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, Epilogue<T> epilogue);                 \
    void gemm_into(int64_t m, int64_t n, int64_t k, Affine<T> a, Affine<T> b, T *c, int64_t c_row);                  \
    void gemm_into(int64_t m, int64_t n, int64_t k, Affine<T> a, Affine<T> b, Epilogue<T> epilogue)
TDSL_DECLARE_GEMM(float);
TDSL_DECLARE_GEMM(double);
TDSL_DECLARE_GEMM(int32_t);
TDSL_DECLARE_GEMM(int64_t);
#undef TDSL_DECLARE_GEMM

constexpr int64_t tiny_depth = 64;

// Small compile-time sizes: the product is inlined at the call.
TDSL_INLINE bool is_tiny(int64_t m, int64_t n, int64_t k) { return is_unrollable(m * n) && k <= tiny_depth; }

template <typename T, typename Body>
TDSL_INLINE void tiny_gemm(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, const Body &body) {
    T sums[4][4] = {};
    const int64_t rows = min(m, 4), columns = min(n, 4);  // bounds that the compiler may not find itself
    for (int64_t p = 0; p < k; ++p, a.data += a.column, b.data += b.row) {
        no_vectorise();
#pragma GCC unroll 4
        for (int64_t i = 0; i < rows; ++i)
#pragma GCC unroll 4
            for (int64_t j = 0; j < columns; ++j) sums[i][j] += a.data[i * a.row] * b.data[j * b.column];
    }
#pragma GCC unroll 4
    for (int64_t i = 0; i < rows; ++i)
#pragma GCC unroll 4
        for (int64_t j = 0; j < columns; ++j) body(i, j, sums[i][j]);
}

template <typename T, typename Body>
TDSL_INLINE void tiny_gemm(int64_t m, int64_t n, int64_t k, Affine<T> a, Affine<T> b, const Body &body) {
    for (int64_t i = 0; i < m; ++i)
        for (int64_t j = 0; j < n; ++j) {
            T sum = T(0);
            for (int64_t p = 0; p < k; ++p) no_vectorise(), sum += a.at(i, p) * b.at(p, j);
            body(i, j, sum);
        }
}

template <typename T>
inline void gemm(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, T *c, int64_t c_row) {
    if constexpr (!std::is_integral_v<T>)
        if (is_tiny(m, n, k))
            return tiny_gemm(m, n, k, a, b, [=](int64_t i, int64_t j, T value) { c[i * c_row + j] = value; });
    gemm_into(m, n, k, a, b, c, c_row);
}

template <typename T, typename Body>
TDSL_NOINLINE void run_epilogue(const void *shared, int64_t i, int64_t j, int64_t rows, int64_t columns,
                                const T *values, int64_t row, T *) {
    const Body body = *static_cast<const Body *>(shared);
    for (int64_t r = 0; r < rows; ++r)
        vector_loop([&](int64_t c) { body(i + r, j + c, values[r * row + c]); }, 0, columns);
}

// body(i, j, value) for every element of the product, in any order.
template <typename T, typename Body>
inline void gemm_epilogue(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, const Body &body) {
    if constexpr (!std::is_integral_v<T>)
        if (is_tiny(m, n, k)) return tiny_gemm(m, n, k, a, b, body);
    gemm_into(m, n, k, a, b, Epilogue<T>{run_epilogue<T, Body>, &body, nullptr});
}

template <typename T, typename Body>
TDSL_NOINLINE void run_epilogue_column_sums(const void *shared, int64_t i, int64_t j, int64_t rows, int64_t columns,
                                            const T *values, int64_t row, T *sums) {
    const Body body = *static_cast<const Body *>(shared);
    for (int64_t c = 0; c < columns; ++c) sums[c] = T(0);
    for (int64_t r = 0; r < rows; ++r) {
#pragma GCC ivdep
        for (int64_t c = 0; c < columns; ++c) sums[c] += body(i + r, j + c, values[r * row + c]);
    }
}

// The same; totals[j] becomes the sum over i of the values that the body returns.
template <typename T, typename Body>
inline void gemm_epilogue_column_sums(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, T *totals,
                                      const Body &body) {
    gemm_into(m, n, k, a, b, Epilogue<T>{run_epilogue_column_sums<T, Body>, &body, totals});
}

// The same for operands that are no matrices.
template <typename T>
inline void affine_gemm(int64_t m, int64_t n, int64_t k, Affine<T> a, Affine<T> b, T *c, int64_t c_row) {
    if constexpr (!std::is_integral_v<T>)
        if (is_tiny(m, n, k))
            return tiny_gemm(m, n, k, a, b, [=](int64_t i, int64_t j, T value) { c[i * c_row + j] = value; });
    gemm_into(m, n, k, a, b, c, c_row);
}

template <typename T, typename Body>
inline void affine_gemm_epilogue(int64_t m, int64_t n, int64_t k, Affine<T> a, Affine<T> b, const Body &body) {
    if constexpr (!std::is_integral_v<T>)
        if (is_tiny(m, n, k)) return tiny_gemm(m, n, k, a, b, body);
    gemm_into(m, n, k, a, b, Epilogue<T>{run_epilogue<T, Body>, &body, nullptr});
}

template <typename T, typename Body>
inline void affine_gemm_epilogue_column_sums(int64_t m, int64_t n, int64_t k, Affine<T> a, Affine<T> b, T *totals,
                                             const Body &body) {
    gemm_into(m, n, k, a, b, Epilogue<T>{run_epilogue_column_sums<T, Body>, &body, totals});
}

}  // namespace tdsl

#endif
