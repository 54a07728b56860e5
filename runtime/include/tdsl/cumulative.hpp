// Running sums, products and maxima along an axis, and linear recurrences.
#ifndef TDSL_CUMULATIVE_HPP
#define TDSL_CUMULATIVE_HPP

#include <cstdint>

namespace tdsl {

// Cumulative operations along the middle axis of arrays [outer, length, inner]:
//   cumsum:      y[k] = y[k-1] + x[k], in reverse y[k] = y[k+1] + x[k]; works on a double for every 4096 of a line
//   cumprod:     y[k] = y[k-1] * x[k]
//   cummax:      y[k] = maximum(y[k-1], x[k])
//   recurrence:  y[k] = a[k] * y[k-1] + b[k], in reverse y[k] = a[k+1] * y[k+1] + b[k]
template <typename T>
void cumsum(bool reverse, int64_t outer, int64_t length, int64_t inner, T *y, const T *x, double *scratch);
template <typename T>
void cumprod(int64_t outer, int64_t length, int64_t inner, T *y, const T *x);
template <typename T>
void cummax(int64_t outer, int64_t length, int64_t inner, T *y, const T *x);
template <typename T>
void recurrence(bool reverse, int64_t outer, int64_t length, int64_t inner, T *y, const T *a, const T *b);

}  // namespace tdsl

#endif
