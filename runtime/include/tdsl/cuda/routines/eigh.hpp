// Eigenvalues and eigenvectors of symmetric matrices, each by a block: reflections from both sides leave three
// diagonals, and sweeps of rotations diagonalise them.
#ifndef TDSL_CUDA_ROUTINES_EIGH_HPP
#define TDSL_CUDA_ROUTINES_EIGH_HPP

#include <cstdint>


#include "tdsl/cuda/routines/reflections.hpp"
#include "tdsl/sizes.hpp"
#include "tdsl/tridiagonal.hpp"

namespace tdsl {
namespace routines {

// The memory of a matrix of n rows.
struct Symmetric {
    int64_t n;
    double *work, *rows, *diagonal, *beside, *v, *p, *cosines, *sines;

    Symmetric(double *memory, int64_t n)
        : n(n), work(memory), rows(work + n * n), diagonal(rows + n * n), beside(diagonal + n), v(beside + n),
          p(v + n), cosines(p + n), sines(cosines + n) {}
};

// The lower triangle and its mirror image, divided by a power of two, so that no square leaves the range.  Whether all
// its elements are finite.
template <typename T>
inline bool read_symmetric(const Symmetric &of, const T *a, int &power) {
    const int64_t n = of.n;
    double largest = 0.0;
    bool fails = false;
    threads_of(0, n * n, [&](int64_t i) {
        if (i % n > i / n) return;
        fails |= !is_finite(a[i]);
        largest = Larger{}(largest, libm::fabs(static_cast<double>(a[i])));
    });
    if (any_of_block(fails)) return false;
    libm::frexp(block_combined(largest, Larger{}), &power);
    threads_of(0, n * n, [&](int64_t place) {
        const int64_t i = place / n, j = place % n;
        of.work[place] = libm::ldexp(static_cast<double>(a[j <= i ? i * n + j : j * n + i]), -power);
    });
    return true;
}

// The tridiagonal matrix with the same eigenvalues.  Rows of `work` keep the vectors of reflections behind the
// diagonal.
inline void reduce_to_tridiagonal(const Symmetric &of) {
    const int64_t n = of.n;
    for (int64_t k = 0; k + 1 < n; ++k) {
        const int64_t length = n - k - 1;
        double *const v = of.work + k * n + k + 1, *const rest = of.work + (k + 1) * (n + 1), *const p = of.p;
        const double kept = reflection(length, v), scale = v[0] == 0.0 ? 0.0 : 1.0 / libm::fabs(v[0]);
        if (thread_index() == 0) {
            of.diagonal[k] = of.work[k * (n + 1)];
            of.beside[k] = kept;
        }
        if (scale == 0.0) continue;
        warps_of(0, length, [&](int64_t i) {
            double sum = 0.0;
            lanes_of(0, length, [&](int64_t j) { sum += rest[i * n + j] * v[j]; });
            sum = warp_sum(sum);
            if (lane_index() == 0) p[i] = sum * scale;
        });
        barrier();
        double along = 0.0;
        threads_of(0, length, [&](int64_t i) { along += p[i] * v[i]; });
        along = block_sum(along) * 0.5 * scale;
        threads_of(0, length, [&](int64_t i) { p[i] -= along * v[i]; });
        barrier();
        warps_of(0, length, [&](int64_t i) {
            lanes_of(0, length, [&](int64_t j) { rest[i * n + j] -= v[i] * p[j] + p[i] * v[j]; });
        });
    }
    barrier();
    if (thread_index() == 0) {
        of.diagonal[n - 1] = of.work[n * n - 1];
        of.beside[n - 1] = 0.0;
    }
    barrier();
}

// The columns of the product of all reflections, as rows.
inline void multiply_reflections(const Symmetric &of) {
    const int64_t n = of.n;
    warps_of(0, n, [&](int64_t j) {
        double *const row = of.rows + j * n;
        own_elements(0, n, [&](int64_t i) { row[i] = i == j ? 1.0 : 0.0; });
        for (int64_t k = min(j, n - 1) - 1; k >= 0; --k) reflect(k + 1, n, of.work + k * n, row);
    });
    barrier();
}

// Turns rows into eigenvectors.  Whether all eigenvalues were found.
inline bool diagonalise(const Symmetric &of) {
    TDSL_SHARED int64_t first, end;
    TDSL_SHARED Tridiagonal::Next next;
    const int64_t n = of.n;
    Tridiagonal matrix(n, of.diagonal, of.beside);
    for (;;) {
        barrier();
        if (thread_index() == 0) next = matrix.next(of.cosines, of.sines, first, end);
        barrier();
        if (next != Tridiagonal::Next::sweep) return next == Tridiagonal::Next::found;
        threads_of(0, n, [&](int64_t j) {
            double below = of.rows[end * n + j];
            for (int64_t k = end; k-- > first;) {
                const double one = of.rows[k * n + j], cosine = of.cosines[k], sine = of.sines[k];
                of.rows[(k + 1) * n + j] = sine * one + cosine * below;
                below = cosine * one - sine * below;
            }
            of.rows[first * n + j] = below;
        });
    }
}

// Values in ascending order, and the vectors as columns.  The sign of a vector: elements that rounding could make the
// largest one do not decide it.
template <typename T>
inline void write_vectors(const Symmetric &of, int power, T *values, T *vectors) {
    const int64_t n = of.n;
    warps_of(0, n, [&](int64_t k) {
        const double *const vector = of.rows + k * n;
        double largest = 0.0;
        int64_t at = 0, first = n;
        lanes_of(0, n, [&](int64_t i) {
            largest = Larger{}(largest, libm::fabs(vector[i]));
            at += of.diagonal[i] < of.diagonal[k] || (of.diagonal[i] == of.diagonal[k] && i < k);
        });
        largest = warp_combined(largest, Larger{});
        at = warp_sum(at);
        lanes_of(0, n, [&](int64_t i) {
            if (libm::fabs(vector[i]) >= 0.55 * largest) first = min(first, i);
        });
        first = warp_combined(first, [](int64_t a, int64_t b) { return min(a, b); });
        const double sign = first < n && vector[first] < 0.0 ? -1.0 : 1.0;
        lanes_of(0, n, [&](int64_t i) { vectors[i * n + at] = static_cast<T>(sign * vector[i]); });
        if (lane_index() == 0) values[at] = static_cast<T>(libm::ldexp(of.diagonal[k], power));
    });
}

}  // namespace routines

template <typename T>
inline void eigh(const tdsl_launch &, int64_t count, int64_t n, T *values, T *vectors, const T *a, double *scratch) {
    using namespace routines;
    blocks_of(n ? count : 0, [&](int64_t number) {
        const Symmetric of(scratch + number * (2 * n * n + 6 * n), n);
        T *const own_values = values + number * n, *const own_vectors = vectors + number * n * n;
        int power = 0;
        bool is_found = read_symmetric(of, a + number * n * n, power);
        if (is_found) {
            reduce_to_tridiagonal(of);
            multiply_reflections(of);
            is_found = diagonalise(of);
        }
        if (is_found) return write_vectors(of, power, own_values, own_vectors);
        threads_of(0, n, [&](int64_t i) { own_values[i] = static_cast<T>(not_a_number); });
        threads_of(0, n * n, [&](int64_t i) { own_vectors[i] = static_cast<T>(not_a_number); });
    });
}

}  // namespace tdsl

#endif
