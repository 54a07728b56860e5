// Matrix products on devices, C = A @ B: the templates of tdsl/gemm.hpp, with the launch as first argument.
//
// Every sum is taken in an order that sizes alone decide.  All threads of a block call a template together.
#ifndef TDSL_CUDA_GEMM_HPP
#define TDSL_CUDA_GEMM_HPP

#include <cstdint>

#include "tdsl/cuda/batches.hpp"
#include "tdsl/cuda/gemm_phases.hpp"

namespace tdsl {

// A is m × k, B is k × n.  Rows of C are c_row apart.
template <typename T>
inline void gemm(const tdsl_launch &call, int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, T *c,
                 int64_t c_row) {
    const auto store = [=](int64_t i, int64_t j, T value) { c[i * c_row + j] = value; };
    run_product<T, StridedPanel<T>>(call, m, n, k, a, b, store);
}

// body(i, j, value) for every element of the product, in any order.
template <typename T, typename Body>
inline void gemm_epilogue(const tdsl_launch &call, int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b,
                          const Body &body) {
    run_product<T, StridedPanel<T>>(call, m, n, k, a, b, body);
}

// The same; totals[j] becomes the sum over i of the values that the body returns.
template <typename T, typename Body>
inline void gemm_epilogue_column_sums(const tdsl_launch &call, int64_t m, int64_t n, int64_t k, Matrix<T> a,
                                      Matrix<T> b, T *totals, const Body &body) {
    run_product<T, StridedPanel<T>>(call, m, n, k, a, b, body, totals);
}

// The same for operands that are no matrices.
template <typename T>
inline void affine_gemm(const tdsl_launch &call, int64_t m, int64_t n, int64_t k, Affine<T> a, Affine<T> b, T *c,
                        int64_t c_row) {
    const auto store = [=](int64_t i, int64_t j, T value) { c[i * c_row + j] = value; };
    run_product<T, WalkedPanel<T>>(call, m, n, k, a, b, store);
}

template <typename T, typename Body>
inline void affine_gemm_epilogue(const tdsl_launch &call, int64_t m, int64_t n, int64_t k, Affine<T> a, Affine<T> b,
                                 const Body &body) {
    run_product<T, WalkedPanel<T>>(call, m, n, k, a, b, body);
}

template <typename T, typename Body>
inline void affine_gemm_epilogue_column_sums(const tdsl_launch &call, int64_t m, int64_t n, int64_t k, Affine<T> a,
                                             Affine<T> b, T *totals, const Body &body) {
    run_product<T, WalkedPanel<T>>(call, m, n, k, a, b, body, totals);
}

}  // namespace tdsl

#endif
