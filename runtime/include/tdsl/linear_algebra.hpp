// Factors of square matrices, and systems of equations.
//
// Each routine takes `count` matrices, one after the other, row by row.  Sizes alone decide the order of every sum, so
// bits do not depend on threads.  A matrix without a result is a fault of the site; its elements are then any numbers.
#ifndef TDSL_LINEAR_ALGEBRA_HPP
#define TDSL_LINEAR_ALGEBRA_HPP

#include <cstdint>

#include "tdsl/abi.h"

namespace tdsl {

// The lower factor of symmetric matrices, of which the lower triangle is read; zero above the diagonal.  A fault unless
// each pivot is positive.
template <typename T>
void cholesky(tdsl_call *call, int32_t site, int64_t count, int64_t n, T *factor, const T *a);

// X of T X = B, for lower or upper triangles T or their transposes; B is n × m.  A fault if an element of the
// diagonal is zero.
template <typename T>
void solve_triangular(tdsl_call *call, int32_t site, bool is_lower, bool is_transposed, int64_t count, int64_t n,
                      int64_t m, T *x, const T *t, const T *b);

// The factors L and U of each matrix with its rows exchanged, in one matrix without the diagonal of L, which is 1: row
// k with row exchanges[k], for each k in order.  `scratch` has lu_width (n + lu_width) numbers.
constexpr int64_t lu_width = 16;
template <typename T>
void lu(int64_t count, int64_t n, T *factors, int64_t *exchanges, const T *a, double *scratch);

// X of A X = B, or of Aᵀ X = B, given the factors of A.  A fault if an element of the diagonal of U is zero.
template <typename T>
void lu_solve(tdsl_call *call, int32_t site, bool is_transposed, int64_t count, int64_t n, int64_t m, T *x,
              const T *factors, const int64_t *exchanges, const T *b);

// The determinant of A, and the logarithm of its absolute value, given the factors of A.
template <typename T>
void lu_det(int64_t count, int64_t n, T *values, const T *factors, const int64_t *exchanges);
template <typename T>
void lu_logdet(int64_t count, int64_t n, T *values, const T *factors, const int64_t *exchanges);

}  // namespace tdsl

#endif
