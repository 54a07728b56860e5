// Products of all other elements.
#ifndef TDSL_PRODUCTS_HPP
#define TDSL_PRODUCTS_HPP

#include <cstdint>

namespace tdsl {

// Row by row, each element's product of all others.  With directions d_1 … d_m: the sum, over all ways to replace one
// other element by its place in d_1, another one by its place in d_2, and so on, of these products.
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
