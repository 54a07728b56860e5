// The products of matrices of a launch, as a library takes them.  Host code.
#ifndef TDSL_CUDA_PRODUCTS_HPP
#define TDSL_CUDA_PRODUCTS_HPP

#include <cstdint>

#include "tdsl/sizes.hpp"

namespace tdsl::cuda {

// Element (i, j) of the matrix of product b is data[b * batch + i * row + j * column].
struct OperandMatrix {
    const void *data;
    int64_t row, column, batch;
};

// Its columns are 1 apart.  `data` is null if the elements go through an epilogue only.
struct ResultMatrix {
    void *data;
    int64_t row, batch;
};

// A is m × k, B is k × n.
struct Products {
    int64_t count, m, n, k;
    int32_t element_bytes;  // of f32 or f64
    bool sums_columns;
    OperandMatrix a, b;
    ResultMatrix c;
};

// Whether a library is worth its call: sizes alone decide.
inline bool are_large(const Products &products) {
    constexpr int64_t least_size = 64;
    constexpr double least_work = 512.0 * 512 * 512;
    const auto real = [](int64_t size) { return static_cast<double>(size); };
    return min(products.m, min(products.n, products.k)) >= least_size &&
           real(products.count) * real(products.m) * real(products.n) * real(products.k) >= least_work;
}

}  // namespace tdsl::cuda

#endif
