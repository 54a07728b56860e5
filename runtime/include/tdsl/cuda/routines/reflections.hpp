// Householder's reflections by the threads of a block, or by those of a warp.
#ifndef TDSL_CUDA_ROUTINES_REFLECTIONS_HPP
#define TDSL_CUDA_ROUTINES_REFLECTIONS_HPP

#include <cstdint>

#include "tdsl/cuda/routines/block.hpp"
#include "tdsl/libm.hpp"
#include "tdsl/vector_math.hpp"

namespace tdsl::routines {

// The vector v of the reflection I - v vᵀ / |v₀| that makes x, of elements x(i), a multiple of the first unit vector;
// gives that multiple to all threads of the block.  v₀ is 0 where there is nothing to reflect.  Only final elements are
// stored, so blocks may compute the same vector at once; v may overwrite x.
template <typename Element>
inline double reflection(int64_t length, const Element &x, double *v) {
    double largest = 0.0;
    barrier();
    const double head = x(0);
    threads_of(1, length, [&](int64_t i) { largest = Larger{}(largest, libm::fabs(x(i))); });
    largest = block_combined(largest, Larger{});
    if (largest == 0.0) {
        threads_of(0, length, [&](int64_t i) { v[i] = 0.0; });
        barrier();
        return head;
    }
    largest = Larger{}(largest, libm::fabs(head));
    double squares = 0.0;
    threads_of(0, length, [&](int64_t i) {
        const double scaled = x(i) / largest;
        squares += scaled * scaled;
    });
    const double norm = libm::sqrt(block_sum(squares)), sign = head < 0.0 ? -1.0 : 1.0;
    threads_of(0, length, [&](int64_t i) { v[i] = x(i) / largest / norm + (i == 0 ? sign : 0.0); });
    barrier();
    return -sign * norm * largest;
}

inline double reflection(int64_t length, double *x) {
    return reflection(length, [x](int64_t i) { return x[i]; }, x);
}

// Elements first … last of a vector; each lane takes the same elements for all ranges.
template <typename Body>
inline void own_elements(int64_t first, int64_t last, const Body &body) {
    lanes_of(first / warp_threads * warp_threads, last, [&](int64_t i) {
        if (i >= first) body(i);
    });
}

// A warp reflects x by a vector; both have their elements first … last.
inline void reflect(int64_t first, int64_t last, const double *v, double *x) {
    if (v[first] == 0.0) return;
    double sum = 0.0;
    own_elements(first, last, [&](int64_t i) { sum += v[i] * x[i]; });
    sum = warp_sum(sum) / libm::fabs(v[first]);
    own_elements(first, last, [&](int64_t i) { x[i] -= v[i] * sum; });
}

// body(item) by a warp for each item of the launch.
template <typename Body>
inline void all_warps(int64_t count, const Body &body) {
    for (int64_t item = block_index() * block_warps + warp_index(); item < count; item += block_count() * block_warps)
        body(item);
}

template <typename T>
inline bool is_finite(T x) {
    return x - x == 0;
}

}  // namespace tdsl::routines

#endif
