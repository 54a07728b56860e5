// Matrix products, C = A @ B, overwriting C.
//
// Element (i, p) of A is a[i * a_row + p * a_col], likewise for B, so transposes cost nothing to say; rows of C are
// c_row apart and contiguous.  The order of every sum depends on the sizes alone: same bits for any number of threads.
#ifndef TDSL_GEMM_HPP
#define TDSL_GEMM_HPP

#include <cstdint>

namespace tdsl {

#define TDSL_DECLARE_GEMM(T)                                                                                        \
    void gemm(std::int64_t m, std::int64_t n, std::int64_t k, const T *a, std::int64_t a_row, std::int64_t a_col,   \
              const T *b, std::int64_t b_row, std::int64_t b_col, T *c, std::int64_t c_row)
TDSL_DECLARE_GEMM(float);
TDSL_DECLARE_GEMM(double);
TDSL_DECLARE_GEMM(std::int32_t);
TDSL_DECLARE_GEMM(std::int64_t);
#undef TDSL_DECLARE_GEMM

}  // namespace tdsl

#endif
