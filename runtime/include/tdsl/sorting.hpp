// Order along an axis.
#ifndef TDSL_SORTING_HPP
#define TDSL_SORTING_HPP

#include <cstdint>

namespace tdsl {

// Along the middle axis of arrays [outer, length, inner], from the least element on, equal ones in their order; nan
// comes last, and both zeros are equal:
//   sort:      the elements
//   argsort:   their positions
//   argtopk:   the positions of the k last of them, the last first, equal ones in their order: [outer, k, inner]
// `scratch` has two keys for each element, or two keys with positions, and 2048 numbers for each 65536 of a line.
template <typename T>
void sort(int64_t outer, int64_t length, int64_t inner, T *y, const T *x, double *scratch);
template <typename T>
void argsort(int64_t outer, int64_t length, int64_t inner, int64_t *positions, const T *x, double *scratch);
template <typename T>
void argtopk(int64_t outer, int64_t length, int64_t inner, int64_t k, int64_t *positions, const T *x, double *scratch);

// The number of elements of an ascending line that are less than each value, or with `right` not larger.
template <typename T>
void searchsorted(bool right, int64_t length, int64_t count, int64_t *positions, const T *line, const T *values);

}  // namespace tdsl

#endif
