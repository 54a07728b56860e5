// Orthogonal factors: a phase for each panel of columns, one for the columns behind it, and the last one for the
// product of all reflections.
#ifndef TDSL_CUDA_ROUTINES_QR_HPP
#define TDSL_CUDA_ROUTINES_QR_HPP

#include <cstdint>


#include "tdsl/cuda/routine_sizes.hpp"
#include "tdsl/cuda/routines/reflections.hpp"
#include "tdsl/sizes.hpp"

namespace tdsl {
namespace routines {

// The memory of a matrix of m rows and n columns, which are contiguous there: those with the reflections, and those of
// their product.
struct Reflected {
    double *columns, *unit, *is_finite, *diagonal;

    inline Reflected(double *memory, int64_t m, int64_t n)
        : columns(memory), unit(columns + m * n), is_finite(unit + m * n), diagonal(is_finite + m + n) {}
};

// Whether all elements are finite.
template <typename T>
inline bool read_columns(int64_t m, int64_t n, const T *a, double *columns) {
    bool fails = false;
    barrier();
    threads_of(0, m * n, [&](int64_t i) {
        columns[i % n * m + i / n] = static_cast<double>(a[i]);
        fails |= !is_finite(a[i]);
    });
    return !any_of_block(fails);
}

// A warp writes column j of both factors.
template <typename T>
inline void write_factors(int64_t m, int64_t n, int64_t j, const Reflected &of, T *q, T *r) {
    const bool is_finite = *of.is_finite != 0.0;
    const auto sign = [&](int64_t k) { return of.diagonal[k] < 0.0 ? -1.0 : 1.0; };
    const auto above = [&](int64_t k) { return sign(k) * of.columns[j * m + k]; };
    double *const unit = of.unit + j * m;
    own_elements(0, m, [&](int64_t i) { unit[i] = i == j ? 1.0 : 0.0; });
    for (int64_t k = j; is_finite && k >= 0; --k) reflect(k, m, of.columns + k * m, unit);
    own_elements(0, m, [&](int64_t i) {
        q[i * n + j] = static_cast<T>(is_finite ? unit[i] * sign(j) : not_a_number);
    });
    own_elements(0, n, [&](int64_t k) {
        const double value = k < j ? above(k) : k == j ? libm::fabs(of.diagonal[j]) : 0.0;
        r[k * n + j] = static_cast<T>(is_finite ? value : not_a_number);
    });
}

}  // namespace routines

template <typename T>
inline void qr(const tdsl_launch &call, int64_t count, int64_t m, int64_t n, T *q, T *r, const T *a, double *scratch) {
    using namespace routines;
    if (m == 0 || n == 0) return;
    const auto memory = [&](int64_t number) { return Reflected(scratch + number * (2 * m * n + m + 2 * n), m, n); };
    const int64_t first = call.phase / 2 * panel_width, next = min(n, first + panel_width);
    if (call.phase % 2 == 0)
        return blocks_of(count, [&](int64_t number) {
            const Reflected of = memory(number);
            if (first == 0) {
                const bool is_finite = read_columns(m, n, a + number * m * n, of.columns);
                if (thread_index() == 0) *of.is_finite = is_finite ? 1.0 : 0.0;
                barrier();
            }
            if (*of.is_finite == 0.0) return;
            for (int64_t k = first; k < next; ++k) {
                double *const v = of.columns + k * m;
                const double kept = reflection(m - k, v + k);
                if (thread_index() == 0) of.diagonal[k] = kept;
                warps_of(k + 1, next, [&](int64_t j) { reflect(k, m, v, of.columns + j * m); });
            }
        });
    if (next == n)
        return all_warps(count * n, [&](int64_t item) {
            const int64_t number = item / n;
            write_factors(m, n, item % n, memory(number), q + number * m * n, r + number * n * n);
        });
    all_warps(count * (n - next), [&](int64_t item) {
        const Reflected of = memory(item / (n - next));
        double *const column = of.columns + (next + item % (n - next)) * m;
        for (int64_t k = first; *of.is_finite != 0.0 && k < next; ++k) reflect(k, m, of.columns + k * m, column);
    });
}

}  // namespace tdsl

#endif
