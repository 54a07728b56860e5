// Orthogonal factors, and eigenvalues of symmetric matrices.
#ifndef TDSL_DECOMPOSITIONS_HPP
#define TDSL_DECOMPOSITIONS_HPP

#include <cstdint>

namespace tdsl {

// The reflections of a block, and the sweeps of rotations that large matrices are turned by together.
constexpr int64_t reflections = 32, sweeps = 48;

// Q and R of `count` matrices of m rows and n <= m columns: Q has orthonormal columns, R is upper triangular with a
// diagonal that is not negative.  `scratch` has 2 m n + m + 2 n numbers for each matrix, and reflections (m + 2 n)
// for all.  Singles are computed as doubles.  A matrix with NaN or infinities has NaN alone.
template <typename T>
void qr(int64_t count, int64_t m, int64_t n, T *q, T *r, const T *a, double *scratch);

// The eigenvalues of symmetric matrices in ascending order, and the eigenvectors as columns; the lower triangle is
// read.  Of each vector the first element that is not much smaller than the largest is positive.  `scratch` has
// 2 n n + 6 n numbers for each matrix, and 3 reflections n for all, which hold the sweeps too.
template <typename T>
void eigh(int64_t count, int64_t n, T *values, T *vectors, const T *a, double *scratch);

}  // namespace tdsl

#endif
