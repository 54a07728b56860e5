// Orthogonal matrices.
#include "tdsl/random.hpp"

#include <cmath>
#include <cstddef>

namespace tdsl {

// A matrix whose shorter side is orthonormal: Gram and Schmidt, twice, on normals.
template <typename T>
void random_orthogonal(int64_t stream, int64_t rows, int64_t columns, T *target, const int64_t *seed,
                       double *scratch) {
    const int64_t length = rows < columns ? columns : rows;
    const int64_t count = rows < columns ? rows : columns;
    if (count == 0) return;  // the other side may be as long as a size can be
    const auto vector = [&](int64_t j) { return scratch + j * length; };
    for (int64_t j = 0; j < count; ++j)
        for (int64_t i = 0; i < length; ++i) vector(j)[i] = standard_normal(random_word(*seed, stream, i * count + j));
    const auto dot = [&](const double *a, const double *b) {
        double lanes[8] = {};
        int64_t i = 0;
        for (; i + 8 <= length; i += 8)
            for (int64_t l = 0; l < 8; ++l) lanes[l] += a[i + l] * b[i + l];
        for (; i < length; ++i) lanes[0] += a[i] * b[i];
        return ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]));
    };
    double *const shares = scratch + length * count;
    for (int64_t j = 0; j < count; ++j) {
        double *const mine = vector(j);
        for (int pass = 0; pass < 2; ++pass) {
            for (int64_t k = 0; k < j; ++k) shares[k] = dot(vector(k), mine);
            for (int64_t k = 0; k < j; ++k)
                for (int64_t i = 0; i < length; ++i) mine[i] -= shares[k] * vector(k)[i];
        }
        const double norm = std::sqrt(dot(mine, mine));
        for (int64_t i = 0; i < length; ++i) mine[i] /= norm;
    }
    for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < columns; ++j)
            target[i * columns + j] = static_cast<T>(rows < columns ? vector(i)[j] : vector(j)[i]);
}

#define TDSL_DEFINE_RANDOM(T) \
    template void random_orthogonal<T>(int64_t, int64_t, int64_t, T *, const int64_t *, double *);
#ifdef TDSL_TYPE  // for this type only
TDSL_DEFINE_RANDOM(TDSL_TYPE)
#else
TDSL_DEFINE_RANDOM(float)
TDSL_DEFINE_RANDOM(double)
#endif

}  // namespace tdsl
