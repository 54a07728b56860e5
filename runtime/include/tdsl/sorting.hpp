// Positions in ascending order along an axis.
#ifndef TDSL_SORTING_HPP
#define TDSL_SORTING_HPP

#include <cstdint>

#include "tdsl/libm.hpp"

namespace tdsl {

// An integer for each real, in the same order; NaN after infinity, both zeros alike.
inline int64_t order_key(double x) {
    int64_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    const int64_t ordered = bits < 0 ? static_cast<int64_t>(uint64_t{1} << 63) - bits : bits;
    return x != x ? INT64_MAX : ordered;
}
inline int64_t order_key(float x) { return order_key(static_cast<double>(x)); }

// The positions of the elements along the middle axis of an array [outer, length, inner], equal ones in their order.
// `scratch` has four numbers for each element of a line.
template <typename T>
void argsort(int64_t outer, int64_t length, int64_t inner, T *positions, const T *x, double *scratch);
extern template void argsort<int64_t>(int64_t, int64_t, int64_t, int64_t *, const int64_t *, double *);

}  // namespace tdsl

#endif
