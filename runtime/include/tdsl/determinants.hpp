// Determinants, given the factors of LU decompositions.
#ifndef TDSL_DETERMINANTS_HPP
#define TDSL_DETERMINANTS_HPP

#include <cstdint>

#include "tdsl/libm.hpp"

namespace tdsl {

// In a range of its own, as parts of the product may be out of that of doubles.
template <typename T>
inline T determinant(int64_t n, const T *factors, const int64_t *exchanges) {
    double product = 1.0;
    int64_t exponent = 0;
    for (int64_t k = 0; k < n; ++k) {
        int power = 0;
        product = libm::frexp(product * static_cast<double>(factors[k * (n + 1)]), &power);
        exponent += product - product == 0 ? power : 0;
        if (exchanges[k] != k) product = -product;
    }
    constexpr int64_t most = 1 << 20;
    const int64_t bounded = exponent < -most ? -most : exponent > most ? most : exponent;
    return static_cast<T>(libm::ldexp(product, static_cast<int>(bounded)));
}

template <typename T>
inline T log_determinant(int64_t n, const T *factors) {
    double sum = 0.0;
    for (int64_t k = 0; k < n; ++k) sum += libm::log(libm::fabs(static_cast<double>(factors[k * (n + 1)])));
    return static_cast<T>(sum);
}

}  // namespace tdsl

#endif
