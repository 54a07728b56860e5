// Orthogonal matrices, with the bits of a CPU.
#ifndef TDSL_CUDA_ROUTINES_RANDOM_HPP
#define TDSL_CUDA_ROUTINES_RANDOM_HPP

#include <cstdint>

#include "tdsl/cuda/draws.hpp"
#include "tdsl/cuda/routines/block.hpp"
#include "tdsl/libm.hpp"

namespace tdsl {
namespace routines {

// The dot product of two vectors by eight threads, each with the sum of every eighth element; all lanes take part.
inline double dot_of_eight(int64_t length, const double *a, const double *b) {
    const int64_t own = thread_index() % 8, whole = length / 8 * 8;
    double sum = 0.0;
    for (int64_t i = own; i < whole; i += 8) sum += a[i] * b[i];
    for (int64_t i = whole; own == 0 && i < length; ++i) sum += a[i] * b[i];
    sum += shuffle_xor(sum, 4);
    sum += shuffle_xor(sum, 1);
    return sum + shuffle_xor(sum, 2);
}

}  // namespace routines

// A matrix whose shorter side is orthonormal: Gram and Schmidt, twice, on normals.  One block does it.
template <typename T>
inline void random_orthogonal(const tdsl_launch &, int64_t stream, int64_t rows, int64_t columns, T *target,
                              const int64_t *seed, double *scratch) {
    constexpr int64_t groups = block_threads / 8;
    const int64_t length = rows < columns ? columns : rows;
    const int64_t count = rows < columns ? rows : columns;
    if (count == 0 || block_index() != 0) return;
    const auto vector = [&](int64_t j) { return scratch + j * length; };
    routines::threads_of(0, count * length, [&](int64_t number) {
        const int64_t j = number / length, i = number % length;
        vector(j)[i] = standard_normal(random_word(*seed, stream, i * count + j));
    });
    double *const shares = scratch + length * count;
    for (int64_t j = 0; j < count; ++j) {
        double *const mine = vector(j);
        for (int pass = 0; pass < 2; ++pass) {
            barrier();
            for (int64_t first = 0; first < j; first += groups) {
                const int64_t k = first + thread_index() / 8;
                const double share = routines::dot_of_eight(k < j ? length : 0, vector(k < j ? k : j), mine);
                if (k < j && thread_index() % 8 == 0) shares[k] = share;
            }
            barrier();
            routines::threads_of(0, length, [&](int64_t i) {
                double value = mine[i];
                for (int64_t k = 0; k < j; ++k) value -= shares[k] * vector(k)[i];
                mine[i] = value;
            });
        }
        barrier();
        const double norm = libm::sqrt(routines::dot_of_eight(length, mine, mine));
        barrier();
        routines::threads_of(0, length, [&](int64_t i) { mine[i] /= norm; });
    }
    barrier();
    routines::threads_of(0, rows * columns, [&](int64_t number) {
        const int64_t i = number / columns, j = number % columns;
        target[number] = static_cast<T>(rows < columns ? vector(i)[j] : vector(j)[i]);
    });
}

}  // namespace tdsl

#endif
