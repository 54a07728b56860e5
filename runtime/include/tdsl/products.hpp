// Products of all other elements.
#ifndef TDSL_PRODUCTS_HPP
#define TDSL_PRODUCTS_HPP

#include <cstdint>

namespace tdsl {

// For each element of each row the product of all other elements.  With directions d_1 … d_m, the sum of these products
// over all ways to replace one other element by that of d_1, a second one by that of d_2, and so on.
template <typename T>
void other_products(int64_t rows, int64_t columns, T *target, const T *x, const T *const *directions, int count);

extern template void other_products<float>(int64_t, int64_t, float *, const float *, const float *const *, int);
extern template void other_products<double>(int64_t, int64_t, double *, const double *, const double *const *, int);

template <typename T, typename... Directions>
void prod_others(int64_t rows, int64_t columns, T *target, const T *x, Directions... directions) {
    const T *const all[] = {x, directions...};
    other_products<T>(rows, columns, target, x, all + 1, sizeof...(directions));
}

}  // namespace tdsl

#endif
