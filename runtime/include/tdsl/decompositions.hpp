// Orthogonal factors, and eigenvalues of symmetric matrices.
#ifndef TDSL_DECOMPOSITIONS_HPP
#define TDSL_DECOMPOSITIONS_HPP

#include <cstdint>

namespace tdsl {

// Q and R of `count` matrices of m rows and n <= m columns: Q has orthonormal columns, R is upper triangular with a
// diagonal that is not negative.  `scratch` has 2 m n + m + 2 n numbers for each matrix.  Singles are computed as
// doubles.  A matrix with NaN or infinities has NaN alone.
template <typename T>
void qr(int64_t count, int64_t m, int64_t n, T *q, T *r, const T *a, double *scratch);

// The eigenvalues of symmetric matrices in ascending order, and the eigenvectors as columns; the lower triangle is
// read.  Of each vector the first element that is not much smaller than the largest is positive.  `scratch` has
// 2 n n + 8 n numbers for each matrix.
template <typename T>
void eigh(int64_t count, int64_t n, T *values, T *vectors, const T *a, double *scratch);

}  // namespace tdsl

#endif
