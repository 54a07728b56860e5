// The products of tdsl/gemm.hpp.
#include "gemm_choice.hpp"

namespace tdsl {

#define TDSL_DEFINE_GEMM(T)                                                                              \
    void gemm_into(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, T *c, int64_t c_row) {     \
        into(m, n, k, a, b, Target<T>(c, c_row));                                                        \
    }                                                                                                    \
    void gemm_into(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, Epilogue<T> epilogue) {        \
        into(m, n, k, a, b, Target<T>(epilogue, n));                                                       \
    }
#ifdef TDSL_TYPE  // for this type only
TDSL_DEFINE_GEMM(TDSL_TYPE)
#else
TDSL_DEFINE_GEMM(float)
TDSL_DEFINE_GEMM(double)
TDSL_DEFINE_GEMM(int32_t)
TDSL_DEFINE_GEMM(int64_t)
#endif

}  // namespace tdsl
